"""Letters that were made and are kept."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from django.utils import timezone

from collectief.documents import actions
from collectief.documents.rules import Letter, LetterKind, Part, asked_for, numbered, offered_by
from collectief.enrolment.models import Participation
from collectief.post.models import Consignment
from collectief.post.rules import To
from collectief.scope.database import opened, working_for
from collectief.scope.scope import Scope
from tests.world import Agency

FRAME = {
    "sender": "Zorg en Zekerheid", "accent": "#0b3d2e", "language": "nl", "dated": "28-11-2026", "page": "Pagina",
    "check": "Controleer dit document op mijnzz.localhost/controleren/ met nummer {number}",
}  # fmt: skip


def letter(said: str = "Verzekerd", kind: LetterKind = LetterKind.POLICY_SCHEDULE) -> Letter:
    """A letter that says little."""
    part = Part("Verzekering", said=(said,))
    return Letter(kind, "Polisblad", (("Verzekerde", said),), (part,), {"first_day": "2026-01-01"})


def wanted(
    participant_id: int,
    said: str = "Verzekerd",
    contracts: Iterable[int] = (1,),
    kind: LetterKind = LetterKind.POLICY_SCHEDULE,
) -> actions.Wanted:
    """The same, about somebody."""
    return actions.Wanted(letter(said, kind), participant_id, "polisblad-3001", frozenset(contracts))


def has_letters(scope: Scope) -> bool:
    """Whether there is any letter about somebody in this segment."""
    return any(scope.may(asked_for(kind), offered_by(kind)) for kind in LetterKind)


def kept(scope: Scope, participant_id: int) -> int:
    """A letter about somebody that the profile has, about the contract that they take part in; its id."""
    offered = (kind for kind in LetterKind if scope.may(asked_for(kind), offered_by(kind)))
    with opened(scope):
        contract = Participation.objects.filter(participant_id=participant_id).latest("id").contract_id
        one = wanted(participant_id, contracts=[contract], kind=next(offered))
        return actions.make(scope, one, frame=FRAME, now=timezone.now()).id


def on_paper(customer: Agency, *, state: str = "handed_over", number: str = "") -> int:
    """A letter of a customer that went to the print service today; its consignment."""
    now = timezone.now()
    with working_for(customer.organisation.id, customer.organisation.insurer_id):
        return Consignment.objects.create(
            insurer_id=customer.organisation.insurer_id, organisation=customer.organisation,
            document_id=secrets.randbelow(10**12), number=number or numbered(secrets.token_bytes(10)),
            kind=LetterKind.POLICY_SCHEDULE, to=To.ORGANISATION, state=state, made_at=now,
            handed_over_at=None if state == "waiting" else now, asked_at=now, service_number="given by the service",
            keep_until=timezone.localdate(now),
        ).id  # fmt: skip
