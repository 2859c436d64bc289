"""Households as the tables have them: who came with whom, and what they chose to be insured with (G06, G07)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from msgspec import Struct

from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.mutations.corridor import Request
from collectief.participants.queries import identity
from collectief.policies.choosing import Chosen, insure_as_chosen
from collectief.policies.covering import uninsure
from collectief.policies.queries import offered
from collectief.policies.rules import ProductKind
from collectief.scope.scope import Scope
from collectief.scope.staging import ids_array, stage
from collectief.segments.profile import Permission

from .facts import Joins, Place, Stay
from .household import Household, Relative


class Newcomer(Struct, frozen=True):
    """Somebody of a household as they are written: their new stay, and the participant whose household it is."""

    stay: Stay
    participant_id: int
    client_id: int
    joins: Joins


@dataclass(frozen=True, slots=True)
class RelativeView:
    """Somebody of the household of a participant; `first_day` is that of the stay they came with."""

    participant_id: int
    client_id: int
    place: Place
    name: PersonName
    first_day: date


def sold(scope: Scope, requests: Iterable[Request]) -> Mapping[tuple[int, date], Mapping[int, ProductKind]]:
    """What each contract sells on the days from which these applications ask insurance, with its kind."""
    days = {
        request.application.first_day
        for request in requests
        if request.application.joins and request.application.joins.products and request.application.first_day
    }
    return {
        (contract_id, day): {one.product.id: one.product.kind for one in offers}
        for day in sorted(days)
        for contract_id, offers in offered(scope, today=day).items()
    }


def household(scope: Scope, requests: Sequence[Request]) -> Household:
    """The household that these enrolments are of, with what is known of who takes part already.

    Must run inside `opened`.
    """
    first = requests[0].application
    members = tuple(
        Relative(request.subject.bsn_index or b"", request.application.birth_date, request.application.joins)
        for request in requests
    )
    client_id = first.joins.client
    if client_id is None:
        return Household(first.first_day, members, members[0])
    who, born = identity(scope, client_id)
    client = Relative(who, BirthDate.parse(born) if born else None, Joins(Place.CLIENT))
    has_partner, there = _partner_and_there(scope, client_id, first.first_day)
    return Household(first.first_day, members, client, has_partner, there)


_THERE = """
SELECT EXISTS (SELECT FROM household_member h JOIN participation s ON s.id = h.participation_id
                WHERE h.organisation_id = %(organisation)s AND h.client_id = %(client)s AND h.place = %(partner)s
                  AND s.end_day > %(day)s),
       EXISTS (SELECT FROM participation s WHERE s.organisation_id = %(organisation)s AND s.participant_id = %(client)s
                  AND s.first_day <= %(day)s AND s.end_day > %(day)s)
"""


def _partner_and_there(scope: Scope, client_id: int, day: date) -> tuple[bool, bool]:
    """Whether a client has a partner who takes part on a day or later, and whether they do so themselves on it."""
    given: dict[str, int | str | date] = {
        "organisation": scope.organisation_id,
        "client": client_id,
        "partner": Place.PARTNER,
        "day": day,
    }
    with connection.cursor() as cursor:
        cursor.execute(_THERE, given)
        has_partner, there = cursor.fetchone()
    return bool(has_partner), bool(there)


def joined(scope: Scope, client_ids: Collection[int]) -> dict[int, list[tuple[int, date]]]:
    """Who joined these clients, by client: the stay they came with, and its first day. Must run inside `opened`."""
    found: dict[int, list[tuple[int, date]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT h.client_id, s.id, s.first_day FROM household_member h JOIN participation s"
            " ON s.id = h.participation_id WHERE h.organisation_id = %s AND h.client_id = ANY (%s::bigint[])"
            " AND h.participant_id <> h.client_id",
            [scope.organisation_id, ids_array(client_ids)],
        )
        for client_id, stay_id, first_day in cursor.fetchall():
            found[client_id].append((stay_id, first_day))
    return found


_COLUMNS = {"participation_id": "bigint", "contract_id": "bigint", "participant_id": "bigint", "client_id": "bigint",
            "place": "text"}  # fmt: skip


def write(scope: Scope, found: Sequence[Newcomer]) -> None:
    """Keep who came with whom, and insure who asked. Must run inside `opened`, once the stays are written."""
    rows = [
        (one.stay.id, one.stay.contract_id, one.participant_id, one.client_id, str(one.joins.place)) for one in found
    ]
    stage("came_with", _COLUMNS, rows)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO household_member (organisation_id, {', '.join(_COLUMNS)})"
            f" SELECT %s, {', '.join(_COLUMNS)} FROM pg_temp.came_with",
            [scope.organisation_id],
        )
    insure_as_chosen(
        scope,
        [
            Chosen(
                one.stay.id, one.participant_id, one.stay.contract_id, product, one.stay.period.first_day,
                one.client_id, one.joins.payment,
            )
            for one in found
            if one.stay.id is not None
            for product in one.joins.products
        ],
    )  # fmt: skip


def forget(participation_ids: Collection[int]) -> None:
    """Nobody came with stays that never were. Must run inside `opened`."""
    if not participation_ids:
        return
    uninsure(participation_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM household_member WHERE participation_id = ANY (%s::bigint[])", [ids_array(participation_ids)]
        )


_OF = """
SELECT h.participant_id, h.client_id, h.place, p.initials, p.prefix, p.surname, s.first_day
  FROM household_member h
  JOIN participation s ON s.id = h.participation_id
  JOIN participant p ON p.id = h.participant_id
 WHERE h.organisation_id = %(organisation)s AND h.client_id = ANY (ARRAY(
       SELECT client_id FROM household_member WHERE participant_id = %(participant)s) || %(participant)s::bigint)
 ORDER BY array_position(ARRAY['client', 'partner', 'child'], h.place::text), p.birth_date, h.participant_id
"""


def household_of(scope: Scope, participant_id: int) -> list[RelativeView]:
    """Everyone of the household of a participant, themselves too: the client, then partner and children by age.

    Nobody for who came alone. Must run inside `opened`. Raises NotAllowed.
    """
    scope.require(Permission.SEE_PARTICIPANTS)
    with connection.cursor() as cursor:
        cursor.execute(_OF, {"organisation": scope.organisation_id, "participant": participant_id})
        return [
            RelativeView(id_, client_id, Place(place), PersonName(initials, prefix, surname), first_day)
            for id_, client_id, place, initials, prefix, surname, first_day in cursor.fetchall()
        ]
