"""Whether an organisation can be a customer, and from which day to which a contract holds: judged in plain Python."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from stdnum.nl import bsn as eleven_test

from collectief.contracts.rules import is_kvk
from collectief.foundation.period import ONE_DAY, Period

_BRANCH = re.compile(r"[0-9]{12}")
# A contract begins at most this far from the day on which it is proposed: further is a slip of the pen.
FURTHEST = timedelta(days=366)
# How many contracts a refusal names.
_MOST_NAMED = 5


class CustomerRefused(ValueError):
    """It cannot be so. `code` is turned into words by whoever asked; `params` says which contract, day or number."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


class ProposalKind(StrEnum):
    """What somebody proposes about a contract; a colleague agrees before it is so (four eyes)."""

    OPENING = "opening"
    # Another last day, or none.
    ENDING = "ending"


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """An organisation as somebody enters it; without a KvK number it is known by its RSIN, as eHerkenning has it."""

    name: str
    segment: str
    kvk: str = ""
    rsin: str = ""
    branch: str = ""


def judge_customer(new: NewCustomer, segments: Sequence[str]) -> None:
    """Whether an organisation can be known so. Raises CustomerRefused.

    `segments` are the kinds of customer that the insurer's portals serve: another could never come in.
    """
    if new.segment not in segments:
        raise CustomerRefused("segment_unknown")
    if not (new.kvk or new.rsin):
        raise CustomerRefused("number_missing")
    if new.kvk and not is_kvk(new.kvk):
        raise CustomerRefused("kvk_wrong")
    if new.rsin and not (len(new.rsin) == 9 and eleven_test.is_valid(new.rsin)):
        raise CustomerRefused("rsin_wrong")
    if new.branch and not _BRANCH.fullmatch(new.branch):
        raise CustomerRefused("branch_wrong")


def judge_leaving(end_day: date | None, contracts: Sequence[tuple[str, Period]], waiting: Sequence[str]) -> None:
    """Whether an organisation is no customer from `end_day` on; None: it stays one. Raises CustomerRefused.

    Not while a contract holds on that day or later, nor while one is proposed (`waiting`, by number).
    """
    if end_day is None:
        return
    if waiting:
        raise CustomerRefused("contract_waits", number=waiting[0])
    running = [number for number, period in contracts if period.end_day is None or period.end_day > end_day]
    if running:
        raise CustomerRefused("contracts_run", numbers=", ".join(running[:_MOST_NAMED]), more=len(running))


def judge_opening(period: Period, customer_ends: date | None, today: date) -> None:
    """Whether a contract can hold for these days, of a customer that is one until `customer_ends`.

    Raises CustomerRefused.
    """
    if customer_ends is not None:
        raise CustomerRefused("customer_ended", last_day=customer_ends - ONE_DAY)
    if abs(period.first_day - today) > FURTHEST:
        raise CustomerRefused("too_far")


def judge_ending(now: Period, end_day: date | None, customer_ends: date | None, today: date) -> None:
    """Whether a contract that holds for the days of `now` can hold until `end_day` instead; None: until further notice.

    What is over stays over: nobody can have counted on it since. Raises CustomerRefused.
    """
    if now.end_day is not None and now.end_day <= today:
        raise CustomerRefused("contract_over", last_day=now.last_day)
    if customer_ends is not None:
        raise CustomerRefused("customer_ended", last_day=customer_ends - ONE_DAY)
    if end_day == now.end_day:
        raise CustomerRefused("same_end")
    if end_day is not None and end_day <= now.first_day:
        raise CustomerRefused("ends_before_it_begins", first_day=now.first_day)
    if end_day is not None and end_day <= today:
        raise CustomerRefused("ends_in_the_past")


def judge_people(people: int, end_day: date) -> None:
    """Whether a contract can end while so many still take part on `end_day` or later: never. Raises CustomerRefused.

    What becomes of them, the organisation decides: it terminates or transfers them, and can undo that.
    """
    if people:
        raise CustomerRefused("people_take_part", people=people, last_day=end_day - ONE_DAY)
