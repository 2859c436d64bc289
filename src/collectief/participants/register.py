"""The BRP's answers, kept while recent: asked once, used again (law 5: found by blind index, never by number)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.gateways.brp.client import register_at
from collectief.gateways.brp.port import LookUp, PersonRegister
from collectief.scope.scope import Scope

from .keys import bsn_keys

# A person rarely changes name within a month; after it the BRP is asked again.
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the BRP said; name and birth date only when the person was found."""

    found: bool
    deceased: bool
    name: PersonName | None
    birth_date: BirthDate | None


def current_register() -> PersonRegister:
    """The register this installation asks."""
    return register_at(settings.BRP_URL, settings.BRP_API_KEY)


def recent_answers(indexes: Sequence[bytes], *, now: datetime) -> dict[bytes, Answer]:
    """The answers not older than `RECENT`, by blind index; must run inside an opened scope."""
    if not indexes:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM register_answers(%s::bytea[], %s)", [list(indexes), now - RECENT])
        return {
            bytes(index): Answer(
                found,
                deceased,
                PersonName(initials, prefix, surname) if found else None,
                BirthDate.parse(birth_date) if birth_date else None,
            )
            for index, found, deceased, initials, prefix, surname, birth_date in cursor.fetchall()
        }


def ask(register: PersonRegister, scope: Scope, sealed: Iterable[tuple[bytes, bytes]]) -> LookUp:
    """Ask the BRP about sealed BSNs (index, sealed); no transaction is open while the line is."""
    keys = bsn_keys(scope)
    bsns: list[Bsn] = [keys.unsealed(value, index) for index, value in sealed]
    return register.look_up(bsns)


def keep(scope: Scope, answer: LookUp, *, now: datetime) -> None:
    """Store what the BRP answered; must run inside an opened scope."""
    keys = bsn_keys(scope)
    rows = [
        (
            keys.blind_index(bsn), True, person.deceased, person.name.initials, person.name.prefix,
            person.name.surname, str(person.birth_date) if person.birth_date else "",
        )
        for bsn, person in answer.found.items()
    ]  # fmt: skip
    rows += [(keys.blind_index(bsn), False, False, "", "", "", "") for bsn in answer.absent]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT register_keep(%s::bytea[], %s::boolean[], %s::boolean[], %s::varchar[], %s::varchar[],"
                " %s::varchar[], %s::varchar[], %s)",
                [*(list(column) for column in zip(*rows, strict=True)), now],
            )
