"""Reading and writing a chunk's participants and stays as sets: no statement here runs once per row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from collectief.foundation.names import PersonName
from collectief.foundation.period import Period
from collectief.mutations.corridor import Subject
from collectief.participants.keys import bsn_keys
from collectief.scope.scope import Scope
from collectief.scope.staging import stage

from .rules import Stay

if TYPE_CHECKING:
    from .sitting import Case

_SEARCH_COPY = "sort_key, birth_date, relation_number, external_reference"


@dataclass(frozen=True, slots=True)
class ParticipantRow:
    """A participant as the facts of a chunk need it."""

    id: int
    bsn_index: bytes
    relation_number: str
    reference: str
    name: PersonName
    birth_date: str


def find_participants(scope: Scope, subjects: Sequence[Subject]) -> list[ParticipantRow]:
    """Everyone of this organisation whom the subjects name, each once, in one query."""
    wanted: dict[str, set[Any]] = {
        "id = ANY (%s::bigint[])": {s.participant_id for s in subjects if s.participant_id is not None},
        "bsn_index = ANY (%s::bytea[])": {s.bsn_index for s in subjects if s.bsn_index is not None},
        "insurer_id = {insurer} AND relation_number = ANY (%s::text[])": {
            s.relation_number for s in subjects if s.relation_number
        },
        "external_reference = ANY (%s::text[])": {s.reference for s in subjects if s.reference},
    }
    parts = [(clause.format(insurer=int(scope.insurer_id)), list(keys)) for clause, keys in wanted.items() if keys]
    if not parts:
        return []
    columns = "id, bsn_index, relation_number, external_reference, initials, prefix, surname, birth_date"
    query = " UNION ".join(
        f"SELECT {columns} FROM participant WHERE organisation_id = %s AND {clause}" for clause, _ in parts
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [value for _, keys in parts for value in (scope.organisation_id, keys)])
        return [
            ParticipantRow(id_, bytes(index), number, reference, PersonName(initials, prefix, surname), birth_date)
            for id_, index, number, reference, initials, prefix, surname, birth_date in cursor.fetchall()
        ]


def find_stays(participant_ids: Sequence[int]) -> dict[int, list[Stay]]:
    """The stays of these participants, oldest first."""
    if not participant_ids:
        return {}
    stays: dict[int, list[Stay]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT participant_id, id, contract_id, lower(period), upper(period), reason FROM participation"
            " WHERE participant_id = ANY (%s::bigint[]) ORDER BY participant_id, contract_id, first_day",
            [list(participant_ids)],
        )
        for participant_id, id_, contract_id, first_day, end_day, reason in cursor.fetchall():
            stays[participant_id].append(Stay(contract_id, Period(first_day, end_day), reason, id_))
    return stays


def write(scope: Scope, cases: Sequence[Case]) -> None:
    """Bring the tables to what the cases have become."""
    _add_participants(scope, [case for case in cases if case.newcomer])
    _keep_addresses(scope, [case for case in cases if case.address])
    _write_stays(scope, cases)
    _keep_references(scope, cases)


def _add_participants(scope: Scope, new: Sequence[Case]) -> None:
    new = sorted(new, key=lambda case: case.bsn_index or b"")
    if not new:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT found_index, found_id FROM person_ensure(%s::bytea[], %s::bytea[], %s::smallint)",
            [[case.bsn_index for case in new], [case.bsn_sealed for case in new], bsn_keys(scope).key_id],
        )
        persons = {bytes(index): id_ for index, id_ in cursor.fetchall()}
        stage(
            "new_participant",
            {
                "id": "bigint", "person_id": "bigint", "bsn_index": "bytea", "relation_number": "text",
                "external_reference": "text", "initials": "text", "prefix": "text", "surname": "text",
                "birth_date": "text", "sort_key": "text",
            },
            (_participant_row(case, persons) for case in new),
        )  # fmt: skip
        cursor.execute(
            "INSERT INTO participant (insurer_id, organisation_id, id, person_id, bsn_index, relation_number,"
            " external_reference, initials, prefix, surname, birth_date, sort_key)"
            " SELECT %s, %s, n.* FROM pg_temp.new_participant n ON CONFLICT (id) DO NOTHING",
            [scope.insurer_id, scope.organisation_id],
        )


def _participant_row(case: Case, persons: dict[bytes, int]) -> tuple[Any, ...]:
    name, register = case.name, case.member.register
    assert case.bsn_index is not None and name is not None and register is not None
    return (
        case.participant_id, persons[case.bsn_index], case.bsn_index, case.relation_number, case.member.reference,
        name.initials, name.prefix, name.surname, str(register.birth_date or ""), name.sort_key,
    )  # fmt: skip


def _keep_addresses(scope: Scope, cases: Sequence[Case]) -> None:
    if not cases:
        return
    fields = ("country", "street", "house_number", "postcode", "city")
    stage(
        "new_address",
        {"participant_id": "bigint", **dict.fromkeys(fields, "text")},
        ((case.participant_id, *(case.address.get(name, "") for name in fields)) for case in cases),
    )
    names = ", ".join(fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO address (organisation_id, participant_id, {names})"
            f" SELECT %s, participant_id, {names} FROM pg_temp.new_address"
            f" ON CONFLICT (participant_id) DO UPDATE SET {', '.join(f'{n} = excluded.{n}' for n in fields)}",
            [scope.organisation_id],
        )


def _write_stays(scope: Scope, cases: Sequence[Case]) -> None:
    """Stays that are gone, then those that changed, then the new: in this order no moment has an overlap."""
    before = {(case.participant_id, stay.id): stay for case in cases for stay in case.before}
    after = {(case.participant_id, stay.id): stay for case in cases for stay in case.member.stays}
    gone = [id_ for (person, id_) in before.keys() - after.keys()]
    with connection.cursor() as cursor:
        if gone:
            cursor.execute("DELETE FROM participation WHERE id = ANY (%s::bigint[])", [gone])
        changed = [after[key] for key in after.keys() & before.keys() if after[key] != before[key]]
        if changed:
            stage("changed_stay", _STAY, (_stay_row(None, stay) for stay in changed))
            cursor.execute(
                "UPDATE participation p SET period = daterange(c.first_day, c.end_day), reason = c.reason"
                " FROM pg_temp.changed_stay c WHERE p.id = c.id"
            )
        new = [(key[0], after[key]) for key in after.keys() - before.keys()]
        if new:
            stage("new_stay", _STAY, (_stay_row(participant_id, stay) for participant_id, stay in new))
            cursor.execute(
                "INSERT INTO participation (insurer_id, organisation_id, id, contract_id, participant_id, period,"
                f" reason, {_SEARCH_COPY}) SELECT p.insurer_id, p.organisation_id, n.id, n.contract_id, p.id,"
                " daterange(n.first_day, n.end_day), n.reason, p.sort_key, p.birth_date, p.relation_number,"
                " p.external_reference FROM pg_temp.new_stay n JOIN participant p ON p.id = n.participant_id"
            )


_STAY = {
    "id": "bigint", "participant_id": "bigint", "contract_id": "bigint", "first_day": "date", "end_day": "date",
    "reason": "text",
}  # fmt: skip


def _stay_row(participant_id: int | None, stay: Stay) -> tuple[Any, ...]:
    return stay.id, participant_id, stay.contract_id, stay.period.first_day, stay.period.end_day, stay.reason


def _keep_references(scope: Scope, cases: Iterable[Case]) -> None:
    """The reference on the participant and its copies on the stays, in two statements."""
    rows = [(case.participant_id, case.member.reference) for case in cases if not case.newcomer]
    if not rows:
        return
    stage("new_reference", {"participant_id": "bigint", "reference": "text"}, rows)
    with connection.cursor() as cursor:
        for table, key in (("participant", "id"), ("participation", "participant_id")):
            cursor.execute(
                f"UPDATE {table} t SET external_reference = n.reference FROM pg_temp.new_reference n"
                f" WHERE t.{key} = n.participant_id AND t.external_reference <> n.reference"
            )
