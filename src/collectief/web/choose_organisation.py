"""For whom somebody works today, when their eHerkenning opens several organisations (U01)."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from collectief.access import actions as access
from collectief.access import choosing
from collectief.access.choosing import Option
from collectief.gateways.eherkenning.port import SignInRefused
from collectief.segments.catalogue import profile

from .page import PortalRequest, public
from .paging import whole_number
from .sign_in import enter, refused_page


@public
@require_http_methods(["GET", "POST"])
def choose(request: PortalRequest) -> HttpResponse:
    """The organisations to choose from, and in with the one that was chosen; nobody is in before that."""
    try:
        choice = choosing.held(request.session, request.brand, now=timezone.now())
        chosen = whole_number(request.POST.get("organisation"))
        if request.method != "POST" or chosen not in [option.id for option in choice.options]:
            return render(request, "choose_organisation.html", {"options": _lines(choice.options)})
        # Rights may have changed since: they are looked up again, and one organisation is all that can come back.
        [membership] = access.admit(request.brand, choice.identity, organisation_id=chosen)
    except SignInRefused as refused:
        return refused_page(request, refused)
    return enter(request, membership, choice.identity.level, choice.next)


def _lines(options: Iterable[Option]) -> list[tuple[Option, str]]:
    """Each with what its kind of customer is called."""
    return [(one, profile(one.segment).called(get_language())) for one in options]
