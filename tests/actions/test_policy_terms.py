"""Who takes part is insured with what the contract gives: from the stay's first day to its last, on every day (U06)."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collectief.audit.models import AuditEvent
from collectief.enrolment import actions as enrolment
from collectief.enrolment import jobs
from collectief.enrolment.facts import Application, Kind
from collectief.enrolment.following import follow_offers
from collectief.enrolment.models import Participation
from collectief.foundation.dates import BirthDate
from collectief.foundation.money import Money
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Request, Subject
from collectief.policies import insured
from collectief.policies.models import PolicyTerm, Product
from collectief.policies.premium import NoTariff, due_in
from collectief.policies.rules import ProductKind
from collectief.scope.database import office, opened
from collectief.scope.scope import NotAllowed
from tests.terms_world import insuring_agency, offer, product
from tests.world import Human, agency, confirm, enrol, enrolled, member_of, valid_bsns

pytestmark = pytest.mark.django_db


def terms(customer) -> list[tuple[str, date, date | None]]:
    """Everyone's insurance: what, from, up to."""
    with opened(customer.scope):
        rows = PolicyTerm.objects.select_related("product").order_by("period")
        return [(row.product.code, row.period.lower, row.period.upper) for row in rows]


def asked(customer, application, about, moment):
    with opened(customer.scope):
        [outcome] = mutations.submit(customer.scope, [Request(application, about)], moment)
    return outcome


@pytest.fixture
def insuring():
    """An agency whose first contract has a basic insurance."""
    return insuring_agency()


@pytest.fixture
def human() -> Human:
    return Human(valid_bsns(1)[0])


@pytest.mark.parametrize("kind", [ProductKind.BASIC, ProductKind.SUPPLEMENTARY])
def test_the_table_has_no_two_products_of_a_kind_on_a_day_of_a_stay(insuring, human, moment, kind):
    enrolled(insuring, human, moment, since=date(2026, 11, 1))
    with opened(insuring.scope):
        term = PolicyTerm.objects.get()
        days = term.period
        PolicyTerm.objects.filter(id=term.id).delete()
        for period, stands in (
            (DateRange(days.lower, date(2027, 1, 1)), True),
            (DateRange(date(2026, 12, 31), None), False),
            (DateRange(empty=True), False),
            (DateRange(date(2027, 1, 1), None), True),
        ):
            term.id, term.kind, term.period = None, kind, period
            with nullcontext() if stands else pytest.raises(IntegrityError), transaction.atomic():
                term.save(force_insert=True)


@pytest.mark.feature("U18")
def test_who_is_enrolled_is_insured_from_that_day(insuring, human, moment):
    enrolled(insuring, human, moment, since=date(2026, 11, 1))
    assert terms(insuring) == [("BASIS", date(2026, 11, 1), None)]


@pytest.mark.feature("U18")
def test_a_contract_without_a_basic_insurance_insures_nobody(human, moment):
    customer = agency()
    offer(customer, product(customer, "TAND", ProductKind.DENTAL))
    enrolled(customer, human, moment)
    assert terms(customer) == []


def test_where_insurance_is_asked_for_by_itself_taking_part_insures_nobody(human, moment):
    town = agency(segment="municipality", name="Gemeente Duinstad")
    offer(town, product(town))
    enrolled(town, human, moment)
    assert terms(town) == []


@pytest.mark.feature("U06")
@pytest.mark.feature("X05")
def test_ending_participation_ends_the_insurance_and_undoing_gives_it_back(insuring, human, moment):
    participant = enrolled(insuring, human, moment, since=date(2026, 11, 1))
    leave = Application(Kind.TERMINATE, last_day=date(2026, 11, 30), reason="end_of_employment")
    outcome = asked(insuring, leave, Subject(participant_id=participant), moment)
    assert terms(insuring) == [("BASIS", date(2026, 11, 1), date(2026, 12, 1))]
    with opened(insuring.scope):
        enrolment.withdraw(insuring.scope, outcome.mutation_id, moment)
    assert terms(insuring) == [("BASIS", date(2026, 11, 1), None)]


