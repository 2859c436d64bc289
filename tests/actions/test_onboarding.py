"""Applying for an account, from form to invitation or reason (G01, O01, K01)."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial

import pytest
from click.testing import CliRunner
from django.db import connection
from django.db.utils import ProgrammingError
from django.utils import timezone

from collectief.access import invitations, letters
from collectief.access.models import Invitation, Membership
from collectief.access.rules import AccessRefused
from collectief.cases.models import Case
from collectief.cases.queries import NoCase
from collectief.cases.rules import CaseRefused, Decision
from collectief.config.command import main
from collectief.onboarding import desk, jobs
from collectief.onboarding.models import AccountApplication
from collectief.scope.database import office, opened, signing_in
from tests import office_world
from tests.office_world import MIJNZZ, ZZ, insurer_id
from tests.world import agency

pytestmark = [pytest.mark.django_db, pytest.mark.feature("G01"), pytest.mark.feature("K01")]


@pytest.fixture
def ours():
    return agency()


@pytest.fixture
def post(monkeypatch):
    """What is handed to the mail server."""
    sent = []

    class Post:
        def send(self, letter):
            sent.append(letter)

    monkeypatch.setattr(letters, "mail_at", lambda url: Post())
    return sent


applied = partial(office_world.applied, by_job=True)


def test_an_application_becomes_a_case_with_a_term_and_a_receipt(ours, post):
    applied(ours)
    [one] = desk.waiting(ZZ)
    assert (one.name, one.kvk, one.roles) == (
        "Noor Haddad",
        ours.organisation.kvk,
        ("administrative", "account_manager"),
    )
    assert not one.late
    [receipt] = post
    assert receipt.to == "noor@debrug.example"
    assert f"{one.due_on:%d-%m-%Y}" in receipt.text


def test_received_twice_it_is_one_case(ours, post):
    application = applied(ours)
    jobs.receive(application_id=application, insurer=ZZ)
    assert len(desk.waiting(ZZ)) == 1


def test_nobody_can_have_us_fill_a_mailbox(ours, post):
    for number in range(3):
        applied(ours, name=f"Noor {number}", email="NOOR@debrug.example" if number else "noor@debrug.example")
    assert [one.name for one in desk.waiting(ZZ)] == ["Noor 0"]
    assert len(post) == 1


def test_of_an_application_that_nobody_will_decide_nothing_is_kept(ours, post):
    applied(ours)
    again = applied(ours, name="Noor 1")
    jobs.receive(application_id=again, insurer=ZZ)
    with office(insurer_id()):
        assert [one.name for one in AccountApplication.objects.all()] == ["Noor Haddad"]


def test_approved_there_is_an_invitation_for_a_place_at_the_organisation(ours, post):
    applied(ours)
    [one] = desk.waiting(ZZ)
    desk.decide(ZZ, one.case_id, Decision.APPROVED, by="Sanne")
    assert desk.waiting(ZZ) == []
    with office(insurer_id()):
        membership = Membership.objects.get(account__email="noor@debrug.example")
        invitation = Invitation.objects.get(membership=membership)
        case = Case.objects.get(id=one.case_id)
    assert membership.organisation_id == ours.organisation.id
    assert membership.roles == ["account_manager", "administrative"]
    assert (case.decision, case.decided_by) == ("approved", "Sanne")
    found = invitations.look_up(MIJNZZ, invitations.link_token(invitation), now=timezone.now())
    assert found.standing == "invited"


def test_refused_the_reason_goes_by_mail_and_nobody_gets_in(ours, post):
    application = applied(ours)
    [one] = desk.waiting(ZZ)
    with pytest.raises(CaseRefused, match="reason_missing"):
        desk.decide(ZZ, one.case_id, Decision.REFUSED, by="Sanne", reason=" ")
    desk.decide(ZZ, one.case_id, Decision.REFUSED, by="Sanne", reason="U heeft al een accountbeheerder: Bas.")
    jobs.tell(application_id=application, insurer=ZZ)
    assert "U heeft al een accountbeheerder: Bas." in post[-1].text
    with office(insurer_id()):
        assert not Membership.objects.filter(account__email="noor@debrug.example").exists()


def test_what_cannot_be_approved_goes_on_waiting(ours, post):
    applied(ours, kvk="99999999")
    [one] = desk.waiting(ZZ)
    with pytest.raises(CaseRefused, match="organisation_unknown"):
        desk.decide(ZZ, one.case_id, Decision.APPROVED, by="Sanne")
    assert [case.case_id for case in desk.waiting(ZZ)] == [one.case_id]


def test_a_case_is_decided_once_and_by_its_own_insurer(ours, post):
    applied(ours)
    [one] = desk.waiting(ZZ)
    for elsewhere in ("voorbeeldverzekeraar", "nobody"):
        assert desk.waiting(elsewhere) == []
        with pytest.raises(NoCase):
            desk.decide(elsewhere, one.case_id, Decision.APPROVED, by="Sanne")
    desk.decide(ZZ, one.case_id, Decision.APPROVED, by="Sanne")
    with pytest.raises(CaseRefused, match="already_decided"):
        desk.decide(ZZ, one.case_id, Decision.REFUSED, by="Tim", reason="x")


def test_who_has_a_place_already_is_not_invited_again(ours, post):
    applied(ours)
    [first] = desk.waiting(ZZ)
    desk.decide(ZZ, first.case_id, Decision.APPROVED, by="Sanne")
    applied(ours)
    [second] = desk.waiting(ZZ)
    with pytest.raises(CaseRefused, match="already_here"):
        desk.decide(ZZ, second.case_id, Decision.APPROVED, by="Sanne")


@pytest.mark.parametrize(
    ("more", "code"), [({"email": "noor@gmail.com"}, "free_mail"), ({"roles": ()}, "no_role")], ids=str
)
def test_what_can_be_seen_to_be_wrong_is_no_application(ours, more, code):
    with pytest.raises(AccessRefused, match=code):
        applied(ours, **more)


def test_late_ones_stand_out_and_on_top(ours, post):
    applied(ours)
    applied(ours, email="late@debrug.example")
    with office(insurer_id()):
        late = Case.objects.latest("id")
        Case.objects.filter(id=late.id).update(due_on=timezone.localdate() - timedelta(days=1))
    assert [(one.email, one.late) for one in desk.waiting(ZZ)] == [
        ("late@debrug.example", True), ("noor@debrug.example", False),
    ]  # fmt: skip


@pytest.mark.parametrize("table", ["account_application", "case_of_work"])
@pytest.mark.parametrize("who", ["whoever applies", "an organisation"])
def test_only_staff_read_applications_and_cases(ours, table, who):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        signing_in() if who == "whoever applies" else opened(ours.scope),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT count(*) FROM {table}")


def test_the_operator_lists_approves_and_refuses(ours, post):
    applied(ours)
    applied(ours, email="tim@debrug.example", name="Tim")
    run = CliRunner().invoke
    lines = run(main, ["applications", "list", "--insurer", ZZ, "--json"]).output.splitlines()
    first, second = (json.loads(line)["case_id"] for line in lines)
    assert "noor@debrug.example" in run(main, ["applications", "list", "--insurer", ZZ]).output
    done = run(main, ["applications", "approve", str(first), "--insurer", ZZ, "--by", "Sanne"])
    assert (done.exit_code, done.output) == (0, f"{first}: approved.\n")
    again = run(main, ["applications", "approve", str(first), "--insurer", ZZ, "--by", "Sanne"])
    assert again.exit_code == 1
    assert "already_decided" in again.output
    told = run(main, ["applications", "refuse", str(second), "--insurer", ZZ, "--by", "Sanne", "--reason", "Dubbel"])
    assert told.exit_code == 0
    unknown = run(main, ["applications", "approve", "999999", "--insurer", ZZ, "--by", "Sanne"])
    assert unknown.exit_code == 1
    assert "no application 999999" in unknown.output
