"""In- en uitstroomlijsten: who came and left in a month or a year, on screen and as a workbook (U23, G08)."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from collectief.audit import actions as audit
from collectief.contracts.queries import ContractView, contracts
from collectief.exports import lists
from collectief.exports.lists import PeopleList
from collectief.exports.people import Column, person_columns, shows_bsn, shows_reference, with_beside
from collectief.exports.rules import Which
from collectief.foundation.dates import dutch
from collectief.reporting.changes import Changed, Said, changed, changed_lines
from collectief.reporting.flow_lists import Asked, FixedView, flow_page, last_fixed
from collectief.reporting.rules import Span, spans
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

from ..page import PortalRequest, page
from ..paging import found_page, last_page, page_number, pages
from ..sheet import people_file
from .choosing import chosen_contract
from .words import CHANGES, EVERYONE, OFFICIAL, list_query, movement_words, span_words

SIZE = 50


@dataclass(frozen=True, slots=True)
class _Choice:
    """What is asked for, and what there was to choose from."""

    contracts: list[ContractView]
    spans: list[Span]
    asked: Asked
    # When the last month of the span that is fixed was, if any.
    fixed: FixedView | None
    stand: str

    def address(self, stand: str) -> str:
        """The same list in another state, or in this one."""
        asked = self.asked
        return list_query(asked.contract.number, asked.span.code, everyone=asked.everyone, stand=stand)

    @property
    def stands(self) -> list[tuple[str, str, bool]]:
        """Words, address and whether it is what is shown, of each state the list can be seen in."""
        if self.fixed is None:
            return []
        at = dutch(timezone.localdate(self.fixed.at))
        words = {
            "": _("Zoals het nu is"), OFFICIAL: _("Vastgesteld op {day}").format(day=at),
            CHANGES: _("Sindsdien gewijzigd"),
        }  # fmt: skip
        return [(said, self.address(stand), stand == self.stand) for stand, said in words.items()]


@page(Permission.SEE_PARTICIPANTS, Capability.FLOW_LISTS)
@require_GET
def flows(request: PortalRequest) -> HttpResponse:
    """The list of a contract in a month or a year, by name."""
    choice = _choice(request)
    if choice is None:
        return render(request, "reporting/flows.html", {"asked": None})
    asked, today = choice.asked, timezone.localdate()
    context = {
        "contracts": choice.contracts, "asked": asked, "years": _by_year(choice.spans), "stands": choice.stands,
        "called": span_words(asked.span), "runs": not choice.stand and asked.span.first <= today < asked.span.end,
        "shows_bsn": shows_bsn(request.scope), "shows_reference": shows_reference(request.scope),
        "address": choice.address(choice.stand), "everyone": EVERYONE, "stand": choice.stand,
        "until": span_words(Span.month(choice.fixed.month)) if choice.fixed and choice.stand else "",
    }  # fmt: skip
    if request.scope.profile.allows(Capability.SCHEDULED_EXPORTS):
        context["plan_url"] = _plan_url(asked)
    shown = _changes(request, asked) if choice.stand == CHANGES else _lines(request, asked)
    return render(request, "reporting/flows.html", context | shown)


@page(Permission.SEE_PARTICIPANTS, Capability.FLOW_LISTS)
@require_GET
def download(request: PortalRequest) -> HttpResponseBase:
    """The whole list as a workbook."""
    choice = _choice(request)
    if choice is None:
        raise Http404
    asked = choice.asked
    parts = (_("in-en-uitstroom"), asked.contract.number, asked.span.code, choice.stand)
    make = _changes_file if choice.stand == CHANGES else _lines_file
    response, people = make(request.scope, asked, "-".join(filter(None, parts)) + ".xlsx")
    _record(request, "reporting.download_flow_list", asked, people, lines=len(people))
    return response


def _lines_file(scope: Scope, asked: Asked, name: str) -> tuple[FileResponse, array[int]]:
    return people_file(scope, lists.flows(scope, asked, today=timezone.localdate()), name=name)


def _changes_file(scope: Scope, asked: Asked, name: str) -> tuple[FileResponse, array[int]]:
    """What the list said when it was fixed, and what it says now; who is on neither side has nothing there."""
    listed = PeopleList(_("Sindsdien gewijzigd"), _change_columns(scope), changed_lines(scope, asked))
    return people_file(scope, listed, name=name)


def _choice(request: PortalRequest) -> _Choice | None:
    """What the address asks for; None where there is no contract. Raises Http404 for what there is not.

    Without a period: this month, or the contract's last.
    """
    known = contracts(request.scope)
    contract = chosen_contract(request, known)
    if contract is None:
        return None
    today = timezone.localdate()
    last = min(today, contract.period.last_day or today)
    # Of a contract that begins later there is a list of this month, with nobody in it.
    there = spans(min(contract.period.first_day, last), last)
    code = request.GET.get("periode") or Span.month(last).code
    span = next((one for one in there if one.code == code), None)
    if span is None:
        raise Http404
    fixed = last_fixed(request.scope, contract, span)
    stand = request.GET.get("stand", "")
    if stand not in ("", OFFICIAL, CHANGES) or (stand and fixed is None):
        raise Http404
    asked = Asked(contract, span, request.GET.get("toon") == EVERYONE, fixed.month if fixed and stand else None)
    return _Choice(known, there, asked, fixed, stand)


def _lines(request: PortalRequest, asked: Asked) -> dict[str, Any]:
    """A page of the list, as it is now or as it was fixed."""
    number = page_number(request.GET.get("pagina"))
    found = flow_page(request.scope, asked, today=timezone.localdate(), page=number, size=SIZE)
    people = [line.participant_id for line in found.lines]
    _record(request, "reporting.flow_list", asked, people, page=found.number)
    lines = [
        (line, beside.bsn, *movement_words(line.movement)) for line, beside in with_beside(request.scope, found.lines)
    ]
    return {
        "page": found, "lines": lines, "total": found.total,
        "pages": pages(request.GET, found.number, last_page(found.total, SIZE)),
    }  # fmt: skip


def _changes(request: PortalRequest, asked: Asked) -> dict[str, Any]:
    """A page of what changed since the list was fixed."""
    found, total, number = found_page(
        page_number(request.GET.get("pagina")), SIZE,
        lambda page: changed(request.scope, asked, page=page, size=SIZE),
    )  # fmt: skip
    _record(request, "reporting.flow_list", asked, [one.participant_id for one in found], page=number)
    lines = [(one, beside.bsn, _said(one.was), _said(one.now)) for one, beside in with_beside(request.scope, found)]
    return {
        "changes": lines, "total": total, "pages": pages(request.GET, number, last_page(total, SIZE)),
    }  # fmt: skip


def _said(one: Said | None) -> tuple[str, str, date | None] | None:
    return (*movement_words(one.movement), one.last_day) if one else None


def _plan_url(asked: Asked) -> str:
    """Where the list of a month is planned (X11)."""
    return f"{reverse('plan_export')}?{urlencode({'lijst': str(Which.FLOWS), 'contract': str(asked.contract.id)})}"


def _record(request: PortalRequest, action: str, asked: Asked, people: Any, **more: int) -> None:
    fixed = {"fixed": f"{asked.fixed:%Y-%m}"} if asked.fixed else {}
    detail = {"span": asked.span.code, "everyone": asked.everyone, "bsn": shows_bsn(request.scope), **fixed, **more}
    audit.record(
        request.scope, action, participants=people, objects={"contract": [asked.contract.id]}, detail=detail
    )  # fmt: skip


def _by_year(there: list[Span]) -> list[tuple[int, list[tuple[str, str]]]]:
    """Codes and words of what there is to choose from, by year."""
    return [
        (year, [(one.code, span_words(one)) for one in of_year])
        for year, of_year in groupby(there, key=lambda one: one.first.year)
    ]


def _change_columns(scope: Scope) -> list[Column[Changed]]:
    return [
        *person_columns(scope),
        Column(_("Ingangsdatum"), 14, lambda line, beside: line.first_day),
        Column(_("Vastgesteld"), 20, lambda line, beside: _moved(line.was)),
        Column(_("Vastgestelde einddatum (t/m)"), 28, lambda line, beside: _until(line.was)),
        Column(_("Nu"), 20, lambda line, beside: _moved(line.now)),
        Column(_("Einddatum nu (t/m)"), 20, lambda line, beside: _until(line.now)),
    ]


def _moved(one: Said | None) -> str:
    return movement_words(one.movement)[0] if one else _("Niet in de lijst")


def _until(one: Said | None) -> date | None:
    return one.last_day if one else None
