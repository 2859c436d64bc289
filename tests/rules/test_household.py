"""Who can be enrolled together, who can be insured with what, and that a group is all or none (G06, G07)."""

from __future__ import annotations

from copy import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.enrolment.facts import Application, Contract, Insured, Joins, Kind, Member, Place, Stay, Terms
from collectief.enrolment.household import Household, Relative, adult_on, judge_household
from collectief.enrolment.memory import asked_as_json, joins_from_json
from collectief.enrolment.rules import judge
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.foundation.period import Period
from collectief.mutations.together import all_or_none
from collectief.mutations.verdicts import Accepted, Refused, Unchanged, Waiting
from collectief.participants.rules import RegisterAnswer
from collectief.policies.rules import ProductKind
from collectief.segments.catalogue import profile
from collectief.segments.profile import Capability

pytestmark = [pytest.mark.feature("G06")]

TODAY, FIRST = date(2026, 11, 24), date(2026, 12, 1)
TOWN = profile("municipality")
YOUNG = BirthDate(2010, 1, 1)
CLIENT = Relative(b"client", BirthDate(1980, 2, 1), Joins(Place.CLIENT))
PARTNER = Relative(b"partner", BirthDate(1985, 2, 1), Joins(Place.PARTNER))
CHILD = Relative(b"child", BirthDate(2015, 2, 1), Joins(Place.CHILD))
_PARTNERS = tuple(replace(PARTNER, who=who) for who in (b"2", b"3"))
INSURED = Joins(Place.CLIENT, (1,), "invoice")


def household(*members: Relative, **more: object) -> Household:
    return Household(FIRST, members, members[0], **more)


def test_a_client_alone_and_a_whole_family_can_be_enrolled():
    second = replace(CHILD, who=b"second", birth_date=BirthDate(2017, 0, 0))
    for members in ((CLIENT,), (CLIENT, PARTNER), (CLIENT, CHILD), (CLIENT, PARTNER, CHILD, second)):
        assert judge_household(household(*members), TOWN) == {}


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ((CLIENT, PARTNER, replace(PARTNER, who=b"other")), {1: "partner_twice", 2: "partner_twice"}),
        ((CLIENT, PARTNER, *_PARTNERS), dict.fromkeys((1, 2, 3), "partner_twice")),
        ((CLIENT, CHILD, CHILD), {1: "same_person_twice", 2: "same_person_twice"}),
        ((CLIENT, replace(PARTNER, who=CLIENT.who)), {1: "same_person_twice"}),
        ((CLIENT, replace(PARTNER, birth_date=BirthDate(2008, 12, 2))), {1: "partner_minor"}),
        ((CLIENT, replace(CHILD, birth_date=BirthDate(2008, 12, 1))), {1: "child_adult"}),
        ((replace(CLIENT, birth_date=YOUNG), replace(CHILD, birth_date=YOUNG)), {1: "child_not_younger"}),
        ((replace(CLIENT, birth_date=BirthDate(2010, 1, 1), joins=INSURED),), {0: "policyholder_minor"}),
        ((replace(CLIENT, joins=replace(INSURED, payment="")),), {0: "payment_missing"}),
        ((replace(CLIENT, joins=replace(INSURED, payment="gold")),), {0: "payment_unknown"}),
    ],
)  # fmt: skip
def test_each_refusal_says_which_and_of_whom(members, found):
    refused = judge_household(household(*members), TOWN)
    assert {number: one.code for number, one in refused.items()} == found


def test_a_child_is_a_child_until_the_day_of_turning_eighteen():
    for born, child in ((BirthDate(2008, 12, 1), False), (BirthDate(2008, 12, 2), True), (BirthDate(2008, 0, 0), True)):
        refused = judge_household(household(CLIENT, replace(CHILD, birth_date=born)), TOWN)
        assert (refused == {}) == child, born


@given(st.dates(date(1990, 1, 1), date(2020, 1, 1)), st.dates(date(2008, 1, 1), date(2040, 1, 1)))
def test_eighteen_on_the_birthday_and_not_a_day_before(born, day):
    try:
        birthday = born.replace(year=born.year + 18)
    except ValueError:
        birthday = date(born.year + 18, 3, 1)
    assert adult_on(day, BirthDate.on(born)) == (day >= birthday)


@pytest.mark.feature("G07")
def test_relatives_that_are_added_are_judged_beside_who_is_there_already():
    there = replace(CLIENT, birth_date=BirthDate(1980, 2, 1))

    def added(*members: Relative, has_partner: bool = False, client: Relative = there) -> dict[int, str]:
        refused = judge_household(Household(FIRST, members, client, has_partner), TOWN)
        return {number: one.code for number, one in refused.items()}

    assert added(CHILD, PARTNER) == {}
    assert added(CHILD, has_partner=True) == {}
    assert added(PARTNER, has_partner=True) == {0: "partner_twice"}
    assert added(replace(CHILD, who=CLIENT.who)) == {0: "same_person_twice"}
    gone = judge_household(Household(FIRST, (CHILD,), there, there=False), TOWN)
    assert gone == {0: Refused("client_not_there", {"day": "2026-12-01"})}
    # Of a client whose birth date no register knows, nothing is said that may not be so.
    unknown = replace(there, birth_date=None)
    assert added(replace(CHILD, joins=replace(INSURED, place=Place.CHILD)), client=unknown) == {}


