"""Maandelijkse runs at the office: what runs, what it would do, starting it, and how far it is (K04)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from collectief.audit import actions as audit
from collectief.runs import actions, queries
from collectief.runs.queries import RunView
from collectief.runs.rules import NoRun, RunRefused, registry
from collectief.segments.profile import Permission

from ..page import PortalRequest, page
from ..paging import found_page, last_page, page_number, pages
from . import words

SIZE = 25


@page(Permission.START_RUNS)
@require_GET
def overview(request: PortalRequest) -> HttpResponse:
    """What can be started, and every run there was."""
    today = timezone.localdate()
    found, total, number = found_page(
        page_number(request.GET.get("pagina")), SIZE,
        lambda page: queries.runs(request.scope, page=page, size=SIZE),
    )  # fmt: skip
    audit.record(request.scope, "runs.list", objects={"run": [view.id for view in found]})
    kinds = [
        {"kind": kind, "choices": [(subject, kind.called(subject)) for subject in kind.subjects(today)]}
        for kind in registry.kinds.values()
    ]
    context = {
        "kinds": kinds, "lines": [words.line(view) for view in found], "total": total,
        "pages": pages(request.GET, number, last_page(total, SIZE)),
    }  # fmt: skip
    return render(request, "runs/list.html", context)


@page(Permission.START_RUNS)
@require_http_methods(["GET", "POST"])
def before(request: PortalRequest) -> HttpResponse:
    """What a run would do now, in numbers; it is started from here."""
    slug, subject = request.GET.get("soort", ""), request.GET.get("periode", "")
    if not slug or not subject:
        return redirect("runs")
    now = timezone.now()
    try:
        if request.method == "POST":
            return redirect("run", run_id=actions.start(request.scope, slug, subject, now=now))
        preview = queries.preview(request.scope, slug, subject, today=timezone.localdate(now))
    except NoRun:
        raise Http404 from None
    except RunRefused as refused:
        messages.error(request, words.run_refusal(refused.code))
        return redirect("runs")
    kind = registry.kind(slug)
    detail: dict[str, Any] = {"kind": slug, "subject": subject, "units": preview.left}
    audit.record(request.scope, "runs.preview", detail=detail)
    context = {"kind": kind, "called": kind.called(subject), "preview": preview}
    return render(request, "runs/before.html", context)


@page(Permission.START_RUNS)
@require_GET
def one(request: PortalRequest, run_id: int) -> HttpResponse:
    """One run: how far it is, or what went wrong and what to do."""
    view = _found(request, run_id)
    audit.record(request.scope, "runs.see", objects={"run": [view.id]})
    return render(request, "runs/run.html", {"line": words.line(view)})


@page(Permission.START_RUNS, background=True)
@require_GET
def progress(request: PortalRequest, run_id: int) -> HttpResponse:
    """How far it is, every two seconds; the page is loaded anew once it is over."""
    view = _found(request, run_id)
    if not view.under_way:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "runs/run.html#progress", {"line": words.line(view)})


def _found(request: PortalRequest, run_id: int) -> RunView:
    try:
        return queries.one_run(request.scope, run_id)
    except NoRun:
        raise Http404 from None
