"""What lists say of a stay, in words: the same on screen and in a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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


STANDINGS: Mapping[Standing, str | Promise] = {
    Standing.LEAVES: _("Afgemeld"), Standing.BEGINS: _("Nog niet ingegaan"), Standing.PENDING: _("In behandeling"),
    Standing.ENDED: _("Beëindigd"), Standing.ACTIVE: _("Actief"),
}  # fmt: skip
MOVEMENTS: Mapping[Movement, str | Promise] = {
    Movement.CAME: _("Ingestroomd"), Movement.LEFT: _("Uitgestroomd"), Movement.CAME_AND_LEFT: _("In- en uitgestroomd"),
    Movement.STAYED: _("Deelnemer"),
}  # fmt: skip
# As the BRP has it; of whom it is not known, nothing is said.
SEXES: Mapping[str, str | Promise] = {"M": _("M"), "V": _("V")}


def said[Code](words: Mapping[Code, str | Promise]) -> dict[Code, str]:
    """Words in the language of now: for a hundred thousand lines they are looked up once."""
    return {code: str(word) for code, word in words.items()}
