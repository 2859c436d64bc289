"""How long messages are new and how long they are kept; plain Python."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from collectief.segments.profile import SegmentProfile

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
