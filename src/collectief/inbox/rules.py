"""How long messages are new and kept, whom they concern, and when mail says so; plain Python."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from collectief.segments.profile import MessageCategory, SegmentProfile

from .facts import Written

# A message nobody read in this time is no longer counted as new: whoever comes later starts with a clean slate, and the
# count in the menu reads a month of messages at most.
NEW_FOR = timedelta(days=30)
# The count in the menu says no more than this.
MOST_COUNTED = 99


def new_since(now: datetime) -> datetime:
    """From when on an unread message is new."""
    return now - NEW_FOR


def kept_until(profile: SegmentProfile, written_on: date) -> date:
    """The last day on which a message is kept (law 9)."""
    return written_on + profile.messages_kept


class MailChoice(StrEnum):
    """When mail says that a message is there (X08)."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NEVER = "never"


# Who never chose gets one mail a day at most: nothing is missed, and no mailbox is filled.
UNLESS_CHOSEN = MailChoice.DAILY
# When the daily mail goes, by the clock on the wall.
_DAILY_AT = time(7, 30)
# A mail that could not be handed over is tried again after this, for as long as it takes.
TRY_AGAIN = timedelta(minutes=5)


def due_at(choice: MailChoice, now: datetime) -> datetime | None:
    """When mail is to go about a message that came now; None for who wants none. `now` is in local time."""
    if choice == MailChoice.NEVER:
        return None
    if choice == MailChoice.AT_ONCE:
        return now
    today = datetime.combine(now.date(), _DAILY_AT, tzinfo=now.tzinfo)
    # A day of the calendar, so that it stays half past seven when the clocks change.
    return today if now < today else datetime.combine(now.date() + timedelta(days=1), _DAILY_AT, tzinfo=now.tzinfo)


@dataclass(frozen=True, slots=True)
class Arrived:
    """What decides whom a message concerns; see `models.Message`."""

    category: MessageCategory
    contracts: frozenset[int] | None
    account_id: int | None
    seen_by_sender: bool
    only_for: int | None = None


def concerns(
    message: Arrived, account_id: int, readable: Collection[MessageCategory], contracts: frozenset[int] | None
) -> bool:
    """Whether a message is news to this account, which may read these categories in these contracts (None: all)."""
    own = message.account_id == account_id
    if message.only_for not in (None, account_id):
        return False
    if message.category not in readable or (own and message.seen_by_sender):
        return False
    if contracts is None:
        return True
    return own if message.contracts is None else message.contracts <= contracts


# How long what the insurer wrote is kept after its last day (law 9), so that a question about it can be answered.
NEWS_KEPT = timedelta(days=396)
# How far ahead something can be planned, and how long it can stand.
_FURTHEST = timedelta(days=366)


class NewsRefused(ValueError):
    """It may not be told like this; `code` is turned into words by the locale."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params


class NewsState(StrEnum):
    """Where something the insurer wrote stands."""

    PLANNED = "planned"
    RUNNING = "running"
    OVER = "over"
    WITHDRAWN = "withdrawn"


def news_state(first_day: date, last_day: date, *, withdrawn: bool, today: date) -> NewsState:
    """Where it stands today."""
    if withdrawn:
        return NewsState.WITHDRAWN
    if today < first_day:
        return NewsState.PLANNED
    return NewsState.RUNNING if today <= last_day else NewsState.OVER


def judge_news(written: Written, *, today: date) -> None:
    """Whether it can be told like this. Raises NewsRefused."""
    if written.first_day < today:
        raise NewsRefused("begins_in_the_past")
    if written.last_day < written.first_day:
        raise NewsRefused("ends_before_it_begins")
    if written.last_day > today + _FURTHEST:
        raise NewsRefused("too_far_ahead")
