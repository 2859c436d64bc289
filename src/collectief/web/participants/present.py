"""Participants and mutations in the words of the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from collectief.bulk.rules import problems_of
from collectief.contracts.queries import ContractView
from collectief.enrolment.queries import SORTS, ListPage, ListRow
from collectief.exports.words import STANDINGS, Standing
from collectief.foundation.dates import BirthDate, dutch
from collectief.mutations.queries import MutationView
from collectief.policies.held_cards import CardView
from collectief.post.rules import State
from collectief.scope.scope import Scope
from collectief.segments.profile import Field

from ..paging import Pages, last_page, link, pages
from ..uploads.present import Wrong, wrong
from .shown import Known, cells, field_labels

SIZES = (25, 50, 100)
_COLOURS = {
    Standing.LEAVES: "warning", Standing.BEGINS: "info", Standing.PENDING: "warning", Standing.ENDED: "neutral",
    Standing.ACTIVE: "success",
}  # fmt: skip


def kinds() -> dict[str, str]:
    """What each kind of mutation is called."""
    return {
        "enrol": _("Aanmelding"), "terminate": _("Afmelding"), "re_enrol": _("Her-aanmelding"),
        "transfer": _("Wissel van contract"), "change_reference": _("Wijziging referentienummer"),
        "reverse": _("Ongedaan maken"),
    }  # fmt: skip


def joined() -> dict[str, str]:
    """As whom somebody came with a household."""
    return {"client": _("als cliënt"), "partner": _("als partner"), "child": _("als kind")}


def states() -> dict[str, tuple[str, str]]:
    """What each state is called, and its colour."""
    return {
        "received": (_("Ontvangen"), "info"), "checking": (_("Wordt gecontroleerd"), "info"),
        "waiting": (_("Wordt gecontroleerd bij de BRP"), "info"), "processed": (_("Verwerkt"), "success"),
        "rejected": (_("Afgewezen"), "danger"), "withdrawn": (_("Ingetrokken"), "neutral"),
        "reversed": (_("Ongedaan gemaakt"), "neutral"),
    }  # fmt: skip


def status(row: ListRow, today: date) -> tuple[str, str]:
    """A row's state in words, and its colour."""
    standing = Standing.of(row, today)
    return str(STANDINGS[standing]), _COLOURS[standing]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list as it is drawn: behind the name a cell for each column, then the state."""

    row: ListRow
    cells: list[str]
    status: str
    colour: str
    open: bool
    url: str

    @property
    def grey(self) -> bool:
        return bool(self.row.pending)

    @property
    def leaves(self) -> bool:
        """Whether a last day is decided that is yet to come."""
        return self.row.pending == Standing.LEAVES


def lines(page: ListPage, columns: Sequence[Field], known: Known, query: QueryDict, today: date) -> list[Line]:
    """The rows of a page; the one that `?open=` names is opened."""
    opened = query.get("open", "")
    # Put together once, not for each row: only the row that is opened differs.
    closed = link(query, open=None)
    opening = f"{closed}{'&' if closed != '?' else ''}open="
    drawn = []
    for row in page.rows:
        words, colour = status(row, today)
        here = str(row.id) == opened
        url = f"{closed if here else f'{opening}{row.id}'}#rij-{row.id}"
        drawn.append(Line(row, cells(row, columns, known), words, colour, here, url))
    return drawn


@dataclass(frozen=True, slots=True)
class Head:
    """A header: its label, where sorting on it leads (nowhere for what has no order), and how it is sorted now."""

    label: str
    url: str
    sorted: str


def heads(columns: Sequence[Field], sort: str, query: QueryDict) -> list[Head]:
    """The headers of a list: of the name, and of each column."""
    keys = {field: key for key, (_column, field) in SORTS.items()}
    labels = field_labels()
    drawn = []
    for field in (None, *columns):
        label, key = (labels[field] if field else _("Naam")), keys.get(field)
        way = "ascending" if sort == key else "descending" if sort == f"-{key}" else "none"
        turn = f"-{key}" if sort == key else key
        drawn.append(Head(label, link(query, sorteer=turn, pagina=None, open=None) if key else "", way))
    return drawn


def list_pages(page: ListPage, query: QueryDict) -> Pages:
    """The pager of a list whose count may be capped: it never promises a page it does not know."""
    last = max(page.number + (1 if page.has_next else 0), last_page(page.count, page.size))
    return pages(query, page.number, last, ends=page.exact)


def sizes(page: ListPage, query: QueryDict) -> list[tuple[int, str, bool]]:
    """How many rows a page may have, where that leads, and which it is now."""
    return [(size, link(query, per_pagina=size, pagina=None, open=None), size == page.size) for size in SIZES]


@dataclass(frozen=True, slots=True)
class CardLine:
    """An insurance card, and how it went to whoever gets it."""

    card: CardView
    status: str


def card_line(card: CardView) -> CardLine:
    """A card in words."""
    sent = card.sent
    if sent is None or sent.state == State.WAITING or sent.handed_over_at is None:
        return CardLine(card, _("Wordt verstuurd"))
    if sent.state == State.REFUSED:
        return CardLine(card, _("Niet verstuurd, wij kijken ernaar"))
    if sent.returned_on:
        return CardLine(card, _("Teruggekomen op {day}").format(day=dutch(sent.returned_on)))
    day = dutch(timezone.localdate(sent.handed_over_at))
    return CardLine(card, _("Verstuurd op {day}").format(day=day))


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a mutation's trail."""

    at: Any
    words: str
    by: str


