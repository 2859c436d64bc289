"""Resetting a second factor: who asks, who approves, what goes by, and everything that stops it (W04, K05)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import Error, IntegrityError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from collectief.access import (
    jobs,
    letters,
    mailed_links,
    passwords,
    reset_letters,
    resets,
    sessions,
    stopping,
    telephone,
    users,
)
from collectief.access.factors import unlink_everything
from collectief.access.models import Account, FactorReset, Membership, OpenSession, PastAddress
from collectief.access.reset_rules import APPROVED_WITHIN, Why
from collectief.access.rules import AccessRefused
from collectief.access.users import NoUser
from collectief.brands.catalogue import all_brands, brand
from collectief.foundation.assurance import AssuranceLevel
from collectief.scope.database import helping, signing_in
from collectief.scope.database import office as as_office
from collectief.scope.scope import NotAllowed
from collectief.segments.profile import Means
from tests.help_world import CALLED, asked, equip, holds, office, state_of, trail, user
from tests.web.visiting import new_session, session_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K05"), pytest.mark.feature("W04")]

DAY = timedelta(hours=24)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def desk():
    return office()


@pytest.fixture
def ingrid():
    return user()


@pytest.fixture
def waiting(desk, ingrid, now) -> int:
    """A reset that two people agreed on."""
    number = asked(desk.murat, ingrid, now)
    resets.approve(desk.lotte, number, now=now)
    return number


def test_two_employees_and_a_day_unlink_everything_and_the_password_stays(desk, ingrid, now):
    session_of(ingrid)
    number = asked(desk.murat, ingrid, now)
    assert not resets.carry_out(number, now=now + 9 * DAY / 24)
    resets.approve(desk.lotte, number, now=now)
    assert not resets.carry_out(number, now=now + DAY - timedelta(seconds=1))
    assert resets.due(now + DAY - timedelta(seconds=1)) == []
    assert holds(ingrid.account_id)
    assert resets.due(now + DAY) == [number]
    assert resets.carry_out(number, now=now + DAY)
    assert not holds(ingrid.account_id)
    assert state_of(number) == ("done", "")
    with signing_in():
        assert not OpenSession.objects.filter(account_id=ingrid.account_id).exists()
        assert passwords.same("linde bloeit in juni", Account.objects.get(id=ingrid.account_id).password)
    # Once.
    assert not resets.carry_out(number, now=now + 2 * DAY)


def test_the_office_and_the_customer_read_who_did_what(desk, ingrid, waiting, now):
    resets.carry_out(waiting, now=now + DAY)
    acts = [
        ("account.ask_reset", "Murat", ""), ("account.approve_reset", "Lotte", ""),
        ("account.reset_second_factor", "Murat", ""),
    ]  # fmt: skip
    assert [one for one in trail(ingrid) if "reset" in one[0]] == acts
    assert [one for one in trail(desk.murat) if "reset" in one[0]] == acts
    assert CALLED.call_note not in str(trail(ingrid))


def test_who_asked_does_not_approve_and_nobody_asks_or_approves_for_themselves(desk, ingrid, now):
    number = asked(desk.murat, ingrid, now)
    with pytest.raises(AccessRefused, match="reset_second_person"):
        resets.approve(desk.murat, number, now=now)
    equip(desk.lotte.account_id)
    with pytest.raises(AccessRefused, match="reset_yourself"):
        asked(desk.lotte, desk.lotte, now)
    own = asked(desk.murat, desk.lotte, now)
    with pytest.raises(AccessRefused, match="reset_yourself"):
        resets.approve(desk.lotte, own, now=now)
    with pytest.raises(AccessRefused, match="reset_yourself"):
        resets.refuse(desk.lotte, own, now=now)
    # A colleague of both can.
    resets.approve(desk.agency.scope, own, now=now)
    assert resets.carry_out(own, now=now + DAY)


def test_who_gives_places_at_the_office_could_make_up_the_second_and_has_no_hand_in_it(desk, ingrid, now):
    with pytest.raises(AccessRefused, match="reset_manages"):
        asked(desk.wil, ingrid, now)
    number = asked(desk.murat, ingrid, now)
    with pytest.raises(AccessRefused, match="reset_manages"):
        resets.approve(desk.wil, number, now=now)
    assert state_of(number) == ("asked", "")


def test_another_role_and_another_insurer_may_not(desk, ingrid, now):
    number = asked(desk.murat, ingrid, now)
    for verb in (resets.approve, resets.refuse, resets.stop):
        with pytest.raises(NotAllowed):
            verb(ingrid, number, now=now)
        with pytest.raises(NoUser):
            verb(office("kantoor").murat, number, now=now)
    with pytest.raises(NotAllowed):
        asked(ingrid, desk.murat, now)
    with pytest.raises(NoUser):
        asked(office("kantoor").murat, ingrid, now)
    assert state_of(number) == ("asked", "")


def test_there_is_one_at_a_time_and_only_of_what_can_be_reset(desk, ingrid, now):
    number = asked(desk.murat, ingrid, now)
    with pytest.raises(AccessRefused, match="reset_running"):
        asked(desk.lotte, ingrid, now)
    resets.refuse(desk.lotte, number, now=now)
    asked(desk.lotte, ingrid, now)
    with pytest.raises(AccessRefused, match="reset_over"):
        resets.approve(desk.lotte, number, now=now)
    bare = user("Tom")
    with signing_in():
        unlink_everything(bare.account_id)
    with pytest.raises(AccessRefused, match="reset_no_factor"):
        asked(desk.murat, bare, now)
    with as_office():
        Membership.objects.filter(account_id=bare.account_id).update(is_active=False)
    with pytest.raises(AccessRefused, match="reset_closed"):
        asked(desk.murat, bare, now)
    # Who comes in with eHerkenning alone has no second factor of ours.
    anna = user("Anna", brand="mijnzz", segment="staffing_agency", role="administrative")
    with pytest.raises(AccessRefused, match="reset_closed"):
        asked(office("kantoor").murat, anna, now)


def test_a_call_of_days_ago_is_not_approved_any_more_and_is_put_away(desk, ingrid, now):
    number = asked(desk.murat, ingrid, now)
    late = now + APPROVED_WITHIN + timedelta(minutes=1)
    with pytest.raises(AccessRefused, match="reset_stale"):
        resets.approve(desk.lotte, number, now=late)
    assert resets.due(late) == [number]
    assert not resets.carry_out(number, now=late)
    assert state_of(number) == ("stopped", "too_late")


def _new_address(account_id):
    Account.objects.filter(id=account_id).update(email="elders@example.nl")


def _new_password(account_id):
    Account.objects.filter(id=account_id).update(password=passwords.hashed("een heel ander wachtwoord"))


def _closed(account_id):
    Membership.objects.filter(account_id=account_id).update(is_active=False)


@pytest.mark.parametrize(
    ("change", "why"),
    [(_new_address, "address_changed"), (_new_password, "password_changed"), (_closed, "account_closed")],
)
def test_what_changed_meanwhile_stops_it(ingrid, waiting, now, change, why):
    with as_office():
        change(ingrid.account_id)
    assert not resets.carry_out(waiting, now=now + DAY)
    assert state_of(waiting) == ("stopped", why)
    assert holds(ingrid.account_id)


@pytest.mark.parametrize("who", ["murat", "lotte"])
def test_staff_who_left_meanwhile_stop_it_too(desk, ingrid, waiting, now, who):
    with as_office():
        _closed(getattr(desk, who).account_id)
    assert not resets.carry_out(waiting, now=now + DAY)
    assert state_of(waiting) == ("stopped", "staff_gone")
    assert holds(ingrid.account_id)
    assert trail(ingrid)[-1] == ("account.stop_reset", "Murat", "staff_gone")


def test_staff_who_got_another_job_too(desk, ingrid, waiting, now):
    with as_office():
        Membership.objects.filter(account_id=desk.lotte.account_id).update(roles=["case_handler"])
    assert not resets.carry_out(waiting, now=now + DAY)
    assert state_of(waiting) == ("stopped", "staff_gone")


def test_of_two_asked_at_the_same_moment_the_second_is_refused_in_words(desk, ingrid, waiting, now, monkeypatch):
    """As it looked to the second before the first was there."""
    monkeypatch.setattr(resets.rules, "judge_asking", lambda *_, **__: None)
    with pytest.raises(AccessRefused, match="reset_running"):
        asked(desk.murat, ingrid, now)


def test_signing_in_with_the_old_factor_stops_it_and_without_one_does_not(desk, ingrid, waiting, now):
    with signing_in():
        member = Membership.objects.select_related("account", "organisation__insurer").get(account_id=ingrid.account_id)
        assert not sessions.open_session(new_session(), brand("izz"), member, None, now=now, proved=False)
        assert state_of(waiting) == ("waiting", "")
        for other in ({"level": AssuranceLevel.EH3}, {"level": None, "single_sign_on": now}):
            assert not sessions.open_session(new_session(), brand("izz"), member, now=now, **other)
        # A passkey of an office says nothing of what was lost for this portal.
        assert not sessions.open_session(new_session(), brand("kantoor-izz"), member, None, now=now)
        assert state_of(waiting) == ("waiting", "")
        assert sessions.open_session(new_session(), brand("izz"), member, None, now=now)
    assert state_of(waiting) == ("stopped", "signed_in")
    assert not resets.carry_out(waiting, now=now + DAY)
    assert holds(ingrid.account_id)
    assert trail(ingrid)[-1] == ("account.stop_reset", "Ingrid", "signed_in")


def _token(number: int) -> str:
    with signing_in():
        return stopping.stop_token(FactorReset.objects.get(id=number))


def test_the_link_of_a_notice_stops_it_once_at_its_own_portal(ingrid, waiting, now):
    token = _token(waiting)
    for portal, wrong in (("mijnzz", token), ("izz", token[:-2] + "AA"), ("izz", "x")):
        with pytest.raises(AccessRefused, match="link_over"):
            stopping.stop_by_link(brand(portal), wrong, now=now)
    # Opening it does nothing.
    assert stopping.look_up(brand("izz"), token).id == waiting
    assert state_of(waiting) == ("waiting", "")
    stopping.stop_by_link(brand("izz"), token, now=now)
    assert state_of(waiting) == ("stopped", "by_owner")
    assert trail(ingrid)[-1] == ("account.stop_reset", "Ingrid", "by_owner")
    with pytest.raises(AccessRefused, match="reset_over"):
        stopping.stop_by_link(brand("izz"), token, now=now)


def test_anyone_of_the_help_desk_stops_it_whoever_asked(desk, ingrid, waiting, now):
    resets.stop(desk.murat, waiting, now=now)
    assert state_of(waiting) == ("stopped", "by_desk")
    assert not resets.carry_out(waiting, now=now + DAY)


@pytest.fixture
def post(monkeypatch):
    """Letters and short messages as jobs hand them over."""

    class Post(list):
        def work(self) -> None:
            """Work off what waits about resets."""
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL ROLE NONE")
            done: set[int] = set()
            while fresh := [
                job for job in ProcrastinateJob.objects.filter(task_name__contains="reset").order_by("id")
                if job.id not in done and job.task_name != "access.carry_out_resets"
            ]:  # fmt: skip
                for job in fresh:
                    done.add(job.id)
                    getattr(jobs, job.task_name.removeprefix("access."))(**job.args)
                self.done = done

    found = Post()
    monkeypatch.setattr(letters, "post", lambda letter: found.append((letter.to, letter.text)))
    monkeypatch.setattr(letters, "send", lambda message: found.append((message.to, message.text)))
    return found


def test_each_step_is_told_at_the_address_the_old_one_and_the_number(desk, ingrid, now, post):
    with signing_in():
        telephone.keep(ingrid.account_id, "+31612345678")
        PastAddress.objects.create(account_id=ingrid.account_id, address="vroeger@example.nl", until=now - 29 * DAY)
        PastAddress.objects.create(account_id=ingrid.account_id, address="ooit@example.nl", until=now - 31 * DAY)
        own = Account.objects.get(id=ingrid.account_id).email
    number = asked(desk.murat, ingrid, now)
    post.work()
    assert sorted(to for to, _ in post) == sorted([own, "vroeger@example.nl", "+31612345678"])
    assert all("/inloggen/stoppen/" + _token(number) in text for _, text in post)
    assert all("izz.localhost" in text for _, text in post)


def test_how_it_ended_is_told_without_a_link(desk, ingrid, waiting, now, post):
    resets.carry_out(waiting, now=now + DAY)
    post.work()
    [last] = [text for _, text in post if "is losgekoppeld en u bent overal uitgelogd" in text]
    assert "/inloggen/stoppen/" not in last
    assert "088 131 35 60" in last


@pytest.mark.parametrize("one", [one for one in all_brands() if Means.PASSWORD in one.means], ids=lambda one: one.slug)
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("stage", ["asked", "approved", "refused", "stopped", "done"])
def test_a_short_message_fits_in_what_the_gateway_sends(one, language, stage, now):
    """Three parts; and no letter that the short alphabet of telephones lacks, which would halve them."""
    state = {"asked": "asked", "approved": "waiting"}.get(stage, stage)
    reset = FactorReset(id=1, state=state, brand=one.slug, language=language, nonce=b"0" * 16, due_at=now)
    for why in ["", *Why] if stage == "stopped" else [""]:
        reset.ended_why = why
        text = reset_letters.message(reset, stage, "+31612345678").text
        assert text.isascii() and len(text) <= 3 * 153, (why, len(text))


def test_the_address_of_before_is_kept_for_a_month_when_it_is_changed(ingrid, now):
    with signing_in():
        before = Account.objects.get(id=ingrid.account_id).email
    link = mailed_links.make(
        ingrid.account_id, brand("izz"), mailed_links.ADDRESS, address="nieuw@example.nl", language="nl", now=now
    )
    mailed_links.confirm_address(brand("izz"), mailed_links.link_token(link), now=now)
    with signing_in():
        assert [one.address for one in PastAddress.objects.all()] == [before]
    mailed_links.forget_addresses(now=now + 29 * DAY)
    with signing_in():
        assert PastAddress.objects.count() == 1
    mailed_links.forget_addresses(now=now + 30 * DAY)
    with signing_in():
        assert PastAddress.objects.count() == 0


def test_what_was_noted_is_gone_a_year_after_it_ended(desk, waiting, now):
    resets.stop(desk.lotte, waiting, now=now)
    resets.forget_ended(now=now + timedelta(days=364))
    assert state_of(waiting)[0] == "stopped"
    resets.forget_ended(now=now + timedelta(days=365))
    with signing_in():
        assert not FactorReset.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"decided_by_id": "asked_by_id"}, {"decided_by_id": "account_id"}, {"decided_email": "asked_email"},
        {"due_at": "decided_at + interval '23 hours'"}, {"decided_at": "NULL"},
    ],
)  # fmt: skip
def test_the_database_itself_asks_for_two_people_and_a_day(desk, waiting, change):
    [(column, value)] = change.items()
    with pytest.raises(IntegrityError), transaction.atomic(), helping(desk.murat.insurer_id), connection.cursor() as c:
        c.execute(f"UPDATE factor_reset SET {column} = {value} WHERE id = %s", [waiting])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE factor_reset SET state = 'done', ended_at = due_at", "SELECT password FROM account",
        "SELECT nonce FROM factor_reset", "SELECT nonce FROM invitation", "SELECT sealed FROM authenticator",
        "DELETE FROM authenticator", "SELECT number FROM telephone", "UPDATE account SET email = 'x@example.nl'",
        "UPDATE membership SET is_active = true", "DELETE FROM wrong_try", "SELECT * FROM participant",
        "SELECT session_data FROM open_session", "UPDATE factor_reset SET address = 'x@example.nl'",
    ],
)  # fmt: skip
def test_the_role_of_the_help_desk_reaches_no_secret_and_lets_nobody_in(desk, waiting, statement):
    with pytest.raises(Error), transaction.atomic(), helping(desk.murat.insurer_id), connection.cursor() as cursor:
        cursor.execute(statement)


def test_row_security_alone_hides_another_insurers_users(desk, ingrid, waiting, now):
    elsewhere = office("kantoor").murat
    with helping(elsewhere.insurer_id):
        with pytest.raises(NoUser):
            users.user_facts(ingrid.insurer_id, ingrid.account_id)
        with connection.cursor() as cursor:
            for table in ("account", "membership", "invitation", "factor_reset", "organisation", "audit_event"):
                which = "organisation_id" if table in ("membership", "invitation", "audit_event") else "id"
                cursor.execute(f"SELECT {which} FROM {table}")
                own = {value for (value,) in cursor.fetchall()}
                theirs = {"account": ingrid.account_id, "factor_reset": waiting}.get(table, ingrid.organisation_id)
                assert theirs not in own, table
            cursor.execute("SELECT * FROM help_desk_facts(%s)", [ingrid.account_id])
            assert cursor.fetchall() == []
    # Its own it does see.
    with helping(ingrid.insurer_id):
        assert users.user_facts(ingrid.insurer_id, ingrid.account_id).factors == 1
