"""An insurer begins on an empty installation, from the command line to the first person in its office (K02, W01)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from collectief.access import invitations
from collectief.access.models import Invitation, Membership
from collectief.audit.models import AuditEvent
from collectief.brands.catalogue import brand
from collectief.config.command import main
from collectief.contracts.models import Insurer, Organisation
from collectief.scope.database import auditing, managing_accounts, office
from tests.office_world import insurer_id

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K02")]

WIL = ("--name", "Wil de Graaf", "--email", "wil@zorgenzekerheid.example")
ASKED = ("--kvk", "90000020", "--by", "Otto Beheer")


def begin(*more: str, portal: str = "kantoor"):
    """What the command answers."""
    return CliRunner().invoke(main, ["office", "found", portal, *ASKED, *WIL, *more])


def found_for(email: str = "wil@zorgenzekerheid.example") -> invitations.Invited:
    """The invitation of this address, as its link shows it."""
    with office():
        one = Invitation.objects.get(membership__account__email=email)
    return invitations.look_up(brand("kantoor"), invitations.link_token(one), now=timezone.now())


def letters() -> list[dict]:
    """The jobs that send an invitation."""
    return list(ProcrastinateJob.objects.filter(task_name="access.send_invitation").values("args"))


def token_of(place: Membership) -> str:
    """What stands in the link of its invitation."""
    with office():
        return invitations.link_token(Invitation.objects.get(membership=place))


def sent_just_now(place: Membership) -> None:
    """Its letter went out half a minute ago."""
    with managing_accounts(place.organisation_id, insurer_id()):
        Invitation.objects.filter(membership=place).update(sent_at=timezone.now() - timedelta(seconds=30))


def test_an_empty_installation_gets_its_insurer_office_and_first_person():
    answer = begin()
    assert (answer.exit_code, answer.output.count("wil@zorgenzekerheid.example")) == (0, 1)
    with office():
        insurer = Insurer.objects.get(slug="zorg-en-zekerheid")
        own = Organisation.objects.get(insurer=insurer)
        place = Membership.objects.get(organisation=own)
    assert (insurer.name, own.segment, own.kvk, own.name) == (
        "Zorg en Zekerheid", "back_office", "90000020", "Zorg en Zekerheid",
    )  # fmt: skip
    assert place.roles == ["office_manager"]
    invited = found_for()
    assert (invited.standing, invited.invited_by, invited.has_password) == ("invited", "Otto Beheer", False)
    assert len(letters()) == 1
    member, _codes = invitations.accept_with_password(
        brand("kantoor"), token_of(place),
        "een lange zin om te onthouden", now=timezone.now(),
    )  # fmt: skip
    assert member.id == place.id


def test_it_is_in_the_trail_as_done_by_the_operator():
    begin()
    with auditing(insurer_id()):
        [event] = AuditEvent.objects.filter(action="office.found")
    assert (event.account, event.access_point, event.detail["roles"]) == ("Otto Beheer", "command", ["office_manager"])
    assert set(event.object_ids) == {"organisation", "membership"}


def test_again_for_the_same_address_sends_a_fresh_link_and_makes_nothing_twice():
    begin()
    first = found_for()
    answer = begin("--email", "WIL@zorgenzekerheid.example")
    assert answer.exit_code == 0, answer.output
    with office():
        assert [Insurer.objects.count(), Organisation.objects.count(), Membership.objects.count()] == [1, 1, 1]
    assert found_for().id == first.id
    assert len(letters()) == 2


def test_a_link_that_just_went_out_is_not_sent_again():
    begin()
    with office():
        place = Membership.objects.get()
    sent_just_now(place)
    answer = begin()
    assert (answer.exit_code, "two minutes" in answer.output) == (1, True)
    assert len(letters()) == 1


def test_for_another_address_the_link_of_before_is_closed():
    begin("--email", "will@zorgenzekerheid.example")
    answer = begin()
    assert answer.exit_code == 0, answer.output
    assert found_for("will@zorgenzekerheid.example").standing == "revoked"
    assert found_for().standing == "invited"


def test_once_somebody_manages_the_office_nobody_is_let_in_this_way():
    begin()
    with office():
        place = Membership.objects.get()
    invitations.accept_with_password(
        brand("kantoor"), token_of(place), "een lange zin om te onthouden",
        now=timezone.now(),
    )  # fmt: skip
    answer = begin("--email", "eva@zorgenzekerheid.example")
    assert (answer.exit_code, "ask them" in answer.output) == (1, True)
    with office():
        assert Membership.objects.count() == 1
    assert len(letters()) == 1


@pytest.mark.parametrize(
    ("portal", "more", "said"),
    [
        ("mijnzz", (), "mijnzz is no office; there are: kantoor, kantoor-izz."),
        ("nowhere", (), "nowhere is no office"),
        ("kantoor", ("--kvk", "9000002"), "eight digits"),
        ("kantoor", ("--email", "wil"), "wil is no mail address"),
        ("kantoor", ("--email", "wil@gmail.com"), "gmail.com is no address of an organisation"),
        ("kantoor", ("--email", "info@zorgenzekerheid.example"), "more people read"),
        ("kantoor", ("--name", " "), "it is empty"),
        ("kantoor", ("--by", " "), "it is empty"),
    ],
)
def test_what_is_wrong_is_said_and_leaves_nothing_behind(portal, more, said):
    answer = begin(*more, portal=portal)
    assert answer.exit_code != 0
    assert said in answer.output
    with office():
        assert not Insurer.objects.exists()
        assert not Organisation.objects.exists()
    assert letters() == []


def test_an_insurer_has_one_office():
    begin()
    answer = begin("--kvk", "90000021", "--email", "eva@zorgenzekerheid.example")
    assert (answer.exit_code, "90000020" in answer.output) == (1, True)
    with office():
        assert [one.kvk for one in Organisation.objects.all()] == ["90000020"]


def test_two_insurers_each_begin_at_their_own_office():
    begin()
    answer = begin("--kvk", "90000021", portal="kantoor-izz")
    assert answer.exit_code == 0, answer.output
    with office():
        assert {one.insurer.slug for one in Organisation.objects.select_related("insurer")} == {
            "zorg-en-zekerheid", "izz-door-vgz",
        }  # fmt: skip
