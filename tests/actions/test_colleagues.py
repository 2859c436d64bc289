"""Accountbeheer and invitations as verbs: who comes in, who goes out, and what is in the trail (U30, O02, O16)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from collectief.access import colleagues, invitations, jobs, letters, queries, tokens
from collectief.access.models import Invitation, Membership
from collectief.access.rules import AccessRefused, Standing
from collectief.audit.models import AuditEvent
from collectief.brands.catalogue import brand
from collectief.foundation.assurance import AssuranceLevel
from collectief.gateways.eherkenning.port import Identity, SignInRefused
from collectief.gateways.mail.port import AddressRefused as NoSuchAddress
from collectief.gateways.mail.port import MailUnavailable
from collectief.scope.database import managing_accounts, office, opened
from collectief.scope.scope import NotAllowed
from collectief.segments.profile import Role
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U30")]

NOW = timezone.now()
MIJNZZ = brand("mijnzz")


@pytest.fixture
def ours():
    return agency(roles=("account_manager",))


@pytest.fixture
def post(monkeypatch):
    """What is handed to the mail server; it can be told to fail."""
    sent = []

    class Post(list):
        fails = None

        def send(self, letter):
            if self.fails:
                raise self.fails
            sent.append(letter)

    server = Post()
    monkeypatch.setattr(letters, "mail_at", lambda url: server)
    server.sent = sent
    return server


def invite(ours, *, email="jo@debrug.example", roles=(Role.ADMINISTRATIVE,), name="Jo Bos"):
    return colleagues.invite(ours.scope, name=name, email=email, roles=roles, now=NOW)


def invitation_of(ours, membership_id):
    with managing_accounts(ours.organisation.id, ours.organisation.insurer_id):
        return Invitation.objects.select_related("membership__account", "organisation").get(membership_id=membership_id)


def token_of(ours, membership_id):
    return invitations.link_token(invitation_of(ours, membership_id))


def mailed(ours, membership_id):
    jobs.send_invitation(
        organisation_id=ours.organisation.id, insurer_id=ours.organisation.insurer_id,
        invitation_id=invitation_of(ours, membership_id).id,
    )  # fmt: skip


def identity(ours, subject="jo-1", **more):
    given = {
        "kvk": ours.organisation.kvk, "acting_subject": subject, "level": AssuranceLevel.EH3,
        "company_name": ours.organisation.name,
    }  # fmt: skip
    return Identity(**(given | more))


def standings(ours):
    return {one.email: one.member.standing for one in queries.colleagues(ours.scope, now=NOW)}


def trail(ours):
    with opened(ours.scope):
        events = AuditEvent.objects.filter(action__startswith="account.").order_by("id")
        return list(events.values_list("action", flat=True))


def test_a_colleague_is_invited_comes_in_and_the_trail_says_so(ours, post):
    membership = invite(ours, roles=(Role.ADMINISTRATIVE, Role.FINANCIAL))
    mailed(ours, membership)
    [letter] = post.sent
    token = token_of(ours, membership)
    assert letter.to == "jo@debrug.example"
    assert f"/uitnodiging/{token}/" in letter.text
    assert "mijnzz.localhost" in letter.text
    assert standings(ours)["jo@debrug.example"] == Standing.INVITED
    member = invitations.accept(MIJNZZ, token, identity(ours), now=NOW)
    assert set(member.roles) == {"administrative", "financial"}
    assert standings(ours)["jo@debrug.example"] == Standing.ACTIVE
    assert trail(ours)[-2:] == ["account.invite", "account.accept_invitation"]


def test_an_invitation_is_good_once(ours):
    membership = invite(ours)
    token = token_of(ours, membership)
    invitations.accept(MIJNZZ, token, identity(ours), now=NOW)
    with pytest.raises(AccessRefused, match="invitation_unknown"):
        invitations.accept(MIJNZZ, token, identity(ours, "somebody-else"), now=NOW)


@pytest.mark.feature("O02")
def test_the_link_of_before_is_worthless_once_it_is_sent_again(ours, post):
    membership = invite(ours)
    old = token_of(ours, membership)
    mailed(ours, membership)
    with pytest.raises(AccessRefused, match="just_sent"):
        colleagues.resend(ours.scope, membership, now=timezone.now())
    colleagues.resend(ours.scope, membership, now=timezone.now() + timedelta(minutes=3))
    with pytest.raises(AccessRefused, match="invitation_unknown"):
        invitations.look_up(MIJNZZ, old, now=NOW)
    assert invitations.look_up(MIJNZZ, token_of(ours, membership), now=NOW).standing == Standing.INVITED


@pytest.mark.feature("O02")
def test_an_expired_link_sends_a_fresh_one_to_the_stored_address_once(ours, post):
    membership = invite(ours)
    old, later = token_of(ours, membership), NOW + timedelta(days=14, seconds=1)
    with pytest.raises(AccessRefused, match="invitation_over"):
        invitations.accept(MIJNZZ, old, identity(ours), now=later)
    invitations.renew_expired(MIJNZZ, old, address="192.0.2.1", now=later)
    with pytest.raises(AccessRefused, match="invitation_unknown"):
        invitations.renew_expired(MIJNZZ, old, address="192.0.2.1", now=later)
    mailed(ours, membership)
    assert [letter.to for letter in post.sent] == ["jo@debrug.example"]
    assert trail(ours) == ["account.invite", "account.renew_invitation"]
    assert invitations.accept(MIJNZZ, token_of(ours, membership), identity(ours), now=later).id == membership


def test_a_revoked_invitation_opens_nothing(ours):
    membership = invite(ours)
    token = token_of(ours, membership)
    colleagues.revoke(ours.scope, membership, now=NOW)
    with pytest.raises(AccessRefused, match="invitation_unknown"):
        invitations.look_up(MIJNZZ, token, now=NOW)
    assert standings(ours)["jo@debrug.example"] == Standing.REVOKED


@pytest.mark.parametrize("text", ["", "x", "AAAA", "é" * 40, "A" * 44, "../" * 20])
def test_what_is_no_token_is_unknown(text):
    with pytest.raises(AccessRefused, match="invitation_unknown"):
        invitations.look_up(MIJNZZ, text, now=NOW)


def test_a_token_is_for_its_portal_and_its_purpose(ours):
    membership = invite(ours)
    found = invitation_of(ours, membership)
    with pytest.raises(AccessRefused, match="invitation_unknown"):
        invitations.look_up(brand("voorbeeld"), token_of(ours, membership), now=NOW)
    other = tokens.token("another purpose", found.id, bytes(found.nonce))
    with pytest.raises(AccessRefused, match="invitation_unknown"):
        invitations.look_up(MIJNZZ, other, now=NOW)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"kvk": "90000077"}, "other_company"),
        ({"kvk": "", "rsin": "900000016"}, "other_company"),
        ({"level": AssuranceLevel.EH2}, "level_too_low"),
        ({"branch": "000012345678"}, "other_branch"),
        ({"acting_subject": "colleague-1"}, "identity_taken"),
    ],
)
def test_an_identity_that_may_not_come_in_uses_nothing_up(ours, more, code):
    colleague = member_of(ours.organisation, roles=("administrative",), name="Kim")
    with office():
        Membership.objects.filter(account_id=colleague.account_id).update(acting_subject="colleague-1")
    membership = invite(ours)
    with pytest.raises(SignInRefused) as refused:
        invitations.accept(MIJNZZ, token_of(ours, membership), identity(ours, **more), now=NOW)
    assert refused.value.code == code
    assert standings(ours)["jo@debrug.example"] == Standing.INVITED


def test_of_two_with_one_identity_at_the_same_moment_the_second_reads_why(ours):
    """The colleague commits after this one was looked at, and before it is written."""
    colleague = member_of(ours.organisation, roles=("administrative",), name="Kim")
    membership = invite(ours)
    seen = iter([None, SignInRefused("identity_taken")])

    def refusal(invited):
        with office():
            Membership.objects.filter(account_id=colleague.account_id).update(acting_subject="jo-1")
        return next(seen)

    with pytest.raises(SignInRefused, match="identity_taken"):
        invitations.take(MIJNZZ, token_of(ours, membership), "jo-1", refusal, detail={}, now=NOW)
    assert standings(ours)["jo@debrug.example"] == Standing.INVITED


@pytest.mark.feature("O16")
def test_the_last_manager_cannot_vanish(ours):
    second = member_of(ours.organisation, roles=("account_manager",), name="Bea")
    with office():
        other = Membership.objects.get(account_id=second.account_id).id
        mine = Membership.objects.get(account_id=ours.scope.account_id).id
    for change in (
        lambda: colleagues.deactivate(ours.scope, mine, now=NOW),
        lambda: colleagues.change_roles(ours.scope, mine, [Role.FINANCIAL], now=NOW),
    ):
        with pytest.raises(AccessRefused, match="yourself"):
            change()
    colleagues.deactivate(ours.scope, other, now=NOW)
    # Bea was still signed in when she was deactivated: what she does now must not leave nobody in charge.
    with pytest.raises(AccessRefused, match="last_manager"):
        colleagues.deactivate(second, mine, now=NOW)
    with pytest.raises(AccessRefused, match="last_manager"):
        colleagues.change_roles(second, mine, [Role.FINANCIAL], now=NOW)
    colleagues.reactivate(ours.scope, other, now=NOW)
    colleagues.change_roles(ours.scope, other, [Role.FINANCIAL], now=NOW)
    assert trail(ours)[-3:] == ["account.deactivate", "account.reactivate", "account.change_roles"]


def test_who_has_no_role_is_deactivated_and_let_back_in_too(ours):
    kim = member_of(ours.organisation, roles=(), name="Kim")
    with office():
        place = Membership.objects.get(account_id=kim.account_id).id
    colleagues.deactivate(ours.scope, place, now=NOW)
    assert queries.colleague(ours.scope, place, now=NOW).member.standing == Standing.INACTIVE
    colleagues.reactivate(ours.scope, place, now=NOW)
    assert queries.colleague(ours.scope, place, now=NOW).member.standing == Standing.ACTIVE


def test_an_invited_manager_is_no_manager_yet(ours):
    second = member_of(ours.organisation, roles=("account_manager",), name="Bea")
    invite(ours, roles=(Role.ACCOUNT_MANAGER,))
    with office():
        mine = Membership.objects.get(account_id=ours.scope.account_id).id
        Membership.objects.filter(account_id=second.account_id).update(is_active=False)
    with pytest.raises(AccessRefused, match="last_manager"):
        colleagues.deactivate(second, mine, now=NOW)


def test_who_has_a_place_here_is_not_invited_twice_and_elsewhere_is(ours):
    invite(ours)
    with pytest.raises(AccessRefused, match="already_here"):
        invite(ours, email="JO@debrug.example")
    theirs = agency(name="Otto Flexkrachten B.V.", roles=("account_manager",))
    invite(theirs)
    with office():
        places = Membership.objects.filter(account__email="jo@debrug.example")
        assert places.count() == 2
        assert places.values("account_id").distinct().count() == 1


def test_another_organisation_cannot_be_managed_from_here(ours):
    theirs = agency(name="Otto Flexkrachten B.V.", roles=("account_manager",))
    membership = invite(theirs)
    verbs = (
        colleagues.deactivate, colleagues.reactivate, colleagues.resend, colleagues.revoke,
        lambda scope, id_, now: colleagues.change_roles(scope, id_, [Role.FINANCIAL], now=now),
        lambda scope, id_, now: queries.colleague(scope, id_, now=now),
    )  # fmt: skip
    for verb in verbs:
        for unknown in (membership, 999_999_999):
            with pytest.raises(queries.NoColleague):
                verb(ours.scope, unknown, now=NOW)
    assert "jo@debrug.example" not in standings(ours)


def test_row_security_alone_keeps_organisations_apart(ours):
    theirs = agency(name="Otto Flexkrachten B.V.", roles=("account_manager",))
    invite(theirs)
    with managing_accounts(ours.organisation.id, ours.organisation.insurer_id):
        assert {one.organisation_id for one in Membership.objects.all()} == {ours.organisation.id}
        assert not Invitation.objects.exists()


@pytest.mark.parametrize("roles", [("administrative",), ("financial",)])
def test_who_is_no_account_manager_manages_nobody(roles):
    ours = agency(roles=roles)
    for verb in (
        lambda: invite(ours),
        lambda: queries.colleagues(ours.scope, now=NOW),
        lambda: colleagues.deactivate(ours.scope, 1, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            verb()


def test_a_letter_is_sent_again_while_the_server_is_away_and_told_when_the_address_is_wrong(ours, post):
    membership = invite(ours)
    post.fails = MailUnavailable("later")
    with pytest.raises(MailUnavailable):
        mailed(ours, membership)
    assert invitation_of(ours, membership).sent_at is None
    post.fails = NoSuchAddress("550")
    mailed(ours, membership)
    found = invitation_of(ours, membership)
    assert found.undeliverable
    assert found.sent_at is not None
    post.fails = None
    mailed(ours, membership)
    assert post.sent == []
