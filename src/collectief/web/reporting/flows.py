"""In- en uitstroomlijsten: who came and left in a month or a year, on screen and as a workbook (U23, G08)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from collectief.audit import actions as audit
from collectief.contracts.queries import ContractView, contracts
from collectief.reporting.flow_lists import Asked, FlowLine, flow_lines, flow_page
from collectief.reporting.rules import Span, spans
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

from ..page import PortalRequest, page
from ..paging import last_page, page_number, pages
from ..people import Column, person_columns, shows_bsn, shows_reference, with_bsns, workbook
from .choosing import chosen_contract
from .words import movement_words, span_words

SIZE = 50
# What an address says for everyone; without it only who came or left.
EVERYONE = "alle"


@dataclass(frozen=True, slots=True)
class _Choice:
    """What is asked for, and what there was to choose from."""

    contracts: list[ContractView]
    spans: list[Span]
    asked: Asked

    @property
    def address(self) -> str:
        asked = self.asked
        shown = {"toon": EVERYONE} if asked.everyone else {}
        return "?" + urlencode({"contract": asked.contract.number, "periode": asked.span.code} | shown)


@page(Permission.SEE_PARTICIPANTS, Capability.FLOW_LISTS)
@require_GET
def flows(request: PortalRequest) -> HttpResponse:
    """The list of a contract in a month or a year, by name."""
    choice = _choice(request)
    if choice is None:
        return render(request, "reporting/flows.html", {"asked": None})
    asked, today = choice.asked, timezone.localdate()
    found = flow_page(request.scope, asked, today=today, page=page_number(request.GET.get("pagina")), size=SIZE)
    people = [line.participant_id for line in found.lines]
    _record(request, "reporting.flow_list", asked, people, page=found.number)
    context = {
        "contracts": choice.contracts, "asked": asked, "page": found, "years": _by_year(choice.spans),
        "called": span_words(asked.span), "runs": asked.span.first <= today < asked.span.end,
        "lines": [(line, bsn, *movement_words(line.movement)) for line, bsn in with_bsns(request.scope, found.lines)],
        "shows_bsn": shows_bsn(request.scope), "shows_reference": shows_reference(request.scope),
        "pages": pages(request.GET, found.number, last_page(found.total, SIZE)), "address": choice.address,
        "everyone": EVERYONE,
    }  # fmt: skip
    return render(request, "reporting/flows.html", context)


@page(Permission.SEE_PARTICIPANTS, Capability.FLOW_LISTS)
@require_GET
def download(request: PortalRequest) -> HttpResponseBase:
    """The whole list as a workbook."""
    choice = _choice(request)
    if choice is None:
        raise Http404
    asked = choice.asked
    response, people = workbook(
        request.scope,
        _columns(request.scope),
        flow_lines(request.scope, asked, today=timezone.localdate()),
        title=_("In- en uitstroom"),
        name=f"{_('in-en-uitstroom')}-{asked.contract.number}-{asked.span.code}.xlsx",
    )
    _record(request, "reporting.download_flow_list", asked, people, lines=len(people))
    return response


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
    return _Choice(known, there, Asked(contract, span, request.GET.get("toon") == EVERYONE))


def _record(request: PortalRequest, action: str, asked: Asked, people: Any, **more: int) -> None:
    detail = {"span": asked.span.code, "everyone": asked.everyone, "bsn": shows_bsn(request.scope), **more}
    audit.record(
        request.scope, action, participants=people, objects={"contract": [asked.contract.id]}, detail=detail
    )  # fmt: skip


def _by_year(there: list[Span]) -> list[tuple[int, list[tuple[str, str]]]]:
    """Codes and words of what there is to choose from, by year."""
    return [
        (year, [(one.code, span_words(one)) for one in of_year])
        for year, of_year in groupby(there, key=lambda one: one.first.year)
    ]


def _columns(scope: Scope) -> list[Column[FlowLine]]:
    return [
        *person_columns(scope),
        Column(_("Ingangsdatum"), 14, lambda line, bsn: line.first_day),
        Column(_("Einddatum (t/m)"), 16, lambda line, bsn: line.last_day),
        Column(_("In- of uitstroom"), 20, lambda line, bsn: movement_words(line.movement)[0]),
    ]
