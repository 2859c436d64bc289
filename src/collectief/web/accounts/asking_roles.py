"""Een andere rol aanvragen: where nobody of the organisation can give one, the insurer is asked (U02)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collectief.access.role_names import ROLE_NAMES
from collectief.access.rules import AccessRefused
from collectief.onboarding import asking_roles
from collectief.segments.profile import Role

from ..page import PortalRequest, oneself
from ..password.steps import drawn, say, sent
from .forms import RolesField, offer
from .words import access_refusal


class AskRolesForm(forms.Form):
    """Which roles one wants beside one's own."""

    roles = RolesField()

    def __init__(self, *args: Any, offered: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["roles"], list(offered))


@oneself
@require_http_methods(["GET", "POST"])
def ask_roles(request: PortalRequest) -> HttpResponse:
    """Ask for roles; nothing to ask where a colleague gives them, or one has them all."""
    now = timezone.now()
    offered = asking_roles.own_askable(request.scope, now=now)
    form = AskRolesForm(sent(request), offered=offered)
    if request.method == "POST" and form.is_valid():
        try:
            asking_roles.ask(request.scope, form.cleaned_data["roles"], now=now)
        except AccessRefused as refused:
            say(form, refused, request)
        else:
            messages.success(request, _("We hebben uw verzoek ontvangen. U krijgt per mail antwoord."))
            return redirect("my_account")
    return drawn(request, "accounts/roles.html", form, offered=offered)


@oneself
@require_POST
def take_back(request: PortalRequest) -> HttpResponse:
    """Toch niet: everything stays as it is."""
    try:
        asking_roles.take_back(request.scope, now=timezone.now())
    except AccessRefused as refused:
        messages.error(request, " ".join(access_refusal(refused.code, refused.params, request.brand)))
    else:
        messages.success(request, _("Uw verzoek om een rol is ingetrokken."))
    return redirect("my_account")


def own_request(request: PortalRequest) -> dict[str, Any]:
    """What one asked for last, and whether one can ask, as Mijn account shows it."""
    found = asking_roles.own_request(request.scope)
    names = ", ".join(str(ROLE_NAMES[role]) for role in found.roles) if found else ""
    can_ask = not (found and found.open) and bool(asking_roles.own_askable(request.scope, now=timezone.now()))
    return {"asked": found, "names": names, "can_ask": can_ask}
