"""Contract gebruik: how many take part at the end of each month, and how many came and left (U27, G10)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from collectief.audit import actions as audit
from collectief.contracts.queries import contracts
from collectief.foundation.sheet import Cell, write_sheet
from collectief.reporting.queries import fixed_use_of, use_of
from collectief.reporting.rules import MonthOfUse
from collectief.segments.profile import Capability, Permission

from ..page import PortalRequest, page
from ..sheet import sheet_file
from .chart import chart
from .choosing import chosen_contract

# How many months a chart shows: more bars than that cannot be told apart on a telephone.
_MONTHS = 24
# How many lines are seen at once; the others are below them, folded.
_LATEST = 12


@page(Permission.SEE_CONTRACTS, Capability.CONTRACT_USE)
@require_GET
def use(request: PortalRequest) -> HttpResponse:
    """The months of one contract, the latest first, with a chart of the last two years."""
    known = contracts(request.scope)
    chosen = chosen_contract(request, known)
    today = timezone.localdate()
    months = use_of(request.scope, chosen, today=today) if chosen else []
    drawn = months[:_MONTHS][::-1]
    fixed = fixed_use_of(request.scope, chosen) if chosen else {}
    lines = [(_called(one), one, fixed.get(one.month)) for one in months]
    context = {
        "contracts": known, "chosen": chosen, "now": months[0].count if months else 0,
        "fixed": bool(fixed), "latest": lines[:_LATEST], "earlier": lines[_LATEST:],
        "label_latest": _("Tabel contract gebruik"), "label_earlier": _("Tabel met eerdere maanden"),
        "chart": chart([one.count for one in drawn]) if len(drawn) > 1 else None,
        "from": _called(drawn[0]) if drawn else "", "until": _called(drawn[-1]) if drawn else "",
        "runs": bool(months) and months[0].month == today.replace(day=1),
    }  # fmt: skip
    return render(request, "reporting/use.html", context)


@page(Permission.SEE_CONTRACTS, Capability.CONTRACT_USE)
@require_GET
def download(request: PortalRequest) -> HttpResponseBase:
    """The same as a workbook."""
    chosen = chosen_contract(request, contracts(request.scope))
    if chosen is None:
        raise Http404
    months = use_of(request.scope, chosen, today=timezone.localdate())
    fixed = fixed_use_of(request.scope, chosen)
    rows = [
        (_called(one), one.count, one.difference, one.came, one.left, *_official(fixed.get(one.month)))
        for one in months
    ]
    name = f"{_('contractgebruik')}-{chosen.number}.xlsx"
    response, _lines = sheet_file(name, lambda stream: write_sheet(stream, _("Contract gebruik"), _heads(), rows))
    audit.record(request.scope, "reporting.download_use", objects={"contract": [chosen.id]})
    return response


def _called(one: MonthOfUse) -> str:
    return date_format(one.month, "F Y")


def _heads() -> list[tuple[str, int]]:
    return [
        (_("Maand"), 20),
        (_("Aantal deelnemers"), 20),
        (_("Verschil"), 12),
        (_("Ingestroomd"), 14),
        (_("Uitgestroomd"), 14),
        (_("Vastgesteld aantal"), 20),
        (_("Vastgesteld ingestroomd"), 24),
        (_("Vastgesteld uitgestroomd"), 24),
    ]


def _official(one: MonthOfUse | None) -> tuple[Cell, Cell, Cell]:
    return (one.count, one.came, one.left) if one else (None, None, None)
