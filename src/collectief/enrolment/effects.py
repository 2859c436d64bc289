"""Reading and writing a chunk's participants and stays as sets: no statement here runs once per row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection
from msgspec import Struct

from collectief.foundation.names import PersonName
from collectief.foundation.period import Period
from collectief.mutations.corridor import Subject
from collectief.participants.keys import bsn_keys
from collectief.policies.choosing import follow_stays
from collectief.policies.covering import insure, uninsure
from collectief.scope.database import whole_organisation
from collectief.scope.scope import Scope
from collectief.scope.staging import bytes_array, ids_array, stage

from . import relatives
from .facts import ADDRESS, Stay

if TYPE_CHECKING:
    from .sitting import Case


class ParticipantRow(Struct, frozen=True):
    """A participant as the facts of a chunk need it."""

    id: int
    bsn_index: bytes
    relation_number: str
    reference: str
    name: PersonName
    birth_date: str


def find_participants(scope: Scope, subjects: Sequence[Subject]) -> list[ParticipantRow]:
    """Everyone of this organisation whom the subjects name, each once, in one query.

    Who works in some contracts only (G13) may name by their BSN somebody of another contract, who then gets a stay
    here: so those are looked for in the whole organisation, and are not to be shown (`sitting.Case.hidden`).
    """
    ids = {s.participant_id for s in subjects if s.participant_id is not None}
    indexes = {s.bsn_index for s in subjects if s.bsn_index is not None}
    numbers = {s.relation_number for s in subjects if s.relation_number and s.bsn_index is None}
    references = {s.reference for s in subjects if s.reference and s.bsn_index is None}
    parts: list[tuple[str, Any]] = []
    if ids:
        parts.append(("id = ANY (%s::bigint[])", ids_array(ids)))
    if indexes:
        parts.append(("bsn_index = ANY (%s::bytea[])", bytes_array(indexes)))
    if numbers:
        parts.append((f"insurer_id = {int(scope.insurer_id)} AND relation_number = ANY (%s::text[])", list(numbers)))
    if references:
        parts.append(("external_reference = ANY (%s::text[])", list(references)))
    if scope.contracts is None or not indexes:
        return _participants(scope, parts)
    by_index = [part for part in parts if "bsn_index" in part[0]]
    with whole_organisation(scope):
        found = _participants(scope, by_index)
    named = _participants(scope, [part for part in parts if part not in by_index])
    return list({row.id: row for row in (*found, *named)}.values())


def _participants(scope: Scope, parts: Sequence[tuple[str, Any]]) -> list[ParticipantRow]:
    if not parts:
        return []
    columns = "id, bsn_index, relation_number, external_reference, initials, prefix, surname, birth_date"
    # UNION keeps each once; there is nothing to keep apart when all are named in one way.
    query = " UNION ".join(
        f"SELECT {columns} FROM participant WHERE organisation_id = %s AND {clause}" for clause, _ in parts
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [value for _, keys in parts for value in (scope.organisation_id, keys)])
        return [
            ParticipantRow(id_, bytes(index), number, reference, PersonName(initials, prefix, surname), birth_date)
            for id_, index, number, reference, initials, prefix, surname, birth_date in cursor.fetchall()
        ]


def find_stays(scope: Scope, participant_ids: Sequence[int]) -> dict[int, list[Stay]]:
    """The stays of these participants in the contracts of the scope, by contract, oldest first."""
    if not participant_ids:
        return {}
    stays: dict[int, list[Stay]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT participant_id, id, contract_id, first_day, upper(period), reason FROM participation"
            f" WHERE participant_id = ANY (%s::bigint[]){scope.within_reach('contract_id')}"
            " ORDER BY participant_id, contract_id, first_day",
            [ids_array(participant_ids)],
        )
        for participant_id, id_, contract_id, first_day, end_day, reason in cursor.fetchall():
            stays[participant_id].append(Stay(contract_id, Period(first_day, end_day), reason, id_))
    return stays


def find_addresses(scope: Scope, participant_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """The home addresses of these participants, without empty fields; of whoever `find_participants` found."""
    if not participant_ids:
        return {}
    with whole_organisation(scope), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT participant_id, {', '.join(ADDRESS)} FROM address WHERE participant_id = ANY (%s::bigint[])",
            [ids_array(participant_ids)],
        )
        return {
            participant_id: {name: value for name, value in zip(ADDRESS, values, strict=True) if value}
            for participant_id, *values in cursor.fetchall()
        }


def write(scope: Scope, new: Sequence[Case], known: Sequence[Case]) -> None:
    """Bring the tables to what the cases have become; `new` are in the order of their index."""
    if new:
        _add_participants(scope, new)
    # A reference is the organisation's own: it stands with stays in every contract.
    with whole_organisation(scope):
        _change_references([case for case in known if case.member.reference != case.start.reference])
    _write_stays(scope, new, known)
    _keep_addresses(scope, [case for case in (*new, *known) if case.member.address != case.start.address])


_PARTICIPANT = {
    "participant_id": "bigint", "bsn_index": "bytea", "bsn_sealed": "bytea", "relation_number": "text",
    "external_reference": "text", "initials": "text", "prefix": "text", "surname": "text", "birth_date": "text",
    "sort_key": "text", "sex": "text",
}  # fmt: skip
# From a temporary table with these columns; every index is there once.
ADD_PARTICIPANTS = """
INSERT INTO participant (insurer_id, organisation_id, id, person_id, bsn_index, relation_number, external_reference,
       initials, prefix, surname, birth_date, sort_key, sex)
