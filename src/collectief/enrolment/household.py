"""Who can be enrolled together as one household, and who can be insured with what; plain Python (G06, G07)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from collectief.foundation.dates import BirthDate
from collectief.foundation.period import Period
from collectief.mutations.verdicts import Refused
from collectief.policies.rules import ADULT, ProductKind
from collectief.segments.profile import SegmentProfile

from .facts import Application, Insured, Joins, Place


class Relative(Struct, frozen=True):
    """One of a household: as whom, by the blind index of their BSN, born when, and with what insurance."""

    who: bytes
    # None for who takes part already and of whom no register knows it.
    birth_date: BirthDate | None
    joins: Joins


class Household(Struct, frozen=True):
    """Everyone who is enrolled together from a day on.

    `client` is the one to whom the household belongs: the first of `members`, or, where relatives are added, who takes
    part already. `has_partner`: with a partner already; `there`: taking part on the first day.
    """

    first_day: date
    members: tuple[Relative, ...]
    client: Relative
    has_partner: bool = False
    there: bool = True


def adult_on(day: date, born: BirthDate | None) -> bool:
    """Whether somebody is certainly eighteen on this day: what is not known of a birth date counts as its last day."""
    return born is not None and (born.year + ADULT, born.month or 12, born.day or 31) <= (day.year, day.month, day.day)


def judge_household(household: Household, profile: SegmentProfile) -> dict[int, Refused]:
    """What is wrong with a household as such, by place in `members`; nothing of what a register says.

    Codes: partner_twice, same_person_twice, partner_minor, child_adult, child_not_younger, client_not_there,
    policyholder_minor, payment_missing, payment_unknown.
    """
    found: dict[int, Refused] = {}
    places = Counter(one.joins.place for one in household.members)
    seen = Counter([household.client.who, *(one.who for one in household.members if one != household.client)])
    partners = places[Place.PARTNER] + household.has_partner
    for number, one in enumerate(household.members):
        if not household.there:
            found[number] = Refused("client_not_there", {"day": household.first_day.isoformat()})
        elif seen[one.who] > 1 and one != household.client:
            found[number] = Refused("same_person_twice")
        elif refused := _as_placed(one, household, partners) or _payment(one, household, profile):
            found[number] = refused
    return found


def _as_placed(one: Relative, household: Household, partners: int) -> Refused | None:
    place, first_day = one.joins.place, household.first_day
    if place == Place.PARTNER:
        if partners > 1:
            return Refused("partner_twice")
        if not adult_on(first_day, one.birth_date):
            return Refused("partner_minor")
    if place == Place.CHILD:
        # Who may be seventeen still is a child.
        if adult_on(first_day, one.birth_date):
            return Refused("child_adult")
        born = household.client.birth_date
        if born is not None and str(one.birth_date) <= str(born):
            return Refused("child_not_younger")
    return None


def _payment(one: Relative, household: Household, profile: SegmentProfile) -> Refused | None:
    """Who asks insurance has a policyholder who may be one, and who pays in a way there is."""
    if not one.joins.products:
        return None
    born = household.client.birth_date
    if born is not None and not adult_on(household.first_day, born):
        return Refused("policyholder_minor")
    if not one.joins.payment:
        return Refused("payment_missing")
    return None if profile.payment_way(one.joins.payment) else Refused("payment_unknown")


def judge_insurance(
    application: Application, first_day: date, sold: Mapping[int, ProductKind], insured: tuple[Insured, ...]
) -> Refused | None:
    """Whether what is asked is sold from this day on, goes together, and is not there already; None where it can be.

    Codes: product_not_sold, product_kind_twice, basic_missing, already_insured.
    """
    chosen = application.joins.products if application.joins else ()
    if not chosen:
        return None
    if any(product not in sold for product in chosen):
        return Refused("product_not_sold", {"day": first_day.isoformat()})
    kinds = Counter(sold[product] for product in chosen)
    if max(kinds.values()) > 1:
        return Refused("product_kind_twice")
    # Sold beside a basic insurance of the same insurer alone: who is insured elsewhere takes part in the contract.
    if ProductKind.BASIC not in kinds:
        return Refused("basic_missing")
    asked = Period(first_day)
    if any(one.kind in kinds and one.period.overlaps(asked) for one in insured):
        return Refused("already_insured")
    return None
