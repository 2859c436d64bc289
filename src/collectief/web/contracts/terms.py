"""Contract gegevens: what each contract is, what it offers and for how much (U28)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from collectief.contracts import queries
from collectief.policies.kinds import percent
from collectief.policies.queries import OfferView, offered
from collectief.segments.profile import Permission

from ..page import PortalRequest, page
from ..terms.words import KINDS, premiums


@page(Permission.SEE_CONTRACTS)
@require_GET
def terms(request: PortalRequest) -> HttpResponse:
    """Every contract with its start, its products, their premiums and discounts of today."""
    offers = offered(request.scope, today=timezone.localdate())
    contracts = [
        {"view": one, "lines": [_line(offer) for offer in offers.get(one.id, [])]}
        for one in queries.contracts(request.scope)
    ]
    return render(request, "contracts/terms.html", {"contracts": contracts})


def _line(one: OfferView) -> dict[str, Any]:
    return {
        "name": one.product.name, "kind": KINDS[one.product.kind], "premiums": premiums(one.product.tariff),
        "discount": percent(one.discount) if one.discount else _("geen"), "since": one.first_day,
    }  # fmt: skip
