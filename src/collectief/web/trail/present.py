"""Events with every field in plain words, on the screen and as a workbook."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import IO

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collectief.access.role_names import ROLE_NAMES
from collectief.audit.actions import PURPOSE, SUPERVISION
from collectief.audit.search import FoundEvent
from collectief.contracts import queries as contracts
from collectief.foundation.sheet import write_sheet
from collectief.participants import queries as participants
from collectief.scope.scope import Scope
from collectief.segments.profile import Role

from ..log.words import action_words, outcome_words
from ..templatetags.look import number

# Of an event of thousands of people so many are named on the screen, and in a workbook.
SOME = 10
SOME_IN_A_CELL = 500
_WIDTH = 22


@dataclass(frozen=True, slots=True)
class Shown:
    """An event as it is drawn, and every field of it by label."""

    event: FoundEvent
    what: str
    roles: str
    organisation: str
    about: str
    outcome: str
    colour: str
    fields: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Known:
    """Names of organisations and numbers of people that some events are about."""

    organisations: Mapping[int, str]
    people: Mapping[int, str]


def known(scope: Scope, events: Sequence[FoundEvent], *, some: int) -> Known:
    """What these events need, in two queries however many they are."""
    organisations = {event.organisation_id for event in events if event.organisation_id is not None}
    people = {id_ for event in events for id_ in event.participant_ids[:some]}
    return Known(
        contracts.organisation_names(scope, organisations),
        {one.id: one.relation_number for one in participants.sought(scope, people)},
    )


def shown(event: FoundEvent, names: Known, *, some: int = SOME) -> Shown:
    """An event in words."""
    outcome, colour = outcome_words(event.outcome)
    organisation = names.organisations.get(event.organisation_id or 0, "") or event.responsible
    about = _about(event)
    roles = ", ".join(_role(role) for role in event.roles)
    what = action_words(event.action, event.outcome, office=True)
    return Shown(
        event, what, roles, organisation, about, outcome, colour,
        [
            (_("Nummer"), str(event.id)),
            (_("Wanneer"), f"{timezone.localtime(event.at):%d-%m-%Y %H:%M:%S}"),
            (_("Wat"), what),
            (_("Code"), event.action),
            (_("Resultaat"), outcome),
            (_("Wie"), event.account),
            (_("Accountnummer"), str(event.account_id or "")),
            (_("Rollen"), roles),
            (_("Verantwoordelijk"), event.responsible),
            (_("Doel"), _purpose(event.purpose)),
            (_("Toegangspunt"), event.access_point),
            (_("Logboek van"), organisation),
            (_("Aantal personen"), number(len(event.participant_ids))),
            (_("Relatienummers"), _people(event, names, some)),
            (_("Over"), _objects(event)),
            (_("Verdere gegevens"), "; ".join(f"{name}: {_plain(value)}" for name, value in event.detail.items())),
        ],
    )  # fmt: skip


def write_trail(stream: IO[bytes], scope: Scope, answer: Iterable[Sequence[FoundEvent]]) -> int:
    """Write events as a workbook of text cells, in constant memory; how many."""
    found = _shown_all(scope, answer)
    first = next(found, None)
    heads = [(label, _WIDTH) for label, _text in first.fields] if first else []
    rows = ([text for _label, text in one.fields] for one in chain([first] if first else [], found))
    return write_sheet(stream, _("Onderzoek"), heads, rows)


def _shown_all(scope: Scope, answer: Iterable[Sequence[FoundEvent]]) -> Iterator[Shown]:
    for events in answer:
        names = known(scope, events, some=SOME_IN_A_CELL)
        for event in events:
            yield shown(event, names, some=SOME_IN_A_CELL)


def _role(role: str) -> str:
    return str(ROLE_NAMES[Role(role)]) if role in list(Role) else {"operator": _("beheer")}.get(role, role)


def _purpose(purpose: str) -> str:
    words = {PURPOSE: _("uitvoeren van de collectieve verzekering"), SUPERVISION: _("toezicht op de toegang")}
    return words.get(purpose, purpose)


def _about(event: FoundEvent) -> str:
    parts = []
    if event.participant_ids:
        words = ngettext("{count} persoon", "{count} personen", len(event.participant_ids))
        parts.append(words.format(count=number(len(event.participant_ids))))
    parts += [_object(kind, ids[0]) for kind, ids in event.object_ids.items() if len(ids) == 1]
    return ", ".join(parts)


def _object(kind: str, id_: int) -> str:
    words = {
        "mutation": _("wijziging {id}"), "batch": _("bestand {id}"), "case": _("zaak {id}"),
        "contract": _("contract {id}"), "membership": _("plaats {id}"), "account": _("account {id}"),
        "organisation": _("organisatie {id}"), "relationship_manager": _("accountmanager {id}"),
    }  # fmt: skip
    return words.get(kind, f"{kind} {{id}}").format(id=id_)


def _plain(value: object) -> str:
    """Codes and counts of an event, without the signs of JSON where they say nothing."""
    if isinstance(value, list):
        return ", ".join(map(_plain, value)) or "–"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value).lstrip("\0") or "–"


def _objects(event: FoundEvent) -> str:
    named = [_object(kind, id_) for kind, ids in event.object_ids.items() for id_ in ids[:SOME_IN_A_CELL]]
    return ", ".join(named)


def _people(event: FoundEvent, names: Known, some: int) -> str:
    # Of somebody who is no participant any more there is the number that the event has.
    told = [names.people.get(id_, f"({id_})") for id_ in event.participant_ids[:some]]
    left = len(event.participant_ids) - len(told)
    more = [_("en nog {count}").format(count=number(left))] if left > 0 else []
    return ", ".join([*told, *more])
