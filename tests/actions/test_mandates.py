"""Mandates: another organisation acts for this one, dated, per contract, and no longer than both want (X07)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from collectief.access import mandates, queries
from collectief.access.mandates import NoMandate
from collectief.access.models import Mandate, MandatePerson, Membership
from collectief.access.queries import NoAccess, scope_without_rights
from collectief.access.rules import AccessRefused
from collectief.audit.models import AuditEvent
from collectief.enrolment.models import Participation
from collectief.mutations import actions
from collectief.scope.database import managing_accounts, office, opened
from collectief.scope.scope import NotAllowed, Scope
from collectief.segments.profile import Permission, Role
from tests.world import Agency, Human, acting, agency, confirm, enrol, enrolled, mandated, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X07")]

TODAY = date(2026, 11, 24)


@pytest.fixture
def brug() -> Agency:
    """The principal; its scope is of who manages accounts."""
    return agency(name="De Brug", roles=("account_manager", "administrative"))


@pytest.fixture
def zuid() -> Agency:
    """An office that acts for others; its scope is of who manages accounts."""
    return agency(name="Kantoor Zuid", segment="administration_office", contracts=0, roles=("account_manager",))


@pytest.fixture
def tess(zuid) -> Scope:
    return member_of(zuid.organisation, roles=["administrative"], name="Tess")


def give(whose: Agency, kvk: str, **more: object) -> int:
    asked = {
        "kvk": kvk, "name": "Zuid", "roles": [Role.ADMINISTRATIVE], "contracts": None, "first_day": TODAY,
        "end_day": None, "today": TODAY,
    }  # fmt: skip
    return mandates.give(whose.scope, **asked | more)  # type: ignore[arg-type]


def place_of(scope: Scope) -> int:
    with office():
        return Membership.objects.get(account_id=scope.account_id).id


def trail(whose: Agency) -> list[AuditEvent]:
    with opened(whose.scope):
        return list(AuditEvent.objects.filter(organisation_id=whose.organisation.id).order_by("id"))


def test_from_giving_to_acting_to_revoking(brug, zuid, tess, moment):
    first = frozenset({brug.contracts[0].id})
    number = give(brug, zuid.organisation.kvk, contracts=first, end_day=TODAY + timedelta(days=30))
    with pytest.raises(NoAccess):
        acting(brug, tess, number, today=TODAY)
    [received] = mandates.received(zuid.scope, today=TODAY)
    assert (received.id, received.principal, received.people) == (number, "De Brug", {})
    mandates.assign(zuid.scope, number, {place_of(tess): [Role.ADMINISTRATIVE]}, today=TODAY)
    scope = acting(brug, tess, number, today=TODAY)
    assert (scope.organisation, scope.account) == ("De Brug", "Tess (Kantoor Zuid)")
    assert (scope.roles, scope.contracts) == (frozenset({Role.ADMINISTRATIVE}), first)
    human = Human(valid_bsns(1)[0])
    confirm(scope, [human], moment)
    with opened(scope):
        actions.submit(scope, [enrol(scope, human, brug.contracts[0].number, date(2026, 11, 1))], moment)
    [done] = [event for event in trail(brug) if event.action == "mutation.enrol"]
    assert (done.account, done.responsible) == ("Tess (Kantoor Zuid)", "De Brug")
    assert done.object_ids["under_mandate"] == [number]
    mandates.revoke(brug.scope, number, now=timezone.now())
    with pytest.raises(NoAccess):
        acting(brug, tess, number, today=TODAY)
    assert [event.action for event in trail(brug) if event.action.startswith("mandate.")] == [
        "mandate.give", "mandate.revoke",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first_day", "end_day", "holds"),
    [(0, None, True), (1, None, False), (-5, 0, False), (-5, 1, True), (0, 1, True)],
)
def test_a_mandate_holds_from_its_first_day_until_the_day_it_ends(brug, tess, first_day, end_day, holds):
    end = None if end_day is None else TODAY + timedelta(days=end_day)
    number = mandated(brug, tess, first_day=TODAY + timedelta(days=first_day), end_day=end)
    if holds:
        assert acting(brug, tess, number, today=TODAY).organisation == "De Brug"
    else:
        with pytest.raises(NoAccess):
            acting(brug, tess, number, today=TODAY)


def test_giving_to_a_number_that_nobody_has_says_and_shows_the_same(brug, zuid):
    known, unknown = give(brug, zuid.organisation.kvk), give(brug, "99999999")
    ours = {one.id: one for one in mandates.given(brug.scope)}
    left, right = ours[known], ours[unknown]
    assert (left.name, left.roles, left.revoked_at) == (right.name, right.roles, right.revoked_at)
    # Whoever becomes a customer later with that number can use it.
    later = agency(
        name="Later", segment="administration_office", kvk="99999999", contracts=0, roles=("account_manager",)
    )
    assert [one.id for one in mandates.received(later.scope, today=TODAY)] == [unknown]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"roles": []}, "no_role"),
        ({"roles": [Role.ACCOUNT_MANAGER]}, "role_not_yours"),
        ({"roles": [Role.MAIN_USER]}, "role_not_yours"),
        ({"kvk": "1234567"}, "no_kvk"),
        ({"kvk": "1234567a"}, "no_kvk"),
        ({"contracts": frozenset()}, "no_contract"),
        ({"contracts": frozenset({999_999_999})}, "contract_not_yours"),
        ({"first_day": TODAY - timedelta(days=1)}, "mandate_began"),
        ({"end_day": TODAY}, "mandate_ends_first"),
    ],
)
def test_what_cannot_be_given_is_refused_with_a_reason(brug, more, code):
    with pytest.raises(AccessRefused) as refused:
        give(brug, **{"kvk": "99999999", **more})
    assert refused.value.code == code
    assert mandates.given(brug.scope) == []


def test_nobody_mandates_their_own_company(brug):
    with pytest.raises(AccessRefused, match="own_company"):
        give(brug, brug.organisation.kvk)


def test_who_manages_no_accounts_gives_and_revokes_and_assigns_nothing(brug, zuid, tess):
    number = mandated(brug, tess)
    anna = member_of(brug.organisation, roles=["administrative", "financial"])
    for verb in (
        lambda: mandates.given(anna),
        lambda: mandates.revoke(anna, number, now=timezone.now()),
        lambda: mandates.received(tess, today=TODAY),
        lambda: mandates.assign(tess, number, {}, today=TODAY),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_a_mandate_gives_no_accounts_no_log_and_no_mandate_on(brug, zuid, tess):
    # As the table would have it if the rules had been passed by.
    number = mandated(brug, tess, roles=["administrative", "account_manager"])
    scope = acting(brug, tess, number)
    assert scope.roles == {Role.ADMINISTRATIVE}
    assert not scope.may(Permission.MANAGE_ACCOUNTS) and not scope.may(Permission.SEE_LOG)
    with pytest.raises(NotAllowed):
        give(Agency(brug.organisation, brug.contracts, scope), "99999999")
    [received] = mandates.received(zuid.scope, today=TODAY)
    assert received.roles == {Role.ADMINISTRATIVE}


def test_a_person_acts_in_roles_that_both_the_mandate_and_their_manager_give(brug, zuid, tess):
    number = mandated(brug, tess, roles=["administrative", "financial"])
    mandates.assign(zuid.scope, number, {place_of(tess): [Role.FINANCIAL]}, today=TODAY)
    assert acting(brug, tess, number).roles == {Role.FINANCIAL}
    with pytest.raises(AccessRefused, match="role_not_mandated"):
        mandates.assign(zuid.scope, number, {place_of(tess): [Role.ACCOUNT_MANAGER]}, today=TODAY)


def test_somebody_of_elsewhere_is_not_assigned(brug, zuid, tess):
    number = mandated(brug, tess)
    otto = member_of(agency(name="Otto").organisation, roles=["administrative"])
    with pytest.raises(AccessRefused, match="not_a_colleague"):
        mandates.assign(zuid.scope, number, {place_of(otto): [Role.ADMINISTRATIVE]}, today=TODAY)
    mandates.assign(zuid.scope, number, {}, today=TODAY)
    with pytest.raises(NoAccess):
        acting(brug, tess, number)


def test_who_is_deactivated_at_the_office_acts_for_nobody(brug, tess):
    number = mandated(brug, tess)
    with office():
        Membership.objects.filter(account_id=tess.account_id).update(is_active=False)
    with pytest.raises(NoAccess):
        acting(brug, tess, number)


def test_a_mandate_for_one_shows_nothing_of_another_and_foreign_is_as_unknown(brug, zuid, tess):
    otto = agency(name="Otto", roles=("account_manager",))
    ours, theirs = mandated(brug, tess), give(otto, "88888888")
    for number in (theirs, ours, 999_999_999):
        if number != ours:
            with pytest.raises(NoAccess):
                acting(brug, tess, number)
            with pytest.raises(NoMandate):
                mandates.revoke(brug.scope, number, now=timezone.now())
            with pytest.raises(NoMandate):
                mandates.assign(zuid.scope, number, {}, today=TODAY)
        with pytest.raises(NoAccess):
            acting(otto, tess, number)


def test_row_security_alone_shows_a_mandate_to_its_two_sides_only(brug, zuid, tess):
    number = mandated(brug, tess)
    otto = agency(name="Otto", roles=("account_manager",))
    elsewhere = agency(name="Zuid elders", brand="voorbeeld", kvk=zuid.organisation.kvk)
    for whose, sees, people in (
        (brug, True, False),
        (zuid, True, True),
        (otto, False, False),
        (elsewhere, False, False),
    ):
        with managing_accounts(whose.organisation.id, whose.organisation.insurer_id):
            assert Mandate.objects.filter(id=number).exists() is sees
            assert MandatePerson.objects.filter(mandate_id=number).exists() is people
    with managing_accounts(zuid.organisation.id, zuid.organisation.insurer_id):
        assert Mandate.objects.filter(id=number).update(revoked_by="Tess") == 0


def test_who_works_in_some_contracts_gives_and_sees_mandates_for_those(brug, zuid):
    first, second = brug.contracts
    mia = member_of(brug.organisation, roles=["account_manager"], name="Mia", contracts=[first])
    whole, own = give(brug, "99999999"), give(brug, "99999998", contracts=frozenset({first.id}))
    assert [one.id for one in mandates.given(mia)] == [own]
    with pytest.raises(NoMandate):
        mandates.revoke(mia, whole, now=timezone.now())
    for contracts in (None, frozenset({second.id})):
        with pytest.raises(AccessRefused, match="contract_not_yours"):
            give(Agency(brug.organisation, brug.contracts, mia), "99999997", contracts=contracts)
    mandates.revoke(mia, own, now=timezone.now())


def test_contracts_of_a_mandate_are_all_that_is_seen(brug, tess, moment):
    human = Human(valid_bsns(1)[0])
    enrolled(brug, human, moment)
    other = acting(brug, tess, mandated(brug, tess, contracts=brug.contracts[1:]))
    with opened(other):
        assert not Participation.objects.exists()
    whole = acting(brug, tess, mandated(brug, tess))
    with opened(whole):
        assert Participation.objects.count() == 1


def test_what_was_begun_is_ended_in_a_scope_without_rights(brug, tess):
    number = mandated(brug, tess, end_day=date(2021, 1, 1))
    bare = scope_without_rights(
        tess.account_id, brug.organisation.id, tess.brand, channel="upload", mandate_id=number
    )  # fmt: skip
    assert (bare.roles, bare.organisation_id) == (frozenset(), brug.organisation.id)


def test_also_of_who_was_taken_off_the_mandate(brug, tess):
    number = mandated(brug, tess)
    with managing_accounts(tess.organisation_id, tess.insurer_id):
        MandatePerson.objects.filter(mandate_id=number).delete()
    bare = scope_without_rights(
        tess.account_id, brug.organisation.id, tess.brand, channel="upload", mandate_id=number
    )  # fmt: skip
    assert (bare.roles, bare.account) == (frozenset(), "Tess (Kantoor Zuid)")
    with pytest.raises(NoAccess):
        acting(brug, tess, number)


def test_acting_costs_one_question_as_ones_own_does(brug, tess, django_assert_num_queries):
    number = mandated(brug, tess)
    from collectief.scope.database import signing_in

    with signing_in():
        for mandate_id, organisation_id in ((None, tess.organisation_id), (number, brug.organisation.id)):
            with django_assert_num_queries(1):
                queries.scope_for(tess.account_id, organisation_id, tess.brand, mandate_id=mandate_id)
