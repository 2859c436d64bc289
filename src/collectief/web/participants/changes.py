"""Changing something for one person: shape here, judgement in the corridor, the answer in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collectief.audit import actions as audit
from collectief.contracts.queries import contracts
from collectief.enrolment import actions as enrolment
from collectief.enrolment.facts import Application
from collectief.enrolment.queries import ListRow, participation
from collectief.enrolment.reversal import closed
from collectief.enrolment.undoing import not_undone
from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import dutch
from collectief.mutations import queries as mutations
from collectief.mutations.corridor import Outcome, Request, Subject, this_moment
from collectief.mutations.rules import State
from collectief.mutations.verdicts import Refused, Unchanged
from collectief.participants.keys import bsn_keys
from collectief.participants.queries import identity, number_of
from collectief.segments.profile import Capability, Permission

from ..page import PortalRequest, page
from ..paging import whole_number
from ..words import refusal
from . import present
from .forms import (
    NewParticipantForm,
    ReEnrolForm,
    ReferenceForm,
    TerminateForm,
    TransferForm,
    as_bsn,
    refuse_own_bsn,
)
from .found import is_seen, participant_of
from .lists import as_before, show_current, show_former

CHANGE = Permission.CHANGE_PARTICIPANTS
# At which field a refusal is shown, by how its code begins: the first that the form has; the rest stands above it.
_FIELDS = {
    "last_day": ("last_day",), "first_day": ("first_day",), "reason": ("reason",),
    "contract": ("contract", "to_contract"), "already_enrolled": ("first_day",), "enrolled_later": ("first_day",),
    "already_terminated": ("last_day",), "same_contract": ("to_contract",), "transfer_on_first_day": ("first_day",),
    "not_enrolled_then": ("first_day",),
}  # fmt: skip


@page(CHANGE, Capability.ENROL)
@require_http_methods(["GET", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    """Nieuwe deelnemer; `?uit=` fills in what an earlier, refused application asked, but for the BSN."""
    known = contracts(request.scope)
    form = NewParticipantForm(
        _sent(request), contracts=known, profile=request.scope.profile, initial=_asked_before(request)
    )
    if request.method == "POST" and form.is_valid():
        keys, bsn = bsn_keys(request.scope), form.cleaned_data["bsn"]
        subject = Subject(bsn_index=keys.blind_index(bsn), bsn=bsn)
        outcome = _apply(request, form.application(), subject)
        if _went_on(request, form, outcome):
            return _to_newcomer(request, outcome, bsn)
    if form.errors:
        form.ask_bsn_again()
    return render(request, "participants/new.html", {"form": form}, status=422 if form.errors else 200)


@page(CHANGE, Capability.TERMINATE)
@require_http_methods(["GET", "POST"])
def terminate(request: PortalRequest, participation_id: int) -> HttpResponse:
    """Afmelden, from the list or from the participant's page."""
    row = _row(request, participation_id)
    form = TerminateForm(_sent(request), profile=request.scope.profile)
    if request.method == "POST" and form.is_valid():
        asked = form.application(_number(request, row), row.id)
        outcome = _apply(request, asked, Subject(participant_id=row.participant_id))
        done = _("Afmelding van {name} t/m {day} is ontvangen.")
        if _went_on(request, form, outcome, done.format(name=row.name, day=dutch(form.cleaned_data["last_day"]))):
            return redirect(_back(request, row, "current_participants"))
    if request.POST.get("from") == "list":
        return show_current(request, form, opened=row.id)
    return _form_page(request, row, form, _("Afmelden"), _("Afmelden"))


@page(CHANGE, Capability.RE_ENROL)
@require_http_methods(["GET", "POST"])
def re_enrol(request: PortalRequest, participation_id: int) -> HttpResponse:
    """Her-aanmelden, under the same or another contract of the organisation."""
    row = _row(request, participation_id)
    known = contracts(request.scope)
    form = ReEnrolForm(_sent(request), contracts=known, profile=request.scope.profile, initial=as_before(row, known))
    if request.method == "POST" and form.is_valid() and not _is_own_bsn(request, form, row.participant_id):
        outcome = _apply(request, form.application(), Subject(participant_id=row.participant_id))
        done = _("Aanmelding van {name} per {day} is ontvangen.")
        if _went_on(request, form, outcome, done.format(name=row.name, day=dutch(form.cleaned_data["first_day"]))):
            return redirect(_back(request, row, "former_participants"))
    if request.POST.get("from") == "list":
        return show_former(request, form, opened=row.id)
    return _form_page(request, row, form, _("Opnieuw aanmelden"), _("Aanmelden"))


