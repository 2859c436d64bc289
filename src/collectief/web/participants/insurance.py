"""What somebody is insured with and what it costs, in the words of the screen (U06, U14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from collectief.foundation.dates import BirthDate, dutch
from collectief.foundation.money import total
from collectief.participants.queries import names
from collectief.policies.insured import TermView
from collectief.policies.premium import Cover, Line, NoTariff, due_in
from collectief.scope.scope import Scope


@dataclass(frozen=True, slots=True)
class TermLine:
    """A product somebody is insured with, as it is drawn."""

    term: TermView
    contract: str
    status: str
    colour: str


def term_line(term: TermView, contracts: Mapping[int, str], today: date) -> TermLine:
    """A term with where it stands; `contracts` are labels by id."""
    period = term.period
    if period.first_day > today:
        status = _("Nog niet ingegaan"), "info"
    elif today in period:
        status = (_("Verzekerd"), "success") if period.end_day is None else (_("Eindigt"), "warning")
    else:
        status = _("Beëindigd"), "neutral"
    return TermLine(term, contracts.get(term.contract_id, ""), *status)


def paid_by(scope: Scope, terms: Sequence[TermView]) -> list[tuple[str, str]]:
    """Who took these out and how it is paid, each once; nobody where it is the organisation's own (G06)."""
    pairs = dict.fromkeys((one.policyholder_id, one.payment) for one in terms if one.policyholder_id is not None)
    known = names(scope, [id_ for id_, _code in pairs if id_ is not None]) if pairs else {}
    found = []
    for holder, code in pairs:
        way = scope.profile.payment_way(code)
        found.append((str(known.get(holder or 0, "–")), way.called(get_language()) if way else "–"))
    return found


@dataclass(frozen=True, slots=True)
class Premium:
    """A month's premium: a row per price, what each says, and what they add up to, where that is what is paid."""

    month: str
    rows: Sequence[tuple[str, str, str, str]]
    total: str
    # Why there is none to show.
    missing: str = ""


def premium_of(terms: Sequence[TermView], covers: Sequence[Cover], birth_date: str, today: date) -> Premium | None:
    """What this month costs, of terms and their covers; None for who is not insured in it."""
    month = today.replace(day=1)
    called = date_format(month, "F Y")
    if not birth_date:
        return Premium(called, (), "", _("De geboortedatum is niet bekend bij de BRP; daarom is er nog geen premie."))
    try:
        lines = due_in(month, covers, BirthDate.parse(birth_date))
    except NoTariff as missing:
        return Premium(
            called, (), "",
            _("Er is nog geen premie vastgesteld voor {product}.").format(product=missing.product),
        )  # fmt: skip
    if not lines:
        return None
    rows = tuple((line.product, _days(line), _price(line), line.amount.dutch) for line in lines)
    # Insured by two contracts at once, only one is paid for: which, billing decides (ADR 24).
    twice = any(one.kind == other.kind and one.period.overlaps(other.period) for one, other in combinations(terms, 2))
    return Premium(called, rows, "" if twice else total([line.amount for line in lines]).dutch)


def _days(line: Line) -> str:
    if line.days == line.days_in_month:
        return _("hele maand")
    return _("{first} t/m {last}").format(first=dutch(line.first_day), last=dutch(line.last_day))


def _price(line: Line) -> str:
    """What a whole month costs, and what was taken off for it."""
    parts = [line.gross.dutch]
    if not line.gross:
        parts = [_("geen premie bij {age} jaar").format(age=line.age)]
    if line.discount:
        parts.append(_("{amount} collectiviteitskorting").format(amount=(-line.discount).dutch))
    return ", ".join(parts)
