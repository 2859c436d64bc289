"""The dashboard of the insurer's own office: what waits, and the way to what one's roles open (K01, K05, K06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from collectief.cases import queries
from collectief.cases.queries import Counts
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission


@dataclass(frozen=True, slots=True)
class Desk:
    """What one finds on one's desk; `counts` for who judges cases."""

    counts: Counts | None
    helps: bool
    searches: bool
    manages: bool
    writes: bool
    runs: bool

    @property
    def empty(self) -> bool:
        """Whether there is nothing here for these roles."""
        return self.counts is None and not (self.helps or self.searches or self.manages or self.writes or self.runs)


def office_desk(scope: Scope, *, today: date) -> Desk:
    """The desk of whoever works here."""
    counts = queries.counts(scope, today=today) if scope.may(Permission.JUDGE_CASES) else None
    return Desk(
        counts, scope.may(Permission.HELP_USERS), scope.may(Permission.SEARCH_TRAIL),
        scope.may(Permission.MANAGE_ACCOUNTS), scope.may(Permission.WRITE_NEWS),
        scope.may(Permission.START_RUNS),
    )  # fmt: skip
