"""Eigen risico verbruik: the yearly overview of who takes part, on screen, as a workbook and as letters (U25)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from collectief.audit import actions as audit
from collectief.deductible import queries
from collectief.deductible.letters import yearly_overview
from collectief.deductible.queries import DEFAULT_SORT, Asked, Left, NoUse, UseLine
from collectief.deductible.rules import first_kept, is_final
from collectief.documents.actions import Wanted
from collectief.enrolment.queries import stays_of
from collectief.exports.lists import PeopleList
from collectief.exports.people import Column, person_columns
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Field, MessageCategory, Permission

from ..letters import letter_file
from ..page import PortalRequest, page
from ..paging import last_page, link, page_number, pages
from ..sheet import people_file
from .forms import UseForm

SIZE = 50
guarded = page(Permission.SEE_DEDUCTIBLE_USE, Capability.DEDUCTIBLE_USE)


@guarded
@require_GET
def use(request: PortalRequest, year: int | None = None) -> HttpResponse:
    """The overview of a year; without one, of the last of which something is known."""
    scope = request.scope
    known = queries.known_years(scope)
    year = _year(year) if year is not None else known[0] if known else timezone.localdate().year
    form = UseForm(request.GET)
    asked = _asked(form, year, request.GET.get("sorteer", DEFAULT_SORT))
    found = queries.counted(scope, asked)
    last = last_page(found.total, SIZE)
    number = min(page_number(request.GET.get("pagina")), last)
    lines = queries.use_page(scope, asked, page=number, size=SIZE)
    audit.record(
        scope, "deductible.list", participants=[line.participant_id for line in lines],
        detail={"year": year, "page": number},
    )  # fmt: skip
    query = request.GET.urlencode()
    context = {
        "year": year, "years": [(one, one == year) for one in known], "form": form, "found": found, "lines": lines,
        "heads": _heads(request, asked.sort), "searched": bool(asked.text or asked.left),
        "final": found.first is not None and is_final(year, found.first),
        "people": scope.may(Permission.SEE_PARTICIPANTS),
        "told": MessageCategory.FINANCIAL in scope.profile.messages_for(scope.roles),
        "download": reverse("download_deductible_use", args=[year]) + (f"?{query}" if query else ""),
        "pages": pages(request.GET, number, last),
    }  # fmt: skip
    return render(request, "deductible/use.html", context)


@guarded
@require_GET
def download(request: PortalRequest, year: int) -> HttpResponseBase:
    """Exactly what is found, as a workbook."""
    scope = request.scope
    asked = _asked(UseForm(request.GET), _year(year), request.GET.get("sorteer", DEFAULT_SORT))
    listed = PeopleList(_("Eigen risico {year}").format(year=year), _columns(scope), queries.use_lines(scope, asked))
    response, people = people_file(scope, listed, name=f"{_('eigen-risico-verbruik')}-{year}.xlsx")
    audit.record(
        scope, "deductible.download", participants=people, detail={"year": year, "lines": len(people)}
    )  # fmt: skip
    return response


@guarded
@require_GET
def letter(request: PortalRequest, year: int, participant_id: int) -> HttpResponse:
    """The yearly overview of one participant, as a letter."""
    try:
        line = queries.use_of(request.scope, participant_id, _year(year))
    except NoUse:
        raise Http404 from None
    stays = stays_of(request.scope, participant_id, today=timezone.localdate())
    wanted = Wanted(
        yearly_overview(line, request.brand.insurer_name, request.scope.organisation),
        participant_id,
        f"{_('eigen-risico')}-{line.relation_number}-{year}",
        frozenset(stay.contract_id for stay in stays),
    )
    return letter_file(request, wanted, back=reverse("deductible_use_of", args=[year]))


def _year(year: int) -> int:
    """A year that an overview can be of. Raises Http404."""
    today = timezone.localdate()
    if not first_kept(today) <= year <= today.year:
        raise Http404
    return year


def _asked(form: UseForm, year: int, sort: str) -> Asked:
    """What is looked for; everyone for what cannot be."""
    data: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    left = data.get("over")
    return Asked(year, data.get("zoek", ""), Left(left) if left else None, sort)


def _heads(request: PortalRequest, sort: str) -> list[tuple[str, str, str]]:
    """Each header: its label, where sorting on it leads, and how it is sorted now."""
    labels = {
        "naam": _("Naam"), "relatienummer": _("Relatienummer"), "": _("Eigen risico"), "verbruikt": _("Verbruikt"),
        "over": _("Resterend"), "peildatum": _("Peildatum"),
    }  # fmt: skip
    drawn = []
    for key, label in labels.items():
        way = "ascending" if sort == key else "descending" if sort == f"-{key}" else "none"
        url = link(request.GET, sorteer=f"-{key}" if sort == key else key, pagina=None) if key else ""
        drawn.append((label, url, way))
    return drawn


def _columns(scope: Scope) -> list[Column[UseLine]]:
    # Who settles with people and sees no more of them knows them by this number.
    number: Column[UseLine] = Column(_("Relatienummer"), 14, lambda line, beside: line.relation_number)
    return [
        *person_columns(scope),
        *([] if scope.sees(Field.RELATION_NUMBER) else [number]),
        Column(_("Jaar"), 8, lambda line, beside: line.use.year),
        Column(_("Eigen risico"), 14, lambda line, beside: line.use.deductible),
        Column(_("Verbruikt"), 14, lambda line, beside: line.use.used),
        Column(_("Resterend"), 14, lambda line, beside: line.use.remaining),
        Column(_("Peildatum"), 14, lambda line, beside: line.use.as_of),
    ]
