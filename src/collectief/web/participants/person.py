"""One participant, and one mutation (U07, U14, X05)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from collectief.audit import actions as audit
from collectief.contracts.queries import contracts
from collectief.enrolment.queries import stays_of
from collectief.enrolment.undoing import not_undone
from collectief.mutations import queries as mutations
from collectief.mutations.corridor import this_moment
from collectief.policies.held_cards import cards_of
from collectief.policies.insured import covers_of, terms_of
from collectief.segments.profile import Capability, Permission

from ..abroad.asking import section_of
from ..household.present import household_lines
from ..page import PortalRequest, page
from . import insurance, present, shown
from .enrolling import enrolling_at
from .found import participant_of
from .letters import kept_lines, letters_of, statement_of


@page(Permission.SEE_PARTICIPANTS)
@require_GET
def person(request: PortalRequest, participant_id: int) -> HttpResponse:
    """Everything about one participant, and every action the profile and roles allow."""
    found = participant_of(request.scope, participant_id)
    today = timezone.localdate()
    known = contracts(request.scope)
    stays = stays_of(request.scope, participant_id, today=today)
    history = mutations.mutations_of(request.scope, participant_id)
    may_undo = request.scope.may(Permission.CHANGE_PARTICIPANTS)
    standing = not_undone(request.scope, history, this_moment(), contracts=known) if may_undo else {}
    shown.record(request.scope, "participants.see", [participant_id])
    labels = {contract.id: contract.label for contract in known}
    terms = terms_of(request.scope, [stay.id for stay in stays])
    covers = covers_of(terms) if terms else []
    scope = request.scope
    change = Permission.CHANGE_PARTICIPANTS
    held = cards_of(scope, participant_id) if scope.profile.cards_to else []
    current = [stay for stay in stays if stay.last_day is None or stay.last_day >= today]
    # Whoever takes part twice chooses between actions of one name: each says which contract it is about.
    named = [(stay, labels.get(stay.contract_id, "") if len(current) > 1 else "") for stay in current]
    context = {
        "person": found,
        "details": shown.details(scope, found),
        "stays": [(stay, labels.get(stay.contract_id, ""), *present.status(stay, today)) for stay in stays],
        "terms": [insurance.term_line(term, labels, today) for term in terms],
        "paid": insurance.paid_by(scope, terms),
        "premium": insurance.premium_of(terms, covers, found.birth_date, today) if terms else None,
        "insures": scope.profile.insures or bool(terms),
        "household": household_lines(scope, participant_id),
        "may_add": bool(current) and scope.may(change, Capability.ADD_RELATIVES),
        "letters": letters_of(scope, participant_id, stays, labels, terms, covers, found.birth_date, today),
        "statement": statement_of(scope, participant_id, stays, terms, today),
        "kept": kept_lines(scope, participant_id),
        "has_cards": scope.profile.cards_to is not None,
        "cards": [present.card_line(card) for card in held],
        "s1": section_of(scope, request.brand, participant_id, terms, today),
        "current": named,
        # In which list they stand; where there is no list of who left, the way back is the one there is (G12).
        "former": not current and scope.may(Permission.SEE_PARTICIPANTS, Capability.FORMER_PARTICIPANTS),
        "latest": stays[0] if stays else None,
        "history": [present.mutation_line(view, known, scope, today, stands=view.id in standing) for view in history],
        "may_terminate": bool(current) and scope.may(change, Capability.TERMINATE),
        "may_re_enrol": not current and bool(stays) and scope.may(change, Capability.RE_ENROL),
        "may_transfer": bool(current) and len(known) > 1 and scope.may(change, Capability.TRANSFER),
        "may_change_reference": scope.may(change, Capability.CHANGE_REFERENCE),
        "may_undo": may_undo,
        "may_confirm": scope.profile.allows(Capability.CONFIRMATION_LETTERS),
    }
    return render(request, "participants/person.html", context)


@page(Permission.SEE_PARTICIPANTS)
@require_GET
def mutation(request: PortalRequest, mutation_id: int) -> HttpResponse:
    """What became of something that was asked; while it is open the page asks again by itself."""
    view = _found(request, mutation_id)
    about = [view.participant_id] if view.participant_id else []
    audit.record(request.scope, "mutations.see", participants=about, objects={"mutation": [mutation_id]})
    context = {
        "line": _line(request, view),
        "enrolling": enrolling_at(request.scope),
        "may_enrol": request.scope.may(Permission.CHANGE_PARTICIPANTS, Capability.ENROL),
        "may_confirm": request.scope.profile.allows(Capability.CONFIRMATION_LETTERS),
    }
    return render(request, "participants/mutation.html", context)


@page(Permission.SEE_PARTICIPANTS, background=True)
@require_GET
def mutation_state(request: PortalRequest, mutation_id: int) -> HttpResponse:
    """The part of that page that changes. It shows nobody, so asking every two seconds leaves no trail."""
    view = _found(request, mutation_id)
    if not view.open:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "participants/mutation.html#waiting", {"line": _line(request, view)})


def _found(request: PortalRequest, mutation_id: int) -> mutations.MutationView:
    try:
        return mutations.mutation(request.scope, mutation_id)
    except mutations.NotFound:
        raise Http404 from None


def _line(request: PortalRequest, view: mutations.MutationView) -> present.MutationLine:
    return present.mutation_line(view, contracts(request.scope), request.scope, timezone.localdate())
