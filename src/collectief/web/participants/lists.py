"""Huidige deelnemers and Oud deelnemers: search, sort, page, open a row (U04, U06, U12, U13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from collectief.contracts.queries import ContractView, contracts
from collectief.enrolment.queries import (
    DEFAULT_SORT,
    ListPage,
    ListRow,
    Search,
    current_participants,
    exact_count,
    former_participants,
)
from collectief.mutations.queries import waiting_newcomers
from collectief.participants.queries import number_of
from collectief.policies.insured import insured_on
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

from ..page import PortalRequest, page
from ..paging import last_page, page_number, whole_number
from . import present, shown
from .download_links import download_links
from .enrolling import enrolling_at
from .forms import FindForm, ReEnrolForm, SearchForm, TerminateForm
from .found import is_seen

_List = Callable[..., ListPage]
# The form of a row that is opened; None for who may not send it.
_Blank = Callable[[ListRow], Form] | None
DEFAULT_SIZE = 50


@page(Permission.SEE_PARTICIPANTS)
@require_GET
def current(request: PortalRequest) -> HttpResponse:
    """Everyone who takes part, with direct termination in the list."""
    return show_current(request)


@page(Permission.SEE_PARTICIPANTS, Capability.FORMER_PARTICIPANTS)
@require_GET
def former(request: PortalRequest) -> HttpResponse:
    """Everyone who took part before, with direct re-enrolment in the list."""
    return show_former(request)


@page(Permission.SEE_PARTICIPANTS)
@require_GET
def current_count(request: PortalRequest) -> HttpResponse:
    """The exact number, asked once the list stands."""
    return _count(request, former=False)


@page(Permission.SEE_PARTICIPANTS, Capability.FORMER_PARTICIPANTS)
@require_GET
def former_count(request: PortalRequest) -> HttpResponse:
    """The exact number of former participants."""
    return _count(request, former=True)


@page(Permission.SEE_PARTICIPANTS, Capability.FIND_BY_BSN)
@require_POST
def by_bsn(request: PortalRequest) -> HttpResponse:
    """Somebody by BSN: the list of that one, found by their relation number from there on (G03)."""
    form = FindForm(request.POST)
    if form.is_valid():
        found = number_of(request.scope, form.cleaned_data["bsn"])
        if found and is_seen(request.scope, found[0]):
            return redirect(f"{reverse('current_participants')}?{urlencode({'relatienummer': found[1]})}")
        form.add_error("bsn", _("Niemand met dit BSN is deelnemer. Controleer het nummer, of zoek op naam."))
    return show_current(request, find=form)


def show_current(
    request: PortalRequest, form: Form | None = None, *, opened: int | None = None, find: FindForm | None = None
) -> HttpResponse:
    """The list of current participants.

    `form` is a termination that was refused, in the row `opened`; `find` a search by BSN that found nobody.
    """
    profile = request.scope.profile
    may = request.scope.may(Permission.CHANGE_PARTICIPANTS, Capability.TERMINATE)
    known = contracts(request.scope)

    def blank(_row: ListRow) -> Form:
        return TerminateForm(profile=profile)

    return _show(
        request, current_participants, profile.current_search, known, blank if may else None, form, opened, find,
        former=False,
    )  # fmt: skip


def show_former(request: PortalRequest, form: Form | None = None, *, opened: int | None = None) -> HttpResponse:
    """The list of former participants; `form` is a re-enrolment that was refused, in the row `opened`."""
    known, profile = contracts(request.scope), request.scope.profile
    may = request.scope.may(Permission.CHANGE_PARTICIPANTS, Capability.RE_ENROL)

    def blank(row: ListRow) -> Form:
        return ReEnrolForm(contracts=known, profile=profile, initial=as_before(row, known))

    return _show(
        request, former_participants, profile.former_search, known, blank if may else None, form, opened, None,
        former=True,
    )  # fmt: skip


def as_before(row: ListRow, known: list[ContractView]) -> dict[str, str]:
    """What re-enrolling begins with: the contract of this stay, and the reference (U13)."""
    number = next((contract.number for contract in known if contract.id == row.contract_id), "")
    return {"contract": number, "reference": row.external_reference}


def _show(
    request: PortalRequest,
    find: _List,
    keys: Any,
    known: list[ContractView],
    blank: _Blank,
    form: Form | None,
    opened: int | None,
    find_form: FindForm | None,
    *,
    former: bool,
) -> HttpResponse:
    today, profile = timezone.localdate(), request.scope.profile
    query = request.GET.copy()
    if opened is not None:
        query["open"] = str(opened)
    search_form = SearchForm(query or None, keys=keys, contracts=known)
    sort = query.get("sorteer", DEFAULT_SORT)
    search = search_of(search_form, known)
    number, size = page_number(query.get("pagina")), whole_number(query.get("per_pagina"))
    size = size if size in present.SIZES else DEFAULT_SIZE
    impossible = search_form.is_bound and not search_form.is_valid()
    if impossible:
        found = ListPage([], 0, exact=True, number=1, size=size)
    else:
        found = find(request.scope, search, today=today, sort=sort, page=number, size=size)
    if not found.rows and number > 1:
        # Beyond the end, as when somebody left since: the last page there is.
        count = exact_count(request.scope, search, today=today, former=former)
        found = find(request.scope, search, today=today, sort=sort, page=last_page(count, size), size=size)
    row = next((row for row in found.rows if str(row.id) == query.get("open")), None)
    if form is None and blank is not None and row is not None:
        form = blank(row)
    columns = shown.columns_of(request.scope, known)
    shown.record(
        request.scope,
        "participants.list_former" if former else "participants.list",
        [row.participant_id for row in found.rows],
        columns,
    )
    letters = profile.allows(Capability.INSURANCE_LETTERS)
    insured = insured_on(today, [row.id for row in found.rows]) if letters else set()
    adding = "" if former else _adding(request.scope)
    context = {
        "former": former,
        # Behind whose name the policy schedule of today can be had (U05).
        "scheduled": {row.id for row in found.rows if row.id in insured and row.birth_date},
        "search_form": search_form,
        "find_form": find_form or (FindForm() if profile.allows(Capability.FIND_BY_BSN) and not former else None),
        "lines": present.lines(found, columns, shown.known_of(request.scope, columns, known, found.rows), query, today),
        "heads": present.heads(columns, sort, query),
        "span": len(columns) + 2 + bool(adding),
        "page": found,
        "count": found.count,
        "pages": present.list_pages(found, query),
        "sizes": present.sizes(found, query),
        "form": form,
        "impossible": impossible,
        "searched": any(value for name, value in query.items() if name in search_form.fields),
        "downloads": download_links(request.scope, search_form, query, former=former),
        "count_url": reverse("former_count" if former else "current_count") + "?" + query.urlencode(),
        "waiting": 0 if former else waiting_newcomers(request.scope),
        "enrolling": enrolling_at(request.scope),
        "adding": adding,
    }
    wrong = any(one is not None and one.is_bound and one.errors for one in (form, find_form))
    return render(request, "participants/list.html", context, status=422 if wrong else 200)


def _adding(scope: Scope) -> str:
    """Whether Bijschrijven stands in the list: `on`, `off` while the portal has it switched off, or not (G03, G07)."""
    if scope.may(Permission.CHANGE_PARTICIPANTS, Capability.ADD_RELATIVES):
        return "on"
    return "off" if scope.profile.switched_off(Capability.ADD_RELATIVES) else ""


def _count(request: PortalRequest, *, former: bool) -> HttpResponse:
    known = contracts(request.scope)
    profile = request.scope.profile
    form = SearchForm(request.GET, keys=profile.former_search if former else profile.current_search, contracts=known)
    count = exact_count(request.scope, search_of(form, known), today=timezone.localdate(), former=former)
    return render(request, "participants/list.html#exact_count", {"count": count, "former": former})


def search_of(form: SearchForm, known: list[ContractView]) -> Search:
    """What was looked for; everyone for what cannot be."""
    if not form.is_bound or not form.is_valid():
        return Search()
    data = form.cleaned_data
    contract = data.get("contract") or ""
    return Search(
        surname=data.get("achternaam", ""),
        relation_number=data.get("relatienummer", ""),
        birth_date=str(data["geboortedatum"]) if data.get("geboortedatum") else "",
        external_reference=data.get("referentie", ""),
        contract_id=int(contract) if contract else None,
    )
