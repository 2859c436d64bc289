"""Stays written straight into the table, in as many shapes as one likes, and what a plain eye makes of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.db import connection
from django.utils import timezone

from collectief.reporting import fixing
from collectief.reporting.rules import Movement, Span
from collectief.scope.database import housekeeping, opened
from tests.world import Agency, Human, enrolled, valid_bsns

DAY = timedelta(days=1)
# (first day, last day or None for an open end)
type Days = tuple[date, date | None]


@dataclass(frozen=True)
class Someone:
    """A participant and their stays in the first contract."""

    id: int
    stays: tuple[Days, ...]


def peopled(customer: Agency, moment, count: int, chance: Random, *, begin: date, start: int = 941_000_000):
    """So many people with stays within two years of `begin`, many of which adjoin, in the first contract."""
    people = []
    for bsn in valid_bsns(count, start=start):
        id_ = enrolled(customer, Human(bsn), moment, contract=1)
        people.append(Someone(id_, restayed(customer, id_, some_stays(chance, begin))))
    return people


def some_stays(chance: Random, begin: date) -> tuple[Days, ...]:
    """A few stays one after the other: often without a day between them, now and then the last without end."""
    found: list[Days] = []
    day = begin + chance.randrange(300) * DAY
    for _ in range(chance.randrange(1, 5)):
        last = day + chance.choice((0, 1, 27, 30, 90)) * DAY
        found.append((day, last))
        day = last + chance.choice((1, 1, 2, 40)) * DAY
    if chance.random() < 0.4:
        found[-1] = (found[-1][0], None)
    return tuple(found)


def restayed(customer: Agency, participant: int, stays: Iterable[Days]) -> tuple[Days, ...]:
    """Give somebody these stays in the first contract instead of the ones they had."""
    stays = tuple(stays)
    with opened(customer.scope), connection.cursor() as cursor:
        given = [participant, customer.contracts[0].id]
        cursor.execute("DELETE FROM participation WHERE participant_id = %s AND contract_id = %s", given)
        for first, last in stays:
            cursor.execute(
                "INSERT INTO participation (insurer_id, organisation_id, contract_id, participant_id, period, reason,"
                " sort_key, birth_date, relation_number, external_reference, initials, prefix, surname)"
                " SELECT insurer_id, organisation_id, %s, id, daterange(%s, %s), '', sort_key, birth_date,"
                " relation_number, external_reference, initials, prefix, surname FROM participant WHERE id = %s",
                [customer.contracts[0].id, first, last + DAY if last else None, participant],
            )
    return stays


def fixed(customer: Agency, month: date, now: datetime | None = None) -> int:
    """Fix a month at the insurer of this customer, step by step as a run does; for how many contracts that was done."""
    done = 0
    while True:
        with housekeeping():
            count = len(fixing.fix_some(customer.organisation.insurer_id, month, now=now or timezone.now()))
        if not count:
            return done
        done += count


def wholes(stays: Iterable[Days]) -> list[Days]:
    """Stays without a day between them as one, walked day after day."""
    found: list[Days] = []
    for first, last in sorted(stays, key=lambda one: one[0]):
        if found and found[-1][1] is not None and found[-1][1] + DAY == first:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def listed(people: Iterable[Someone], span: Span, today: date) -> list[tuple[int, date, date | None, Movement]]:
    """Who a list has, told day by day: nothing of what comes after `today` has happened."""
    found = []
    for someone in people:
        for first, last in wholes(someone.stays):
            came = left = there = False
            day = span.first
            while day < span.end and day <= today:
                there |= first <= day and (last is None or day <= last)
                came |= day == first
                left |= day == last and day < today
                day += DAY
            if there:
                found.append((someone.id, first, last, Movement.of(came, left)))
    return sorted(found, key=lambda one: (one[0], one[1]))
