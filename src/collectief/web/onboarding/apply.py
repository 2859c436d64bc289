"""Een account aanvragen: a public form; the insurer judges it within five working days (G01)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from collectief.access.queries import door
from collectief.access.rules import AccessRefused
from collectief.cases.rules import due_on
from collectief.onboarding import actions
from collectief.onboarding.actions import KIND
from collectief.onboarding.rules import Applied
from collectief.segments.profile import Means, SegmentProfile

from ..page import PortalRequest, public
from ..password.steps import drawn, say, sent, visitor
from ..shell import ROLE_NAMES
from .forms import ApplicationForm


@public
@require_http_methods(["GET", "POST"])
def apply(request: PortalRequest) -> HttpResponse:
    """The form; it never says whether organisation or address are known to us."""
    profiles = _takes_applications(request)
    form = ApplicationForm(sent(request), profiles=profiles)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        applied = Applied(
            segment=asked["segment"], organisation=asked["organisation"], kvk=asked["kvk"], name=asked["name"],
            email=asked["email"], phone=asked["phone"], roles=form.wanted(),
        )  # fmt: skip
        try:
            actions.apply(
                request.brand, applied, address=visitor(request), language=get_language() or "nl", now=timezone.now()
            )
        except AccessRefused as refused:
            say(form, refused, request, "roles" if refused.code == "no_role" and "roles" in form.fields else None)
        else:
            return redirect("applied")
    given = [ROLE_NAMES[role] for role in form.given]
    return drawn(request, "onboarding/apply.html", form, given=given)


def _takes_applications(request: PortalRequest) -> list[SegmentProfile]:
    """The segments of this portal that one can apply for. Raises Http404 where there are none."""
    profiles = [door(request.brand, segment).profile for segment in request.brand.segments]
    taking = [profile for profile in profiles if profile.takes_applications]
    if not taking:
        raise Http404
    return taking


@public
@require_GET
def received(request: PortalRequest) -> HttpResponse:
    """Thanks, and when there will be an answer: for who applied today."""
    _takes_applications(request)
    context = {"due": due_on(KIND, timezone.localdate()), "with_password": Means.PASSWORD in request.brand.means}
    return render(request, "onboarding/received.html", context)
