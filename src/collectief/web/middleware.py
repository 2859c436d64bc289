"""From a bare request to one that knows its portal, its account and how far that account reaches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from collectief.access import sessions
from collectief.brands.catalogue import brand_for_host
from collectief.brands.wording import worded
from collectief.scope.database import opened, signing_in

from .errors import too_large
from .page import to_sign_in
from .paging import whole_number

Next = Callable[[HttpRequest], HttpResponse]

# Asked by machines, on whatever name they know us by.
WITHOUT_BRAND = ("/healthz", "/readyz", "/metrics")
# These wait for eHerkenning, or for an insurer's own provider: they hold no transaction open meanwhile, and nobody is
# signed in on them yet.
WITHOUT_TRANSACTION = (
    "/inloggen/eherkenning/", "/inloggen/terug/", "/inloggen/werkaccount/", "/inloggen/werkaccount/terug/",
)  # fmt: skip


class BrandMiddleware:
    """Which portal this host is; a host that is none of ours gets a plain 404."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.brand = brand_for_host(request.get_host())  # type: ignore[attr-defined]
        request.scope = None  # type: ignore[attr-defined]
        request.session_over = False  # type: ignore[attr-defined]
        if request.brand is None and request.path not in WITHOUT_BRAND:  # type: ignore[attr-defined]
            return render(request, "errors/no_portal.html", status=404)
        return self.get_response(request)


class SignInRoleMiddleware:
    """One transaction per request, begun with no more rights than signing in needs.

    A response that says the server failed is rolled back: nothing is half done.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in WITHOUT_BRAND or request.path in WITHOUT_TRANSACTION:
            return self.get_response(request)
        with signing_in():
            response = self.get_response(request)
            if response.status_code == 500:
                transaction.set_rollback(True)
        return response


class BodyMiddleware:
    """Refuses a body that is larger than its page takes by what it says of its length, before any of it is read.

    Stands before the form token is looked at: that reads the body, and a file in it goes to disk.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        length = whole_number(request.META.get("CONTENT_LENGTH")) or 0
        if length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return None
        if request.scope is None and getattr(view, "permission", None) is not None:  # type: ignore[attr-defined]
            return to_sign_in(request)  # type: ignore[arg-type]
        return too_large(request) if length > getattr(view, "longest_body", 0) else None


class LanguageMiddleware:
    """Dutch, unless this browser chose English here."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with worded(request.brand, language):  # type: ignore[attr-defined]
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class ScopeMiddleware:
    """Who is signed in, if the session still holds; the page then runs as their organisation."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in WITHOUT_BRAND or request.path in WITHOUT_TRANSACTION:
            return self.get_response(request)
        try:
            scope = sessions.scope_of(request.session, request.brand, now=timezone.now())  # type: ignore[attr-defined]
        except sessions.SessionOver:
            scope = None
            request.session_over = True  # type: ignore[attr-defined]
        if scope is None:
            return self.get_response(request)
        request.scope = scope  # type: ignore[attr-defined]
        with opened(scope):
            response = self.get_response(request)
            if response.status_code == 500:
                transaction.set_rollback(True)
        # What was shown to one person is kept by no cache on the way.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        """Any page but a polling one counts as using the portal."""
        if request.scope is not None and not getattr(view, "background", False):  # type: ignore[attr-defined]
            sessions.touch(request.session, now=timezone.now())
