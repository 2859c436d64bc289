"""Mail that a message is there: to whom, when, once, and without a name in it (X08, law 5)."""

from __future__ import annotations

from copy import replace
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from collectief.access import letters
from collectief.access.models import Account, Mandate, Membership
from collectief.gateways.mail.port import AddressRefused, Letter, MailUnavailable
from collectief.inbox import actions, announcing, jobs
from collectief.inbox.facts import About, Tiding
from collectief.inbox.models import Announcement
from collectief.inbox.queries import Asked
from collectief.inbox.rules import MailChoice
from collectief.mutations.corridor import this_moment
from collectief.scope.database import housekeeping, office, opened
from collectief.scope.scope import Scope
from collectief.segments.profile import MessageCategory
from tests.bulk_world import demo_file, done
from tests.world import Human, agency, enrolled, mandated, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X08")]


@dataclass
class Server:
    """A mail server that keeps what it took, and can be away or know no mailbox."""

    taken: list[Letter] = field(default_factory=list)
    problem: Exception | None = None
    meanwhile: object = None

    def send(self, letter: Letter) -> None:
        if self.problem:
            raise self.problem
        self.taken.append(letter)
        if callable(self.meanwhile):
            then, self.meanwhile = self.meanwhile, None
            then()


@pytest.fixture
def server(monkeypatch) -> Server:
    found = Server()
    monkeypatch.setattr(letters, "mail_at", lambda url: found)
    return found


@pytest.fixture
def piet(ours) -> Scope:
    return member_of(ours.organisation, roles=["administrative"], name="Piet")


def tell(ours, at: datetime, *, contracts=(), category=MessageCategory.CONFIRMATION, seen=False) -> None:
    with opened(ours.scope):
        tiding = Tiding(category, "enrol.processed", About.MUTATION, 1, contracts)
        actions.write(ours.scope, [tiding], at=at, seen_by_sender=seen)


def chooses(scope: Scope, choice: MailChoice, language: str = "nl") -> None:
    announcing.choose(scope, choice, language=language)


def minute(now: datetime) -> None:
    """What the job does each minute."""
    announcing.announce(now)
    announcing.send_due(now)


def email(scope: Scope) -> str:
    with office():
        return Account.objects.get(id=scope.account_id).email


def half_past_seven(after: datetime) -> datetime:
    local = timezone.localtime(after) + timedelta(days=1)
    return local.replace(hour=7, minute=30, second=0, microsecond=0)


def test_at_once_is_within_the_minute_and_one_mail_for_all_that_came(ours, piet, server, moment):
    chooses(piet, MailChoice.AT_ONCE)
    for _ in range(50):
        tell(ours, moment.now, seen=True)
    minute(moment.now)
    [letter] = server.taken
    assert letter.to == email(piet)
    assert letter.subject == "Er staan berichten klaar – MijnZZ Zakelijk"
    assert "http://mijnzz.localhost:8000/berichten/" in letter.text
    minute(moment.now + timedelta(minutes=1))
    assert len(server.taken) == 1


def test_who_never_chose_gets_one_mail_a_day(ours, piet, server, moment):
    tell(ours, moment.now, seen=True)
    minute(moment.now)
    tell(ours, moment.now + timedelta(hours=5), seen=True)
    morning = half_past_seven(moment.now)
    minute(moment.now + timedelta(hours=5))
    minute(morning - timedelta(minutes=1))
    assert server.taken == []
    minute(morning)
    assert [letter.to for letter in server.taken] == [email(piet)]
    minute(morning + timedelta(days=1))
    assert len(server.taken) == 1


def test_never_is_never_also_for_what_was_to_go(ours, piet, server, moment):
    tell(ours, moment.now, seen=True)
    minute(moment.now)
    chooses(piet, MailChoice.NEVER)
    tell(ours, moment.now, seen=True)
    for days in range(3):
        minute(half_past_seven(moment.now) + timedelta(days=days))
    assert server.taken == []
    with housekeeping():
        assert not Announcement.objects.exists()


def test_the_mail_holds_no_name_and_nothing_of_what_it_is_about(ours, piet, server, moment):
    chooses(piet, MailChoice.AT_ONCE)
    enrolled(ours, Human(valid_bsns(1)[0]), moment)
    minute(moment.now)
    [letter] = server.taken
    whole = letter.subject + letter.text
    assert letter.text == (
        "Er staat een bericht klaar in MijnZZ Zakelijk.\n\nLog in om te lezen:\n\n"
        "http://mijnzz.localhost:8000/berichten/\n\n"
        "Hoe vaak u deze mail krijgt, kiest u in het portaal bij Mijn account.\n\nMijnZZ Zakelijk\n"
    )
    for said in ("Janse", "Aanmelding", ours.contracts[0].number, ours.organisation.name, "Piet", "Anna"):
        assert said not in whole


