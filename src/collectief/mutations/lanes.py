"""Lanes: one person's changes happen one after another, and how often anybody's in a lane have changed (ADR 6).

People are spread over lanes by blind index, so that the lanes of a file run side by side. What is judged from the
facts of a lane stands for as long as the lane's version is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from collectief.scope.scope import Scope

from .corridor import LANES, Subject, lane_of


def lock_people(scope: Scope, subjects: Sequence[Subject]) -> list[int]:
    """Wait until nobody else changes these people; held until the transaction ends. The lanes they are in.

    Who is named otherwise than by BSN can be in any: all are taken, in order, so that nobody waits in a circle. Two
    organisations never wait for each other here.
    """
    lanes = {lane_of(subject.bsn_index) if subject.bsn_index else None for subject in subjects}
    taken = [lane for lane in range(LANES) if lanes & {lane, None}]
    lock_lanes(scope.organisation_id, taken)
    return taken


def lock_lanes(organisation_id: int, lanes: Iterable[int]) -> None:
    """Wait until nobody else changes anyone of the organisation in these lanes, which are in order."""
    with connection.cursor() as cursor:
        for lane in lanes:
            # One number: negative, so that no other use of advisory locks by table id meets it.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [-(organisation_id * LANES + lane) - 1])


def note_change(scope: Scope, lanes: Iterable[int]) -> None:
    """Facts of people in these lanes are changed by this transaction, which has locked them."""
    note_change_of(scope.organisation_id, lanes)


def note_change_of(organisation_id: int, lanes: Iterable[int]) -> None:
    """The same for another organisation: what its people are judged by changed. Must run inside `working_for`."""
    with connection.cursor() as cursor:
        for lane in lanes:
            cursor.execute(
                "INSERT INTO people_lane (organisation_id, lane, version) VALUES (%s, %s, 1)"
                " ON CONFLICT (organisation_id, lane) DO UPDATE SET version = people_lane.version + 1",
                [organisation_id, lane],
            )


def version(scope: Scope, lane: int) -> int:
    """How often people in this lane have changed. Asked before their facts, so that it is never too new for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version FROM people_lane WHERE organisation_id = %s AND lane = %s", [scope.organisation_id, lane]
        )
        found = cursor.fetchone()
    return int(found[0]) if found else 0
