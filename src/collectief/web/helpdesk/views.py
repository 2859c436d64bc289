"""Finding a user, seeing why they cannot get in, sending an invitation again (K05).

Nobody's data stands in an address: what was sought is posted, and kept in the session of who looked.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from collectief.access import resending, users
from collectief.access.rules import AccessRefused
from collectief.access.users import NoUser
from collectief.segments.profile import Permission

from ..accounts.words import access_refusal
from ..page import PortalRequest, page
from . import present
from .forms import FindForm

HELP = Permission.HELP_USERS
_SOUGHT = "helpdesk_sought"


@page(HELP)
@require_http_methods(["GET", "POST"])
def search(request: PortalRequest) -> HttpResponse:
    """Zoek een gebruiker; and what waits for a second employee."""
    if request.method == "POST":
        form = FindForm(request.POST)
        if form.is_valid():
            request.session[_SOUGHT] = form.cleaned_data["zoek"]
            return redirect("helpdesk")
        return render(request, "helpdesk/search.html", {"form": form, **_waiting(request)}, status=422)
    sought = request.session.get(_SOUGHT, "")
    context = {"form": FindForm(initial={"zoek": sought}), "sought": sought, **_waiting(request)}
    if sought:
        found, more = users.find(request.scope, sought)
        context |= {"lines": present.found_lines(found), "more": more, "most": users.MOST}
    return render(request, "helpdesk/search.html", context)


@page(HELP)
@require_GET
def user(request: PortalRequest, account_id: int) -> HttpResponse:
    """One user: why they cannot get in, their places, how they sign in."""
    try:
        found = users.user(request.scope, account_id, now=timezone.now())
    except NoUser:
        raise Http404 from None
    return render(request, "helpdesk/user.html", {"account_id": account_id, **present.page_of(found)})


@page(HELP)
@require_POST
def resend(request: PortalRequest, membership_id: int) -> HttpResponse:
    """The invitation once more, to the address that is there."""
    try:
        account_id = resending.resend(request.scope, membership_id, now=timezone.now())
    except NoUser:
        raise Http404 from None
    except AccessRefused as refused:
        messages.error(request, " ".join(access_refusal(refused.code, refused.params, request.brand)))
        return redirect("helpdesk")
    messages.success(request, _("De uitnodiging wordt opnieuw verstuurd, naar het adres dat wij hebben."))
    return redirect("helpdesk_user", account_id=account_id)


def _waiting(request: PortalRequest) -> dict[str, object]:
    return {"resets": [present.reset_line(one, name) for one, name in users.open_resets(request.scope)]}
