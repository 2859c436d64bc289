"""Contract gegevens: what each contract is, what it offers and for how much (U28)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from collectief.contracts import queries
from collectief.contracts.queries import ContactView
from collectief.contracts.rules import ContactKind, phone_text
from collectief.policies.kinds import percent
from collectief.policies.queries import OfferView, offered
from collectief.segments.profile import Capability, Permission

from ..page import PortalRequest, page
from ..terms.words import KINDS, premiums
from .contacts import KINDS as KINDS_OF_CONTACT
from .contacts import OF_CONTRACT


@page(Permission.SEE_CONTRACTS)
@require_GET
def terms(request: PortalRequest) -> HttpResponse:
    """Every contract with its start, products, premiums and discounts of today, and whom we reach about it."""
    scope = request.scope
    offers, known = offered(scope, today=timezone.localdate()), queries.contacts(scope)
    edits = scope.may(Permission.SEE_CONTRACTS, Capability.EDIT_CONTACTS)
    contracts = [
        {
            "view": one, "lines": [_line(offer) for offer in offers.get(one.id, [])],
            "contacts": [_contact(kind, known.get((one.id, kind))) for kind in OF_CONTRACT],
        }
        for one in queries.contracts(scope)
    ]  # fmt: skip
    context = {
        "contracts": contracts, "edits": edits, "edits_company": edits and scope.contracts is None,
        "company": _contact(ContactKind.COMPANY, known.get((None, ContactKind.COMPANY))),
        "known": bool(known),
    }  # fmt: skip
    return render(request, "contracts/terms.html", context)


def _contact(kind: ContactKind, one: ContactView | None) -> dict[str, Any]:
    one = one or ContactView()
    address = f"{one.street} {one.house_number}, {one.postcode} {one.city}" if one.postcode else ""
    return {
        "title": KINDS_OF_CONTACT[kind], "name": one.name, "phone": phone_text(one.phone), "email": one.email,
        "address": address,
    }  # fmt: skip


def _line(one: OfferView) -> dict[str, Any]:
    return {
        "name": one.product.name, "kind": KINDS[one.product.kind], "premiums": premiums(one.product.tariff),
        "discount": percent(one.discount) if one.discount else _("geen"), "since": one.first_day,
    }  # fmt: skip
