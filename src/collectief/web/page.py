"""Every view says who may open it; a test fails on a URL whose view does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from collectief.brands.catalogue import Brand
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

View = Callable[..., HttpResponseBase]

# What the address of the sign-in says when a session has ended, and when a form was sent by who is not signed in.
ENDED = "beeindigd"
NOT_SENT = "niet-verstuurd"


class PortalRequest(HttpRequest):
    """A request as the middleware hands it to a page."""

    brand: Brand
    scope: Scope
    # Somebody was signed in until this request.
    session_over: bool
    htmx: Any
    LANGUAGE_CODE: str


def page(
    permission: Permission, capability: Capability | None = None, *, background: bool = False
) -> Callable[[View], View]:
    """A page for who holds `permission` in a segment with `capability`.

    Not signed in: to the sign-in, and back afterwards. Signed in without the right: 403. A `background` page
    (polling) does not count as using the portal: it leaves the session's idle time running.
    """

    def decorated(view: View) -> View:
        @wraps(view)
        def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.scope is None:
                return to_sign_in(request)
            if not request.scope.may(permission, capability):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.capability = capability  # type: ignore[attr-defined]
        guarded.background = background  # type: ignore[attr-defined]
        return guarded

    return decorated


def longest_body(size: int) -> Callable[[View], View]:
    """A page that takes more than a form of text: up to `size` bytes. A larger body is refused unread."""

    def decorated(view: View) -> View:
        view.longest_body = size  # type: ignore[attr-defined]
        return view

    return decorated


def signed_in(view: View) -> View:
    """A page for everyone who is signed in, whatever their roles."""

    @wraps(view)
    def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return to_sign_in(request) if request.scope is None else view(request, *args, **kwargs)

    guarded.signed_in = True  # type: ignore[attr-defined]
    return guarded


def oneself(view: View) -> View:
    """A page about one's own account: under a mandate one goes back to one's own organisation first (X07).

    So what is done with somebody's account is in the trail of where they work, and of nobody they act for.
    """

    @signed_in
    @wraps(view)
    def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.scope.mandate is None:
            return view(request, *args, **kwargs)
        messages.info(request, _("Dit gaat over uw eigen account. Kies eerst uw eigen organisatie."))
        return HttpResponseRedirect(reverse("on_behalf"))

    return guarded


def public(view: View) -> View:
    """A page for everyone, signed in or not."""
    view.public = True  # type: ignore[attr-defined]
    return view


def to_sign_in(request: PortalRequest) -> HttpResponse:
    """To the way in, and from there back to the page that was asked for."""
    said = {ENDED: ""} if request.session_over else {}
    if request.method == "GET" and not request.htmx:
        said[REDIRECT_FIELD_NAME] = request.get_full_path()
    elif request.method == "POST" and not request.htmx:
        said[NOT_SENT] = ""
    address = reverse("sign_in") + (f"?{urlencode(said)}" if said else "")
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
