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
from collectief.segments.profile import Field, Permission

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
    """Who somebody is, as far as whoever asks is shown it (U07); the rest is empty. For a BSN one asks `bsns`."""

    id: int
    name: PersonName
    relation_number: str
    birth_date: str
    external_reference: str
    address: AddressView | None
    sex: str = ""


def participant(scope: Scope, participant_id: int) -> ParticipantView:
    """One participant, in two queries. Raises NotFound for one that is not the scope's."""
    found = participants(scope, [participant_id])
    if participant_id not in found:
        raise NotFound(participant_id)
    return found[participant_id]


def participants(scope: Scope, participant_ids: Collection[int]) -> dict[int, ParticipantView]:
    """Those of them that are the scope's, by id, in two queries however many there are."""
    ids = list(participant_ids)
    addresses = {
        one.participant_id: one
        for one in Address.objects.filter(organisation_id=scope.organisation_id, participant_id__in=ids)
    }
    own = Participant.objects.filter(organisation_id=scope.organisation_id, id__in=ids)
    return {one.id: _view(scope, one, addresses.get(one.id)) for one in own}


def participants_by_index(scope: Scope, indexes: Collection[bytes]) -> dict[bytes, ParticipantView]:
    """Those of the scope whom these blind indexes mean, without their address, in one query however many there are."""
    own = Participant.objects.filter(organisation_id=scope.organisation_id, bsn_index__in=list(indexes))
    return {bytes(one.bsn_index): _view(scope, one, None) for one in own}


def _view(scope: Scope, found: Participant, address: Address | None) -> ParticipantView:
    shown = scope.sees
    return ParticipantView(
        found.id,
        PersonName(found.initials, found.prefix, found.surname),
        found.relation_number if shown(Field.RELATION_NUMBER) else "",
        found.birth_date if shown(Field.BIRTH_DATE) else "",
        found.external_reference if shown(Field.EXTERNAL_REFERENCE) else "",
        AddressView(address.country, address.street, address.house_number, address.postcode, address.city)
        if address and shown(Field.ADDRESS)
        else None,
        found.sex if shown(Field.SEX) else "",
    )


def names(scope: Scope, participant_ids: list[int]) -> dict[int, PersonName]:
    """Names by id, in one query."""
    rows = Participant.objects.filter(organisation_id=scope.organisation_id, id__in=participant_ids)
    return {
        id_: PersonName(initials, prefix, surname)
        for id_, initials, prefix, surname in rows.values_list("id", "initials", "prefix", "surname")
    }


def identity(scope: Scope, participant_id: int) -> tuple[bytes, str]:
    """Blind index and birth date, for judging and not to be shown. Raises NotFound for one that is not the scope's."""
    found = Participant.objects.filter(organisation_id=scope.organisation_id, id=participant_id)
    index, born = found.values_list("bsn_index", "birth_date").get()
    return bytes(index), born


def number_of(scope: Scope, bsn: Bsn) -> tuple[int, str] | None:
    """Id and relation number of the organisation's own participant with this BSN; None where it knows none (G03)."""
    found = Participant.objects.filter(
        organisation_id=scope.organisation_id, bsn_index=bsn_keys(scope).blind_index(bsn)
    )
    return found.values_list("id", "relation_number").first()


def sexes(scope: Scope, participant_ids: Collection[int]) -> dict[int, str]:
    """M or V by participant, in one query; nobody's where the profile shows it not, or the BRP does not know it."""
    if not participant_ids or not scope.sees(Field.SEX):
        return {}
    rows = Participant.objects.filter(organisation_id=scope.organisation_id, id__in=list(participant_ids))
    return dict(rows.exclude(sex="").values_list("id", "sex"))


_SEALED = """
SELECT p.id, h.bsn_index, h.bsn_sealed
  FROM participant p JOIN person_sealed(
    ARRAY(SELECT bsn_index FROM participant WHERE organisation_id = %(organisation)s AND id = ANY(%(ids)s))
  ) h USING (bsn_index)
 WHERE p.organisation_id = %(organisation)s AND p.id = ANY(%(ids)s)
"""


def bsns(scope: Scope, participant_ids: Collection[int]) -> dict[int, Bsn]:
    """BSNs by participant, in one query; nobody's where the profile shows none (law 5, U19).

    Whoever shows one says so in the trail (law 8).
    """
    if not participant_ids or not scope.sees(Field.BSN):
        return {}
    keys = bsn_keys(scope)
    with connection.cursor() as cursor:
        cursor.execute(_SEALED, {"organisation": scope.organisation_id, "ids": list(participant_ids)})
        return {id_: keys.unsealed(bytes(sealed), bytes(index)) for id_, index, sealed in cursor.fetchall()}


_CARD_NUMBERS = """
SELECT p.id, n.found_number
  FROM participant p JOIN person_card_numbers(
    ARRAY(SELECT bsn_index FROM participant WHERE organisation_id = %(organisation)s AND id = ANY(%(ids)s))
  ) n ON n.found_index = p.bsn_index
 WHERE p.organisation_id = %(organisation)s AND p.id = ANY(%(ids)s)
"""


def card_numbers(organisation_id: int, participant_ids: Collection[int]) -> dict[int, int]:
    """The numbers of people's insurance cards, the person's own, in one query. Must run inside `working_for`."""
    with connection.cursor() as cursor:
        cursor.execute(_CARD_NUMBERS, {"organisation": organisation_id, "ids": list(participant_ids)})
        return dict(cursor.fetchall())


def bsn_to_send(scope: Scope, participant_id: int) -> Bsn:
    """The BSN of one participant, for what the insurer exchanges in its own name (art. 86 Zvw): never to be shown.

    Must run inside `opened`. Raises NotFound.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SEALED, {"organisation": scope.organisation_id, "ids": [participant_id]})
        found = cursor.fetchone()
    if found is None:
        raise NotFound
    return bsn_keys(scope).unsealed(bytes(found[2]), bytes(found[1]))


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
