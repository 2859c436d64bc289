"""Letters on paper, as the insurer's staff and the customer see them."""

from __future__ import annotations

from collections.abc import Collection
from copy import replace
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, QuerySet

from collectief.documents.rules import LetterKind
from collectief.scope.database import office
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .models import Consignment
from .rules import Again, Returned, State, To


class NoConsignment(LookupError):
    """The insurer sent no letter with that number."""


@dataclass(frozen=True, slots=True)
class ConsignmentView:
    """A letter on paper; whom it is about stands in the letter only."""

    id: int
    number: str
    kind: LetterKind
    to: To
    organisation: str
    customer_number: str
    state: State
    made_at: datetime
    handed_over_at: datetime | None
    posted_at: datetime | None
    refusal: str
    returned_on: date | None
    returned_why: Returned | None
    returned_by: str
    # The one of which this is the letter once more, why, and who sent it.
    again_of: int | None
    again_why: Again | None
    again_by: str
    # The one that was sent in its stead; known of a single one only.
    followed_by: int | None = None


def consignments(
    scope: Scope, *, state: State | None = None, number: str = "", page: int = 1, size: int = 25
) -> tuple[list[ConsignmentView], int]:
    """A page of the insurer's letters on paper, the latest first, and how many there are. Raises NotAllowed."""
    scope.require(Permission.HANDLE_POST)
    with office(scope.insurer_id):
        found = _own(scope).order_by("-id")
        if state:
            found = found.filter(state=state)
        if number:
            found = found.filter(number=number)
        return [_view(row) for row in found[(page - 1) * size : page * size]], found.count()


def counts(scope: Scope) -> dict[State, int]:
    """How many there are in each state. Raises NotAllowed."""
    scope.require(Permission.HANDLE_POST)
    with office(scope.insurer_id):
        rows = Consignment.objects.filter(insurer_id=scope.insurer_id).values_list("state").annotate(Count("id"))
        found = dict(rows.order_by())
    return {state: found.get(state, 0) for state in State}


def consignment(scope: Scope, consignment_id: int) -> ConsignmentView:
    """One of them. Raises NotAllowed, NoConsignment."""
    scope.require(Permission.HANDLE_POST)
    with office(scope.insurer_id):
        row = _own(scope).filter(id=consignment_id).first()
        after = _own(scope).filter(again_of=consignment_id).values_list("id", flat=True).first()
    if row is None:
        raise NoConsignment(consignment_id)
    return replace(_view(row), followed_by=after)


@dataclass(frozen=True, slots=True)
class SentView:
    """How it stands with a letter that the organisation's people were sent on paper."""

    state: State
    handed_over_at: datetime | None
    returned_on: date | None


def sent(scope: Scope, document_ids: Collection[int]) -> dict[int, SentView]:
    """Which of these letters went on paper, by letter, as it stands with the last time that each did, in one query.

    Must run inside `opened`. Raises NotAllowed.
    """
    scope.require(Permission.SEE_PARTICIPANTS)
    own = Consignment.objects.filter(organisation_id=scope.organisation_id, document_id__in=list(document_ids))
    rows = own.order_by("attempt").values_list("document_id", "state", "handed_over_at", "returned_on")
    return {id_: SentView(State(state), at, returned) for id_, state, at, returned in rows}


def _own(scope: Scope) -> QuerySet[Consignment]:
    return Consignment.objects.filter(insurer_id=scope.insurer_id).select_related("organisation")


def _view(row: Consignment) -> ConsignmentView:
    return ConsignmentView(
        row.id, row.number, LetterKind(row.kind), To(row.to), row.organisation.name, row.organisation.customer_number,
        State(row.state), row.made_at, row.handed_over_at, row.posted_at, row.refusal, row.returned_on,
        Returned(row.returned_why) if row.returned_why else None, row.returned_by,
        row.again_of, Again(row.again_why) if row.again_why else None, row.again_by,
    )  # fmt: skip
