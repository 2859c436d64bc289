"""Resetting somebody's second factor: two people, a waiting time, and whoever it concerns can stop it (W04, K05).

Plain Python: states, what leads from one to the other, and who may do it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from collectief.foundation.names import search_key

from .rules import AccessRefused

# A call of longer ago than this says little of who asks now.
APPROVED_WITHIN = timedelta(days=3)
# Who had an address until so short ago is told too: it may have been taken from them.
OLD_ADDRESS = timedelta(days=30)
# Who came to the office so short ago has no hand in it yet: who makes up a colleague has to wait, in full view.
NEWCOMER = timedelta(days=7)
# How long what was noted is kept after it has ended.
KEPT = timedelta(days=365)


class ResetState(StrEnum):
    """How far it is."""

    # One employee asked for it; it waits for a second.
    ASKED = "asked"
    # A second one approved it; the waiting time runs.
    WAITING = "waiting"
    REFUSED = "refused"
    STOPPED = "stopped"
    DONE = "done"


class Act(StrEnum):
    """What can be done to it."""

    APPROVE = "approve"
    REFUSE = "refuse"
    STOP = "stop"
    CARRY_OUT = "carry_out"


TRANSITIONS: Mapping[ResetState, Mapping[Act, ResetState]] = {
    ResetState.ASKED: {
        Act.APPROVE: ResetState.WAITING, Act.REFUSE: ResetState.REFUSED, Act.STOP: ResetState.STOPPED,
    },
    ResetState.WAITING: {Act.CARRY_OUT: ResetState.DONE, Act.STOP: ResetState.STOPPED},
    ResetState.REFUSED: {},
    ResetState.STOPPED: {},
    ResetState.DONE: {},
}  # fmt: skip
OPEN = tuple(state for state, acts in TRANSITIONS.items() if acts)


class Why(StrEnum):
    """Why one was stopped."""

    BY_OWNER = "by_owner"
    BY_DESK = "by_desk"
    SIGNED_IN = "signed_in"
    ADDRESS_CHANGED = "address_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a name
    ACCOUNT_CLOSED = "account_closed"
    NOTHING_LEFT = "nothing_left"
    STAFF_GONE = "staff_gone"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class Hand:
    """Whoever has a hand in it: an employee, or an operator at the command line, who is known by name alone."""

    account_id: int | None
    name: str
    email: str
    # Who gives others their place could make up the second person.
    manages: bool = False
    # When they came in with an invitation; None for who has been there all along.
    here_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """The account it is about, as it is now."""

    account_id: int
    email: str
    active: bool
    has_password: bool
    factors: int


def after(state: ResetState, act: Act) -> ResetState:
    """Where an act leads. Raises AccessRefused("reset_over") where it leads nowhere."""
    try:
        return TRANSITIONS[state][act]
    except KeyError:
        raise AccessRefused("reset_over") from None


def same_person(one: Hand, other: Hand) -> bool:
    """Whether these two can be one person: one account, one mailbox, or, where there is no account, one name."""
    if one.account_id is not None and other.account_id is not None:
        return one.account_id == other.account_id or mailbox(one.email) == mailbox(other.email)
    return search_key(one.name) == search_key(other.name)


def mailbox(email: str) -> str:
    """Where mail to this address arrives: case, and what stands behind a plus, make no other mailbox."""
    box, _, domain = email.strip().lower().rpartition("@")
    return f"{box.partition('+')[0]}@{domain}"


def judge_hand(hand: Hand, holder: Holder, *, now: datetime) -> None:
    """Whether somebody may have a hand in it at all. Raises AccessRefused."""
    if hand.manages:
        raise AccessRefused("reset_manages")
    if hand.here_since is not None and now - hand.here_since < NEWCOMER:
        raise AccessRefused("reset_newcomer")
    if hand.account_id is not None and (
        hand.account_id == holder.account_id or mailbox(hand.email) == mailbox(holder.email)
    ):
        raise AccessRefused("reset_yourself")


def judge_asking(hand: Hand, holder: Holder, *, running: bool, now: datetime) -> None:
    """Whether somebody may ask for it. Raises AccessRefused."""
    judge_hand(hand, holder, now=now)
    if running:
        raise AccessRefused("reset_running")
    if not holder.active:
        raise AccessRefused("reset_closed")
    if not holder.has_password:
        # Without a password there is no way in that a new factor could be linked by.
        raise AccessRefused("reset_no_password")
    if not holder.factors:
        raise AccessRefused("reset_no_factor")


def judge_approving(hand: Hand, asker: Hand, holder: Holder, *, asked_at: datetime, now: datetime) -> None:
    """Whether somebody may be the second. Raises AccessRefused."""
    judge_hand(hand, holder, now=now)
    if same_person(hand, asker):
        raise AccessRefused("reset_second_person")
    if now - asked_at > APPROVED_WITHIN:
        raise AccessRefused("reset_stale")


def why_not_now(holder: Holder, *, asked_email: str, same_password: bool, staff_there: bool) -> Why | None:
    """What stands in the way of carrying it out, judged again when the waiting time is over; None: nothing."""
    reasons = {
        Why.ACCOUNT_CLOSED: not holder.active,
        Why.ADDRESS_CHANGED: holder.email.lower() != asked_email.lower(),
        Why.PASSWORD_CHANGED: not same_password,
        Why.NOTHING_LEFT: not holder.factors,
        Why.STAFF_GONE: not staff_there,
    }
    return next((why for why, holds in reasons.items() if holds), None)
