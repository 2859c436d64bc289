"""Applying at each portal: which roles one gets, who becomes a customer, and how often one may (G01, W01, O01)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from collectief.access.models import Membership
from collectief.access.rules import AccessRefused
from collectief.brands.catalogue import brand
from collectief.cases.rules import CaseRefused, Decision
from collectief.contracts.models import Insurer, Organisation
from collectief.onboarding import actions, desk, jobs, letters
from collectief.onboarding.models import AccountApplication
from collectief.onboarding.rules import Applied
from collectief.scope.database import office
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Role
from tests.office_world import insurer_id
from tests.world import agency

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K01")]

PORTALS = {"employer": "izz", "occupational_care": "bedrijfszorg", "representative": "ondersteuners"}


@pytest.fixture(autouse=True)
def post(monkeypatch):
    """Letters that would be mailed."""
    sent: list[letters.Letter] = []
    monkeypatch.setattr(jobs, "post", sent.append)
    return sent


def apply(segment, kvk, *, roles=None, email="jo@kompas.example", address="192.0.2.1", now=None):
    """Apply at the portal of a segment; the number of the case."""
    portal = brand(PORTALS[segment])
    with office():
        Insurer.objects.get_or_create(slug=portal.insurer, defaults={"name": portal.insurer_name})
    applied = Applied(
        segment, "Het Kompas", kvk, "Jo Bos", email, "+31612345678", roles or PROFILES[segment].applies_for
    )
    actions.apply(portal, applied, address=address, language="nl", now=now or timezone.now())
    with office(insurer_id(portal.insurer)):
        jobs.receive(application_id=str(AccountApplication.objects.get(email=email).id), insurer=portal.insurer)
    return next(one.case_id for one in desk.waiting(portal.insurer) if one.email == email)


def decide(segment, case):
    desk.decide(brand(PORTALS[segment]).insurer, case, Decision.APPROVED, by="Sanne")


def roles_of(email):
    with office():
        return Membership.objects.get(account__email=email).roles


@pytest.mark.parametrize(
    ("segment", "roles"),
    [
        pytest.param("employer", ["main_user"], marks=pytest.mark.feature("W01")),
        pytest.param("occupational_care", ["main_account"], marks=pytest.mark.feature("B02")),
        pytest.param("representative", ["representative", "user_manager"], marks=pytest.mark.feature("O01")),
    ],
)
def test_who_applies_gets_the_role_that_manages_accounts(segment, roles):
    ours = agency(segment=segment, roles=())
    decide(segment, apply(segment, ours.organisation.kvk))
    assert roles_of("jo@kompas.example") == roles


@pytest.mark.parametrize("segment", PORTALS)
def test_no_other_roles_can_be_applied_for(segment):
    for roles in ((Role.USER,), (Role.SUB_ACCOUNT,), (Role.REPRESENTATIVE,), (Role.OFFICE_MANAGER,)):
        with pytest.raises(AccessRefused, match="no_role"):
            apply(segment, "90000099", roles=roles)


@pytest.mark.feature("O01")
def test_a_representative_becomes_a_customer_by_being_let_in():
    case = apply("representative", "90000099")
    [one] = desk.waiting("menzis")
    assert (one.customer, one.managed) == ("", False)
    decide("representative", case)
    with office():
        made = Organisation.objects.get(kvk="90000099")
    assert (made.name, made.segment, made.branch) == ("Het Kompas", "representative", "")
    assert made.customer_number.isdigit()


@pytest.mark.parametrize("segment", ["employer", "occupational_care"])
def test_who_is_no_customer_elsewhere_is_not_let_in(segment):
    case = apply(segment, "90000099")
    with pytest.raises(CaseRefused, match="organisation_unknown"):
        decide(segment, case)
    with office():
        assert not Organisation.objects.filter(kvk="90000099").exists()


@pytest.mark.feature("O01")
def test_of_two_who_apply_the_second_is_not_let_in_before_the_first_has_come():
    first, second = apply("representative", "90000098"), apply("representative", "90000098", email="kim@kompas.example")
    decide("representative", first)
    with pytest.raises(CaseRefused, match="managed_already"):
        decide("representative", second)


@pytest.mark.feature("O01")
def test_only_the_first_of_an_organisation_of_representatives_is_let_in_by_us():
    ours = agency(segment="representative", roles=("user_manager",))
    case = apply("representative", ours.organisation.kvk)
    [one] = desk.waiting("menzis")
    assert (one.customer, one.managed) == (ours.organisation.customer_number, True)
    with pytest.raises(CaseRefused, match="managed_already"):
        decide("representative", case)
    with office():
        assert not Membership.objects.filter(account__email="jo@kompas.example").exists()


def test_a_second_main_user_is_the_desks_to_judge():
    """Whoever manages accounts may be gone without having left: an employer would be locked out for good."""
    ours = agency(segment="employer", roles=("main_user",))
    decide("employer", apply("employer", ours.organisation.kvk))
    assert roles_of("jo@kompas.example") == ["main_user"]


@pytest.mark.feature("G01")
def test_from_one_address_ten_applications_are_taken_in_ten_minutes():
    now = timezone.now()
    for number in range(10):
        apply("employer", "90000099", email=f"jo{number}@kompas.example", now=now)
    with pytest.raises(AccessRefused, match="too_many_requests"):
        apply("employer", "90000099", email="late@kompas.example", now=now)
    apply("employer", "90000099", email="elsewhere@kompas.example", address="192.0.2.2", now=now)
    apply("employer", "90000099", email="later@kompas.example", now=now + timedelta(minutes=11))


@pytest.mark.feature("G01")
def test_from_many_addresses_together_there_is_an_end_to_it_too(monkeypatch):
    monkeypatch.setitem(actions.throttle.PUBLIC, "application", (10, 3))
    for number in range(3):
        apply("employer", "90000099", email=f"jo{number}@kompas.example", address=f"192.0.2.{number}")
    with pytest.raises(AccessRefused, match="too_many_at_once"):
        apply("employer", "90000099", email="fourth@kompas.example", address="192.0.2.9")
    # A crowd at one insurer shuts nobody out at another.
    apply("representative", "90000099", email="fifth@kompas.example", address="192.0.2.9")


@pytest.mark.feature("G01")
def test_all_addresses_of_one_ipv6_network_are_one(monkeypatch):
    monkeypatch.setitem(actions.throttle.PUBLIC, "application", (2, 300))
    for number in range(2):
        apply("employer", "90000099", email=f"jo{number}@kompas.example", address=f"2001:db8:0:1::{number}")
    with pytest.raises(AccessRefused, match="too_many_requests"):
        apply("employer", "90000099", email="third@kompas.example", address="2001:db8:0:1:ffff::9")
    apply("employer", "90000099", email="fourth@kompas.example", address="2001:db8:0:2::9")
    by_address = actions.throttle.by_address
    assert by_address("2001:db8:0:1::1") == by_address("2001:DB8:0:1:2::") != by_address("2001:db8:0:2::1")
    assert by_address("::ffff:192.0.2.1") == by_address("192.0.2.1") != by_address("192.0.2.2")
