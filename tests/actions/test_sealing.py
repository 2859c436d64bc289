"""The chain over the trail: what is sealed, in which order, and that nothing is ever skipped (K06, law 8)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from collectief.audit import actions as audit
from collectief.audit import sealing
from collectief.audit.facts import Finding, Problem, Walk
from collectief.audit.verification import head, verify
from collectief.config import sealer
from collectief.scope.database import Audience, auditing, opened
from tests.trail_world import sealed, settled
from tests.world import agency

pytestmark = [pytest.mark.usefixtures("committed_db"), pytest.mark.feature("K06")]


def now() -> datetime:
    return datetime.now(UTC)


def found(insurer_id: int, *, kept: dict[int, str] | None = None, longest: timedelta = timedelta(minutes=5)):
    """What verification says, and what it saw."""
    walk = Walk()
    return list(verify(insurer_id, walk, now=now(), kept=kept or {}, longest=longest)), walk


def act(scope, count: int = 1, **more) -> None:
    for _ in range(count):
        with opened(scope):
            audit.record(scope, "participants.see", participants=[1, 2], objects={"mutation": [7]}, **more)


@pytest.fixture
def superuser(database_server):
    with database_server.superuser(settings.DATABASES["default"]["NAME"]) as connected:
        yield connected


def test_a_chain_per_insurer_and_each_is_whole(ours):
    theirs = agency(brand="voorbeeld")
    act(ours.scope, 3)
    act(theirs.scope, 2)
    assert sealed() == 5
    act(ours.scope)
    assert (sealed(), sealed()) == (1, 0)
    for scope, events, seals in ((ours.scope, 4, 2), (theirs.scope, 2, 1)):
        problems, walk = found(scope.insurer_id)
        assert (problems, walk.events, walk.seals, walk.unsealed) == ([], events, seals, 0)
        assert head(scope.insurer_id).head == walk.head


def test_what_commits_late_with_a_lower_number_is_sealed_all_the_same(ours, superuser):
    """Another transaction has taken its number and its id, and holds on to them while later ones come and go."""
    act(ours.scope)
    with slow_event(ours.scope) as (late, clock):
        act(ours.scope, 2)
        assert sealed(clock) == 1
        problems, walk = found(ours.scope.insurer_id)
        assert (problems, walk.events, walk.unsealed) == ([], 1, 2)
        late.commit()
    assert sealed() == 3
    problems, walk = found(ours.scope.insurer_id, longest=timedelta(0))
    assert (problems, walk.events, walk.unsealed) == ([], 4, 0)
    order = superuser.execute("SELECT array_agg(id ORDER BY clock, id) FROM audit_event").fetchone()[0]
    assert order == sorted(order)


def test_what_is_rolled_back_leaves_a_gap_in_the_numbers_and_none_in_the_chain(ours):
    act(ours.scope)
    with slow_event(ours.scope) as (late, _):
        act(ours.scope)
        late.rollback()
    assert sealed() == 2
    assert found(ours.scope.insurer_id)[0] == []


@contextmanager
def slow_event(scope) -> Iterator[tuple[psycopg.Connection, int]]:
    """A connection with one event written and not committed, and its transaction."""
    login = connection.settings_dict
    slow = psycopg.connect(host=login["HOST"], dbname=login["NAME"], user=login["USER"], password=login["PASSWORD"])
    with closing(slow):
        slow.execute("SET LOCAL ROLE c_organisation")
        slow.execute(
            "SELECT set_config('c.org', %s, true), set_config('c.insurer', %s, true)",
            [str(scope.organisation_id), str(scope.insurer_id)],
        )
        [clock] = slow.execute(
            "INSERT INTO audit_event (insurer_id, organisation_id, action, outcome, account_id, account, roles,"
            " responsible, purpose, access_point, participant_ids, object_ids, detail) VALUES (%s, %s, 'slow',"
            " 'success', 1, 'A', '{}', 'B', 'p', 'a', '{}', '{}', '{}') RETURNING clock",
            [scope.insurer_id, scope.organisation_id],
        ).fetchone()
        yield slow, clock


def test_while_one_sealer_is_at_it_another_does_nothing(ours):
    act(ours.scope)
    login = connection.settings_dict
    with psycopg.connect(
        host=login["HOST"], dbname=login["NAME"], user=login["USER"], password=login["PASSWORD"]
    ) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [sealing._LOCK])
        settled()
        assert sealing.seal(now()) == 0
        other.rollback()
    assert sealed() == 1


def test_a_seal_that_breaks_off_leaves_nothing_and_the_next_does_it_all(ours, monkeypatch):
    act(ours.scope, 3)
    with monkeypatch.context() as broken:
        broken.setattr(sealing, "seal_hash", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sealed()
    assert head(ours.scope.insurer_id) is None
    assert sealed() == 3


def test_much_is_sealed_in_parts_and_a_transaction_stays_whole(ours, monkeypatch):
    monkeypatch.setattr(sealing, "MOST", 4)
    act(ours.scope, 3)
    with opened(ours.scope):
        for _ in range(5):
            audit.record(ours.scope, "participants.see")
    act(ours.scope, 2)
    assert [sealed() for _ in range(3)] == [8, 2, 0]
    assert found(ours.scope.insurer_id)[0] == []


def test_an_event_that_stays_unsealed_is_noticed(ours):
    act(ours.scope)
    problems, _ = found(ours.scope.insurer_id, longest=timedelta(0))
    assert [one.problem for one in problems] == [Problem.NOT_SEALED]
    assert found(ours.scope.insurer_id)[0] == []


def test_a_server_that_counts_from_a_lower_number_is_noticed_and_told_so(ours, superuser):
    """As after a dump was restored elsewhere: what comes next would fall before what is sealed, and never be sealed."""
    act(ours.scope)
    sealed()
    ahead = 1_000_000
    superuser.execute("UPDATE audit_seal SET to_clock = to_clock + %s", [ahead])
    with pytest.raises(sealing.ClockWentBack):
        sealing.seal(now())
    shift(superuser, ahead)
    try:
        act(ours.scope)
        assert sealed() == 1
    finally:
        shift(superuser, 0)


def shift(superuser, offset: int) -> None:
    superuser.execute(
        "CREATE OR REPLACE FUNCTION audit_clock_offset() RETURNS bigint LANGUAGE sql STABLE"
        f" AS 'SELECT {offset}::bigint'"
    )


ROLES = [str(audience) for audience in Audience]


@pytest.mark.parametrize("role", [*ROLES, "collectief_app", "collectief_owner"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event",
        "UPDATE audit_seal SET count = 0", "DELETE FROM audit_seal", "TRUNCATE audit_seal",
        "INSERT INTO audit_event (id, insurer_id, action, account, roles, responsible, purpose, access_point,"
        " participant_ids, object_ids, detail) VALUES (1, 1, 'x', 'x', '{}', 'x', 'x', 'x', '{}', '{}', '{}')",
        "INSERT INTO audit_event (clock, insurer_id, action, account, roles, responsible, purpose, access_point,"
        " participant_ids, object_ids, detail) VALUES (1, 1, 'x', 'x', '{}', 'x', 'x', 'x', '{}', '{}', '{}')",
    ],
)  # fmt: skip
def test_no_role_of_ours_changes_removes_or_backdates(superuser, role, statement):
    superuser.execute(f"SET ROLE {role}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        superuser.execute(statement)


@pytest.mark.parametrize(
    ("role", "may_write_events", "may_seal"),
    [
        (role, role in ("c_organisation", "c_contracts", "c_auditor", "c_staff", "c_helpdesk"), role == "c_sealer")
        for role in ROLES
    ],
)
def test_who_seals_may_not_write_and_who_writes_may_not_seal(superuser, role, may_write_events, may_seal):
    rights = superuser.execute(
        "SELECT has_column_privilege(%s, 'audit_event', 'action', 'INSERT'),"
        " has_table_privilege(%s, 'audit_seal', 'INSERT')",
        [role, role],
    ).fetchone()
    assert rights == (may_write_events, may_seal)


def test_the_auditor_sees_one_insurer_and_writes_in_no_customers_name(ours):
    theirs = agency(brand="voorbeeld")
    act(ours.scope)
    act(theirs.scope)
    sealed()
    with auditing(ours.scope.insurer_id), connection.cursor() as cursor:
        for table in ("audit_event", "audit_seal"):
            cursor.execute(f"SELECT DISTINCT insurer_id FROM {table}")
            assert cursor.fetchall() == [(ours.scope.insurer_id,)]
    audit.record_operator(ours.scope.insurer_id, "Zorg en Zekerheid", "Toos Toezicht", "audit.search")
    assert sealed() == 1
    with opened(ours.scope), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE action = 'audit.search'")
        assert cursor.fetchone() == (0,)
    with pytest.raises(Exception, match="row-level security"), auditing(ours.scope.insurer_id):
        audit.record(ours.scope, "participants.see")


def test_findings_say_where(ours, superuser):
    act(ours.scope, 2)
    sealed()
    act(ours.scope, 3)
    sealed()
    [victim] = superuser.execute("SELECT max(id) FROM audit_event").fetchone()
    superuser.execute("DELETE FROM audit_event WHERE id = %s", [victim])
    [finding], _ = found(ours.scope.insurer_id)
    assert isinstance(finding, Finding)
    assert (finding.problem, finding.seal) == (Problem.EVENTS_MISSING, 2)
    assert (finding.where["sealed"], finding.where["found"], finding.where["last_event"]) == (3, 2, victim - 1)


@pytest.mark.parametrize(
    ("comes", "pause"),
    [
        (OperationalError("gone"), sealer._AWAY),
        (InterfaceError("closed"), sealer._AWAY),
        (sealing.ClockWentBack(1), sealer._MENDING),
    ],
)
def test_the_process_outlives_a_database_that_is_away(ours, monkeypatch, comes, pause):
    def broken(_):
        raise comes

    act(ours.scope)
    with monkeypatch.context() as away:
        away.setattr(sealer, "make_seals", broken)
        assert sealer._once() == pause
        assert sealer._begin(), "telling how the chains stand needs no sealing"
    settled()
    # Back again: at once while there is something, and with a rest when there is not.
    assert (sealer._once(), sealer._once()) == (0.0, sealer._LOOK)
