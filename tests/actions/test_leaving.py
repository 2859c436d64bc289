"""Leaving the portal, from the wish to the closed door (O16)."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.utils import timezone

from collectief.access import colleagues, queries, wishes
from collectief.access.models import Invitation, LeaveWish, Mandate, Membership
from collectief.access.rules import AccessRefused, Route, Standing, Wish
from collectief.audit.models import AuditEvent
from collectief.cases.rules import CaseRefused, Decision
from collectief.onboarding import jobs, leaving, requests
from collectief.scope.database import managing_accounts, office, opened
from collectief.segments.profile import Role
from tests.office_world import insurer_id
from tests.world import agency, mandated_to, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("O16")]

MENZIS = "menzis"


@pytest.fixture
def ours():
    return agency(name="Het Kompas", segment="representative", roles=("user_manager", "representative"))


@pytest.fixture
def pieter(ours):
    return member_of(ours.organisation, roles=["representative"], name="Pieter")


@pytest.fixture(autouse=True)
def post(monkeypatch):
    sent = []
    monkeypatch.setattr(jobs, "post", sent.append)
    return sent


def ask(scope, wish=Wish.STOP):
    problem = None
    with opened(scope):
        try:
            return leaving.ask(scope, wish, now=timezone.now())
        except AccessRefused as refused:
            problem = refused
    raise problem


def wish_id():
    with office(insurer_id(MENZIS)):
        return LeaveWish.objects.latest("id").id


def case():
    jobs.receive_leaving(wish_id=wish_id(), insurer=MENZIS)
    [one] = requests.waiting(MENZIS)
    return one


def standing(ours, scope):
    with office(insurer_id(MENZIS)):
        found = queries.members_here(ours.organisation.id, now=timezone.now())
    return next(one for one in found if one.account_id == scope.account_id)


def test_a_users_wish_goes_to_the_managers_and_names_nobody(ours, pieter, post):
    assert ask(pieter) == Route.MANAGERS
    jobs.tell_managers(wish_id=wish_id(), insurer=MENZIS)
    [letter] = post
    assert letter.to.startswith("anna")
    assert "Pieter" not in letter.subject + letter.text
    assert "/accountbeheer/" in letter.text
    assert wishes.open_wishes(ours.scope) == {standing(ours, pieter).id: Wish.STOP}
    assert requests.waiting(MENZIS) == []
    assert standing(ours, pieter).standing == Standing.ACTIVE


def test_deactivated_the_wish_is_done(ours, pieter):
    ask(pieter)
    colleagues.deactivate(ours.scope, standing(ours, pieter).id, now=timezone.now())
    assert wishes.open_wishes(ours.scope) == {}
    assert wishes.own_wish(pieter) is None


def test_one_asks_once_and_can_take_it_back(ours, pieter, post):
    ask(pieter)
    with pytest.raises(AccessRefused, match="leaving_already"):
        ask(pieter)
    with opened(pieter):
        leaving.take_back(pieter, now=timezone.now())
    assert wishes.open_wishes(ours.scope) == {}
    jobs.tell_managers(wish_id=wish_id(), insurer=MENZIS)
    assert post == []
    assert ask(pieter) == Route.MANAGERS


def test_of_two_wishes_at_the_same_moment_the_second_is_refused_in_words(ours, pieter, monkeypatch):
    ask(pieter)
    # As it looked to the second before the first was there.
    monkeypatch.setattr(leaving, "own_wish", lambda scope: None)
    with pytest.raises(AccessRefused, match="leaving_already"):
        ask(pieter)
    assert len(wishes.open_wishes(ours.scope)) == 1


def test_a_wish_that_is_not_offered_is_refused(ours, pieter):
    for wish in (Wish.ROLE, Wish.ORGANISATION):
        with pytest.raises(AccessRefused, match="no_such_wish"):
            ask(pieter, wish)


def test_the_only_manager_is_kept_until_another_manages(ours, pieter, post):
    assert ask(ours.scope) == Route.INSURER
    found = case()
    assert found.about.warnings == ("Dan beheert niemand meer de accounts van deze organisatie.",)
    with pytest.raises(CaseRefused, match="last_manager"):
        requests.decide(MENZIS, found.case_id, Decision.APPROVED, by="Sanne")
    assert standing(ours, ours.scope).standing == Standing.ACTIVE
    member = standing(ours, pieter)
    colleagues.change_roles(ours.scope, member.id, [Role.USER_MANAGER, Role.REPRESENTATIVE], now=timezone.now())
    requests.decide(MENZIS, found.case_id, Decision.APPROVED, by="Sanne")
    assert standing(ours, ours.scope).standing == Standing.INACTIVE
    jobs.tell_leaver(wish_id=wish_id(), insurer=MENZIS)
    assert "geen toegang meer" in post[-1].text
    with opened(ours.scope):
        last = AuditEvent.objects.latest("id")
    # The customer reads that the insurer did it; who it was, the office's own trail says.
    assert (last.action, last.account, last.access_point) == ("account.leave", "menzis", "command")


def test_what_a_colleague_did_already_is_refused_to_close_the_case(ours):
    kim = member_of(ours.organisation, roles=["user_manager"], name="Kim")
    ask(kim)
    found = case()
    colleagues.deactivate(ours.scope, standing(ours, kim).id, now=timezone.now())
    with pytest.raises(CaseRefused, match="done_already"):
        requests.decide(MENZIS, found.case_id, Decision.APPROVED, by="Sanne")
    requests.decide(MENZIS, found.case_id, Decision.REFUSED, by="Sanne", reason="Al gedaan.")
    assert requests.waiting(MENZIS) == []


def test_giving_up_the_role_leaves_the_rest(ours):
    member_of(ours.organisation, roles=["user_manager"], name="Kim")
    ask(ours.scope, Wish.ROLE)
    requests.decide(MENZIS, case().case_id, Decision.APPROVED, by="Sanne")
    after = standing(ours, ours.scope)
    assert (after.roles, after.standing) == (frozenset({Role.REPRESENTATIVE}), Standing.ACTIVE)


def test_when_the_organisation_leaves_all_its_doors_close(ours, pieter):
    other = agency(name="Elders", segment="representative", roles=("user_manager",))
    invited = colleagues.invite(
        ours.scope, name="Jo", email="jo@kompas.example", roles=[Role.REPRESENTATIVE], now=timezone.now()
    )
    mandate, others = mandated_to(ours.organisation, "99999997"), mandated_to(other.organisation, "99999997")
    ask(pieter)
    ask(ours.scope, Wish.ORGANISATION)
    requests.decide(MENZIS, case().case_id, Decision.APPROVED, by="Sanne")
    with office():
        revoked = dict(Mandate.objects.values_list("id", "revoked_by"))
    assert (revoked[mandate], revoked[others]) == ("menzis", "")
    for scope in (ours.scope, pieter):
        assert standing(ours, scope).standing == Standing.INACTIVE
        with pytest.raises(queries.NoAccess), transaction.atomic():
            queries.scope_again(scope.account_id, scope.organisation_id, "ondersteuners", channel="form")
    with office(insurer_id(MENZIS)):
        assert Invitation.objects.get(membership_id=invited).revoked_at is not None
        assert not LeaveWish.objects.filter(state="open").exists()
    assert standing(other, other.scope).standing == Standing.ACTIVE


def test_refused_the_reason_is_read_and_mailed(ours, pieter, post):
    ask(ours.scope)
    requests.decide(MENZIS, case().case_id, Decision.REFUSED, by="Sanne", reason="Maak eerst Pieter beheerder.")
    found = wishes.own_wish(ours.scope)
    assert (found.state, found.reason) == ("refused", "Maak eerst Pieter beheerder.")
    jobs.tell_leaver(wish_id=wish_id(), insurer=MENZIS)
    assert "Maak eerst Pieter beheerder." in post[-1].text
    assert standing(ours, ours.scope).standing == Standing.ACTIVE
    # And one may ask again.
    assert ask(ours.scope) == Route.INSURER


def test_taken_back_it_cannot_be_granted_and_the_case_closes(ours, pieter):
    ask(ours.scope)
    found = case()
    with opened(ours.scope):
        leaving.take_back(ours.scope, now=timezone.now())
    with pytest.raises(CaseRefused, match="taken_back"):
        requests.decide(MENZIS, found.case_id, Decision.APPROVED, by="Sanne")
    jobs.take_back(insurer=MENZIS, kind=leaving.KIND, subject=str(wish_id()), by_id=ours.scope.account_id)
    assert requests.waiting(MENZIS) == []
    assert standing(ours, ours.scope).standing == Standing.ACTIVE


def test_another_organisation_reads_no_wishes(ours, pieter):
    other = agency(name="Elders", segment="representative", roles=("user_manager",))
    ask(pieter)
    assert wishes.open_wishes(other.scope) == {}
    with managing_accounts(other.organisation.id, other.organisation.insurer_id), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM leave_wish")
        assert cursor.fetchone() == (0,)
    with office(insurer_id(MENZIS)):
        assert Membership.objects.filter(organisation=other.organisation).count() == 1
