"""That a change was carried out, in the words of a letter (law 4, X05)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from collectief.documents.rules import Letter, LetterKind, Part
from collectief.foundation.dates import BirthDate, dutch
from collectief.mutations.queries import MutationView
from collectief.participants.queries import ParticipantView
from collectief.policies.insured import TermView

from .facts import Change, Kind, StayChange
from .memory import changes_from_json


def titles() -> Mapping[str, str]:
    """What a confirmation is called, by the kind of change."""
    return {
        Kind.ENROL: _("Bevestiging van aanmelding"),
        Kind.TERMINATE: _("Bevestiging van afmelding"),
        Kind.RE_ENROL: _("Bevestiging van her-aanmelding"),
        Kind.TRANSFER: _("Bevestiging van wissel van contract"),
        Kind.CHANGE_REFERENCE: _("Bevestiging van wijziging referentienummer"),
        Kind.REVERSE: _("Bevestiging van ongedaan maken"),
    }


def stays_touched(view: MutationView) -> list[int]:
    """The stays that a change made, ended or moved."""
    return [line["id"] for line in view.touched if line.get("id")]


def contracts_told_of(view: MutationView) -> frozenset[int]:
    """The contracts that its confirmation tells of."""
    stays = [stay for one in _stay_changes(view) for stay in (one.before, one.after) if stay]
    return frozenset(stay.contract_id for stay in stays) | ({view.contract_id} if view.contract_id else frozenset())


def confirmation(
    person: ParticipantView,
    view: MutationView,
    terms: Sequence[TermView],
    *,
    contracts: Mapping[int, str],
    organisation: str,
    reason: str,
    undoes: str,
    references: Sequence[str],
    today: date,
) -> Letter:
    """What was asked for somebody, when it came in, from which day it holds, and with what they are insured by it.

    `terms` are those of the stays that it touched, as they are today. In whose name it was asked is the organisation:
    which colleague did so stands in the trail. `undoes` is the change that a reversal undid, in words. `references` are
    the numbers somebody goes by at the organisation, before and after; none where they are not shown.
    """
    facts = (
        (_("Deelnemer"), str(person.name)),
        (_("Geboortedatum"), BirthDate.parse(person.birth_date).dutch if person.birth_date else "–"),
        (_("Relatienummer"), person.relation_number),
        (_("Namens"), organisation),
        (_("Ontvangen op"), dutch(timezone.localdate(view.submitted_at))),
        (_("Verwerkt op"), dutch(timezone.localdate(view.decided_at)) if view.decided_at else "–"),
        (_("Geldt vanaf"), dutch(view.effective_day) if view.effective_day else "–"),
        *(((_("Reden"), reason),) if reason else ()),
        *(((_("Ongedaan gemaakt"), undoes),) if undoes else ()),
    )
    parts = (_participation(view, contracts, references), _insurance(terms, today))
    says: dict[str, Any] = {
        "mutation": view.id, "kind": view.kind, "first_day": _iso(view.effective_day), "touched": _days(view),
        "insured": [[one.product, _iso(one.period.first_day), _iso(one.period.last_day)] for one in terms],
    }  # fmt: skip
    return Letter(LetterKind.CONFIRMATION, titles()[view.kind], facts, parts, says)


def _stay_changes(view: MutationView) -> list[StayChange]:
    changes: Sequence[Change] = changes_from_json(view.touched)
    return [one for one in changes if isinstance(one, StayChange)]


def _participation(view: MutationView, contracts: Mapping[int, str], references: Sequence[str]) -> Part:
    changes = _stay_changes(view)
    left = [one.after for one in changes if one.after]
    gone = [one.before for one in changes if one.before and not one.after]
    until_further_notice = _("tot wijziging of afmelding")
    rows = tuple(
        (
            contracts[stay.contract_id], dutch(stay.period.first_day),
            dutch(stay.period.last_day) if stay.period.last_day else until_further_notice,
        )
        for stay in left
    )  # fmt: skip
    said = [
        _("De deelname aan {contract} vanaf {day} is vervallen.").format(
            contract=contracts[stay.contract_id], day=dutch(stay.period.first_day)
        )
        for stay in gone
    ]
    if references:
        before, after = references
        said.append(
            _("Het referentienummer is {after}, en was {before}.").format(after=after or "–", before=before or "–")
        )
    heads = (_("Contract"), _("Ingangsdatum"), _("Einddatum (t/m)")) if rows else ()
    return Part(_("Deelname na deze wijziging"), heads, rows, (), tuple(said))


def _insurance(terms: Sequence[TermView], today: date) -> Part:
    if not terms:
        said = (_("Bij deze wijziging hoort geen zorgverzekering via het contract."),)
        return Part(_("Zorgverzekering"), said=said)
    running = _("tot wijziging of opzegging")
    rows = tuple(
        (one.product, dutch(one.period.first_day), dutch(one.period.last_day) if one.period.last_day else running)
        for one in reversed(terms)
    )
    said = (_("Zo staat de verzekering op {day}. De premie staat op het polisblad.").format(day=dutch(today)),)
    heads = (_("Product"), _("Verzekerd vanaf"), _("Verzekerd t/m"))
    return Part(_("Zorgverzekering"), heads, rows, (), said)


def _days(view: MutationView) -> list[list[str | None]]:
    """The days of each stay after the change; of one that is gone nothing."""
    found = (one.after for one in _stay_changes(view))
    return [[_iso(one.period.first_day), _iso(one.period.last_day)] if one else [None, None] for one in found]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
