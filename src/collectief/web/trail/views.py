"""Searching the trail, and a file of what was found; each search is an event that says what was sought (K06, law 8)."""

from __future__ import annotations

from copy import replace
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from collectief.audit import actions as audit
from collectief.audit.search import FoundPage, newest, page_of, whole_answer
from collectief.audit.verification import MANY, chain_state
from collectief.contracts.queries import organisation_names
from collectief.segments.profile import Permission

from ..page import PortalRequest, page
from ..paging import Pages, last_page, page_number, pages
from ..sheet import sheet_file
from . import present
from .asking import KEPT_OUT, Asked, addressed, typed
from .forms import TrailForm

SIZE = 25
# What a workbook is still handy with; a longer period is asked for in parts.
MOST = 100_000


@page(Permission.SEARCH_TRAIL)
@require_http_methods(["GET", "POST"])
def trail(request: PortalRequest) -> HttpResponse:
    """The form and how the chain stands; with a question in the address, its answer.

    What may stand in no address and does is not answered, and does not stay there.
    """
    if request.method == "POST":
        asked = typed(request.scope, request.POST)
        found = asked.question is not None
        if found:
            # The look-up itself is no part of the answer.
            asked.address |= {"tm": str(newest(request.scope))}
        # Whoever was looked up is in the trail before the answer says that they are there.
        _record_looked_up(request, asked, outcome="success" if found else "failure")
        return redirect(reverse("trail") + asked.url) if found else _show(request, asked.form, status=422)
    if set(KEPT_OUT) & set(request.GET):
        return redirect("trail")
    if "zoek" not in request.GET:
        return _show(request, TrailForm())
    asked = addressed(request.scope, request.GET)
    if asked.question is None:
        _record_looked_up(request, asked, outcome="failure")
        return _show(request, asked.form, status=422)
    return _answer(request, asked)


@page(Permission.SEARCH_TRAIL)
@require_GET
def download(request: PortalRequest) -> HttpResponseBase:
    """Exactly what was found, as a workbook."""
    asked = addressed(request.scope, request.GET)
    if asked.question is None:
        _record_looked_up(request, asked, outcome="failure")
        return _show(request, asked.form, status=422)
    answer = whole_answer(request.scope, asked.question, most=MOST)
    response, count = sheet_file(_("onderzoek.xlsx"), lambda stream: present.write_trail(stream, request.scope, answer))
    _record(request, "audit.export", asked, events=count)
    return response


def _answer(request: PortalRequest, asked: Asked) -> HttpResponse:
    assert asked.question is not None
    if asked.question.newest is None:
        # What comes later, this search itself among it, is not part of the answer on later pages or in the file.
        asked.question = replace(asked.question, newest=newest(request.scope))
        asked.address |= {"tm": str(asked.question.newest)}
    number = page_number(request.GET.get("pagina"))
    found = page_of(request.scope, asked.question, page=number, size=SIZE)
    _record(request, "audit.search", asked, page=found.number)
    names = present.known(request.scope, found.events, some=present.SOME)
    return _show(
        request, asked.form, asked=asked, found=found, pages=_pages(request, asked, found), most=MOST,
        lines=[present.shown(event, names) for event in found.events], people=_people(request, asked),
        without_person=_without(asked, "deelnemer"),
    )  # fmt: skip


def _show(request: PortalRequest, form: TrailForm, *, status: int = 200, **more: Any) -> HttpResponse:
    chain = None if "found" in more else chain_state(request.scope, now=timezone.now())
    person = more["asked"].address.get("deelnemer", "") if "asked" in more else ""
    context = {"form": form, "chain": chain, "many": MANY, "person": person}
    return render(request, "trail/trail.html", context | more, status=status)


def _pages(request: PortalRequest, asked: Asked, found: FoundPage) -> Pages:
    query = request.GET.copy()
    query.clear()
    query.update(asked.address)
    last = max(found.number + (1 if found.has_next else 0), last_page(found.count, found.size))
    return pages(query, found.number, last, ends=found.exact)


def _people(request: PortalRequest, asked: Asked) -> list[tuple[str, str]]:
    """Whom it is about: relation number and organisation."""
    if not asked.people:
        return []
    names = organisation_names(request.scope, {one.organisation_id for one in asked.people})
    return [(one.relation_number, names.get(one.organisation_id, "")) for one in asked.people]


def _without(asked: Asked, name: str) -> str:
    left = {key: value for key, value in asked.address.items() if key not in (name, "tm")}
    return Asked(asked.form, address=left).url


def _record(request: PortalRequest, action: str, asked: Asked, **more: int) -> None:
    question = asked.question
    assert question is not None
    audit.record(
        request.scope, action, participants=question.participants or (), objects=question.objects(),
        purpose=audit.SUPERVISION, detail=question.detail() | more,
    )  # fmt: skip


def _record_looked_up(request: PortalRequest, asked: Asked, *, outcome: str) -> None:
    """Who looked for somebody is in the trail, also when nobody was there or nothing could be asked about them."""
    sought = [name for name in KEPT_OUT if asked.form.data.get(name)]
    if sought or asked.people or asked.account is not None:
        audit.record(
            request.scope, "audit.search", outcome=outcome, purpose=audit.SUPERVISION, detail={"sought": sought},
            participants=[one.id for one in asked.people],
            objects={"account": [asked.account]} if asked.account is not None else None,
        )  # fmt: skip
