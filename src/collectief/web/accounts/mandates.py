"""Machtigingen (X07): letting another organisation act for this one, and saying who acts for others."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from collectief.access import mandates as actions
from collectief.access.mandates import Given, NoMandate, Received
from collectief.access.queries import colleagues
from collectief.access.rules import AccessRefused, Standing, mandatable
from collectief.audit import actions as audit
from collectief.contracts.queries import ContractView, contracts
from collectief.foundation.dates import dutch
from collectief.foundation.names import tidy
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission, Role

from ..page import PortalRequest, page
from ..participants.forms import DayField
from ..shell import ROLE_NAMES
from .forms import ReachMixin, RolesField, offer
from .words import access_refusal

MANAGE, MANDATES = Permission.MANAGE_ACCOUNTS, Capability.GIVE_MANDATES
_FIELDS = {
    "no_role": "roles", "role_not_yours": "roles", "no_contract": "contracts", "contract_not_yours": "contracts",
    "no_kvk": "kvk", "own_company": "kvk", "mandate_began": "first_day", "mandate_ends_first": "last_day",
}  # fmt: skip


class MandateForm(ReachMixin):
    """To whom, for what, and how long."""

    kvk = forms.CharField(
        label=gettext_lazy("KvK-nummer"), max_length=12, widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("Het nummer van het kantoor dat namens u gaat werken: acht cijfers."),
        error_messages={"required": gettext_lazy("Vul het KvK-nummer in.")},
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("Naam van het kantoor"), max_length=120,
        help_text=gettext_lazy("Zoals u het in dit overzicht wilt terugzien."),
        error_messages={"required": gettext_lazy("Vul de naam van het kantoor in.")},
    )  # fmt: skip
    roles = RolesField()
    first_day = DayField(
        label=gettext_lazy("Ingangsdatum"), error_messages={"required": gettext_lazy("Vul de eerste dag in.")}
    )
    last_day = DayField(
        label=gettext_lazy("Einddatum (t/m)"), required=False,
        help_text=gettext_lazy("Laat leeg als de machtiging geldt tot u haar intrekt."),
    )  # fmt: skip
    field_order = ("kvk", "name", "roles", "reach", "contracts", "first_day", "last_day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reach"].error_messages["required"] = _(
            "Kies of de machtiging voor alle contracten geldt of alleen voor sommige."
        )

    def clean_kvk(self) -> str:
        return "".join(str(self.cleaned_data["kvk"]).split())

    def clean_name(self) -> str:
        return tidy(self.cleaned_data["name"])


class PeopleForm(forms.Form):
    """Which colleagues act under a mandate: their roles in it, none for who does not."""

    def __init__(self, *args: Any, people: list[tuple[int, str]], roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for id_, name in people:
            box = RolesField(required=False)
            box.label, box.help_text = name, ""
            offer(box, roles)
            self.fields[f"collega_{id_}"] = box

    @property
    def people(self) -> dict[int, list[Role]]:
        return {int(name.partition("_")[2]): roles for name, roles in self.cleaned_data.items()}


@page(MANAGE)
@require_GET
def overview(request: PortalRequest) -> HttpResponse:
    """What was given, and what was received."""
    today, scope = timezone.localdate(), request.scope
    gives = scope.profile.allows(MANDATES)
    given = actions.given(scope) if gives else []
    received = actions.received(scope, today=today)
    audit.record(scope, "mandate.list", detail={"given": len(given), "received": len(received)})
    known = contracts(scope)
    context = {
        "gives": gives,
        "given": [_given(one, known, scope, today) for one in given],
        "received": [_received(one) for one in received],
    }
    return render(request, "accounts/mandates.html", context)


@page(MANAGE, MANDATES)
@require_http_methods(["GET", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    """Nieuwe machtiging."""
    scope, today = request.scope, timezone.localdate()
    form = MandateForm(request.POST if request.method == "POST" else None, initial={"first_day": dutch(today)})
    can = mandatable(scope.profile, scope.profile.grantable(scope.roles))
    offer(form.fields["roles"], [role for role in scope.profile.roles if role in can])
    form.offer_contracts(scope.contracts, contracts(scope) if scope.profile.allows(Capability.CHOOSE_CONTRACTS) else [])
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        last_day = asked["last_day"]
        try:
            actions.give(
                scope, kvk=asked["kvk"], name=asked["name"], roles=asked["roles"], contracts=form.chosen,
                first_day=asked["first_day"], end_day=last_day + timedelta(days=1) if last_day else None, today=today,
            )  # fmt: skip
        except AccessRefused as refused:
            reason, remedy = access_refusal(refused.code, refused.params, None)
            form.add_error(_FIELDS.get(refused.code), f"{reason} {remedy}".strip())
        else:
            messages.success(request, _("De machtiging voor {name} is gegeven.").format(name=asked["name"]))
            return redirect("mandates")
    return render(request, "accounts/mandate_new.html", {"form": form}, status=422 if form.errors else 200)


@page(MANAGE, MANDATES)
@require_http_methods(["GET", "POST"])
def revoke(request: PortalRequest, mandate_id: int) -> HttpResponse:
    """Asked once more, since it cannot be undone; from then on nobody acts under it."""
    scope, today = request.scope, timezone.localdate()
    if request.method == "POST":
        try:
            actions.revoke(scope, mandate_id, now=timezone.now())
        except NoMandate:
            raise Http404 from None
        messages.success(request, _("De machtiging is ingetrokken: niemand werkt er nog mee."))
        return redirect("mandates")
    found = next((one for one in actions.given(scope) if one.id == mandate_id), None)
    if found is None:
        raise Http404
    line = _given(found, contracts(scope), scope, today)
    return render(request, "accounts/mandate_revoke.html", {"line": line})


@page(MANAGE)
@require_http_methods(["GET", "POST"])
def people(request: PortalRequest, received_id: int) -> HttpResponse:
    """Wie werkt namens deze organisatie."""
    today, scope = timezone.localdate(), request.scope
    mandate = next((one for one in actions.received(scope, today=today) if one.id == received_id), None)
    if mandate is None:
        raise Http404
    here = colleagues(scope, now=timezone.now())
    members = [one for one in here if one.member.standing == Standing.ACTIVE or one.member.id in mandate.people]
    form = PeopleForm(
        request.POST if request.method == "POST" else None,
        people=[(one.member.id, one.name) for one in members],
        roles=[role for role in Role if role in mandate.roles],
        initial={f"collega_{id_}": sorted(roles) for id_, roles in mandate.people.items()},
    )
    if request.method == "POST" and form.is_valid():
        actions.assign(scope, received_id, form.people, today=today)
        messages.success(request, _("Wie namens {name} werkt, is gewijzigd.").format(name=mandate.principal))
        return redirect("mandates")
    context = {"form": form, "mandate": mandate, "line": _received(mandate)}
    return render(request, "accounts/mandate_people.html", context, status=422 if form.errors else 200)


def _given(one: Given, known: list[ContractView], scope: Scope, today: date) -> dict[str, Any]:
    held = one.contracts
    if one.revoked_at is not None:
        standing, colour = _("Ingetrokken"), "neutral"
    elif one.end_day is not None and one.end_day <= today:
        standing, colour = _("Geëindigd"), "neutral"
    elif one.first_day > today:
        standing, colour = _("Nog niet ingegaan"), "info"
    else:
        standing, colour = _("Geldig"), "success"
    return {
        "id": one.id, "kvk": one.kvk, "name": one.name, "given_by": one.given_by, "first_day": one.first_day,
        "last_day": one.end_day - timedelta(days=1) if one.end_day else None,
        "roles": ", ".join(str(ROLE_NAMES[role]) for role in scope.profile.roles if role in one.roles),
        "contracts": _("alle") if held is None else ", ".join(c.number for c in known if c.id in held),
        "standing": standing, "colour": colour, "revocable": colour in ("success", "info"),
    }  # fmt: skip


def _received(one: Received) -> dict[str, Any]:
    return {
        "id": one.id, "principal": one.principal, "first_day": one.first_day, "people": len(one.people),
        "last_day": one.end_day - timedelta(days=1) if one.end_day else None,
        "roles": ", ".join(str(ROLE_NAMES[role]) for role in Role if role in one.roles),
    }  # fmt: skip
