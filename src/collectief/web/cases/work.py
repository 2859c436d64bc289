"""One case: everything about it, and what one can do with it (K01)."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from collectief.cases import actions, queries
from collectief.cases.actions import staff_of
from collectief.cases.queries import CaseFile, NoCase
from collectief.cases.rules import CaseRefused, Decision, registry
from collectief.segments.profile import Permission

from ..page import PortalRequest, page
from ..paging import whole_number
from . import words
from .forms import AnswerForm, NoteForm, RefusalForm

JUDGE = Permission.JUDGE_CASES


@page(JUDGE)
@require_GET
def case(request: PortalRequest, case_id: int) -> HttpResponse:
    """What it is about, who is at it, what was written down, and the decision: to make or made."""
    return _show(request, _found(request, case_id))


@page(JUDGE)
@require_POST
def take(request: PortalRequest, case_id: int) -> HttpResponse:
    """Op mij nemen, or overnemen from who had it when the page was drawn."""
    seen = whole_number(request.POST.get("van"))
    return _done(
        request, case_id,
        lambda: actions.take(case_id, by=staff_of(request.scope), seen=seen, now=timezone.now()),
        _("U bent nu met deze zaak bezig."),
    )  # fmt: skip


@page(JUDGE)
@require_POST
def give_back(request: PortalRequest, case_id: int) -> HttpResponse:
    """Anybody can take it again."""
    return _done(
        request, case_id,
        lambda: actions.give_back(case_id, by=staff_of(request.scope)),
        _("U heeft de zaak teruggegeven: een collega kan hem nemen."),
    )  # fmt: skip


@page(JUDGE)
@require_POST
def note(request: PortalRequest, case_id: int) -> HttpResponse:
    """Something for colleagues to know."""
    found = _found(request, case_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _show(request, found, note=form, status=422)
    return _done(
        request, case_id,
        lambda: actions.add_note(
            case_id, form.cleaned_data["text"], by=staff_of(request.scope), now=timezone.now()
        ),
        _("De notitie staat erbij."),
    )  # fmt: skip


@page(JUDGE)
@require_POST
def decide(request: PortalRequest, case_id: int) -> HttpResponse:
    """Goedkeuren, weigeren with a reason, or answering; what cannot be done says why and leaves the case open."""
    found = _found(request, case_id)
    answers, approves = registry.kind(found.view.kind).answers, request.POST.get("decision") == Decision.APPROVED
    form = _words(request, answers=answers, approves=approves)
    if form is not None and not form.is_valid():
        return _show(request, found, form=form, status=422)
    decision = Decision.APPROVED if answers or approves else Decision.REFUSED
    reason = " ".join(form.cleaned_data.values()) if form else ""
    try:
        actions.decide(case_id, decision, by=staff_of(request.scope), reason=reason, now=timezone.now())
    except CaseRefused as refused:
        problem = words.case_refusal(found.view.kind, refused.code, refused.params)
        return _show(request, _found(request, case_id), form=form, problem=problem, status=422)
    told = _("{title} is goedgekeurd.") if approves else _("{title} is geweigerd.")
    told = _("{title} is beantwoord.") if answers else told
    messages.success(request, told.format(title=found.view.title))
    return redirect("cases")


def _words(request: PortalRequest, *, answers: bool, approves: bool) -> RefusalForm | AnswerForm | None:
    """What a decision says: an answer, or why not; nothing where it is granted."""
    if answers:
        return AnswerForm(request.POST)
    return None if approves else RefusalForm(request.POST)


def _found(request: PortalRequest, case_id: int) -> CaseFile:
    try:
        return queries.case(request.scope, case_id, today=timezone.localdate())
    except NoCase:
        raise Http404 from None


def _done(request: PortalRequest, case_id: int, verb: Callable[[], None], said: str) -> HttpResponse:
    found = _found(request, case_id)
    try:
        verb()
    except CaseRefused as refused:
        messages.error(request, " ".join(words.case_refusal(found.view.kind, refused.code, refused.params)))
    else:
        messages.success(request, said)
    return redirect("case", case_id=case_id)


def _show(
    request: PortalRequest,
    found: CaseFile,
    *,
    form: RefusalForm | AnswerForm | None = None,
    note: NoteForm | None = None,
    problem: tuple[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    actions.record_seen(staff_of(request.scope), "case.see", [found.view.id])
    kind, me = registry.kind(found.view.kind), request.scope.account_id
    context = {
        "file": found, "line": words.line(found.view), "kind": kind, "problem": problem,
        "mine": found.view.taken_by_id == me, "free": found.view.taken_by_id is None,
        "own_work": kind.four_eyes and found.opened_by_id == me,
        "form": form or (AnswerForm() if kind.answers else RefusalForm()), "note": note or NoteForm(),
    }  # fmt: skip
    return render(request, "cases/case.html", context, status=status)
