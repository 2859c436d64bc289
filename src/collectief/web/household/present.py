"""A household in the words of the screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from collectief.audit import actions as audit
from collectief.contracts.queries import contracts
from collectief.enrolment.facts import Place
from collectief.enrolment.relatives import RelativeView, household_of
from collectief.foundation.money import total
from collectief.mutations.verdicts import Refused
from collectief.participants.queries import names
from collectief.policies.choosing import monthly
from collectief.policies.queries import OfferView
from collectief.scope.scope import Scope
from collectief.segments.profile import Field

from ..words import refusal
from .draft import Draft, Person


@dataclass(frozen=True, slots=True)
class Line:
    """One of the household as drawn; `problem` is a reason and a remedy."""

    number: int
    person: Person
    place: str
    bsn: str
    insurance: str
    price: str
    problem: tuple[str, str] | None


def places() -> dict[Place, str]:
    """What each place is called."""
    return {Place.CLIENT: _("Cliënt"), Place.PARTNER: _("Partner"), Place.CHILD: _("Kind")}


def person_title(place: Place) -> str:
    """What the step is called in which somebody is filled in."""
    return _("Gegevens van de partner") if place == Place.PARTNER else _("Gegevens van het kind")


def heading(scope: Scope, draft: Draft) -> dict[str, Any]:
    """What stands above every step: contract, first day, and who the relatives are of."""
    labels = {one.number: one.label for one in contracts(scope)}
    client = ""
    if draft.client is not None:
        client = str(names(scope, [draft.client]).get(draft.client, ""))
        audit.record(scope, "participants.see", participants=[draft.client])
    return {"contract": labels.get(draft.contract, draft.contract), "first_day": draft.day, "client": client}


def lines(scope: Scope, draft: Draft, problems: Mapping[int, Refused], offers: Sequence[OfferView] = ()) -> list[Line]:
    """Everyone of a draft; what they are insured with only where the offers are given."""
    drawn = []
    for number, person in enumerate(draft.people):
        refused = problems.get(number)
        chosen = [one for one in offers if one.product.id in person.products]
        price = monthly(chosen, person.birth_date, draft.day)
        drawn.append(
            Line(
                number, person, places()[Place(person.place)], person.bsn if scope.sees(Field.BSN) else "",
                ", ".join(one.product.name for one in chosen) or _("Alleen collectiviteit"),
                price.dutch if chosen and price is not None else "–",
                refusal(refused.code, refused.params) if refused else None,
            )
        )  # fmt: skip
    return drawn


def household_lines(scope: Scope, participant_id: int) -> list[tuple[str, RelativeView, bool]]:
    """With whom a participant came: who, and whether it is themselves. Everyone shown is in the trail.

    Empty where a segment has no households, and for who came alone.
    """
    if not scope.profile.knows_households:
        return []
    found = household_of(scope, participant_id)
    others = [one.participant_id for one in found if one.participant_id != participant_id]
    if not others:
        return []
    audit.record(scope, "participants.see", participants=others)
    return [(places()[one.place], one, one.participant_id == participant_id) for one in found]


def monthly_total(draft: Draft, offers: Sequence[OfferView]) -> str:
    """What the whole household pays a month; empty where something has no price yet."""
    prices = [
        monthly([one for one in offers if one.product.id in person.products], person.birth_date, draft.day)
        for person in draft.people
    ]
    return "" if None in prices else total([one for one in prices if one is not None]).dutch
