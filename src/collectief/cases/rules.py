"""Kinds of cases and their terms, as data; what one is about and what deciding it does, a higher room knows (K01)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from collectief.foundation.registry import Registry
from collectief.foundation.workdays import after_workdays, is_workday
from collectief.scope.scope import Scope


class Decision(StrEnum):
    """What can be decided."""

    APPROVED = "approved"
    REFUSED = "refused"
    # By whoever asked: nobody at the insurer has to judge it any more.
    WITHDRAWN = "withdrawn"


class CaseRefused(ValueError):
    """It cannot be done so now; the case stays as it was. `code` is turned into words by whoever asked."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody of the insurer's who works on a case: an account of its office, or an operator, known by name only."""

    insurer_id: int
    # As customers know it: in their trail it is the insurer that acts.
    insurer: str
    name: str
    account_id: int | None = None
    roles: tuple[str, ...] = ("operator",)
    # None for an operator at the command line.
    scope: Scope | None = None

    @property
    def access_point(self) -> str:
        """From where they work, as the trail has it."""
        return f"{self.scope.brand}/{self.scope.channel}" if self.scope else "command"


@dataclass(frozen=True, slots=True)
class Deciding:
    """A decision being made: on which subject, by whom, when, and why."""

    case_id: int
    subject: str
    decision: Decision
    by: Staff
    reason: str
    now: datetime

    @property
    def insurer_id(self) -> int:
        return self.by.insurer_id


@dataclass(frozen=True, slots=True)
class About:
    """What a case is about, in words, as its page shows it: facts by label, and what is worth a second look."""

    facts: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


type Titles = Callable[[int, Sequence[str]], Mapping[str, str]]
# Reason and remedy by code; `{name}` in them is filled with what the refusal says.
type Refusals = Callable[[], Mapping[str, tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of case: its term in working days, what its page shows, and what a decision does.

    `titles` and `about` are asked as staff of the insurer. `decide` runs in the transaction of the decision and raises
    CaseRefused where it cannot be done; `refusals` has words for its codes. `four_eyes`: who opened it may not decide
    it.
    """

    slug: str
    workdays: int
    # Its name; a text that is translated when it is shown.
    label: object
    titles: Titles
    about: Callable[[int, str], About]
    decide: Callable[[Deciding], None]
    refusals: Refusals
    # What approving does, for whoever is about to; the same for refusing.
    approving: object = ""
    refusing: object = ""
    four_eyes: bool = False
    # Approving is answering: it takes a text, which what it is about keeps, and there is nothing to refuse.
    answers: bool = False


registry: Registry[Kind] = Registry()

# How long a decided case can be read back with its notes and reason: a year, and time to complain of its last day.
KEPT = timedelta(days=400)

# What was promised per kind, in working days (REQUIREMENTS, K01). A kind that is registered must stand here.
TERMS: Mapping[str, int] = {
    "account_application": 5, "contract_link": 5, "leaving": 5, "data_change": 5, "role_request": 5,
    "tariff": 5, "contract_offer": 5, "contract_opening": 5, "contract_ending": 5,
    "question": 3, "insurance_statement": 5, "s1": 3,
}  # fmt: skip


def due_on(kind: str, opened_on: date) -> date:
    """The day by which a case of this kind is decided."""
    return after_workdays(opened_on, TERMS[kind])


def is_late(due: date, today: date) -> bool:
    """Whether the promised day has gone by."""
    return today > due


def workdays_left(due: date, today: date) -> int:
    """How many working days there are until the promised day; below 0 by how many it has gone by."""
    early, late = sorted((due, today))
    days = sum(is_workday(early + timedelta(days=number)) for number in range(1, (late - early).days + 1))
    return days if due >= today else -max(1, days)


def judge_take(taken_by_id: int | None, taken_by: str, seen: int | None, me: int | None) -> None:
    """Whether somebody may take a case that they saw in the hands of `seen`. Raises CaseRefused.

    Taking it over from who has it is fine, as long as that is who they meant.
    """
    if taken_by_id not in (None, seen, me):
        raise CaseRefused("taken", by=taken_by)


def judge_words(kind: Kind, decision: Decision, reason: str) -> None:
    """Whether a decision has the words it needs: a refusal a reason, an answer its text. Raises CaseRefused."""
    if kind.answers and decision != Decision.APPROVED:
        raise CaseRefused("no_refusing")
    if not reason.strip() and (kind.answers or decision == Decision.REFUSED):
        raise CaseRefused("answer_missing" if kind.answers else "reason_missing")


def judge_deciding(kind: Kind, taken_by_id: int | None, taken_by: str, opened_by_id: int | None, by: Staff) -> None:
    """Whether somebody may decide: not what a colleague has taken, nor with four eyes what they opened themselves.

    Raises CaseRefused.
    """
    if taken_by_id not in (None, by.account_id):
        raise CaseRefused("taken", by=taken_by)
    # Who has no account cannot be told from who opened it.
    if kind.four_eyes and by.account_id in (None, opened_by_id):
        raise CaseRefused("four_eyes")
