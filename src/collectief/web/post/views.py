"""How letters on paper stand, and what came back (K08)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from collectief.audit import actions as audit
from collectief.foundation.dates import dutch
from collectief.post import queries
from collectief.post.actions import note_return
from collectief.post.queries import ConsignmentView, NoConsignment
from collectief.post.rules import NEXT, PostRefused, Returned, State
from collectief.segments.profile import Permission

from ..page import PortalRequest, page
from ..paging import found_page, last_page, page_number, pages
from . import words
from .forms import ReturnForm, SearchForm

SIZE = 25


@page(Permission.HANDLE_POST)
@require_GET
def overview(request: PortalRequest) -> HttpResponse:
    """Every letter on paper, the latest first; how many stand how."""
    form = SearchForm(request.GET or None)
    counts = [
        (str(words.STATES[state][0]), words.STATES[state][1], count)
        for state, count in queries.counts(request.scope).items()
    ]
    if form.is_bound and not form.is_valid():
        return render(request, "post/list.html", {"form": form, "counts": counts}, status=422)
    asked = form.cleaned_data if form.is_bound else {}
    found, total, number = found_page(
        page_number(request.GET.get("pagina")), SIZE,
        lambda page: queries.consignments(
            request.scope, state=State(asked["stand"]) if asked.get("stand") else None,
            number=asked.get("nummer", ""), page=page, size=SIZE,
        ),
    )  # fmt: skip
    _seen(request, "post.list", found)
    context = {
        "form": form, "counts": counts, "lines": [words.line(view) for view in found], "total": total,
        "pages": pages(request.GET, number, last_page(total, SIZE)), "searched": any(asked.values()), "listed": True,
    }  # fmt: skip
    return render(request, "post/list.html", context)


@page(Permission.HANDLE_POST)
@require_http_methods(["GET", "POST"])
def one(request: PortalRequest, consignment_id: int) -> HttpResponse:
    """One letter on paper; that it came back is noted here."""
    view, today = _found(request, consignment_id), timezone.localdate()
    form = ReturnForm(request.POST if request.method == "POST" else None, initial={"dag": dutch(today)})
    if request.method == "POST" and form.is_valid():
        why = Returned(form.cleaned_data["reden"])
        try:
            note_return(request.scope, consignment_id, form.cleaned_data["dag"], why, now=timezone.now())
        except PostRefused as refused:
            form.add_error("dag", words.refusal(refused.code))
        else:
            messages.success(request, _("Gemeld als retour."))
            return redirect("consignment", consignment_id=consignment_id)
    if request.method == "GET":
        _seen(request, "post.see", [view])
    context = {"line": words.line(view), "form": form, "may_return": State.RETURNED in NEXT[view.state]}
    return render(request, "post/one.html", context, status=422 if form.errors else 200)


def _found(request: PortalRequest, consignment_id: int) -> ConsignmentView:
    try:
        return queries.consignment(request.scope, consignment_id)
    except NoConsignment:
        raise Http404 from None


def _seen(request: PortalRequest, action: str, found: list[ConsignmentView]) -> None:
    audit.record(request.scope, action, objects={"consignment": [view.id for view in found]})
