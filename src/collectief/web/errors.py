"""The pages for what went wrong: they say what happened and what to do, and need no database."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def _page(name: str, status: int) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        return render(request, f"errors/{name}.html", status=status)

    return view


bad_request = _page("400", 400)
not_allowed = _page("403", 403)
not_found = _page("404", 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long or in another browser: what to do now."""
    return render(request, "errors/csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Nothing of what was asked is done: the transaction was rolled back."""
    return render(request, "errors/500.html", status=500)
