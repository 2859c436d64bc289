"""The lists: what waits, what is due first on top, and what was decided (K01)."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from collectief.cases import queries
from collectief.cases.actions import record_seen, staff_of
from collectief.cases.queries import CaseView
from collectief.segments.profile import Permission

from ..page import PortalRequest, page
from ..paging import found_page, last_page, page_number, pages
from . import words
from .forms import QueueForm

SIZE = 25


@page(Permission.JUDGE_CASES)
@require_GET
def cases(request: PortalRequest) -> HttpResponse:
    """What waits; of one kind, or one's own, when that is asked."""
    today = timezone.localdate()
    counts = queries.counts(request.scope, today=today)
    form = QueueForm(request.GET or None, counts=counts)
    if form.is_bound and not form.is_valid():
        return render(request, "cases/list.html", {"form": form, "counts": counts, "searched": True}, status=422)
    asked = form.cleaned_data if form.is_bound else {}
    found, total, number = found_page(
        page_number(request.GET.get("pagina")), SIZE,
        lambda page: queries.waiting(
            request.scope, today=today, kind=asked.get("soort", ""), mine=bool(asked.get("van")), page=page, size=SIZE
        ),
    )  # fmt: skip
    _seen(request, "case.list", found)
    context = {
        "form": form, "counts": counts, "lines": [words.line(view) for view in found], "total": total,
        "pages": pages(request.GET, number, last_page(total, SIZE)), "me": request.scope.account_id,
        "searched": any(asked.values()), "listed": True,
    }  # fmt: skip
    return render(request, "cases/list.html", context)


@page(Permission.JUDGE_CASES)
@require_GET
def decided(request: PortalRequest) -> HttpResponse:
    """What was decided, the last first."""
    today = timezone.localdate()
    found, total, number = found_page(
        page_number(request.GET.get("pagina")), SIZE,
        lambda page: queries.decided(request.scope, today=today, page=page, size=SIZE),
    )  # fmt: skip
    _seen(request, "case.list_decided", found)
    context = {
        "lines": [words.line(view) for view in found], "total": total,
        "pages": pages(request.GET, number, last_page(total, SIZE)),
    }  # fmt: skip
    return render(request, "cases/decided.html", context)


def _seen(request: PortalRequest, action: str, found: Sequence[CaseView]) -> None:
    record_seen(staff_of(request.scope), action, [view.id for view in found])
