"""The letters about somebody's insurance, in words: policy schedule, termination letter, insurance
statement and insurance card (U05, U08, U11, U15-U17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from collectief.brands.brand import Brand
from collectief.brands.wording import worded
from collectief.contracts.queries import ContractView
from collectief.documents.rules import Card, Letter, LetterKind, Part
from collectief.foundation.dates import BirthDate, dutch
from collectief.foundation.names import PersonName
from collectief.participants.queries import ParticipantView

from .cards import expires_on
from .insured import TermView
from .schedules import Schedule
from .statements import looked_back, stretches


def policy_schedule(
    person: ParticipantView, contract: ContractView, organisation: str, terms: Sequence[TermView], schedule: Schedule
) -> Letter:
    """What somebody is insured with and pays, for as long as it stays so; `terms` are those of the stay."""
    period = schedule.period
    until = dutch(period.last_day) if period.last_day else _("tot wijziging of opzegging")
    labels = sorted({one.label for one in terms if period.first_day in one.period})
    facts = (
        *_whom(person),
        (_("Verzekeraar"), ", ".join(labels)),
        (_("Collectief contract"), contract.label),
        (_("Via"), organisation),
        (_("Geldig vanaf"), dutch(period.first_day)),
        (_("Geldig t/m"), until),
    )
    heads = (_("Product"), _("Premie per maand"), _("Korting"), _("Te betalen per maand"))
    rows = tuple((one.product, one.gross.dutch, one.discount.dutch, one.net.dutch) for one in schedule.prices)
    said = [_("De premie geldt voor een hele maand; van een deel van een maand worden alleen de dagen berekend.")]
    if not any(one.deductible for one in schedule.prices):
        said.append(_("Er is geen vrijwillig eigen risico."))
    part = Part(_("Verzekering en premie"), heads, rows, (_("Totaal"), "", "", schedule.monthly.dutch), tuple(said))
    says = {
        "first_day": _iso(period.first_day), "last_day": _iso(period.last_day),
        "prices": [[one.product, one.gross.cents, one.net.cents] for one in schedule.prices],
    }  # fmt: skip
    return Letter(LetterKind.POLICY_SCHEDULE, _("Polisblad zorgverzekering"), facts, (part,), says)


def termination_letter(
    person: ParticipantView,
    contract: ContractView,
    organisation: str,
    terms: Sequence[TermView],
    last_day: date,
    *,
    today: date,
) -> Letter:
    """That somebody's insurance through a contract has ended, or will, and when: proof for another insurer."""
    labels = sorted({one.label for one in terms})
    facts = (
        *_whom(person),
        (_("Verzekeraar"), ", ".join(labels)),
        (_("Collectief contract"), contract.label),
        (_("Via"), organisation),
    )
    rows = tuple(
        (one.product, dutch(one.period.first_day), dutch(one.period.last_day or last_day)) for one in reversed(terms)
    )
    over = _("De zorgverzekering via dit contract is beëindigd. De laatste verzekerde dag is {day}.")
    ends = _("De zorgverzekering via dit contract eindigt. De laatste verzekerde dag is {day}.")
    said = ((over if last_day < today else ends).format(day=dutch(last_day)),)
    part = Part(_("Verzekering"), (_("Product"), _("Ingangsdatum"), _("Einddatum (t/m)")), rows, (), said)
    says = {"last_day": _iso(last_day)}
    return Letter(LetterKind.TERMINATION, _("Bevestiging van beëindiging"), facts, (part,), says)


def insurance_statement(
    person: ParticipantView,
    contracts: Mapping[int, str],
    organisation: str,
    terms: Sequence[TermView],
    *,
    today: date,
    added: str = "",
) -> Letter:
    """On which days of the last three years somebody was insured, for the healthcare allowance (zorgtoeslag) say.

    It names the contracts in `contracts` only, and says so: who asks may not reach the others. `added` is what the
    insurer writes of days that are not recorded here.
    """
    found = stretches(terms, today=today)
    first_day = looked_back(today)
    held = {(one.product, one.contract_id) for one in found}
    labels = sorted({one.label for one in terms if (one.product, one.contract_id) in held})
    facts = (
        *_whom(person),
        (_("Verzekeraar"), ", ".join(labels)),
        (_("Via"), organisation),
        (_("Periode"), _("{first} t/m {last}").format(first=dutch(first_day), last=dutch(today))),
    )
    heads = (_("Product"), _("Contract"), _("Verzekerd vanaf"), _("Verzekerd t/m"))
    rows = tuple((one.product, contracts[one.contract_id], dutch(one.first_day), dutch(one.last_day)) for one in found)
    insured = any(today in term.period for term in terms)
    still = _("Via de genoemde contracten is deze persoon op {day} verzekerd.")
    over = _("Via de genoemde contracten is deze persoon op {day} niet verzekerd.")
    said = (
        (still if insured else over).format(day=dutch(today)),
        _("De verklaring gaat over ten hoogste drie jaar. Van andere contracten zegt zij niets."),
    )
    part = Part(_("Verzekerde dagen"), heads, rows, (), said)
    says = {
        "first_day": _iso(first_day), "last_day": _iso(today),
        "insured": [[one.product, _iso(one.first_day), _iso(one.last_day)] for one in found],
    }  # fmt: skip
    parts = (part, Part(_("Aanvulling van de verzekeraar"), said=(added,))) if added else (part,)
    return Letter(LetterKind.INSURANCE_STATEMENT, _("Verzekeringsverklaring"), facts, parts, says)


def insurance_card(
    brand: Brand,
    name: PersonName,
    birth_date: str,
    relation_number: str,
    label: str,
    organisation: str,
    number: str,
    year: int,
    *,
    uzovi: str,
    address: tuple[str, ...],
    to_home: bool,
) -> Letter:
    """Somebody's insurance card for a year, with what to do with it, in Dutch and in English (U11)."""
    until = dutch(expires_on(year))
    parts, labels = [], []
    for language in ("nl", "en"):
        with worded(brand, language):
            labels.append((_("Naam"), _("Geboortedatum"), _("Pasnummer"), _("Vervaldatum")))
            hand_out = _("Deze verzekeringspas is voor {name}. Wie deze brief ontvangt, geeft de pas door.")
            carry = _("Neem de pas mee naar arts, ziekenhuis en apotheek.")
            valid = _("De pas is geldig t/m {day}, zolang de verzekering loopt, via welke organisatie dat ook is.")
            said = (*(() if to_home else (hand_out.format(name=name),)), carry, valid.format(day=until))
            parts.append(Part(_("Over deze pas"), said=said, language=language))
    both = (" / ".join(pair) for pair in zip(*labels, strict=True))
    lines = tuple(zip(both, (str(name), _born(birth_date), number, until), strict=True))
    # The same word in every language; where the code is not known, nothing stands for it.
    lines += (("UZOVI", uzovi),) if uzovi else ()
    facts = ((_("Relatienummer"), relation_number), (_("Via"), organisation))
    title = _("Verzekeringspas {year}").format(year=year)
    says = {"number": number, "year": year}
    return Letter(
        LetterKind.INSURANCE_CARD, title, facts, tuple(parts), says, address=address, card=Card(label, lines)
    )  # fmt: skip


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _whom(person: ParticipantView) -> tuple[tuple[str, str], ...]:
    return (
        (_("Verzekerde"), str(person.name)),
        (_("Geboortedatum"), _born(person.birth_date)),
        (_("Relatienummer"), person.relation_number),
    )


def _born(birth_date: str) -> str:
    return BirthDate.parse(birth_date).dutch if birth_date else "–"
