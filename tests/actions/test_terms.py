"""Terms are entered by one employee and agreed to by another; only then they count, and where they belong (K02)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from collectief.audit.models import AuditEvent
from collectief.cases import actions as cases
from collectief.cases.rules import CaseRefused, Decision
from collectief.foundation.money import Money
from collectief.policies import actions, queries
from collectief.policies.models import ContractOffer, ProductTariff
from collectief.policies.queries import NoContract, NoProduct
from collectief.policies.rules import Band, ProductKind, State, Tariff, TermsRefused
from collectief.scope.database import office, opened
from collectief.scope.scope import NotAllowed
from tests.office_world import clerk, insurer_id
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K02")]

NOW = datetime(2026, 11, 28, 12, tzinfo=ZoneInfo("Europe/Amsterdam"))
YEAR = date(2027, 1, 1)


def inside(scope, verb):
    """What a verb gives inside `opened`; its refusal is raised outside, as a page catches it before the end."""
    with opened(scope):
        try:
            return verb()
        except (TermsRefused, NoProduct, NoContract, NotAllowed) as refused:
            refusal = refused
    raise refusal


class Office:
    """Two employees who maintain terms, and a customer with a contract."""

    def __init__(self) -> None:
        self.sanne = clerk(name="Sanne Kok")
        own = agency(name="Zorg en Zekerheid, tweede kantoor", segment="back_office", contracts=0)
        self.joris = clerk(name="Joris van Dam", office_of=own)
        self.customer = agency(roles=("administrative", "account_manager"))

    def product(self, *, code: str = "BASIS", kind: ProductKind = ProductKind.BASIC) -> int:
        asked = {"code": code, "name": code.title(), "kind": kind, "label": "Zorg en Zekerheid"}
        return inside(self.sanne, lambda: actions.add_product(self.sanne, **asked))

    def tariff(self, product: int, euros: str = "165,50", first_day: date = YEAR) -> int:
        bands = (Band(0, 17, Money(0)), Band(18, None, Money.parse(euros)))
        tariff = Tariff(first_day, bands)
        return inside(self.sanne, lambda: actions.propose_tariff(self.sanne, product, tariff, now=NOW))

    def agree(self, case: int, decision: Decision = Decision.APPROVED, *, by=None, now: datetime = NOW) -> None:
        staff = cases.staff_of(by or self.joris)
        cases.decide(case, decision, by=staff, reason="" if decision == Decision.APPROVED else "Nee.", now=now)

    def offer(self, product: int, *, discount: int = 0, first_day: date = YEAR, **more) -> int:
        number = self.customer.contracts[0].number
        asked = {"first_day": first_day, "discount": discount, "offered": more.get("offered", True), "now": NOW}
        return inside(self.sanne, lambda: actions.propose_offer(self.sanne, number, product, **asked))


@pytest.fixture
def here(db) -> Office:
    return Office()


def test_a_premium_counts_once_a_colleague_agrees(here):
    product = here.product()
    case = here.tariff(product)
    seen, [proposed] = queries.product(here.sanne, product, today=YEAR)
    assert (seen.tariff, proposed.state, proposed.proposed_by) == (None, State.PROPOSED, here.sanne.account)
    here.agree(case)
    seen, [agreed] = queries.product(here.sanne, product, today=YEAR)
    assert agreed.state == State.AGREED
    assert seen.tariff.monthly(40) == Money(16550)
    [before] = queries.products(here.sanne, today=YEAR - timedelta(days=1))
    assert before.tariff is None
    with opened(here.sanne):
        told = AuditEvent.objects.filter(action__startswith="terms.").order_by("id")
        assert list(told.values_list("action", flat=True)) == ["terms.add_product", "terms.propose_tariff"]


def test_nobody_agrees_to_what_they_proposed(here):
    case = here.tariff(here.product())
    with pytest.raises(CaseRefused, match="four_eyes"):
        here.agree(case, by=here.sanne)
    assert _states() == [State.PROPOSED]


def test_what_a_colleague_refuses_does_not_count_and_can_be_proposed_again(here):
    product = here.product()
    here.agree(here.tariff(product), Decision.REFUSED)
    assert here.tariff(product, "150")
    with office(insurer_id()):
        assert sorted(ProductTariff.objects.values_list("state", "reason")) == [("proposed", ""), ("refused", "Nee.")]


def test_who_agrees_when_the_day_has_come_is_told_and_nothing_counts(here):
    case = here.tariff(here.product())
    with pytest.raises(CaseRefused, match="began_already"):
        here.agree(case, now=datetime(2027, 1, 1, 8, tzinfo=ZoneInfo("Europe/Amsterdam")))
    assert _states() == [State.PROPOSED]


def test_one_tariff_a_day(here):
    product = here.product()
    here.tariff(product)
    with pytest.raises(TermsRefused, match="begins_already"):
        here.tariff(product, "1")
    with pytest.raises(TermsRefused, match="product_exists"):
        here.product()


@pytest.mark.feature("U28")
def test_a_contract_offers_what_was_agreed_from_its_day_on(here):
    product = here.product(code="AV", kind=ProductKind.SUPPLEMENTARY)
    here.agree(here.tariff(product))
    here.agree(here.offer(product, discount=750))
    scope = here.customer.scope
    contract = here.customer.contracts[0].id
    with opened(scope):
        assert queries.offered(scope, today=YEAR - timedelta(days=1)) == {}
        [offer] = queries.offered(scope, today=YEAR)[contract]
        assert (offer.product.name, offer.discount, offer.product.tariff.monthly(30)) == ("Av", 750, Money(16550))
        assert AuditEvent.objects.filter(action="contract.offer").count() == 1
    here.agree(here.offer(product, first_day=date(2027, 7, 1), offered=False))
    with opened(scope):
        assert queries.offered(scope, today=date(2027, 6, 30))[contract]
        assert queries.offered(scope, today=date(2027, 7, 1)) == {}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"first_day": date(2027, 1, 15)}, "not_first_of_month"),
        ({"first_day": date(2026, 11, 1)}, "begins_in_the_past"),
        ({"first_day": date(2026, 12, 1)}, "no_tariff"),
        ({"discount": 1}, "discount_too_high"),
        ({"offered": False}, "not_in_contract"),
    ],
)
def test_a_contract_does_not_offer_what_may_not_be(here, more, code):
    product = here.product()
    here.agree(here.tariff(product))
    with pytest.raises(TermsRefused, match=code):
        here.offer(product, **more)
    with office(insurer_id()):
        assert not ContractOffer.objects.exists()


def test_what_is_another_insurers_does_not_exist(here):
    other = agency(name="IZZ door VGZ, kantoor", segment="back_office", brand="kantoor-izz", contracts=0)
    theirs = member_of(other.organisation, roles=["case_handler"], brand="kantoor-izz")
    product = here.product()
    here.tariff(product)
    assert queries.products(theirs, today=YEAR) == []
    with pytest.raises(NoProduct):
        queries.product(theirs, product, today=YEAR)
    with pytest.raises(NoContract):
        queries.contract_terms(theirs, here.customer.contracts[0].number, today=YEAR)
    free = Tariff(YEAR, (Band(0, None, Money(0)),))
    with pytest.raises(NoProduct):
        inside(theirs, lambda: actions.propose_tariff(theirs, product, free, now=NOW))


def test_who_does_not_maintain_terms_does_nothing_with_them(here):
    auditor = clerk(roles=("auditor",), name="Aukje")
    for act in (
        lambda: queries.products(auditor, today=YEAR),
        lambda: queries.product(auditor, 1, today=YEAR),
        lambda: queries.contract_terms(auditor, "1", today=YEAR),
        lambda: actions.add_product(auditor, code="X", name="X", kind=ProductKind.BASIC, label="X"),
        lambda: queries.products(here.customer.scope, today=YEAR),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_row_security_alone_keeps_terms_apart(here):
    """Without the queries' own filters: an agency sees its own contracts' offers, and products of its insurer only."""
    product = here.product(code="AV", kind=ProductKind.SUPPLEMENTARY)
    here.agree(here.tariff(product))
    here.agree(here.offer(product))
    otto = agency(name="Otto Flex")
    elsewhere = agency(name="Voorbeeld Flex", brand="voorbeeld")
    for scope, offers, products in ((here.customer.scope, 1, 1), (otto.scope, 0, 1), (elsewhere.scope, 0, 0)):
        with opened(scope), connection.cursor() as cursor:
            cursor.execute("SELECT (SELECT count(*) FROM contract_offer), (SELECT count(*) FROM product)")
            assert cursor.fetchone() == (offers, products)


def _states() -> list[str]:
    with office(insurer_id()):
        return list(ProductTariff.objects.values_list("state", flat=True))