@page(CHANGE, Capability.TRANSFER)
@require_http_methods(["GET", "POST"])
def transfer(request: PortalRequest, participation_id: int) -> HttpResponse:
    """Wissel contract; only where the organisation has more than one."""
    row = _row(request, participation_id)
    others = [contract for contract in contracts(request.scope) if contract.id != row.contract_id]
    if not others:
        raise Http404
    form = TransferForm(_sent(request), contracts=others)
    if request.method == "POST" and form.is_valid():
        asked = form.application(_number(request, row), row.id)
        outcome = _apply(request, asked, Subject(participant_id=row.participant_id))
        done = _("{name} is overgezet per {day}.")
        if _went_on(request, form, outcome, done.format(name=row.name, day=dutch(form.cleaned_data["first_day"]))):
            return redirect("participant", participant_id=row.participant_id)
    return _form_page(request, row, form, _("Wissel contract"), _("Overzetten"))


@page(CHANGE, Capability.CHANGE_REFERENCE)
@require_http_methods(["GET", "POST"])
def reference(request: PortalRequest, participant_id: int) -> HttpResponse:
    """Another external reference."""
    found = participant_of(request.scope, participant_id)
    form = ReferenceForm(_sent(request), initial={"reference": found.external_reference})
    if request.method == "POST" and form.is_valid() and not _is_own_bsn(request, form, participant_id):
        outcome = _apply(request, form.application(), Subject(participant_id=participant_id))
        done = _("Het referentienummer van {name} is gewijzigd.").format(name=found.name)
        if _went_on(request, form, outcome, done):
            return redirect("participant", participant_id=participant_id)
    return _form_page(request, found, form, _("Referentienummer wijzigen"), _("Wijzigen"))


@page(CHANGE)
@require_http_methods(["GET", "POST"])
def withdraw(request: PortalRequest, mutation_id: int) -> HttpResponse:
    """Intrekken: first what will happen, then it happens."""
    return _undo(
        request, mutation_id, enrolment.withdraw, _("Wijziging intrekken"), _("Intrekken"),
        _("De wijziging is ingetrokken; alles is zoals ervoor."), "may_withdraw",
    )  # fmt: skip


@page(CHANGE)
@require_http_methods(["GET", "POST"])
def undo(request: PortalRequest, mutation_id: int) -> HttpResponse:
    """Ongedaan maken: a mutation of its own, that names the one it undoes (X05)."""
    return _undo(
        request, mutation_id, enrolment.reverse, _("Wijziging ongedaan maken"), _("Ongedaan maken"),
        _("De wijziging is ongedaan gemaakt; alles is zoals ervoor."), "may_reverse",
    )  # fmt: skip


def _undo(
    request: PortalRequest,
    mutation_id: int,
    act: Callable[..., Any],
    title: str,
    button: str,
    done: str,
    allowed: str,
) -> HttpResponse:
    try:
        view = mutations.mutation(request.scope, mutation_id)
    except mutations.NotFound:
        raise Http404 from None
    moment = this_moment()
    if request.method == "GET" and allowed == "may_reverse" and view.may_withdraw(moment.today):
        return redirect("withdraw", mutation_id=mutation_id)
    known = contracts(request.scope)
    standing = not_undone(request.scope, [view], moment, contracts=known)
    line = present.mutation_line(view, known, request.scope, moment.today, stands=view.id in standing)
    problem = None if getattr(line, allowed) else _why_not(view, standing, allowed)
    if request.method == "POST":
        problem = _acted(act, request, mutation_id)
        if problem is None:
            messages.success(request, done)
            # Whose only stay is undone has no page any more for who works in some contracts.
            if is_seen(request.scope, view.participant_id):
                return redirect("participant", participant_id=view.participant_id)
            return redirect("mutation", mutation_id=mutation_id)
    about = [view.participant_id] if view.participant_id else []
    together = [one for one in mutations.together_with(request.scope, mutation_id) if one.id != mutation_id]
    about += [one.participant_id for one in together if one.participant_id]
    ids = [mutation_id, *(one.id for one in together)]
    audit.record(request.scope, "mutations.see", participants=about, objects={"mutation": ids})
    context = {
        "line": line, "title": title, "button": button, "problem": problem, "possible": getattr(line, allowed),
        "together": together,
    }  # fmt: skip
    return render(request, "participants/undo.html", context, status=422 if request.method == "POST" else 200)


def _why_not(view: mutations.MutationView, standing: Mapping[int, Refused], allowed: str) -> tuple[str, str]:
    """Why this cannot be taken back, and what to do: as doing it would say."""
    if view.id in standing:
        return refusal(standing[view.id].code, standing[view.id].params)
    if why := closed(view.kind, view.state):
        return refusal(why, {})
    if allowed == "may_reverse":
        return refusal("not_processed", {})
    return refusal("in_effect" if view.state == State.PROCESSED else "already_decided", {})


