"""Events in the words of the screen, and as a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collectief.access.role_names import ROLE_NAMES
from collectief.audit.queries import LogLine, LogPage
from collectief.foundation.sheet import write_sheet
from collectief.segments.profile import Role

from ..paging import Pages, last_page, pages
from ..templatetags.look import number
from .words import action_words, outcome_words


@dataclass(frozen=True, slots=True)
class Shown:
    """An event as it is drawn."""

    at: datetime
    who: str
    roles: str
    what: str
    about: str
    outcome: str
    colour: str


def shown(line: LogLine, *, office: bool) -> Shown:
    """An event in words, for a customer or for the insurer's `office`."""
    outcome, colour = outcome_words(line.outcome)
    roles = ", ".join(str(ROLE_NAMES[role]) for role in Role if role in line.roles)
    # The account names the organisation it is of (access.queries).
    who = _("{who}, namens uw organisatie") if line.object_ids.get("under_mandate") else "{who}"
    return Shown(
        line.at,
        who.format(who=line.account),
        roles,
        action_words(line.action, line.outcome, office=office),
        _about(line),
        outcome,
        colour,
    )


def log_pages(page: LogPage, query: QueryDict) -> Pages:
    """The pager of a log whose count may be capped: it never promises a page it does not know."""
    last = max(page.number + (1 if page.has_next else 0), last_page(page.count, page.size))
    return pages(query, page.number, last, ends=page.exact)


def write_log(stream: IO[bytes], lines: Iterable[LogLine], *, office: bool) -> int:
    """Write events as a workbook of text cells, in constant memory; how many."""
    rows = (
        (f"{timezone.localtime(one.at):%d-%m-%Y %H:%M:%S}", one.who, one.roles, one.what, one.about, one.outcome)
        for one in (shown(line, office=office) for line in lines)
    )
    return write_sheet(stream, _("Logboek"), _heads(), rows)


def _heads() -> list[tuple[str, int]]:
    return [
        (_("Wanneer"), 20),
        (_("Wie"), 28),
        (_("Rollen"), 28),
        (_("Wat"), 50),
        (_("Over"), 28),
        (_("Resultaat"), 14),
    ]


def _about(line: LogLine) -> str:
    parts = []
    if line.participants:
        words = ngettext("{count} deelnemer", "{count} deelnemers", line.participants)
        parts.append(words.format(count=number(line.participants)))
    for kind, words in (("mutation", _("wijziging {id}")), ("batch", _("bestand {id}")), ("case", _("zaak {id}"))):
        ids = line.object_ids.get(kind) or []
        if len(ids) == 1:
            parts.append(words.format(id=ids[0]))
    return ", ".join(parts)
