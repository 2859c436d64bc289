"""Kinds of cases and their terms, as data; what deciding one does is known by a higher room (K01)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from collectief.foundation.workdays import after_workdays


class Decision(StrEnum):
    """What can be decided."""

    APPROVED = "approved"
    REFUSED = "refused"


class CaseRefused(ValueError):
    """It cannot be decided so now; the case stays open. `code` is turned into words by whoever asked."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Deciding:
    """A decision being made: on which subject, by whom, when, and why."""

    insurer_id: int
    subject: str
    decision: Decision
    by: str
    reason: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of case: its term in working days, and what a decision does, in the same transaction.

    `decide` raises CaseRefused where it cannot be done.
    """

    slug: str
    workdays: int
    decide: Callable[[Deciding], None]


@dataclass(slots=True)
class Registry:
    """Every kind there is; filled at start-up."""

    kinds: dict[str, Kind] = field(default_factory=dict)

    def register(self, kind: Kind) -> None:
        self.kinds[kind.slug] = kind

    def kind(self, slug: str) -> Kind:
        """Raises KeyError for a kind nobody registered."""
        return self.kinds[slug]


registry = Registry()

# What was promised per kind, in working days (REQUIREMENTS, K01). A kind that is registered must stand here.
TERMS: Mapping[str, int] = {"account_application": 5, "contract_link": 5, "leaving": 5}


def due_on(kind: str, opened_on: date) -> date:
    """The day by which a case of this kind is decided."""
    return after_workdays(opened_on, TERMS[kind])


def is_late(due: date, today: date) -> bool:
    """Whether the promised day has gone by."""
    return today > due
