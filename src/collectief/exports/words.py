"""What lists say of a stay, in words: the same on screen and in a workbook."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

from collectief.enrolment.queries import ListRow
from collectief.reporting.rules import Movement


class Standing(StrEnum):
    """How it stands with somebody's stay in a contract."""

    LEAVES = "leaves"
    BEGINS = "begins"
    PENDING = "pending"
    ENDED = "ended"
    ACTIVE = "active"

    @classmethod
    def of(cls, row: ListRow, today: date) -> Standing:
        """As it is on this day; what is decided and not yet in effect comes first."""
        if row.pending:
            return cls(row.pending) if row.pending in (cls.LEAVES, cls.BEGINS) else cls.PENDING
        return cls.ENDED if row.last_day is not None and row.last_day < today else cls.ACTIVE


def standing_words(standing: Standing) -> str:
    """How it stands, in the language of now."""
    return {
        Standing.LEAVES: _("Afgemeld"), Standing.BEGINS: _("Nog niet ingegaan"), Standing.PENDING: _("In behandeling"),
        Standing.ENDED: _("Beëindigd"), Standing.ACTIVE: _("Actief"),
    }[standing]  # fmt: skip


def movement_words(movement: Movement) -> str:
    """What moved, in the language of now."""
    return {
        Movement.CAME: _("Ingestroomd"), Movement.LEFT: _("Uitgestroomd"),
        Movement.CAME_AND_LEFT: _("In- en uitgestroomd"), Movement.STAYED: _("Deelnemer"),
    }[movement]  # fmt: skip