@pytest.mark.feature("X05")
def test_an_enrolment_undone_insured_nobody(insuring, human, moment):
    confirm(insuring.scope, [human], moment)
    with opened(insuring.scope):
        request = enrol(insuring.scope, human, insuring.contracts[0].number, date(2026, 11, 1))
        [outcome] = mutations.submit(insuring.scope, [request], moment)
    with opened(insuring.scope):
        enrolment.reverse(insuring.scope, outcome.mutation_id, moment)
    assert terms(insuring) == []


@pytest.mark.feature("U10")
def test_who_is_transferred_is_insured_by_the_other_contract_from_that_day(insuring, human, moment):
    offer(insuring, product(insuring, "ANDERS"), contract=1)
    participant = enrolled(insuring, human, moment, since=date(2026, 10, 1))
    there = {"contract": insuring.contracts[0].number, "to_contract": insuring.contracts[1].number}
    move = Application(Kind.TRANSFER, first_day=date(2026, 11, 16), **there)
    asked(insuring, move, Subject(participant_id=participant), moment)
    assert terms(insuring) == [
        ("BASIS", date(2026, 10, 1), date(2026, 11, 16)),
        ("ANDERS", date(2026, 11, 16), None),
    ]


@pytest.mark.feature("K02")
def test_everyone_follows_when_a_contract_changes_its_insurance(insuring, moment):
    people = [Human(bsn) for bsn in valid_bsns(3)]
    for one in people[:2]:
        enrolled(insuring, one, moment, since=date(2026, 10, 1))
    participant = enrolled(insuring, people[2], moment, since=date(2026, 10, 1))
    leave = Application(Kind.TERMINATE, last_day=date(2026, 12, 31), reason="end_of_employment")
    asked(insuring, leave, Subject(participant_id=participant), moment)
    with opened(insuring.scope):
        before = set(PolicyTerm.objects.values_list("id", flat=True))
    made = product(insuring, "NIEUW")
    offer(insuring, _product_of(insuring, "BASIS"), date(2027, 1, 1), offered=False)
    offer(insuring, made, date(2027, 1, 1))
    follow_offers(insuring.contracts[0].id)
    old, new = ("BASIS", date(2026, 10, 1), date(2027, 1, 1)), ("NIEUW", date(2027, 1, 1), None)
    assert terms(insuring) == [old, old, old, new, new]
    with opened(insuring.scope):
        # Whose insurance does not change keeps the row there was.
        assert len(before & set(PolicyTerm.objects.values_list("id", flat=True))) == 1
        event = AuditEvent.objects.get(action="contract.follow_offer")
    assert (event.detail, event.roles) == ({"terms_ended": 2, "terms_begun": 4}, ["automatic"])
    # Nothing is left to follow.
    follow_offers(insuring.contracts[0].id)
    with opened(insuring.scope):
        assert AuditEvent.objects.filter(action="contract.follow_offer").count() == 1


@pytest.mark.feature("K02")
def test_at_night_what_was_missed_is_mended(insuring, human, moment):
    enrolled(insuring, human, moment)
    with opened(insuring.scope):
        PolicyTerm.objects.all().delete()
    jobs.follow_every_offer(0)
    assert len(terms(insuring)) == 1


@pytest.mark.feature("G06")
def test_nobody_follows_where_insurance_is_asked_for_by_itself(human, moment):
    town = agency(segment="municipality", name="Gemeente Duinstad")
    enrolled(town, human, moment)
    offer(town, product(town))
    follow_offers(town.contracts[0].id)
    assert terms(town) == []


def _product_of(customer, code) -> Product:
    with office(customer.organisation.insurer_id):
        return Product.objects.get(insurer=customer.organisation.insurer, code=code)


def _standard(offers, day) -> str | None:
    """Which basic insurance counts on a day, told as simply as can be: of those offered, the one held longest."""
    since: dict[str, date] = {}
    for code, first_day, offered in sorted(offers, key=lambda one: one[1]):
        if first_day > day:
            break
        if offered:
            since.setdefault(code, first_day)
        else:
            since.pop(code, None)
    return min(since, key=lambda code: (since[code], code), default=None)


_STEPS = st.dictionaries(
    st.tuples(st.sampled_from("AB"), st.integers(0, 12)), st.booleans(), min_size=1, max_size=6
)  # fmt: skip
# Within the year that the corridor goes back and ahead.
_STAY = st.tuples(st.integers(-1, 10), st.one_of(st.none(), st.integers(0, 3)))


