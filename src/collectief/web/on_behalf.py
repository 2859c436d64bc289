"""Namens wie: for which organisation somebody works now, their own or one that gave theirs a mandate (X07)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collectief.access import representing
from collectief.access.queries import NoAccess

from .page import PortalRequest, signed_in
from .paging import whole_number


@signed_in
@require_http_methods(["GET", "POST"])
def on_behalf(request: PortalRequest) -> HttpResponse:
    """Everyone in whose name one can work; choosing turns the session, under a new key."""
    now = timezone.now()
    if request.method == "POST" and "machtiging" in request.POST:
        try:
            turned = representing.turn_to(
                request.session, request.scope, request.brand, whole_number(request.POST["machtiging"]), now=now
            )
        except NoAccess:
            messages.error(
                request, _("Deze machtiging geldt niet meer. Kies een andere, of vraag het uw accountbeheerder.")
            )
            return redirect("on_behalf")
        messages.success(request, _("U werkt nu namens {name}").format(name=turned.organisation))
        return redirect("dashboard")
    found = representing.options(request.scope, request.brand, today=timezone.localdate(now))
    return render(request, "on_behalf.html", {"options": found, "current": request.scope.mandate_id})
