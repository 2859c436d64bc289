"""How a letter on paper stands, when it came back, and when it can go once more; plain Python (K08)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum


class State(StrEnum):
    """How it stands with a letter on paper."""

    # Made, and not with the print service yet.
    WAITING = "waiting"
    HANDED_OVER = "handed_over"
    POSTED = "posted"
    # The service cannot print it: somebody must look.
    REFUSED = "refused"
    RETURNED = "returned"


# What may follow on what.
NEXT: Mapping[State, frozenset[State]] = {
    State.WAITING: frozenset({State.HANDED_OVER, State.REFUSED}),
    State.HANDED_OVER: frozenset({State.POSTED, State.REFUSED, State.RETURNED}),
    # Paper comes back before the service has told that it went, or after.
    State.POSTED: frozenset({State.RETURNED}),
    State.REFUSED: frozenset(),
    State.RETURNED: frozenset(),
}


class To(StrEnum):
    """To whom it goes."""

    ORGANISATION = "organisation"
    PARTICIPANT = "participant"


class Returned(StrEnum):
    """Why paper came back, as the post says it."""

    UNKNOWN = "unknown"
    MOVED = "moved"
    NOT_ACCEPTED = "not_accepted"
    NOT_COLLECTED = "not_collected"
    OTHER = "other"


class Again(StrEnum):
    """Why a letter is sent once more."""

    ADDRESS_MENDED = "address_mended"
    # It did not arrive, and nothing is wrong with where it was to go.
    ADDRESS_RIGHT = "address_right"
    PRINTABLE_NOW = "printable_now"
    OTHER = "other"


class PostRefused(ValueError):
    """It cannot be done or noted so; `code` is turned into words by whoever asked."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def judge_return(state: State, returned_on: date, *, handed_over_on: date | None, today: date) -> None:
    """Whether it can be noted that a letter came back on a day. Raises PostRefused."""
    if state == State.RETURNED:
        raise PostRefused("returned_already")
    if State.RETURNED not in NEXT[state] or handed_over_on is None:
        raise PostRefused("never_sent")
    if returned_on > today:
        raise PostRefused("returned_in_the_future")
    if returned_on < handed_over_on:
        raise PostRefused("returned_before_sent")


def judge_again(state: State, *, followed: bool) -> None:
    """Whether a letter can be sent once more: not while one is under way, and each once. Raises PostRefused."""
    if not can_go_again(state, followed=followed):
        raise PostRefused("again_already" if followed else "under_way")


def can_go_again(state: State, *, followed: bool) -> bool:
    """Whether a letter in this state, sent once more already or not, can be sent once more."""
    return state in (State.REFUSED, State.RETURNED) and not followed


def key_of(number: str, attempt: int) -> str:
    """What the print service knows a handing over by: the letter's number, from the second time on with which it is."""
    return number if attempt == 1 else f"{number}-{attempt}"
