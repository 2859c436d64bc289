"""The page on which one thing of an organisation, a contract, a label or an accountmanager is changed or proposed."""

from __future__ import annotations

from dataclasses import dataclass

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from ..page import PortalRequest


@dataclass(frozen=True, slots=True)
class Place:
    """What is changed: what it is called, its own page, and the list above that."""

    about: str
    back: str
    up: str
    list: str


def of_organisation(name: str, organisation_id: int) -> Place:
    """A place among the organisations."""
    back = reverse("customer", kwargs={"organisation_id": organisation_id})
    return Place(name, back, reverse("customers"), _("Organisaties"))


def of_contract(name: str, contract_id: int) -> Place:
    """A place among the contracts."""
    back = reverse("group_contract", kwargs={"group_contract_id": contract_id})
    return Place(name, back, reverse("group_contracts"), _("Contracten"))


def drawn(request: PortalRequest, form: Form, place: Place, *, title: str, said: str, button: str = "") -> HttpResponse:
    """The page with its form; `said` is what the change brings about."""
    context = {"form": form, "place": place, "title": title, "said": said, "button": button or _("Opslaan")}
    return render(request, "customers/change.html", context, status=422 if form.errors else 200)