def _acted(act: Callable[..., Any], request: PortalRequest, mutation_id: int) -> tuple[str, str] | None:
    """Do it; the reason and remedy when it cannot be done."""
    try:
        outcome = act(request.scope, mutation_id, this_moment())
    except enrolment.CannotWithdraw as cannot:
        return refusal(cannot.code, {})
    if isinstance(outcome, Outcome) and isinstance(outcome.verdict, Refused):
        return refusal(outcome.verdict.code, outcome.verdict.params)
    return None


def _sent(request: PortalRequest) -> Any:
    """What a form was filled in with; None where nothing was sent. A form may be sent empty."""
    return request.POST if request.method == "POST" else None


def _apply(request: PortalRequest, application: Application, subject: Subject) -> Outcome:
    [outcome] = enrolment.apply(request.scope, [Request(application, subject)], this_moment())
    return outcome


def _is_own_bsn(request: PortalRequest, form: forms.Form, participant_id: int) -> bool:
    """Whether the reference is the BSN of whom it is about; the form then says so (U19)."""
    bsn = as_bsn(form.cleaned_data.get("reference", ""))
    if bsn is None or bsn_keys(request.scope).blind_index(bsn) != identity(request.scope, participant_id)[0]:
        return False
    refuse_own_bsn(form)
    return True


def _went_on(request: PortalRequest, form: forms.Form, outcome: Outcome, done: str = "") -> bool:
    """Whether it was taken, or is so already: a message says which. If not, the form says why and what to do."""
    if isinstance(outcome.verdict, Refused):
        code = outcome.verdict.code
        reason, remedy = refusal(code, outcome.verdict.params)
        near = (name for start, names in _FIELDS.items() if code.startswith(start) for name in names)
        field = next((name for name in near if name in form.fields), None)
        form.add_error(field, f"{reason} {remedy}")
        return False
    if isinstance(outcome.verdict, Unchanged):
        messages.info(request, _("Dit is al zo: er is niets gewijzigd."))
    elif done:
        messages.success(request, done)
    return True


def _to_newcomer(request: PortalRequest, outcome: Outcome, bsn: Bsn) -> HttpResponse:
    """What becomes of the application; of somebody who takes part so already, their page."""
    if outcome.mutation_id is not None:
        return redirect("mutation", mutation_id=outcome.mutation_id)
    known = number_of(request.scope, bsn)
    if known and is_seen(request.scope, known[0]):
        return redirect("participant", participant_id=known[0])
    return redirect("new_participant")


def _row(request: PortalRequest, participation_id: int) -> ListRow:
    row = participation(request.scope, participation_id, today=timezone.localdate())
    if row is None:
        raise Http404
    return row


def _number(request: PortalRequest, row: ListRow) -> str:
    return next(contract.number for contract in contracts(request.scope) if contract.id == row.contract_id)


def _back(request: PortalRequest, row: ListRow, list_name: str) -> str:
    if request.POST.get("from") == "list":
        query = request.GET.copy()
        query.pop("open", None)
        return reverse(list_name) + (f"?{query.urlencode()}" if query else "")
    return reverse("participant", args=[row.participant_id])


def _form_page(request: PortalRequest, about: Any, form: forms.Form, title: str, button: str) -> HttpResponse:
    participant_id = getattr(about, "participant_id", None) or about.id
    audit.record(request.scope, "participants.see", participants=[participant_id])
    context = {"about": about, "participant_id": participant_id, "form": form, "title": title, "button": button}
    return render(request, "participants/change.html", context, status=422 if form.errors else 200)


def _asked_before(request: PortalRequest) -> dict[str, Any]:
    number = whole_number(request.GET.get("uit"))
    if number is None:
        return {}
    try:
        view = mutations.mutation(request.scope, number)
    except mutations.NotFound:
        return {}
    asked = view.asked
    about = [view.participant_id] if view.participant_id else []
    audit.record(request.scope, "mutations.see", participants=about, objects={"mutation": [view.id]})
    initials, prefix, surname = asked.get("name") or ["", "", ""]
    day = asked.get("first_day", "")
    born = asked.get("birth_date", "")
    return {
        "contract": asked.get("contract", ""), "initials": initials, "name_prefix": prefix, "surname": surname,
        "first_day": "-".join(reversed(day.split("-"))), "birth_date": "-".join(reversed(born.split("-"))),
        "reference": asked.get("reference", ""), **asked.get("address", {}),
    }  # fmt: skip
