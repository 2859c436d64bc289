"""The confirmation of a change that was carried out, as PDF (X05)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from collectief.contracts.queries import contracts
from collectief.documents.actions import Wanted
from collectief.enrolment.letters import confirmation as in_words
from collectief.enrolment.letters import contracts_told_of, stays_touched
from collectief.mutations import queries as mutations
from collectief.mutations.queries import MutationView
from collectief.mutations.rules import State
from collectief.policies.insured import terms_of
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Field, Permission

from ..letters import letter_file
from ..page import PortalRequest, page
from . import present
from .found import participant_of


@page(Permission.SEE_PARTICIPANTS, Capability.CONFIRMATION_LETTERS)
@require_GET
def confirmation(request: PortalRequest, mutation_id: int) -> HttpResponse:
    """That a change was carried out: not of one that waits, was refused, or is undone."""
    scope = request.scope
    try:
        view = mutations.mutation(scope, mutation_id)
    except mutations.NotFound:
        raise Http404 from None
    known = contracts(scope)
    labels = {contract.id: contract.label for contract in known}
    told_of = contracts_told_of(view)
    if view.state != State.PROCESSED or view.participant_id is None or not told_of <= labels.keys():
        raise Http404
    person = participant_of(scope, view.participant_id)
    today = timezone.localdate()
    reason = scope.profile.reason(view.asked.get("reason", ""))
    letter = in_words(
        person, view, terms_of(scope, stays_touched(view)), contracts=labels, organisation=scope.organisation,
        reason=reason.called(get_language()) if reason else "",
        undoes=present.mutation_line(view, known, scope, today).undoes, references=_references(scope, view),
        today=today,
    )  # fmt: skip
    name = f"{_('bevestiging')}-{person.relation_number}-{timezone.localdate(view.submitted_at)}-{view.id}"
    wanted = Wanted(letter, person.id, name, told_of)
    return letter_file(request, wanted, back=reverse("mutation", args=[view.id]))


def _references(scope: Scope, view: MutationView) -> tuple[str, ...]:
    """The reference before and after, where it changed and is shown."""
    found = (line["reference"] for line in view.touched if "reference" in line)
    return tuple(next(found, ())) if scope.sees(Field.EXTERNAL_REFERENCE) else ()
