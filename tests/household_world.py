"""A municipality that sells insurance, and families to enrol in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from collectief.enrolment import actions as enrolment
from collectief.enrolment.facts import Application, Joins, Kind, Place
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.mutations.corridor import Moment, Outcome, Request
from collectief.policies.models import Product
from collectief.policies.rules import ProductKind
from collectief.scope.database import opened
from tests.terms_world import offer, product
from tests.world import Agency, Human, agency, confirm, subject, valid_bsns


@dataclass(frozen=True)
class Town:
    """A municipality, and what its first contract sells: basic, supplementary and dental."""

    customer: Agency
    products: tuple[Product, Product, Product]

    @property
    def basic(self) -> int:
        return self.products[0].id


def town(name: str = "Gemeente Duinstad") -> Town:
    """A municipality with two contracts, of which the first sells insurance since 2020."""
    customer = agency(segment="municipality", name=name)
    kinds = (ProductKind.BASIC, ProductKind.SUPPLEMENTARY, ProductKind.DENTAL)
    made = tuple(product(customer, f"{kind[:5]}{customer.organisation.id}".upper(), kind) for kind in kinds)
    for one in made:
        offer(customer, one)
    return Town(customer, made)


@dataclass(frozen=True)
class Someone:
    """A human with their place in a household, and what they want to be insured with."""

    human: Human
    place: Place
    products: tuple[int, ...] = ()


def family(*products: int, start: int = 930_000_000) -> list[Someone]:
    """A client, a partner and two children, insured with these products or with none."""
    who = (
        (Place.CLIENT, "A.", BirthDate(1980, 2, 1)), (Place.PARTNER, "B.", BirthDate(1982, 3, 4)),
        (Place.CHILD, "C.", BirthDate(2014, 5, 6)), (Place.CHILD, "D.", BirthDate(2016, 7, 8)),
    )  # fmt: skip
    bsns = valid_bsns(len(who), start)
    return [
        Someone(Human(bsn, PersonName(initials, "de", "Groot"), born), place, products)
        for bsn, (place, initials, born) in zip(bsns, who, strict=True)
    ]


def asked(
    where: Agency,
    people: Sequence[Someone],
    first_day: date,
    *,
    client: int | None = None,
    payment: str = "direct_debit",
    contract: int = 0,
) -> list[Request]:
    """What is asked for these people."""
    number = where.contracts[contract].number
    return [
        Request(
            Application(
                Kind.ENROL, contract=number, name=one.human.name, birth_date=one.human.birth_date, first_day=first_day,
                joins=Joins(one.place, one.products, payment if one.products else "", client),
            ),
            subject(where.scope, one.human.bsn),
        )
        for one in people
    ]  # fmt: skip


def enrol(
    where: Agency, people: Sequence[Someone], moment: Moment, *, first_day: date | None = None, known: bool = True,
    client: int | None = None, payment: str = "direct_debit",
) -> list[Outcome]:  # fmt: skip
    """Enrol these people as one household, of whom the BRP has said who they are when `known`."""
    if known:
        confirm(where.scope, [one.human for one in people], moment)
    requests = asked(where, people, first_day or moment.today, client=client, payment=payment)
    with opened(where.scope):
        return enrolment.enrol_household(where.scope, requests, moment)
