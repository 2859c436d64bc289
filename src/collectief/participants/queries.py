"""One participant, as its organisation knows them."""

from __future__ import annotations

from dataclasses import dataclass

from collectief.foundation.names import PersonName
from collectief.scope.scope import Scope

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