@dataclass(frozen=True, slots=True)
class MutationLine:
    """A mutation as it is drawn: what, about whom, where it stands, every step, and what one can do."""

    view: MutationView
    kind: str
    state: str
    colour: str
    what: str
    steps: list[Step]
    problems: list[Wrong]
    may_withdraw: bool
    may_reverse: bool
    # What a reversal undoes, in words.
    undoes: str = ""

    @property
    def reason(self) -> str:
        """The first thing that was wrong; nothing of what was not refused."""
        return self.problems[0].reason if self.problems else ""

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return self.problems[0].remedy if self.problems else ""


def mutation_line(
    view: MutationView, contracts: list[ContractView], scope: Scope, today: date, *, stands: bool = False
) -> MutationLine:
    """A mutation in words; it `stands` when what came later forbids to take it back."""
    words, colour = states()[view.state]
    return MutationLine(
        view, kinds().get(view.kind, "–"), words, colour, what(view.asked, contracts, scope), _steps(view),
        _problems(view), view.may_withdraw(today) and not stands, view.may_reverse(today) and not stands,
        _undoes(view),
    )  # fmt: skip


def what(asked: Mapping[str, Any], contracts: Sequence[ContractView], scope: Scope) -> str:
    """What was asked, in one line: days, contract, reason."""
    labels = {contract.number: contract.label for contract in contracts}
    parts = []
    if number := asked.get("to_contract") or asked.get("contract"):
        parts.append(_("contract {contract}").format(contract=labels.get(number, number)))
    if asked.get("first_day"):
        parts.append(_("vanaf {day}").format(day=_day(asked["first_day"])))
    if asked.get("last_day"):
        parts.append(_("tot en met {day}").format(day=_day(asked["last_day"])))
    if reason := scope.profile.reason(asked.get("reason", "")):
        parts.append(reason.called(get_language()))
    if joins := asked.get("joins"):
        parts.append(joined()[joins["place"]])
        parts.append(_("met verzekering") if joins.get("products") else _("alleen collectiviteit"))
    if asked.get("reference") and scope.sees(Field.EXTERNAL_REFERENCE):
        parts.append(_("referentie {reference}").format(reference=asked["reference"]))
    return ", ".join(parts)


def told_apart_by(relation_number: str, birth_date: str) -> list[str]:
    """What tells people of one name apart, as far as it is there."""
    number = [_("relatienummer {number}").format(number=relation_number)] if relation_number else []
    return [*number, born(birth_date)] if birth_date else number


def born(birth_date: str) -> str:
    """A birth date, as tables have it, in words."""
    return _("geboren {day}").format(day=BirthDate.parse(birth_date).dutch)


def _undoes(view: MutationView) -> str:
    if view.undoes is None:
        return ""
    if view.undoes_kind is None or view.undoes_at is None:
        return _("een eerdere wijziging")
    at = timezone.localtime(view.undoes_at)
    return _("{kind} van {at}").format(kind=kinds().get(view.undoes_kind, "–"), at=f"{at:%d-%m-%Y %H:%M}")


def _problems(view: MutationView) -> list[Wrong]:
    if view.state != "rejected":
        return []
    return wrong(problems_of(view.code, view.params), get_language() or settings.LANGUAGE_CODE)


def _steps(view: MutationView) -> list[Step]:
    drawn = []
    for step in view.trail:
        words, _colour = states()[step["state"]]
        by = step["by"] or _("automatisch")
        drawn.append(Step(parse_datetime(step["at"]), words, by))
    return drawn


def _day(text: str) -> str:
    return dutch(date.fromisoformat(text))