def test_whose_deed_it_was_gets_no_mail_but_who_sent_a_file_does(ours, piet, server, register, tmp_path):
    for scope in (ours.scope, piet):
        chooses(scope, MailChoice.AT_ONCE)
    enrolled(ours, Human(valid_bsns(1)[0]), this_moment())
    minute(timezone.now())
    assert [letter.to for letter in server.taken] == [email(piet)]
    with opened(piet):
        actions.mark_all_read(piet, Asked(), now=timezone.now())
    done(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=2))
    minute(timezone.now())
    assert sorted(letter.to for letter in server.taken[1:]) == sorted([email(ours.scope), email(piet)])


def test_who_has_read_it_already_gets_no_mail(ours, piet, server, moment):
    tell(ours, moment.now, seen=True)
    minute(moment.now)
    with opened(piet):
        actions.mark_all_read(piet, Asked(), now=moment.now)
    minute(half_past_seven(moment.now))
    assert server.taken == []


def test_a_server_that_is_away_for_a_day_loses_nothing_and_doubles_nothing(ours, piet, server, moment):
    chooses(piet, MailChoice.AT_ONCE)
    server.problem = MailUnavailable("away")
    tell(ours, moment.now, seen=True)
    for step in range(24 * 60 // 5 + 1):
        now = moment.now + timedelta(minutes=5 * step)
        minute(now)
        if step == 100:
            tell(ours, now, seen=True)
    server.problem = None
    for step in range(12):
        minute(moment.now + timedelta(days=1, minutes=5 + step))
    assert [letter.subject for letter in server.taken] == ["Er staan berichten klaar – MijnZZ Zakelijk"]


def test_a_mailbox_that_does_not_exist_is_not_tried_for_ever_and_stops_nobody(ours, piet, server, moment):
    for scope in (piet, member_of(ours.organisation, roles=["administrative"], name="Joke")):
        chooses(scope, MailChoice.AT_ONCE)
    server.problem = AddressRefused("550")
    tell(ours, moment.now, seen=True)
    minute(moment.now)
    server.problem = None
    minute(moment.now + timedelta(hours=1))
    assert server.taken == []


def test_what_comes_while_the_mail_is_on_its_way_is_told_by_another(ours, piet, server, moment):
    chooses(piet, MailChoice.AT_ONCE)
    tell(ours, moment.now, seen=True)

    def another() -> None:
        tell(ours, moment.now, seen=True)
        announcing.announce(moment.now)

    server.meanwhile = another
    minute(moment.now)
    minute(moment.now + timedelta(minutes=1))
    minute(moment.now + timedelta(minutes=2))
    assert len(server.taken) == 2
    assert len({letter.key for letter in server.taken}) == 2


def test_killed_after_handing_over_it_goes_again_as_the_same_mail(ours, piet, server, moment, monkeypatch):
    chooses(piet, MailChoice.AT_ONCE)
    tell(ours, moment.now, seen=True)
    announcing.announce(moment.now)
    monkeypatch.setattr(QuerySet, "delete", _killed)
    # A savepoint: what was not committed when it was killed is not there.
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        announcing.send_due(moment.now)
    monkeypatch.undo()
    monkeypatch.setattr(letters, "mail_at", lambda url: server)
    announcing.send_due(moment.now + timedelta(minutes=1))
    assert len({letter.key for letter in server.taken}) == 1 and len(server.taken) == 2


def _killed(*args: object) -> None:
    raise KeyboardInterrupt


def test_who_lost_access_before_it_went_gets_nothing(ours, piet, server, moment):
    tell(ours, moment.now, seen=True)
    minute(moment.now)
    with office():
        Membership.objects.filter(account_id=piet.account_id).update(is_active=False)
    minute(half_past_seven(moment.now))
    assert server.taken == []


@pytest.mark.feature("G13")
def test_roles_and_contracts_decide_who_hears(ours, server, moment):
    first, second = ours.contracts
    people = {
        "all": member_of(ours.organisation, roles=["administrative"], name="all"),
        "first": member_of(ours.organisation, roles=["administrative"], name="first", contracts=[first]),
        "second": member_of(ours.organisation, roles=["administrative"], name="second", contracts=[second]),
        "money": member_of(ours.organisation, roles=["financial"], name="money"),
        "otto": agency(name="Otto").scope,
    }
    for scope in people.values():
        chooses(scope, MailChoice.AT_ONCE)
    tell(ours, moment.now, contracts=[first.id], seen=True)
    minute(moment.now)
    assert sorted(letter.to for letter in server.taken) == sorted(email(people[one]) for one in ("all", "first"))
    server.taken.clear()
    tell(ours, moment.now, category=MessageCategory.FINANCIAL, seen=True)
    minute(moment.now)
    assert [letter.to for letter in server.taken] == [email(people["money"])]


def test_in_the_language_in_which_it_was_chosen(ours, piet, server, moment):
    chooses(piet, MailChoice.AT_ONCE, "en")
    tell(ours, moment.now, seen=True)
    minute(moment.now)
    assert server.taken[0].subject == "There is a message for you – MijnZZ Zakelijk"


def test_a_choice_is_for_one_portal(ours, piet):
    chooses(piet, MailChoice.NEVER)
    assert announcing.choice_of(piet) == MailChoice.NEVER
    assert announcing.choice_of(replace(piet, brand="voorbeeld")) == MailChoice.DAILY


def test_three_mails_in_a_row_that_fail_end_the_round(ours, server, moment):
    for number in range(6):
        chooses(member_of(ours.organisation, roles=["administrative"], name=f"P{number}"), MailChoice.AT_ONCE)
    tried = []
    server.problem = MailUnavailable("away")
    original = server.send
    server.send = lambda letter: (tried.append(letter.to), original(letter))  # type: ignore[method-assign]
    tell(ours, moment.now, seen=True)
    minute(moment.now)
    assert len(tried) == 3
    server.problem = None
    for step in range(1, 7):
        minute(moment.now + timedelta(minutes=step))
    assert len({letter.to for letter in server.taken}) == len(server.taken) == 6


def test_the_job_does_both(ours, piet, server):
    chooses(piet, MailChoice.AT_ONCE)
    tell(ours, timezone.now(), seen=True)
    jobs.announce(0)
    assert len(server.taken) == 1


def _acts(ours, *, roles=("administrative",), contracts=None, end_day=None) -> Scope:
    """Somebody of an administration office who acts for ours; who they are at home."""
    home = agency(name="Kantoor Zuid", segment="administration_office", roles=["administrative"], contracts=0)
    mandated(ours, home.scope, roles=roles, contracts=contracts, end_day=end_day)
    return home.scope


@pytest.mark.feature("X07")
def test_who_acts_under_a_mandate_gets_mail_of_the_principals_messages(ours, server, moment):
    noor = _acts(ours)
    chooses(noor, MailChoice.AT_ONCE)
    tell(ours, moment.now)
    minute(moment.now)
    [letter] = [one for one in server.taken if one.to == email(noor)]
    assert letter.subject == "Er staat een bericht klaar – MijnZZ Zakelijk"
    assert "Kies die na het inloggen" in letter.text
    assert ours.organisation.name not in letter.text
    # What nobody acts for says nothing of it.
    assert all("Kies die na het inloggen" not in one.text for one in server.taken if one.to != email(noor))


@pytest.mark.feature("X07")
@pytest.mark.parametrize("why", ["role", "contract", "over", "revoked", "left", "elsewhere"])
def test_who_acts_and_may_not_read_it_gets_none(ours, server, moment, why):
    noor = _acts(
        ours, roles=("account_manager",) if why == "role" else ("administrative",),
        contracts=[ours.contracts[1]] if why == "contract" else None,
        end_day=timezone.localdate(moment.now) if why == "over" else None,
    )  # fmt: skip
    chooses(noor, MailChoice.AT_ONCE)
    with office():
        theirs = Mandate.objects.filter(principal=ours.organisation)
        if why == "revoked":
            theirs.update(revoked_at=moment.now)
        if why == "left":
            Membership.objects.filter(account_id=noor.account_id).update(is_active=False)
    whose = agency(name="Otto") if why == "elsewhere" else ours
    tell(whose, moment.now, contracts=[whose.contracts[0].id])
    minute(moment.now)
    assert [one for one in server.taken if one.to == email(noor)] == []


@pytest.mark.feature("X07")
def test_revoked_before_the_mail_is_due_it_does_not_go(ours, server, moment):
    noor = _acts(ours)
    tell(ours, moment.now)
    minute(moment.now)
    with housekeeping():
        assert Announcement.objects.filter(account_id=noor.account_id).exists()
    with office():
        Mandate.objects.filter(principal=ours.organisation).update(revoked_at=moment.now)
    minute(half_past_seven(moment.now))
    assert [one for one in server.taken if one.to == email(noor)] == []
