"""Whoever may do anything in the database still cannot change the trail unnoticed: a thousand tries (K06, law 8)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import replace
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from collectief.audit import actions as audit
from collectief.audit import stored
from collectief.audit.facts import Finding, Problem, Walk
from collectief.audit.rules import Digest, seal_hash
from collectief.audit.verification import head, verify
from collectief.config.database import SUPERUSER, login_password
from collectief.scope.database import auditing, opened
from tests.trail_world import sealed
from tests.world import agency

pytestmark = pytest.mark.feature("K06")

TRIES = 1_000


@dataclass(frozen=True)
class Trail:
    """A small sealed trail, what was kept of it elsewhere, and its rows."""

    insurer_id: int
    kept: dict[int, str]
    events: list[int]
    seals: list[int]
    to_clock: int
    other_insurer: int

    def judged(self) -> list[Finding]:
        return list(verify(self.insurer_id, Walk(), now=datetime.now(UTC), kept=self.kept))


@pytest.fixture
def trail(committed_db) -> Iterator[Trail]:
    """Two insurers' trails; from here on the connection is the superuser's."""
    ours, theirs = agency(), agency(brand="voorbeeld")
    for number in range(6):
        for scope in (ours.scope, theirs.scope):
            for turn in range(1 + number % 3):
                with opened(scope):
                    audit.record(
                        scope, f"participants.see{turn}", participants=range(number, number + 4),
                        objects={"mutation": [number]}, detail={"count": number, "code": "c"},
                    )  # fmt: skip
        sealed()
    insurer = ours.scope.insurer_id
    last = head(insurer)
    login = connection.settings_dict
    user, password = login["USER"], login["PASSWORD"]
    connection.close()
    login["USER"], login["PASSWORD"] = SUPERUSER, login_password(settings.STATE, SUPERUSER)
    try:
        events = [id_ for (id_,) in sql("SELECT id FROM audit_event WHERE insurer_id = %s ORDER BY id", insurer)]
        seals = [number for (number,) in sql("SELECT number FROM audit_seal WHERE insurer_id = %s ORDER BY 1", insurer)]
        yield Trail(insurer, {last.number: last.head}, events, seals, last.to_clock, theirs.scope.insurer_id)
    finally:
        connection.close()
        login["USER"], login["PASSWORD"] = user, password


def sql(statement: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


# What to put in a column instead of what stands there: always something else.
EVENT_EDITS = {
    "id": ["id + 100000"],
    "at": ["at + interval '1 microsecond'", "at - interval '1 day'", "'infinity'"],
    "clock": ["clock - 1", "-clock"],
    "organisation_id": ["organisation_id + 1", "NULL"],
    "insurer_id": ["insurer_id + 1000"],
    "action": ["action || 'x'", "''", "upper(action)"],
    "outcome": ["'failure'"],
    "account_id": ["account_id + 1", "NULL"],
    "account": ["account || ' '", "'Iemand anders'"],
    "roles": ["'{}'", "roles || ARRAY['financial']::varchar[]", "ARRAY[array_to_string(roles, ',') || ',']::varchar[]"],
    "responsible": ["'Een ander'"],
    "purpose": ["'curiosity'"],
    "access_point": ["'elsewhere'"],
    "participant_ids": [
        "'{}'", "participant_ids[2:]", "participant_ids || 9::bigint", "ARRAY[participant_ids[2], participant_ids[1]]",
    ],
    "object_ids": ["'{}'", """object_ids || '{"batch": [1]}'""", """'{"mutation": 1}'"""],
    "detail": [
        "'{}'", """detail || '{"count": 77}'""", """detail || '{"count": 1.0}'""", """detail || '{"a": null}'""",
    ],
}  # fmt: skip
SEAL_EDITS = {
    "insurer_id": ["insurer_id + 1000"],
    "number": ["number + 1000", "-number"],
    "version": ["version + 1", "0"],
    "from_clock": ["from_clock + 1", "from_clock - 1"],
    "to_clock": ["to_clock + 1", "to_clock - 1"],
    "count": ["count + 1", "count - 1"],
    "events_hash": ["repeat('0', 64)", "upper(events_hash) || ''", "previous || ''"],
    "previous": ["repeat('a', 64)", "head || ''"],
    "head": ["repeat('f', 64)", "events_hash || ''"],
    "sealed_at": ["sealed_at + interval '1 microsecond'", "sealed_at - interval '1 year'"],
}


def _edits(table: str, key: str, edits: dict[str, list[str]]) -> st.SearchStrategy:
    choices = [(column, value) for column, values in edits.items() for value in values]

    def made(draw: st.DrawFn, trail: Trail) -> str:
        column, value = draw(st.sampled_from(choices))
        row = draw(st.sampled_from(trail.events if key == "id" else trail.seals))
        sql(f"UPDATE {table} SET {column} = {value} WHERE insurer_id = %s AND {key} = %s", trail.insurer_id, row)
        return f"{table}.{column} = {value} at {row}"

    return made


edit_event = _edits("audit_event", "id", EVENT_EDITS)
edit_seal = _edits("audit_seal", "number", SEAL_EDITS)


def delete_events(draw: st.DrawFn, trail: Trail) -> str:
    gone = draw(st.lists(st.sampled_from(trail.events), min_size=1, unique=True))
    sql("DELETE FROM audit_event WHERE id = ANY (%s)", gone)
    return f"delete events {gone}"


def insert_event(draw: st.DrawFn, trail: Trail) -> str:
    """A copy of an event, as of a transaction that was sealed."""
    model, clock = draw(st.sampled_from(trail.events)), draw(st.integers(-5, trail.to_clock - 1))
    columns = ", ".join(column for column in EVENT_EDITS if column not in ("id", "clock"))
    sql(
        f"INSERT INTO audit_event (id, clock, {columns}) SELECT 900000, %s, {columns} FROM audit_event WHERE id = %s",
        clock, model,
    )  # fmt: skip
    return f"insert a copy of {model} at {clock}"


def swap_events(draw: st.DrawFn, trail: Trail) -> str:
    """Two events change places: their ids, or the transactions they are of."""
    one, other = draw(st.lists(st.sampled_from(trail.events), min_size=2, max_size=2, unique=True))
    column = draw(st.sampled_from(["id", "clock"]))
    [[first], [second]] = (sql(f"SELECT {column} FROM audit_event WHERE id = %s", id_) for id_ in (one, other))
    if column == "id":
        sql("UPDATE audit_event SET id = 900000 WHERE id = %s", one)
        sql("UPDATE audit_event SET id = %s WHERE id = %s", one, other)
        sql("UPDATE audit_event SET id = %s WHERE id = 900000", other)
    else:
        sql("UPDATE audit_event SET clock = %s WHERE id = %s", second[0], one)
        sql("UPDATE audit_event SET clock = %s WHERE id = %s", first[0], other)
    return f"swap {column} of {one} and {other}"


def move_event(draw: st.DrawFn, trail: Trail) -> str:
    id_ = draw(st.sampled_from(trail.events))
    sql("UPDATE audit_event SET insurer_id = %s WHERE id = %s", trail.other_insurer, id_)
    return f"move {id_} to another insurer"


def delete_seals(draw: st.DrawFn, trail: Trail) -> str:
    gone = draw(st.lists(st.sampled_from(trail.seals), min_size=1, unique=True))
    sql("DELETE FROM audit_seal WHERE insurer_id = %s AND number = ANY (%s)", trail.insurer_id, gone)
    return f"delete seals {gone}"


def swap_seals(draw: st.DrawFn, trail: Trail) -> str:
    one, other = draw(st.lists(st.sampled_from(trail.seals), min_size=2, max_size=2, unique=True))
    for old, new in ((one, 9000), (other, one), (9000, other)):
        sql("UPDATE audit_seal SET number = %s WHERE insurer_id = %s AND number = %s", new, trail.insurer_id, old)
    return f"swap seals {one} and {other}"


def cut_tail(draw: st.DrawFn, trail: Trail) -> str:
    """The last seals go, and everything that stood under them or later."""
    first = draw(st.sampled_from(trail.seals))
    [[clock]] = sql("SELECT from_clock FROM audit_seal WHERE insurer_id = %s AND number = %s", trail.insurer_id, first)
    sql("DELETE FROM audit_event WHERE insurer_id = %s AND clock >= %s", trail.insurer_id, clock)
    sql("DELETE FROM audit_seal WHERE insurer_id = %s AND number >= %s", trail.insurer_id, first)
    return f"cut from seal {first}"


def rewrite(draw: st.DrawFn, trail: Trail) -> str:
    """An event is changed or removed, and everything is sealed anew so that it fits: only a kept head can tell."""
    id_ = _touch(draw, draw(st.sampled_from(trail.events)))
    _seal_anew(trail, trail.seals)
    return f"seal anew after touching {id_}"


def rewrite_some(draw: st.DrawFn, trail: Trail) -> str:
    """The same, but the last seals stay as they were: each fits by itself, and only their links can tell."""
    last = draw(st.sampled_from(trail.seals[:-1]))
    [[clock]] = sql("SELECT to_clock FROM audit_seal WHERE insurer_id = %s AND number = %s", trail.insurer_id, last)
    under = sql("SELECT id FROM audit_event WHERE insurer_id = %s AND clock < %s ORDER BY id", trail.insurer_id, clock)
    id_ = _touch(draw, draw(st.sampled_from(under))[0])
    _seal_anew(trail, trail.seals[: trail.seals.index(last) + 1])
    return f"seal anew up to {last} after touching {id_}"


def _touch(draw: st.DrawFn, id_: int) -> int:
    if draw(st.booleans()):
        sql("DELETE FROM audit_event WHERE id = %s", id_)
    else:
        sql("UPDATE audit_event SET account = 'Iemand anders' WHERE id = %s", id_)
    return id_


def _seal_anew(trail: Trail, numbers: list[int]) -> None:
    """Make these seals, the first of the chain, fit what stands under them now."""
    with auditing(trail.insurer_id):
        seals = list(stored.seals(trail.insurer_id, numbers[-1]))
    previous = seals[0].previous
    for old in seals:
        digest = Digest()
        with auditing(trail.insurer_id):
            for event in stored.events(trail.insurer_id, old.from_clock, old.to_clock):
                digest.add(event)
        new = replace(old, count=digest.count, events_hash=digest.hexadecimal, previous=previous)
        previous = seal_hash(new)
        sql(
            "UPDATE audit_seal SET count = %s, events_hash = %s, previous = %s, head = %s"
            " WHERE insurer_id = %s AND number = %s",
            new.count, new.events_hash, new.previous, previous, trail.insurer_id, new.number,
        )  # fmt: skip


TAMPERINGS: list[Callable[[st.DrawFn, Trail], str]] = [
    edit_event, edit_event, edit_seal, edit_seal, delete_events, insert_event, swap_events, move_event, delete_seals,
    swap_seals, cut_tail, rewrite, rewrite_some,
]  # fmt: skip


def _each_is_found(trail: Trail, tamperings: list[Callable[[st.DrawFn, Trail], str]], tries: int) -> None:
    tried = 0

    @hypothesis_settings(max_examples=tries, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def found(data: st.DataObject) -> None:
        nonlocal tried
        with transaction.atomic():
            done = data.draw(st.sampled_from(tamperings))(data.draw, trail)
            findings = trail.judged()
            transaction.set_rollback(True)
        assert findings, done
        # What is said can be printed.
        json.dumps([finding.where for finding in findings])
        assert trail.judged() == []
        tried += 1

    found()
    assert tried >= tries


@pytest.mark.timeout(300)
def test_every_tampering_is_found_and_the_untouched_trail_is_whole(trail):
    _each_is_found(trail, TAMPERINGS, TRIES)


def test_what_is_done_to_events_alone_is_found_without_a_kept_head(trail):
    """Only a tail that goes with its seals, and a chain that is sealed anew as a whole, need one."""
    alone = [edit_event, delete_events, insert_event, swap_events, move_event]
    _each_is_found(replace(trail, kept={}), alone, 100)


def test_a_tail_that_goes_with_its_seals_is_seen_by_who_kept_a_head(trail):
    with transaction.atomic():
        [[clock]] = sql(
            "SELECT from_clock FROM audit_seal WHERE insurer_id = %s AND number = %s", trail.insurer_id, trail.seals[-2]
        )
        sql("DELETE FROM audit_event WHERE insurer_id = %s AND clock >= %s", trail.insurer_id, clock)
        sql("DELETE FROM audit_seal WHERE insurer_id = %s AND from_clock >= %s", trail.insurer_id, clock)
        [finding] = trail.judged()
        assert (finding.problem, finding.seal, finding.where) == (
            Problem.TAIL_CUT, trail.seals[-2], {"to_seal": trail.seals[-1]},
        )  # fmt: skip
        assert replace(trail, kept={}).judged() == []
        transaction.set_rollback(True)


def test_seals_that_fit_what_stands_under_them_are_found_by_their_links(trail):
    """Also without a kept head: whoever seals a part anew leaves a link that does not hold."""
    _each_is_found(replace(trail, kept={}), [rewrite_some], 50)
