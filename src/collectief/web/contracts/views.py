"""Contracten: own data and contracts, asking for a change to them, and linking those of another number (W16, W17)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from collectief.access.rules import AccessRefused
from collectief.contracts import queries
from collectief.contracts.queries import ChangeView, LinkView, NoLink
from collectief.contracts.rules import ChangeState, LinkState
from collectief.foundation.dates import dutch
from collectief.onboarding import changing, linking
from collectief.segments.profile import Capability, Permission

from ..page import PortalRequest, page
from ..password.steps import say, sent, status_of
from .forms import ChangeForm, LinkForm

# How a link stands, its colour, and what ending it is called.
_STATES = {
    LinkState.LINKED: (gettext_lazy("Gekoppeld"), "success", gettext_lazy("Ontkoppelen")),
    LinkState.ASKED: (gettext_lazy("In behandeling"), "info", gettext_lazy("Verzoek intrekken")),
    LinkState.REFUSED: (gettext_lazy("Niet gekoppeld"), "neutral", gettext_lazy("Uit de lijst halen")),
}
_DONE = {
    LinkState.LINKED: gettext_lazy("Contract {number} is ontkoppeld."),
    LinkState.ASKED: gettext_lazy("Het verzoek om contract {number} te koppelen is ingetrokken."),
    LinkState.REFUSED: gettext_lazy("Contract {number} staat niet meer in de lijst."),
}

# How a change stands, and its colour.
_CHANGES = {
    ChangeState.ASKED: (gettext_lazy("In behandeling"), "info"),
    ChangeState.DONE: (gettext_lazy("Doorgevoerd"), "success"),
    ChangeState.REFUSED: (gettext_lazy("Niet doorgevoerd"), "neutral"),
}


@page(Permission.SEE_CONTRACTS, Capability.LINK_CONTRACTS)
@require_GET
def contracts(request: PortalRequest) -> HttpResponse:
    """Own contracts, linked ones, and for who links the form."""
    return _drawn(request, LinkForm())


@page(Permission.SEE_CONTRACTS, Capability.ASK_CHANGES)
@require_http_methods(["GET", "POST"])
def ask_change(request: PortalRequest) -> HttpResponse:
    """Wijziging doorgeven: what the insurer has is changed by the insurer, and the answer stands in the list."""
    own = queries.contracts(request.scope)
    form = ChangeForm(sent(request), contracts=[(one.number, one.label) for one in own])
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            due = changing.ask(request.scope, contract=asked["about"], text=asked["text"], now=timezone.now())
        except AccessRefused as refused:
            say(form, refused, request)
        else:
            said = _("We hebben uw verzoek ontvangen. Uiterlijk op {day} staat ons antwoord in de lijst.")
            messages.success(request, said.format(day=dutch(due)))
            return redirect("contracts")
    return render(request, "contracts/change.html", {"form": form}, status=status_of(form))


@page(Permission.LINK_CONTRACTS, Capability.LINK_CONTRACTS)
@require_http_methods(["GET", "POST"])
def link(request: PortalRequest) -> HttpResponse:
    """Koppelen: at once where it is the same company's, else after the insurer agrees. One answer for all else."""
    form = LinkForm(sent(request))
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            done = linking.link(request.scope, customer=asked["customer"], number=asked["number"], now=timezone.now())
        except AccessRefused as refused:
            say(form, refused, request)
        else:
            if done.due is None:
                said = _("Contract {number} is gekoppeld: {name}.").format(number=asked["number"], name=done.name)
            else:
                said = _("We hebben uw verzoek ontvangen. Uiterlijk op {day} staat ons antwoord in de lijst.")
                said = said.format(day=dutch(done.due))
            messages.success(request, said)
            return redirect("contracts")
    return _drawn(request, form)


@page(Permission.LINK_CONTRACTS, Capability.LINK_CONTRACTS)
@require_http_methods(["GET", "POST"])
def unlink(request: PortalRequest, link_id: int) -> HttpResponse:
    """Ontkoppelen, after being asked whether one is sure."""
    try:
        found = queries.linked_contract(request.scope, link_id)
        if request.method == "POST":
            linking.unlink(request.scope, link_id, now=timezone.now())
    except NoLink:
        raise Http404 from None
    if request.method == "POST":
        messages.success(request, str(_DONE[found.state]).format(number=found.contract_number))
        return redirect("contracts")
    return render(request, "contracts/unlink.html", {"line": _line(found)})


def _drawn(request: PortalRequest, form: LinkForm) -> HttpResponse:
    scope = request.scope
    context = {
        "form": form,
        "own_data": queries.own_data(scope),
        "changes": [_change(one) for one in queries.asked_changes(scope)],
        "asks": scope.may(Permission.SEE_CONTRACTS, Capability.ASK_CHANGES),
        "own": queries.contracts(scope),
        "lines": [_line(one) for one in queries.linked_contracts(scope)],
        "links": scope.may(Permission.LINK_CONTRACTS, Capability.LINK_CONTRACTS),
    }
    return render(request, "contracts/list.html", context, status=status_of(form))


def _line(one: LinkView) -> dict[str, Any]:
    state, colour, ending = _STATES[one.state]
    return {
        "view": one, "state": state, "colour": colour, "ending": ending,
        "due": linking.due(one.asked_at) if one.state == LinkState.ASKED else None,
        "linked": one.state == LinkState.LINKED, "asked": one.state == LinkState.ASKED,
    }  # fmt: skip


def _change(one: ChangeView) -> dict[str, Any]:
    state, colour = _CHANGES[one.state]
    due = changing.due(one.asked_at) if one.state == ChangeState.ASKED else None
    return {"view": one, "state": state, "colour": colour, "due": due}
