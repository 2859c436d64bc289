"""Stoppen met dit portaal: by a colleague who manages accounts, or by the insurer (O16)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from collectief.access import wishes
from collectief.access.rules import AccessRefused, Route, Wish, WishState
from collectief.onboarding import leaving
from collectief.segments.profile import Permission

from ..page import PortalRequest, oneself
from ..password.steps import drawn, say, sent
from .words import access_refusal

_CHOICES = {
    Wish.STOP: gettext_lazy("Ik wil dit portaal niet meer gebruiken"),
    Wish.ROLE: gettext_lazy("Ik wil geen accounts meer beheren, en blijf gebruiker"),
    Wish.ORGANISATION: gettext_lazy("Onze hele organisatie stopt met dit portaal"),
}


class LeaveForm(forms.Form):
    """What one wants; only what can be."""

    wish = forms.ChoiceField(
        label=gettext_lazy("Wat wilt u?"), error_messages={"required": gettext_lazy("Maak een keuze.")}
    )

    def __init__(self, *args: Any, offered: dict[Wish, Route], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["wish"]
        field.choices = [("", "")] if len(offered) > 1 else []
        field.choices += [(str(wish), _CHOICES[wish]) for wish in offered]


@oneself
@require_http_methods(["GET", "POST"])
def leave(request: PortalRequest) -> HttpResponse:
    """Say that one wants to leave: what happens, who does it, and what is kept."""
    offered = wishes.own_wishes(request.scope, now=timezone.now())
    form = LeaveForm(sent(request), offered=offered)
    if request.method == "POST" and form.is_valid():
        try:
            route = leaving.ask(request.scope, Wish(form.cleaned_data["wish"]), now=timezone.now())
        except AccessRefused as refused:
            say(form, refused, request)
        else:
            if route == Route.MANAGERS:
                said = _("We hebben uw collega's die accounts beheren gevraagd uw account te deactiveren.")
            else:
                said = _("We hebben uw verzoek ontvangen. U krijgt per mail antwoord.")
            messages.success(request, said)
            return redirect("my_account")
    context = {
        "by_managers": Route.MANAGERS in offered.values(),
        "organisation": Wish.ORGANISATION in offered,
        "manages": request.scope.may(Permission.MANAGE_ACCOUNTS),
        "alone": set(offered) == {Wish.ORGANISATION},
    }
    return drawn(request, "accounts/leave.html", form, **context)


@oneself
@require_POST
def stay(request: PortalRequest) -> HttpResponse:
    """Toch niet: everything stays as it is."""
    try:
        leaving.take_back(request.scope, now=timezone.now())
    except AccessRefused as refused:
        messages.error(request, " ".join(access_refusal(refused.code, refused.params, request.brand)))
    else:
        messages.success(request, _("Uw verzoek om te stoppen is ingetrokken."))
    return redirect("my_account")


def own_wish(request: PortalRequest) -> dict[str, Any] | None:
    """One's open or refused wish, as Mijn account shows it."""
    found = wishes.own_wish(request.scope)
    if found is None:
        return None
    return {
        "view": found, "what": _CHOICES[found.wish], "open": found.state == WishState.OPEN,
        "due": leaving.due(found.asked_at) if found.route == Route.INSURER else None,
    }  # fmt: skip