NAME, BORN = PersonName("A.J.", "", "Janse"), BirthDate(1980, 2, 1)
MEMBER = Member(register=RegisterAnswer(True, name=NAME, birth_date=BORN))
SOLD = {1: ProductKind.BASIC, 2: ProductKind.BASIC, 3: ProductKind.DENTAL}
TERMS = Terms(TOWN, {"1": Contract(1, "1", Period(date(2020, 1, 1)))}, TODAY, sold={(1, FIRST): SOLD})


def asks(*products: int, **more: object) -> Application:
    return Application(
        Kind.ENROL, contract="1", name=NAME, birth_date=BORN, first_day=FIRST,
        joins=Joins(Place.CLIENT, products, "invoice", **more),
    )  # fmt: skip


def test_insured_with_what_is_sold_or_with_nothing():
    for products in ((), (1,), (1, 3)):
        assert isinstance(judge(asks(*products), MEMBER, TERMS), Accepted)


@pytest.mark.parametrize(
    ("products", "code"),
    [((9,), "product_not_sold"), ((1, 2), "product_kind_twice"), ((3,), "basic_missing")],
)
def test_what_cannot_be_insured_says_why(products, code):
    verdict = judge(asks(*products), MEMBER, TERMS)
    assert isinstance(verdict, Refused) and verdict.code == code


def test_what_was_sold_on_another_day_or_in_another_contract_is_not_sold():
    elsewhere = replace(TERMS, sold={(2, FIRST): SOLD, (1, TODAY): SOLD})
    assert judge(asks(1), MEMBER, elsewhere) == Refused("product_not_sold", {"day": "2026-12-01"})


def test_who_is_insured_already_is_not_insured_twice():
    insured = replace(MEMBER, insured=(Insured(ProductKind.BASIC, Period(date(2026, 1, 1))),))
    assert judge(asks(1), insured, TERMS) == Refused("already_insured")
    assert isinstance(judge(asks(), insured, TERMS), Accepted)
    over = replace(MEMBER, insured=(Insured(ProductKind.BASIC, Period(date(2026, 1, 1), FIRST)),))
    assert isinstance(judge(asks(1), over, TERMS), Accepted)


@pytest.mark.feature("G12")
@pytest.mark.feature("G07")
def test_a_segment_or_portal_that_does_not_have_it_refuses_it():
    agency = replace(TERMS, profile=profile("staffing_agency"))
    assert judge(asks(), MEMBER, agency) == Refused("not_for_this_segment")
    off = replace(TERMS, profile=replace(TOWN, narrowed=frozenset({Capability.ADD_RELATIVES})))
    assert judge(asks(client=7), MEMBER, off) == Refused("not_for_this_segment")
    assert isinstance(judge(asks(), MEMBER, off), Accepted)
    assert off.profile.switched_off(Capability.ADD_RELATIVES)
    assert not agency.profile.switched_off(Capability.ADD_RELATIVES)


@pytest.mark.feature("G04")
def test_nobody_dies_on_a_day_to_come():
    here = Member(True, stays=(Stay(1, Period(date(2026, 1, 1))),))
    for last_day, refused in ((TODAY, False), (FIRST, True)):
        verdict = judge(Application(Kind.TERMINATE, last_day=last_day, reason="deceased"), here, TERMS)
        assert (verdict == Refused("death_in_the_future")) == refused
    leaves = Application(Kind.TERMINATE, last_day=FIRST, reason="end_of_contract_membership")
    assert isinstance(judge(leaves, here, TERMS), Accepted)


def test_what_was_asked_is_read_back_as_it_was():
    for joins in (Joins(Place.CHILD), Joins(Place.PARTNER, (3, 1), "invoice", 12)):
        asked = asked_as_json(replace(asks(), joins=joins))
        assert joins_from_json(asked["joins"]) == joins
    assert "joins" not in asked_as_json(replace(asks(), joins=None))


VERDICTS = st.sampled_from([Accepted(FIRST), Unchanged(), Waiting(), Refused("register_unknown")])


@given(st.lists(VERDICTS, min_size=1, max_size=6))
def test_a_group_is_all_or_none(verdicts):
    together = all_or_none(verdicts)
    kinds = {type(one) for one in together}
    assert len(kinds) == 1
    if all(isinstance(one, Accepted) for one in verdicts):
        assert together == verdicts
    if any(isinstance(one, Refused) for one in verdicts):
        assert kinds == {Refused}
    # Whoever is refused for a reason of their own is told that one.
    for one, other in zip(verdicts, together, strict=True):
        assert not isinstance(one, Refused) or one == other
