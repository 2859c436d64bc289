"""Families of the demo population: for a municipality's history, and to fill in when one tries it (G06)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from collectief.enrolment import actions as enrolment
from collectief.enrolment.facts import Application, Joins, Kind, Place
from collectief.enrolment.household import adult_on
from collectief.foundation.bsn import Bsn
from collectief.gateways.brp.inhabitants import Inhabitant, dummy_bsns, inhabitant
from collectief.gateways.brp.port import LookUp, RegisteredPerson
from collectief.mutations.corridor import Moment, Request, Subject
from collectief.participants import register
from collectief.participants.keys import bsn_keys
from collectief.policies.queries import offered
from collectief.policies.rules import ProductKind
from collectief.scope.database import opened
from collectief.scope.scope import Scope


def family(seed: int, day: date) -> list[tuple[Place, Inhabitant]]:
    """A client, a partner and a child who is not eighteen on a day; of each seed always the same people."""
    population = (inhabitant(bsn) for bsn in dummy_bsns(20_000, seed=seed))
    known = (one for one in population if one.birth_date.day and not one.deceased)
    adults: list[Inhabitant] = []
    child: Inhabitant | None = None
    for one in known:
        if not adult_on(day, one.birth_date):
            child = child or one
        elif len(adults) < 2 and one.birth_date.year < 1995:
            adults.append(one)
        if child and len(adults) == 2:
            return list(zip(Place, (*adults, child), strict=True))
    raise RuntimeError("no family in this population")


def enrol_family(scope: Scope, number: str, contract_id: int, moment: Moment, *, seed: int) -> None:
    """A family in a contract since some weeks, its adults insured with the basic insurance where that is sold."""
    first_day = (moment.today - timedelta(days=40)).replace(day=1)
    people = family(seed, moment.today)
    with opened(scope):
        _confirm(scope, [one for _, one in people], moment)
        sold = [one.product.id for one in offered(scope, today=first_day).get(contract_id, [])
                if one.product.kind == ProductKind.BASIC]  # fmt: skip
        requests = list(_requests(scope, people, number, first_day, tuple(sold[:1])))
        enrolment.enrol_household(scope, requests, moment)


def _requests(
    scope: Scope, people: list[tuple[Place, Inhabitant]], number: str, first_day: date, products: tuple[int, ...]
) -> Iterator[Request]:
    for place, one in people:
        joins = Joins(place, products, scope.profile.payment_ways[0].code if products else "")
        application = Application(
            Kind.ENROL, contract=number, name=one.name, birth_date=one.birth_date, first_day=first_day, joins=joins
        )
        yield Request(application, Subject(bsn_index=bsn_keys(scope).blind_index(one.bsn), bsn=one.bsn))


def _confirm(scope: Scope, people: list[Inhabitant], moment: Moment) -> None:
    """What the BRP simulator would say of them. Must run inside `opened`."""
    found: dict[Bsn, RegisteredPerson] = {
        one.bsn: RegisteredPerson(one.bsn, one.name, one.birth_date, one.deceased, one.sex) for one in people
    }
    register.keep(scope, register.answers(scope, LookUp(found, frozenset(), ())), now=moment.now)
