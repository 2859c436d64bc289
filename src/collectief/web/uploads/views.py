"""The pages of an upload."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from collectief.audit import actions as audit
from collectief.bulk import actions, queries, steps
from collectief.bulk.asking import template_for
from collectief.bulk.rules import BUSY, State
from collectief.bulk.sheets.corrections import write_bad_rows
from collectief.bulk.sheets.reading import Limits
from collectief.bulk.sheets.template import write_template
from collectief.contracts.queries import contracts
from collectief.mutations.corridor import this_moment
from collectief.segments.profile import Capability, Field, Permission

from ..page import PortalRequest, longest_body, page
from ..paging import found_page, last_page, page_number, pages, whole_number
from ..sheet import sheet_file
from . import present
from .forms import UploadForm
from .lines import lines as drawn
from .words import file_refusal

# Files and rows on a page.
FILES, ROWS = 25, 50
# What a form with a file may weigh: the file, and some room for the fields around it.
LONGEST_BODY = Limits().file_bytes + 64 * 1024
guarded = page(Permission.UPLOAD_MUTATIONS, Capability.BULK_UPLOAD)


@guarded
@longest_body(LONGEST_BODY)
@require_http_methods(["GET", "POST"])
def uploads(request: PortalRequest) -> HttpResponse:
    """Send a file, and the files sent before."""
    known = contracts(request.scope)
    form = UploadForm(*((request.POST, request.FILES) if request.method == "POST" else ()), contracts=known)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        batch = actions.receive(
            request.scope,
            file,
            file_name=file.name or "",
            file_size=file.size,
            contract=form.cleaned_data.get("contract", ""),
        )
        steps.enqueue("read", request.scope, batch.id)
        return redirect("upload", batch_id=batch.id)
    found, total, number = found_page(
        page_number(request.GET.get("pagina")),
        FILES,
        lambda page: queries.batches(request.scope, page=page, size=FILES),
    )
    context = {
        "form": form,
        "longest_file": Limits().file_bytes,
        "batches": [present.batch_line(batch) for batch in found],
        "total": total,
        "pages": pages(request.GET, number, last_page(total, FILES)),
    }
    return render(request, "uploads/list.html", context, status=422 if form.errors else 200)


@guarded
@require_GET
def template(request: PortalRequest) -> FileResponse:
    """The empty template with its filling instructions."""
    form, language = template_for(request.scope.profile), _language()
    response, _written = sheet_file(
        _("aan-en-afmeldingen.xlsx"), lambda stream: write_template(stream, form, language=language)
    )
    return response


@guarded
@require_GET
def batch(request: PortalRequest, batch_id: int) -> HttpResponse:
    """One file: its progress, its plan, its result."""
    found = _found(request, batch_id)
    context: dict[str, Any] = {"batch": found, "head": present.batch_line(found)}
    if found.state in BUSY:
        context["progress"] = queries.progress(found)
    elif found.state == State.REFUSED:
        context["reason"], context["remedy"] = file_refusal(found.code, found.params)
    else:
        context |= _rows(request, found)
        if found.state == State.STOPPED:
            context["reason"], context["remedy"] = file_refusal(found.code, found.params)
    return render(request, "uploads/batch.html", context)


@page(Permission.UPLOAD_MUTATIONS, Capability.BULK_UPLOAD, background=True)
@require_GET
def progress(request: PortalRequest, batch_id: int) -> HttpResponse:
    """How far it is, every two seconds; with each next step the page is loaded anew."""
    found = _found(request, batch_id)
    if found.state not in BUSY or request.GET.get("stap", found.state) != found.state:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {"batch": found, "progress": queries.progress(found)}
    return render(request, "uploads/batch.html#progress", context)


@guarded
@require_POST
def accept(request: PortalRequest, batch_id: int) -> HttpResponse:
    """Carry out the good rows of the plan that was on screen."""
    _found(request, batch_id)
    version = whole_number(request.POST.get("version")) or 0
    try:
        actions.accept(request.scope, batch_id, version=version, moment=this_moment())
        steps.enqueue("carry_out", request.scope, batch_id)
    except actions.NotThePlanSeen:
        messages.warning(
            request, _("Dit bestand is intussen al verwerkt of geannuleerd. Hieronder ziet u hoe het er nu voor staat.")
        )
    return redirect("upload", batch_id=batch_id)


@guarded
@require_POST
def cancel(request: PortalRequest, batch_id: int) -> HttpResponse:
    """Do nothing of it."""
    _found(request, batch_id)
    try:
        actions.cancel(request.scope, batch_id, this_moment())
        messages.success(request, _("Het bestand is geannuleerd. Er is niets gewijzigd."))
    except actions.NotThePlanSeen:
        messages.warning(request, _("Annuleren kan niet meer: het bestand wordt al verwerkt."))
    return redirect("upload", batch_id=batch_id)


@guarded
@require_GET
def bad_rows(request: PortalRequest, batch_id: int) -> FileResponse:
    """The rows that went wrong as a file that can be mended and sent again; only what was sent, to who sent it."""
    found = _found(request, batch_id)
    if found.key_sealed is None or not queries.is_sender(request.scope, found):
        raise Http404
    language = _language()
    form = template_for(request.scope.profile)
    lines = (
        (row.sent.cells, [_noted(problem) for problem in present.wrong(row.problems, language)])
        for row in queries.bad_rows(found)
    )
    name = _("te-herstellen-regels-{number}.xlsx").format(number=found.id)
    response, _written = sheet_file(name, lambda stream: write_bad_rows(stream, form, lines, language=language))
    audit.record(request.scope, "batch.bad_rows", objects={"batch": [found.id]})
    return response


def _noted(problem: present.Wrong) -> tuple[str, str]:
    """A problem as the file tells it: a row's problems stand in one cell, so each begins with its column."""
    start = f"{problem.column}: " if problem.column else ""
    return start + problem.reason, start + problem.remedy


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _rows(request: PortalRequest, found: Any) -> dict[str, Any]:
    counts = present.counts(found)
    which = request.GET.get("toon", "")
    which = which if which in {count.code for count in counts} else ""
    rows, total, number = found_page(
        page_number(request.GET.get("pagina")), ROWS,
        lambda page: queries.page_of_rows(found, which=which, page=page, size=ROWS),
    )  # fmt: skip
    lines, shown = drawn(request.scope, found, rows, _language())
    audit.record(
        request.scope, "batch.rows", participants=shown, objects={"batch": [found.id]},
        detail={"rows": [row.number for row in rows]},
    )  # fmt: skip
    return {
        "counts": counts,
        "which": which,
        "rows": lines,
        "sees_reference": request.scope.sees(Field.EXTERNAL_REFERENCE),
        "total": total,
        "good": present.good(found),
        "bad": present.bad(found),
        "pages": pages(request.GET, number, last_page(total, ROWS)),
        "warnings": present.warnings(found),
        "readable": found.key_sealed is not None,
        "own": queries.is_sender(request.scope, found),
    }


def _found(request: PortalRequest, batch_id: int) -> Any:
    try:
        return queries.batch(request.scope, batch_id)
    except queries.NotFound:
        raise Http404 from None