@pytest.mark.feature("U06")
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=_STEPS, stay=_STAY, late=st.booleans())
def test_on_every_day_of_a_stay_its_insurance_is_the_contracts(moment, steps, stay, late):
    customer = agency(contracts=1)
    products = {code: product(customer, code=f"{code}{customer.organisation.id}") for code in "AB"}
    offers = [(code, _first_of(month), offered) for (code, month), offered in steps.items()]
    begin = _first_of(stay[0]) + timedelta(days=9)
    last = None if stay[1] is None else begin + timedelta(days=stay[1] * 30)
    human = Human(valid_bsns(1, start=910_000_000)[0])

    def comes() -> None:
        participant = enrolled(customer, human, moment, since=begin)
        if last is not None:
            leave = Application(Kind.TERMINATE, last_day=last, reason="end_of_employment")
            asked(customer, leave, Subject(participant_id=participant), moment)

    # Whether the contract or the participant is there first makes no difference.
    if late:
        comes()
    for code, first_day, offered in offers:
        offer(customer, products[code], first_day, offered=offered)
    if late:
        follow_offers(customer.contracts[0].id)
    else:
        comes()
    found = terms(customer)
    for number in range(-40, 500, 7):
        day = date(2026, 1, 1) + timedelta(days=number)
        inside = begin <= day and (last is None or day <= last)
        expected = [f"{_standard(offers, day)}{customer.organisation.id}"] if inside and _standard(offers, day) else []
        assert [code for code, first, end in found if first <= day and (end is None or day < end)] == expected, day


def _first_of(month: int) -> date:
    return date(2026 + (month // 12), month % 12 + 1, 1)


@pytest.mark.feature("U06")
def test_a_month_costs_what_the_days_of_the_insurance_cost(insuring, human, moment):
    enrolled(insuring, human, moment, since=date(2026, 11, 16))
    with opened(insuring.scope):
        [stay] = Participation.objects.all()
        own = insured.terms_of(insuring.scope, [stay.id])
        [line] = due_in(date(2026, 11, 1), insured.covers_of(own), BirthDate(1980, 2, 1))
        assert (line.gross, line.amount, line.days) == (Money(15000), Money(7500), 15)
        [minor] = due_in(date(2026, 11, 1), insured.covers_of(own), BirthDate(2010, 2, 1))
        assert minor.amount == Money(0)
        assert due_in(date(2026, 10, 1), insured.covers_of(own), BirthDate(1980, 2, 1)) == []


def test_a_product_without_a_price_says_so(human, moment):
    customer = agency()
    made = product(customer, "DUUR", priced=False)
    offer(customer, made)
    enrolled(customer, human, moment)
    with opened(customer.scope):
        own = insured.terms_of(customer.scope, Participation.objects.values_list("id", flat=True))
        with pytest.raises(NoTariff):
            due_in(moment.today.replace(day=1), insured.covers_of(own), BirthDate(1980, 2, 1))


@pytest.mark.feature("U06")
def test_nobody_sees_the_insurance_of_another_organisation_or_without_the_right(insuring, human, moment):
    enrolled(insuring, human, moment)
    with opened(insuring.scope):
        ids = list(Participation.objects.values_list("id", flat=True))
        assert len(insured.terms_of(insuring.scope, ids)) == 1
    other = agency(name="Uitzendbureau Zuid")
    with opened(other.scope):
        assert insured.terms_of(other.scope, ids) == []
        assert not PolicyTerm.objects.exists()
    manager = member_of(insuring.organisation, roles=["account_manager"])
    with opened(manager), pytest.raises(NotAllowed):
        insured.terms_of(manager, ids)


@pytest.mark.feature("G13")
def test_who_works_in_some_contracts_sees_the_insurance_of_those(insuring, human, moment):
    offer(insuring, _product_of(insuring, "BASIS"), contract=1)
    enrolled(insuring, human, moment)
    enrolled(insuring, human, moment, contract=1)
    one = member_of(insuring.organisation, roles=["administrative"], contracts=insuring.contracts[1:])
    with opened(one):
        assert list(PolicyTerm.objects.values_list("contract_id", flat=True)) == [insuring.contracts[1].id]