SELECT %s, %s, n.participant_id, person.found_id, n.bsn_index, n.relation_number, n.external_reference, n.initials,
       n.prefix, n.surname, n.birth_date, n.sort_key, n.sex
  FROM pg_temp.{table} n
  JOIN (SELECT * FROM person_ensure((SELECT array_agg(bsn_index ORDER BY bsn_index) FROM pg_temp.{table}),
       (SELECT array_agg(bsn_sealed ORDER BY bsn_index) FROM pg_temp.{table}), %s::smallint)) person
    ON person.found_index = n.bsn_index
 ORDER BY n.participant_id
"""


def _add_participants(scope: Scope, new: Sequence[Case]) -> None:
    keys = bsn_keys(scope)

    def row(case: Case) -> tuple[Any, ...]:
        name = case.name
        assert case.bsn_index is not None and case.bsn is not None and name is not None
        return (
            case.participant_id, case.bsn_index, keys.sealed_at(case.bsn, case.bsn_index), case.relation_number,
            case.member.reference, name.initials, name.prefix, name.surname, case.birth_date, name.sort_key,
            case.member.register.sex if case.member.register else "",
        )  # fmt: skip

    stage("new_participant", _PARTICIPANT, map(row, new))
    with connection.cursor() as cursor:
        cursor.execute(
            ADD_PARTICIPANTS.format(table="new_participant"),
            [scope.insurer_id, scope.organisation_id, keys.key_id],
        )
        if cursor.rowcount != len(new):
            raise RuntimeError("not everyone new was written")


def _change_references(cases: Sequence[Case]) -> None:
    """The reference on the participant and its copies on the stays, in two statements."""
    if not cases:
        return
    stage(
        "new_reference",
        {"participant_id": "bigint", "reference": "text"},
        ((case.participant_id, case.member.reference) for case in cases),
    )
    with connection.cursor() as cursor:
        for table, key in (("participant", "id"), ("participation", "participant_id")):
            cursor.execute(
                f"UPDATE {table} t SET external_reference = n.reference FROM pg_temp.new_reference n"
                f" WHERE t.{key} = n.participant_id"
            )


_STAY = {
    "id": "bigint", "participant_id": "bigint", "contract_id": "bigint", "first_day": "date", "end_day": "date",
    "reason": "text",
}  # fmt: skip
_NEW_STAY = _STAY | {
    "sort_key": "text", "birth_date": "text", "relation_number": "text", "external_reference": "text",
    "initials": "text", "prefix": "text", "surname": "text",
}  # fmt: skip


def _write_stays(scope: Scope, new: Sequence[Case], known: Sequence[Case]) -> None:
    """Stays that are gone, then those that changed, then the new: in this order no moment has an overlap."""
    gone: list[int | None] = []
    changed: list[tuple[Any, ...]] = []
    added: list[tuple[Case, Stay]] = [(case, stay) for case in new for stay in case.member.stays]
    for case in known:
        if case.member.stays == case.start.stays:
            continue
        before = {stay.id: stay for stay in case.start.stays}
        after = {stay.id: stay for stay in case.member.stays}
        gone += before.keys() - after.keys()
        changed += [_stay_row(case, stay) for id_, stay in after.items() if id_ in before and before[id_] != stay]
        added += [(case, stay) for id_, stay in after.items() if id_ not in before]
    if scope.profile.insures and (anew := [id_ for id_ in (*gone, *(row[0] for row in changed)) if id_]):
        uninsure(anew)
    with connection.cursor() as cursor:
        if gone:
            cursor.execute(
                "DELETE FROM participation WHERE id = ANY (%s::bigint[])", [ids_array(id_ for id_ in gone if id_)]
            )
        if changed:
            stage("changed_stay", _STAY, changed)
            cursor.execute(
                "UPDATE participation p SET period = daterange(c.first_day, c.end_day), reason = c.reason"
                " FROM pg_temp.changed_stay c WHERE p.id = c.id"
            )
        if added:
            stage("new_stay", _NEW_STAY, _new_stay_rows(added))
            cursor.execute(
                "INSERT INTO participation (insurer_id, organisation_id, id, participant_id, contract_id, period,"
                " reason, sort_key, birth_date, relation_number, external_reference, initials, prefix, surname)"
                " SELECT %s, %s, id, participant_id, contract_id, daterange(first_day, end_day), reason, sort_key,"
                " birth_date, relation_number, external_reference, initials, prefix, surname FROM pg_temp.new_stay",
                [scope.insurer_id, scope.organisation_id],
            )
    if scope.profile.insures:
        for table in (["changed_stay"] if changed else []) + (["new_stay"] if added else []):
            insure(scope, STAYS.format(id="id", end_day="end_day", table=table))
    elif scope.profile.knows_households:
        relatives.forget([id_ for id_ in gone if id_])
        if changed:
            follow_stays(scope, "changed_stay")


# The stays of a temporary table, as `insure` takes them.
STAYS = "SELECT {id} AS id, participant_id, contract_id, daterange(first_day, {end_day}) AS period FROM pg_temp.{table}"


def _new_stay_rows(added: Sequence[tuple[Case, Stay]]) -> Iterator[tuple[Any, ...]]:
    for case, stay in added:
        name = case.name
        assert name is not None
        copies = (
            name.sort_key, case.birth_date, case.relation_number, case.member.reference, name.initials, name.prefix,
            name.surname,
        )  # fmt: skip
        yield _stay_row(case, stay) + copies


def _stay_row(case: Case, stay: Stay) -> tuple[Any, ...]:
    period = stay.period
    return stay.id, case.participant_id, stay.contract_id, period.first_day, period.end_day, stay.reason


def _keep_addresses(scope: Scope, cases: Sequence[Case]) -> None:
    if not cases:
        return
    stage(
        "new_address",
        {"participant_id": "bigint", **dict.fromkeys(ADDRESS, "text")},
        ((case.participant_id, *(case.member.address.get(name, "") for name in ADDRESS)) for case in cases),
    )
    names = ", ".join(ADDRESS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO address (organisation_id, participant_id, {names})"
            f" SELECT %s, participant_id, {names} FROM pg_temp.new_address"
            f" ON CONFLICT (participant_id) DO UPDATE SET {', '.join(f'{n} = excluded.{n}' for n in ADDRESS)}",
            [scope.organisation_id],
        )
