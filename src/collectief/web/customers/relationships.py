"""Accountmanagers: who at the insurer looks after which customers, who read it on their page Contact (U31, K02)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from collectief.audit import actions as audit
from collectief.contracts.queries import ManagerView
from collectief.contracts.rules import phone_text
from collectief.customers import queries, relationships
from collectief.customers.queries import NoManager
from collectief.customers.rules import CustomerRefused

from ..page import PortalRequest, page
from . import words
from .changing import Place, drawn, of_organisation
from .forms import GiveManagerForm, ManagerForm, SuccessorForm
from .organisations import KEEP, file_of


@page(KEEP)
@require_GET
def overview(request: PortalRequest) -> HttpResponse:
    """Everybody who looks after customers, how they are reached, and after how many."""
    found = queries.managers(request.scope)
    audit.record(
        request.scope,
        "relationship_manager.list",
        objects={"relationship_manager": [view.id for view, _customers in found]},
    )
    lines = [(view, phone_text(view.phone), customers) for view, customers in found]
    return render(request, "customers/relationships.html", {"lines": lines})


@page(KEEP)
@require_http_methods(["GET", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    """Somebody who can look after customers."""
    form = ManagerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            relationships.add_manager(request.scope, form.wanted)
        except CustomerRefused as refused:
            form.add_error("email", words.refusal(refused))
        else:
            messages.success(request, _("De accountmanager is toegevoegd. Kies nu bij welke organisaties."))
            return redirect("relationship_managers")
    said = _("Klanten zien deze gegevens op hun pagina Contact.")
    return drawn(request, form, _place(""), title=_("Nieuwe accountmanager"), said=said)


@page(KEEP)
@require_http_methods(["GET", "POST"])
def change(request: PortalRequest, manager_id: int) -> HttpResponse:
    """How somebody is reached, for all of their customers at once."""
    view = _view(request, manager_id)
    form = ManagerForm(
        request.POST if request.method == "POST" else None,
        initial={"name": view.name, "phone": phone_text(view.phone), "email": view.email},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            relationships.change_manager(request.scope, manager_id, form.wanted)
        except CustomerRefused as refused:
            form.add_error("email", words.refusal(refused))
        else:
            messages.success(request, _("De gegevens zijn opgeslagen."))
            return redirect("relationship_managers")
    said = _("Alle klanten van deze accountmanager zien de nieuwe gegevens meteen.")
    return drawn(request, form, _place(view.name), title=_("Gegevens wijzigen"), said=said)


@page(KEEP)
@require_http_methods(["GET", "POST"])
def remove(request: PortalRequest, manager_id: int) -> HttpResponse:
    """Somebody leaves; their customers are a colleague's from now on, or nobody's."""
    known = queries.managers(request.scope)
    found = next(((view, customers) for view, customers in known if view.id == manager_id), None)
    if found is None:
        raise Http404
    view, customers = found
    others = [one for one, _customers in known if one.id != manager_id]
    form = SuccessorForm(request.POST if request.method == "POST" else None, managers=others)
    if request.method == "POST" and form.is_valid():
        try:
            count = relationships.remove_manager(request.scope, manager_id, form.cleaned_data["manager"])
        except NoManager:
            raise Http404 from None
        messages.success(request, _removed(count, handed_over=form.cleaned_data["manager"] is not None))
        return redirect("relationship_managers")
    said = ngettext("{name} heeft nu {count} organisatie.", "{name} heeft nu {count} organisaties.", customers).format(
        name=view.name, count=customers
    )
    return drawn(
        request, form, _place(view.name), title=_("Accountmanager verwijderen"), said=said, button=_("Verwijderen")
    )


@page(KEEP)
@require_http_methods(["GET", "POST"])
def of_customer(request: PortalRequest, organisation_id: int) -> HttpResponse:
    """Who looks after this organisation."""
    found = file_of(request, organisation_id)
    form = GiveManagerForm(
        request.POST if request.method == "POST" else None,
        managers=[view for view, _customers in queries.managers(request.scope)],
        initial={"manager": found.manager.id if found.manager else ""},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            relationships.give_manager(request.scope, organisation_id, form.cleaned_data["manager"])
        except NoManager:
            raise Http404 from None
        messages.success(request, _("De accountmanager is opgeslagen."))
        return redirect("customer", organisation_id=organisation_id)
    place = of_organisation(found.view.name, organisation_id)
    said = _("De klant ziet op de pagina Contact wie dit is, en hoe die te bereiken is.")
    return drawn(request, form, place, title=_("Accountmanager kiezen"), said=said)


def _removed(count: int, *, handed_over: bool) -> str:
    if not count:
        return _("De accountmanager is verwijderd.")
    if handed_over:
        said = ngettext(
            "De accountmanager is verwijderd; {count} organisatie is overgegaan.",
            "De accountmanager is verwijderd; {count} organisaties zijn overgegaan.",
            count,
        )
    else:
        said = ngettext(
            "De accountmanager is verwijderd; {count} organisatie heeft er nu geen.",
            "De accountmanager is verwijderd; {count} organisaties hebben er nu geen.",
            count,
        )
    return said.format(count=count)


def _view(request: PortalRequest, manager_id: int) -> ManagerView:
    try:
        return queries.manager(request.scope, manager_id)
    except NoManager:
        raise Http404 from None


def _place(about: str) -> Place:
    there = reverse("relationship_managers")
    return Place(about, there, there, _("Accountmanagers"))
