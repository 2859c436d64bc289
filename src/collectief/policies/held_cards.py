"""Insurance cards as people see them: somebody's own, and for the insurer's staff how a year stands (U11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q

from collectief.post.queries import SentView, sent
from collectief.scope.database import office
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .cards import CardProblem, years
from .models import CardRun, InsuranceCard


@dataclass(frozen=True, slots=True)
class CardView:
    """A card of somebody: its number, its last day, the letter it stands on, and how that went."""

    year: int
    number: str
    expires_on: date
    document_id: int
    sent: SentView | None


def cards_of(scope: Scope, participant_id: int) -> list[CardView]:
    """Somebody's cards that the organisation got, the latest first, in two queries. Raises NotAllowed.

    Must run inside `opened`.
    """
    scope.require(Permission.SEE_PARTICIPANTS)
    own = InsuranceCard.objects.filter(
        organisation_id=scope.organisation_id, participant_id=participant_id, document_id__isnull=False
    )
    rows = list(own.order_by("-year").values_list("year", "number", "expires_on", "document_id"))
    posted = sent(scope, [row[3] for row in rows if row[3]]) if rows else {}
    return [
        CardView(year, number, until, document, posted.get(document))
        for year, number, until, document in rows
        if document
    ]


@dataclass(frozen=True, slots=True)
class CardYear:
    """How the cards of a year stand at an insurer; `started_by` is empty while nobody has issued them."""

    year: int
    started_by: str
    started_at: datetime | None
    made: int
    # By organisation: name, customer number, why, how many.
    missing: tuple[tuple[str, str, CardProblem, int], ...]


def card_years(scope: Scope, *, today: date) -> list[CardYear]:
    """The years of which cards can be issued now. Raises NotAllowed."""
    scope.require(Permission.HANDLE_POST)
    with office(scope.insurer_id):
        return [_year(scope.insurer_id, year) for year in years(today)]


def _year(insurer_id: int, year: int) -> CardYear:
    run = CardRun.objects.filter(insurer_id=insurer_id, year=year).first()
    own = InsuranceCard.objects.filter(insurer_id=insurer_id, year=year)
    missing = own.filter(Q(document_id=None) & ~Q(problem="")).values_list(
        "organisation__name", "organisation__customer_number", "problem"
    )
    lines = missing.annotate(Count("id")).order_by("organisation__name", "organisation__customer_number", "problem")
    return CardYear(
        year, run.started_by if run else "", run.started_at if run else None,
        own.filter(document_id__isnull=False).count(),
        tuple((name, number, CardProblem(problem), count) for name, number, problem, count in lines),
    )  # fmt: skip
