"""Whom the insurer reaches, changed at the office with the form that customers have (U28)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from collectief.contracts.queries import ContactView
from collectief.contracts.rules import ContactKind, phone_text
from collectief.customers import actions
from collectief.customers.queries import Contacts

from ..contracts.contacts import KINDS, ContactsForm, as_typed
from ..page import PortalRequest
from .changing import Place

TITLES = {**KINDS, ContactKind.COMPANY: gettext_lazy("Contactgegevens van de organisatie")}


def lines(known: Contacts, contract_id: int | None, kinds: Sequence[ContactKind]) -> list[dict[str, Any]]:
    """Contacts as a page shows them."""
    found = [(kind, known.get((contract_id, kind), ContactView())) for kind in kinds]
    return [
        {
            "title": TITLES[kind], "name": one.name, "phone": phone_text(one.phone), "email": one.email,
            "address": f"{one.street} {one.house_number}, {one.postcode} {one.city}" if one.postcode else "",
        }
        for kind, one in found
    ]  # fmt: skip


def changed(
    request: PortalRequest,
    known: Contacts,
    organisation_id: int,
    contract_id: int | None,
    kinds: Sequence[ContactKind],
    place: Place,
) -> HttpResponse | None:
    """The form, or None once what was typed is kept; `place` says of whom it is and leads back."""
    form = ContactsForm(
        request.POST if request.method == "POST" else None, kinds=kinds, titles=TITLES,
        initial=as_typed(known, contract_id, kinds),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        actions.change_contacts(request.scope, organisation_id, contract_id, form.wanted, now=timezone.now())
        return None
    return render(
        request, "customers/contacts.html", {"form": form, "place": place}, status=422 if form.errors else 200
    )
