"""The pages for what went wrong: they say what happened and what to do."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language

from collectief.audit import actions as audit

from .shell import Shell


def _page(name: str, status: int) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        return render(request, f"errors/{name}.html", status=status)

    return view


bad_request = _page("400", 400)
not_found = _page("404", 404)
too_large = _page("413", 413)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A page that one's roles do not open: said, and in the trail (ASVS 16.3.2)."""
    scope = getattr(request, "scope", None)
    if scope is not None:
        match = request.resolver_match
        audit.record(scope, "page.refuse", outcome="failure", detail={"page": match.url_name if match else None})
    return render(request, "errors/403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long or in another browser: what to do now."""
    return render(request, "errors/csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Nothing of what was asked is done: the transaction was rolled back. Drawn without session or database."""
    bare = Shell(getattr(request, "brand", None), get_language() or settings.LANGUAGE_CODE)
    return HttpResponse(render_to_string("errors/500.html", {"shell": bare}), status=500)
