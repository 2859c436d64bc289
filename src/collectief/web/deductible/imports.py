"""The files with which the insurer's core said what is used, at the office (U25)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from collectief.audit import actions as audit
from collectief.deductible import queries
from collectief.deductible.queries import NoImport
from collectief.segments.profile import Permission

from ..page import PortalRequest, page
from ..paging import found_page, last_page, page_number, pages
from .words import import_state, problem_words

SIZE = 25


@page(Permission.START_RUNS)
@require_GET
def overview(request: PortalRequest) -> HttpResponse:
    """Every file there was, the last first."""
    found, total, number = found_page(
        page_number(request.GET.get("pagina")), SIZE,
        lambda page: queries.imports(request.scope, page=page, size=SIZE),
    )  # fmt: skip
    audit.record(request.scope, "deductible.imports", objects={"deductible_import": [view.id for view in found]})
    context = {
        "lines": [(view, *import_state(view)) for view in found], "total": total,
        "pages": pages(request.GET, number, last_page(total, SIZE)),
    }  # fmt: skip
    return render(request, "deductible/imports.html", context)


@page(Permission.START_RUNS)
@require_GET
def one(request: PortalRequest, import_id: int) -> HttpResponse:
    """One file: what became of its lines, and what is wrong with which."""
    try:
        view = queries.one_import(request.scope, import_id)
    except NoImport:
        raise Http404 from None
    audit.record(request.scope, "deductible.see_import", objects={"deductible_import": [view.id]})
    state, colour = import_state(view)
    problems = [(number, [problem_words(one) for one in codes]) for number, codes in view.problems]
    context = {"view": view, "state": state, "colour": colour, "problems": problems}
    return render(request, "deductible/import.html", context)
