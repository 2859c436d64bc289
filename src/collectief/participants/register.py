"""The BRP's answers, kept while recent: asked once, used again (law 5: found by blind index, never by number).

Each organisation has its own: that another asked about somebody shows in no answer and in no pace.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.gateways.brp.client import register_at
from collectief.gateways.brp.port import LookUp, PersonRegister
from collectief.scope.scope import Scope
from collectief.scope.staging import bytes_array, stage
from collectief.segments.profile import Field

from .keys import bsn_keys
from .rules import RegisterAnswer

# A person rarely changes name within a month; after it the BRP is asked again.
RECENT = timedelta(days=30)
# Whom the BRP does not know, or has as deceased, is refused; once that is mended the application is sent again, and
# the BRP is asked anew. For a file one answer does from its plan to its carrying out, if that is not put off.
RECENT_REFUSAL = timedelta(hours=1)

_COLUMNS = {
    "bsn_index": "bytea", "found": "boolean", "deceased": "boolean", "initials": "text", "prefix": "text",
    "surname": "text", "birth_date": "text", "sex": "text",
}  # fmt: skip
_NAMES = ", ".join(_COLUMNS)
_UPDATES = ", ".join(f"{name} = excluded.{name}" for name in (*_COLUMNS, "checked_at") if name != "bsn_index")


class RegisterSilent(RuntimeError):
    """The BRP did not answer for everyone; asked again later, nothing is lost."""


def current_register() -> PersonRegister:
    """The register this installation asks."""
    return register_at(settings.BRP_URL, settings.BRP_API_KEY)


def recent_answers(scope: Scope, indexes: Collection[bytes], *, now: datetime) -> dict[bytes, RegisterAnswer]:
    """The answers that still count, by blind index; must run inside the opened scope.

    That somebody lives and by what name counts for as long as `RECENT`, anything else as `RECENT_REFUSAL`.
    """
    if not indexes:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_NAMES} FROM register_check"
            " WHERE organisation_id = %s AND bsn_index = ANY (%s::bytea[])"
            " AND checked_at >= CASE WHEN found AND NOT deceased THEN %s ELSE %s END",
            [scope.organisation_id, bytes_array(indexes), now - RECENT, now - RECENT_REFUSAL],
        )
        return {
            bytes(index): RegisterAnswer(
                found,
                deceased,
                PersonName(initials, prefix, surname) if found else None,
                BirthDate.parse(birth_date) if birth_date else None,
                sex,
            )
            for index, found, deceased, initials, prefix, surname, birth_date, sex in cursor.fetchall()
        }


def ask(register: PersonRegister, bsns: Sequence[Bsn]) -> LookUp:
    """Ask the BRP; no transaction is open while the line is."""
    return register.look_up(bsns)


def answers(scope: Scope, look_up: LookUp) -> dict[bytes, RegisterAnswer]:
    """What the BRP answered, by blind index; of somebody's sex only where the segment shows it (G03)."""
    keys = bsn_keys(scope)
    with_sex = Field.SEX in scope.profile.fields.shown
    said = {
        keys.blind_index(bsn): RegisterAnswer(
            True, person.deceased, person.name, person.birth_date, person.sex if with_sex else ""
        )
        for bsn, person in look_up.found.items()
    }
    said.update((keys.blind_index(bsn), RegisterAnswer(False)) for bsn in look_up.absent)
    return said


def keep(scope: Scope, said: Mapping[bytes, RegisterAnswer], *, now: datetime) -> None:
    """Store what the BRP answered; a newer answer replaces an older one. Must run inside the opened scope."""
    if not said:
        return
    nobody = PersonName("", "", "")
    stage(
        "register_said",
        _COLUMNS,
        (
            (
                index, one.found, one.deceased, (name := one.name or nobody).initials, name.prefix, name.surname,
                str(one.birth_date) if one.birth_date else "", one.sex,
            )
            # In index order: two files with the same people wait for each other instead of locking each other out.
            for index, one in sorted(said.items(), key=lambda item: item[0])
        ),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO register_check AS kept (organisation_id, checked_at, {_NAMES})"
            f" SELECT %s, %s, {_NAMES} FROM pg_temp.register_said"
            f" ON CONFLICT (organisation_id, bsn_index) DO UPDATE SET {_UPDATES}"
            " WHERE kept.checked_at < excluded.checked_at",
            [scope.organisation_id, now],
        )
