"""The monthly run fixes a month once, as the stays were (U23, U27, K04, law 3)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from random import Random

import pytest
from django.db import DataError, connection, transaction
from django.utils import timezone

from collectief.contracts.models import GroupContract
from collectief.contracts.queries import contracts
from collectief.inbox.models import Message
from collectief.reporting import fixing, jobs
from collectief.reporting.changes import Said, changed, changed_lines
from collectief.reporting.flow_lists import Asked, flow_lines, last_fixed
from collectief.reporting.kinds import FLOW_LISTS
from collectief.reporting.models import FixedMonth
from collectief.reporting.queries import use_of
from collectief.reporting.rules import Movement, Span, due_month, first_kept_month
from collectief.scope.database import housekeeping, office, opened
from tests.stays_world import fixed, listed, peopled, restayed, some_stays, wholes
from tests.world import agency

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U23"), pytest.mark.feature("U27"), pytest.mark.feature("K04")]

BEGIN = date(2024, 3, 1)
NOW = datetime(2025, 6, 11, 4, 23, tzinfo=UTC)
MAY, JUNE, JULY = date(2025, 5, 1), date(2025, 6, 1), date(2025, 7, 1)


@pytest.fixture
def ours():
    return agency()


def figures(customer) -> dict[date, tuple[int, int, int]]:
    with opened(customer.scope):
        rows = FixedMonth.objects.filter(contract=customer.contracts[0])
        return {row.month: (row.count, row.came, row.gone) for row in rows}


def kept(customer, month: date) -> set[tuple[int, date, date | None]]:
    """What the list of a month says, of everyone who took part until it ended."""
    with opened(customer.scope), connection.cursor() as cursor:
        cursor.execute(
            "SELECT participant_id, first_day, nullif(end_day, 'infinity') - 1 FROM fixed_stay"
            " WHERE contract_id = %s AND from_month <= %s AND to_month > %s",
            [customer.contracts[0].id, month, month],
        )
        return set(cursor.fetchall())


def known_at(people, end: date) -> set[tuple[int, date, date | None]]:
    """The same, from the stays as they are."""
    return {
        (one.id, first, last if last is not None and last < end else None)
        for one in people
        for first, last in wholes(one.stays)
        if first < end
    }


@pytest.mark.parametrize("seed", range(4))
def test_what_is_fixed_is_what_the_stays_said_month_after_month(ours, moment, seed):
    chance = Random(seed)
    people = peopled(ours, moment, 10, chance, begin=BEGIN)
    with opened(ours.scope):
        contract = next(one for one in contracts(ours.scope) if one.id == ours.contracts[0].id)
        live = use_of(ours.scope, contract, today=JUNE)
    fixed(ours, MAY, NOW)
    # Of a last day on the last of May the figures of June's first day know too.
    assert figures(ours) == {one.month: (one.count, one.came, one.left) for one in live if one.month <= MAY}
    said = {MAY: known_at(people, JUNE)}
    assert kept(ours, MAY) == said[MAY]
    # Before the first run a month is as that run found it.
    assert kept(ours, date(2024, 12, 1)) == said[MAY]
    for month, end in ((JUNE, JULY), (JULY, date(2025, 8, 1))):
        place = chance.randrange(len(people))
        someone = people[place]
        people[place] = type(someone)(someone.id, restayed(ours, someone.id, some_stays(chance, BEGIN)))
        fixed(ours, month, NOW)
        said[month] = known_at(people, end)
        assert {one: kept(ours, one) for one in said} == said


def test_a_month_that_is_fixed_stays_as_it_was(ours, moment):
    people = peopled(ours, moment, 3, Random(1), begin=BEGIN)
    fixed(ours, MAY, NOW)
    before, listed = figures(ours), kept(ours, MAY)
    for one in people:
        restayed(ours, one.id, [])
    fixed(ours, JUNE, NOW)
    assert {month: figures(ours)[month] for month in before} == before
    assert figures(ours)[JUNE][0] == 0
    assert kept(ours, MAY) == listed and kept(ours, JUNE) == set()


def test_a_month_that_is_fixed_twice_is_fixed_once(ours, moment):
    peopled(ours, moment, 3, Random(2), begin=BEGIN)
    assert fixed(ours, MAY, NOW) >= 2
    before = figures(ours)
    assert fixed(ours, MAY, datetime(2025, 6, 12, tzinfo=UTC)) == 0
    assert figures(ours) == before


def test_some_organisations_at_a_time_are_all_of_them(ours, moment, monkeypatch):
    others = [agency(name=f"Bureau {number}") for number in range(3)]
    peopled(ours, moment, 2, Random(3), begin=BEGIN)
    monkeypatch.setattr(fixing, "_AT_ONCE", 1)
    insurer = ours.organisation.insurer_id
    with housekeeping():
        before = fixing.unfixed(insurer, MAY)
        first = len(fixing.fix_some(insurer, MAY, now=NOW))
        part = fixing.unfixed(insurer, MAY)
    assert 0 < first < before.contracts == part.contracts + part.fixed
    assert (before.fixed, part.fixed, part.organisations) == (0, first, before.organisations - 1)
    assert fixed(ours, MAY, NOW) == part.contracts
    with housekeeping():
        assert fixing.unfixed(insurer, MAY) == fixing.Unfixed(0, 0, before.contracts)
        months = FixedMonth.objects.filter(month=MAY).values_list("contract_id", flat=True)
        assert len(set(months)) == len(months) == before.contracts
        assert {one.id for customer in (ours, *others) for one in customer.contracts} <= set(months)


@pytest.mark.feature("U29")
def test_whose_list_was_fixed_is_told_once_by_contract(ours, moment):
    over, later = agency(name="Was er"), agency(name="Komt nog")
    with office():
        GroupContract.objects.filter(id=over.contracts[0].id).update(end_day=MAY)
        GroupContract.objects.filter(id=later.contracts[0].id).update(first_day=JUNE)
    insurer = ours.organisation.insurer_id
    for _ in range(2):
        with housekeeping():
            while FLOW_LISTS.step(insurer, "2025-05", NOW):
                pass
    with opened(ours.scope):
        told = {tuple(one.contracts): one for one in Message.objects.filter(category="flow")}
    assert told.keys() == {(contract.id,) for contract in ours.contracts}
    [first] = [one for (id_,), one in told.items() if id_ == ours.contracts[0].id]
    assert (first.code, first.about, first.about_id, first.at) == ("flow.fixed", "flow_list", ours.contracts[0].id, NOW)
    assert first.facts == {"contract": ours.contracts[0].number, "month": "2025-05"}
    for other in (over, later):
        with opened(other.scope):
            about = {id_ for one in Message.objects.filter(category="flow") for id_ in one.contracts}
        assert other.contracts[0].id not in about


def test_what_fails_half_way_leaves_nothing_of_it(ours, moment, monkeypatch):
    peopled(ours, moment, 2, Random(4), begin=BEGIN)
    good = fixing._FIX
    # Everything was written, and then the line breaks.
    monkeypatch.setattr(
        fixing,
        "_FIX",
        good.replace("SELECT contract_id FROM waits ORDER BY 1", "SELECT 1 / (count(*) - count(*)) FROM waits"),
    )
    with pytest.raises(DataError, match="division by zero"), transaction.atomic():
        fixed(ours, MAY, NOW)
    assert figures(ours) == {}
    monkeypatch.setattr(fixing, "_FIX", good)
    assert fixed(ours, MAY, NOW) > 0
    assert MAY in figures(ours)


def test_a_month_that_no_run_fixed_is_fixed_with_the_next(ours, moment):
    people = peopled(ours, moment, 4, Random(5), begin=BEGIN)
    fixed(ours, MAY, NOW)
    fixed(ours, JULY, NOW)
    assert set(figures(ours)) >= {MAY, JUNE, JULY}
    assert kept(ours, JUNE) == kept(ours, JULY) == known_at(people, date(2025, 8, 1))


@pytest.mark.parametrize("seed", range(3))
def test_what_has_had_its_term_is_gone_for_good_and_the_rest_is_as_it_was(ours, moment, seed):
    chance = Random(seed)
    people = peopled(ours, moment, 8, chance, begin=BEGIN)
    fixed(ours, MAY, NOW)
    before, listed = figures(ours), kept(ours, MAY)
    first = date(2025, 1, 1)
    with housekeeping():
        fixing.forget(first)
    assert figures(ours) == {month: said for month, said in before.items() if month >= first}
    with opened(ours.scope), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM fixed_stay WHERE end_day <= %s", [first])
        assert cursor.fetchone() == (0,)
    assert kept(ours, MAY) == {row for row in listed if row[2] is None or row[2] >= first}
    # The next run brings none of it back.
    later = datetime(2032, 7, 11, tzinfo=UTC)
    fixed(ours, JUNE, later)
    assert min(figures(ours)) >= first
    assert kept(ours, JUNE) == {row for row in known_at(people, JULY) if row[2] is None or row[2] >= first}


def test_a_stay_that_only_lists_before_said_so_goes_with_them(ours, moment):
    [one] = peopled(ours, moment, 1, Random(8), begin=BEGIN)
    restayed(ours, one.id, [(date(2025, 5, 3), None)])
    fixed(ours, MAY, NOW)
    restayed(ours, one.id, [(date(2025, 5, 9), None)])
    fixed(ours, JUNE, NOW)
    with housekeeping():
        fixing.forget(JUNE)
    assert kept(ours, MAY) == set() and kept(ours, JUNE) == {(one.id, date(2025, 5, 9), None)}


def test_every_night_what_has_had_its_term_goes(ours, moment, monkeypatch):
    peopled(ours, moment, 2, Random(9), begin=BEGIN)
    fixed(ours, MAY, NOW)
    before = figures(ours)
    for year in (2026, 2028):
        monkeypatch.setattr(timezone, "localdate", lambda *_, year=year: date(year, 11, 28))
        jobs.forget(0)
        assert figures(ours) == {month: said for month, said in before.items() if month.year >= year - 7}
    assert min(before).year == 2020 < min(figures(ours)).year
    assert first_kept_month(date(2026, 11, 28)) == date(2019, 1, 1)


def test_what_was_fixed_is_nobody_elses(ours, moment):
    peopled(ours, moment, 2, Random(6), begin=BEGIN)
    fixed(ours, MAY, NOW)
    other = agency(name="Zuid")
    with opened(other.scope), connection.cursor() as cursor:
        for table in ("fixed_month", "fixed_stay"):
            cursor.execute(f"SELECT count(*) FROM {table} WHERE contract_id = %s", [ours.contracts[0].id])
            assert cursor.fetchone() == (0,)


def test_a_contract_of_later_is_not_fixed_before_it_begins(ours, moment):
    assert fixed(ours, date(2019, 11, 1)) == 0


@pytest.mark.parametrize(
    ("today", "month"),
    [
        (date(2026, 12, 10), date(2026, 10, 1)),
        (date(2026, 12, 11), date(2026, 11, 1)),
        (date(2026, 12, 31), date(2026, 11, 1)),
        (date(2027, 1, 10), date(2026, 11, 1)),
        (date(2027, 1, 11), date(2026, 12, 1)),
    ],
)
def test_a_month_is_fixed_after_the_tenth_of_the_next(today, month):
    assert due_month(today) == month


@pytest.mark.parametrize("seed", range(3))
def test_the_official_list_stands_beside_the_live_one_with_what_changed(ours, moment, seed):
    chance = Random(seed)
    people = peopled(ours, moment, 8, chance, begin=BEGIN)
    fixed(ours, MAY, NOW)
    before = list(people)
    for place in range(3):
        someone = people[place]
        people[place] = type(someone)(someone.id, restayed(ours, someone.id, some_stays(chance, BEGIN)))
    for span in (Span.month(MAY), Span.year(MAY), Span.month(date(2025, 2, 1))):
        for everyone in (True, False):
            with opened(ours.scope):
                contract = next(one for one in contracts(ours.scope) if one.id == ours.contracts[0].id)
                held = last_fixed(ours.scope, contract, span)
                asked = Asked(contract, span, everyone, held.month)
                official = list(flow_lines(ours.scope, asked, today=date(2026, 1, 1)))
                lines, total = changed(ours.scope, asked, page=1, size=500)
                assert list(changed_lines(ours.scope, asked)) == lines
            end = Span.month(held.month).end
            was, now = (_seen(some, span, end, everyone=everyone) for some in (before, people))
            # A month that was fixed later than it was over says of a last day what was known then.
            assert {_key(one, Said(_by(one.last_day, end), one.movement)) for one in official} == was
            assert total == len(lines)
            assert {_key(one, one.was) for one in lines if one.was} == was - now
            assert {_key(one, one.now) for one in lines if one.now} == now - was


def _key(one, said):
    return one.participant_id, one.first_day, said.last_day, said.movement


def _by(last_day, end):
    return last_day if last_day is not None and last_day < end else None


def _seen(people, span, end, *, everyone: bool):
    """What a list says on the day after the month it was fixed with, of what had ended by then."""
    lines = {
        (id_, first, _by(last, end), movement)
        for id_, first, last, movement in listed(people, span, end)
        if first < end
    }
    return {line for line in lines if everyone or line[3] is not Movement.STAYED}


def test_what_was_not_fixed_has_no_official_list(ours, moment):
    peopled(ours, moment, 1, Random(8), begin=BEGIN)
    with opened(ours.scope):
        contract = next(one for one in contracts(ours.scope) if one.id == ours.contracts[0].id)
        assert last_fixed(ours.scope, contract, Span.month(MAY)) is None
    fixed(ours, MAY, NOW)
    with opened(ours.scope):
        assert last_fixed(ours.scope, contract, Span.month(JUNE)) is None
        assert last_fixed(ours.scope, contract, Span.year(MAY)).month == MAY
