"""One participant, as its organisation knows them; and whom the insurer's auditor asks about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from collectief.foundation.bsn import Bsn
from collectief.foundation.names import PersonName
from collectief.scope.database import auditing
from collectief.scope.scope import Scope
from collectief.scope.staging import bytes_array, ids_array
from collectief.segments.profile import Capability, Permission

from .keys import bsn_keys
from .models import Address, Participant

NotFound = Participant.DoesNotExist


@dataclass(frozen=True, slots=True)
class AddressView:
    """A home address; fields may be empty."""

    country: str
    street: str
    house_number: str
    postcode: str
    city: str


@dataclass(frozen=True, slots=True)
class ParticipantView:
    """Who somebody is. There is no BSN here: no page of this kind may show it (U19)."""

    id: int
    name: PersonName
    relation_number: str
    birth_date: str
    external_reference: str
    address: AddressView | None


def participant(scope: Scope, participant_id: int) -> ParticipantView:
    """One participant, in two queries. Raises NotFound for one that is not the scope's."""
    found = Participant.objects.get(organisation_id=scope.organisation_id, id=participant_id)
    address = Address.objects.filter(organisation_id=scope.organisation_id, participant_id=participant_id).first()
    return ParticipantView(
        found.id,
        PersonName(found.initials, found.prefix, found.surname),
        found.relation_number,
        found.birth_date,
        found.external_reference,
        AddressView(address.country, address.street, address.house_number, address.postcode, address.city)
        if address
        else None,
    )


def names(scope: Scope, participant_ids: list[int]) -> dict[int, PersonName]:
    """Names by id, in one query."""
    rows = Participant.objects.filter(organisation_id=scope.organisation_id, id__in=participant_ids)
    return {
        id_: PersonName(initials, prefix, surname)
        for id_, initials, prefix, surname in rows.values_list("id", "initials", "prefix", "surname")
    }


# Only the definer function reads a sealed BSN, for who knows its blind index from rows of their own (docs/database.md).
_SEALED = "SELECT bsn_index, bsn_sealed FROM person_sealed(%s::bytea[])"


def bsns(scope: Scope, participant_ids: Collection[int]) -> dict[int, Bsn]:
    """BSNs by id, in two queries: nobody's but the scope's own (law 5, G03). Must run inside `opened`.

    Raises NotAllowed where the segment may not see a BSN.
    """
    scope.require(Permission.SEE_PARTICIPANTS, Capability.SHOW_BSN)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, bsn_index FROM participant WHERE organisation_id = %s AND id = ANY (%s::bigint[])",
            [scope.organisation_id, ids_array(participant_ids)],
        )
        indexes = {id_: bytes(index) for id_, index in cursor.fetchall()}
        cursor.execute(_SEALED, [bytes_array(indexes.values())])
        sealed = {bytes(index): bytes(one) for index, one in cursor.fetchall()}
    keys = bsn_keys(scope)
    return {id_: keys.unsealed(sealed[index], index) for id_, index in indexes.items()}


@dataclass(frozen=True, slots=True)
class SoughtPerson:
    """A participant as the insurer's auditor finds them: by number, without a name."""

    id: int
    organisation_id: int
    relation_number: str


# By organisation, so that the index on organisation and blind index is used.
_BY_BSN = """
SELECT p.id, p.organisation_id, p.relation_number
  FROM organisation o JOIN participant p ON p.organisation_id = o.id AND p.bsn_index = %s
 WHERE o.insurer_id = %s AND p.insurer_id = o.insurer_id ORDER BY p.id
"""


def sought_by_bsn(scope: Scope, bsn: Bsn) -> list[SoughtPerson]:
    """This person at every organisation of the insurer that knows them. Raises NotAllowed."""
    scope.require(Permission.SEARCH_TRAIL)
    with auditing(scope.insurer_id), connection.cursor() as cursor:
        cursor.execute(_BY_BSN, [bsn_keys(scope).blind_index(bsn), scope.insurer_id])
        return [SoughtPerson(*row) for row in cursor.fetchall()]


def sought_by_number(scope: Scope, relation_number: str) -> list[SoughtPerson]:
    """Who has this relation number at the insurer: nobody, or one. Raises NotAllowed."""
    return _sought(scope, Participant.objects.filter(relation_number=relation_number))


def sought(scope: Scope, participant_ids: Collection[int]) -> list[SoughtPerson]:
    """Who of these are participants of the insurer, in one query. Raises NotAllowed."""
    return _sought(scope, Participant.objects.filter(id__in=participant_ids))


def _sought(scope: Scope, found: QuerySet[Participant]) -> list[SoughtPerson]:
    scope.require(Permission.SEARCH_TRAIL)
    with auditing(scope.insurer_id):
        own = found.filter(insurer_id=scope.insurer_id).order_by("id")
        return [SoughtPerson(*row) for row in own.values_list("id", "organisation_id", "relation_number")]
