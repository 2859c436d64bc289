"""After the secret was renewed everything that was there is found, opened and goes on (law 3, ASVS 11.2.2)."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from collectief.access import factors, mailed_links, notices
from collectief.access.models import Membership, RecoveryCode
from collectief.access.rules import AccessRefused
from collectief.audit.facts import Walk
from collectief.audit.verification import verify
from collectief.brands.catalogue import brand
from collectief.bulk import actions as bulk
from collectief.bulk import chunks, inline
from collectief.bulk.jobs import moment as real_moment
from collectief.bulk.models import BatchChunk
from collectief.bulk.rules import State
from collectief.documents import actions as letters
from collectief.enrolment import actions as enrolment
from collectief.enrolment.facts import Application, Kind
from collectief.enrolment.models import Participation
from collectief.exports import actions as exports
from collectief.foundation.dates import dutch
from collectief.foundation.sealing import BsnKeys
from collectief.gateways.brp.port import LookUp, RegisteredPerson
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Request, lane_of
from collectief.mutations.models import Mutation
from collectief.mutations.verdicts import Accepted, Unchanged, Waiting
from collectief.participants import register as register_module
from collectief.participants.keys import bsn_keys
from collectief.participants.models import Participant, RegisterCheck
from collectief.scope import secret
from collectief.scope.database import opened, signing_in
from tests.bulk_world import NEXT_MONTH_END, again, demo_file, file_of, planned, received
from tests.exports_world import exported
from tests.letters_world import FRAME, wanted
from tests.passkey_world import Device
from tests.renewal_world import LATER, NEXT, indexes_in, people_of
from tests.trail_world import sealed as trail_sealed
from tests.web.password_world import (
    CODES,
    confirms_number,
    half_way,
    is_in,
    links,
    made,
    makes_passkey,
    sent_code,
    signed_in,
    time_goes_by,
    uses_passkey,
)
from tests.web.visiting import text_of
from tests.world import Human, agency, confirm, enrol, enrolled, subject, valid_bsns


@pytest.fixture
def people(ours, moment):
    return people_of(ours, moment)


def _plan(scope, request, moment):
    with opened(scope):
        return mutations.Trial(scope, [request], moment).verdicts[0]


def _leave(day):
    return Application(Kind.TERMINATE, last_day=day, reason="end_of_employment")


def test_everybody_is_found_by_bsn_and_entered_once(keys, ours, people, moment):
    before = BsnKeys.derived(keys.first.encode(), ours.scope.insurer)
    old = {before.blind_index(human.bsn) for human in people}
    assert indexes_in(keys, old) == {"participant.bsn_index", "person.bsn_index", "register_check.bsn_index"}
    said = keys.renew()
    assert "persons: 6" in said
    assert "participants: 8" in said
    assert indexes_in(keys, old) == set()
    assert keys.answer("SELECT array_agg(DISTINCT key_id) FROM person") == [2]
    with opened(ours.scope):
        for human in people:
            request = Request(_leave(moment.today), subject(ours.scope, human.bsn))
            [outcome] = mutations.submit(ours.scope, [request], moment)
            assert isinstance(outcome.verdict, Accepted)
    late = agency(name="Later", brand="mijnzz")
    enrolled(late, people[0], moment)
    assert keys.answer("SELECT count(*) FROM person") == 6, "known at this insurer already"


@pytest.mark.feature("X11")
def test_a_list_that_was_made_is_taken_as_it_was(keys, ours, people, moment):
    found = exported(ours.scope)

    def taken() -> bytes:
        stream = io.BytesIO()
        with opened(ours.scope):
            exports.take(ours.scope, found["export_id"], stream, now=timezone.now())
        return stream.getvalue()

    before = taken()
    assert "exports: 1" in keys.renew()
    assert taken() == before
    keys.renew(secret=LATER, before=NEXT)
    assert taken() == before


def test_a_letter_that_is_kept_is_opened_as_it_was(keys, ours, people, moment):
    with opened(ours.scope):
        someone = Participant.objects.latest("id").id
        made_before = letters.make(ours.scope, wanted(someone), frame=FRAME, now=moment.now)
    said = keys.renew()
    assert "letters: 1" in said
    with opened(ours.scope):
        assert letters.reopen(ours.scope, made_before.id) == made_before
        again = letters.make(ours.scope, wanted(someone), frame=FRAME, now=moment.now)
        assert again.number != made_before.number, "what it said is not recognised under another key"
    keys.renew(secret=LATER, before=NEXT)
    with opened(ours.scope):
        assert letters.reopen(ours.scope, made_before.id) == made_before


def test_a_sealed_bsn_is_opened_for_who_comes_back(keys, ours, people, moment):
    with opened(ours.scope):
        index = bytes(Participant.objects.order_by("id")[0].bsn_index)
    keys.renew()
    with opened(ours.scope), connection.cursor() as cursor:
        found = bytes(Participant.objects.order_by("id")[0].bsn_index)
        cursor.execute("SELECT bsn_sealed FROM person_sealed(ARRAY[%s])", [found])
        assert bsn_keys(ours.scope).unsealed(bytes(cursor.fetchone()[0]), found) == people[0].bsn
    assert index != found


def test_what_the_brp_said_of_people_we_know_is_used_again(keys, ours, people, moment):
    stranger = Human(valid_bsns(1, start=930_000_000)[0])
    confirm(ours.scope, [stranger], moment)
    said = keys.renew()
    assert "answers of the BRP: 8" in said
    assert "answers of the BRP forgotten: 1" in said
    contract = ours.contracts[1].number
    known = enrol(ours.scope, people[0], contract, moment.today)
    assert not isinstance(_plan(ours.scope, known, moment), Waiting)
    assert isinstance(_plan(ours.scope, enrol(ours.scope, stranger, contract, moment.today), moment), Waiting)
    with opened(ours.scope):
        assert RegisterCheck.objects.count() == 5


def test_a_mutation_that_waits_for_the_brp_goes_on(keys, ours, people, moment):
    newcomer = Human(valid_bsns(1, start=940_000_000)[0])
    later = moment.now + timedelta(days=90)
    with opened(ours.scope):
        request = enrol(ours.scope, newcomer, ours.contracts[0].number, date(2026, 11, 1))
        [waits] = mutations.submit(ours.scope, [request], moment)
        assert isinstance(waits.verdict, Waiting)
        gone = enrol(ours.scope, Human(valid_bsns(1, start=950_000_000)[0]), ours.contracts[0].number, moment.today)
        [other] = mutations.submit(ours.scope, [gone], moment)
        mutations.reject_waiting(ours.scope, [other.mutation_id], moment, code="account_ended")
    assert "waiting mutations: 1" in keys.renew()
    found = RegisteredPerson(newcomer.bsn, newcomer.name, newcomer.birth_date, False)
    with opened(ours.scope):
        assert enrolment.whom_to_ask(ours.scope, [waits.mutation_id]) == [newcomer.bsn]
        said = register_module.answers(ours.scope, LookUp({newcomer.bsn: found}, frozenset(), ()))
        enrolment.take_answers(ours.scope, [waits.mutation_id], said, type(moment)(moment.today, later))
        mutation = Mutation.objects.get(id=waits.mutation_id)
        assert (mutation.state, mutation.bsn_sealed, mutation.bsn_index) == ("processed", None, None)
    assert keys.answer("SELECT count(*) FROM mutation WHERE bsn_index IS NOT NULL") == 0


def test_an_upload_that_was_planned_before_is_accepted_afterwards(keys, ours, register, tmp_path):
    number = ours.contracts[0].number
    batch = planned(ours.scope, demo_file(tmp_path, number, rows=40, bad=10))
    plan = again(ours.scope, batch).planned_counts
    keys.renew()
    found = again(ours.scope, batch)
    assert (found.state, found.planned_counts) == (State.PLANNED, plan)
    asked = len(register.asked)
    inline.carry_out(ours.scope, batch.id)
    done = again(ours.scope, batch)
    assert (done.state, done.outcome_counts["changed_since"]) == (State.DONE, 0)
    assert done.outcome_counts["processed"] == plan["new"] > 30
    assert len(register.asked) == asked, "what the BRP said of them was kept"
    with opened(ours.scope):
        assert Participation.objects.count() == plan["new"]


def test_uploads_half_way_go_on_and_no_plan_is_kept_of_people_in_another_lane(keys, ours, register, tmp_path):
    number = ours.contracts[0].number
    unread = received(ours.scope, demo_file(tmp_path, number, rows=6, seed=2))
    unplanned = received(ours.scope, demo_file(tmp_path, number, rows=30, seed=3))
    bulk.read(ours.scope, unplanned.id, real_moment(), then_plan=False)
    keys.renew()
    bulk.read(ours.scope, unread.id, real_moment(), then_plan=False)
    for batch, rows in ((unread, 6), (unplanned, 30)):
        with opened(ours.scope):
            left = [(lane, chunk) for lane in (0, 1) for chunk in chunks.left(batch.id, lane=lane, unplanned=True)]
        for lane, chunk in left:
            bulk.plan_chunk(ours.scope, batch.id, lane, chunk, real_moment())
        assert bulk.finish_planning(ours.scope, batch.id, real_moment())
        with opened(ours.scope):
            kept = {bool(one.kept) for one in BatchChunk.objects.filter(batch_id=batch.id)}
        assert kept == {batch is unread}, "of who is in another lane now nothing is kept"
        inline.carry_out(ours.scope, batch.id)
        assert again(ours.scope, batch).outcome_counts["processed"] == rows
    with opened(ours.scope):
        assert {lane_of(bytes(one.bsn_index)) for one in Participant.objects.all()} == {0, 1}


def test_rows_that_name_no_bsn_are_about_the_same_people(keys, ours, people, moment, tmp_path):
    with opened(ours.scope):
        numbers = list(Participant.objects.order_by("id").values_list("relation_number", flat=True))
    rows = [
        {"action": "Afmelden", "contract": ours.contracts[0].number, "relation_number": number,
         "last_day": dutch(NEXT_MONTH_END), "reason": "Einde dienstverband"}
        for number in numbers
    ]  # fmt: skip
    batch = planned(ours.scope, file_of(tmp_path, *rows))
    counts = again(ours.scope, batch).planned_counts
    keys.renew()
    inline.carry_out(ours.scope, batch.id)
    assert again(ours.scope, batch).outcome_counts["processed"] == counts["changed"] == len(people)


def test_a_second_factor_is_what_it_was(keys, monkeypatch):
    ingrid, clara, kees = made(), made(), made()
    browser, device = signed_in(ingrid), Device()
    makes_passkey(half_way(clara), device, "/inloggen/koppelen/passkey/")
    confirms_number(half_way(kees), kees, "/inloggen/koppelen/sms/")
    keys.renew()
    keys.start(NEXT, keys.first)
    assert not is_in(browser), "whoever was in signs in again"
    time_goes_by(monkeypatch, 60)
    browser = half_way(ingrid)
    assert browser.post("/inloggen/tweede-stap/", {"code": ingrid.code}).status_code == 302
    assert is_in(browser)
    again_in = clara.browser()
    uses_passkey(again_in, device, "/inloggen/passkey/")
    assert is_in(again_in), "the device says whose it is as it always did"
    by_sms = half_way(kees)
    by_sms.post("/inloggen/tweede-stap/sms/", {"stuur": "1"})
    assert by_sms.post("/inloggen/tweede-stap/sms/", {"code": sent_code(kees)}).status_code == 302


def _codes(ingrid) -> list[str]:
    codes = CODES.findall(text_of(links(half_way(ingrid), ingrid)))
    assert len(codes) == 10
    return codes


def test_recovery_codes_and_links_count_while_the_former_secret_does_and_are_gone_with_it(keys):
    ingrid, clara = made(), made()
    codes, _ = _codes(ingrid), _codes(clara)
    izz, now = brand("izz"), timezone.now()
    link = mailed_links.make(ingrid.account_id, izz, mailed_links.PASSWORD, address="", language="nl", now=now)
    token = mailed_links.link_token(link)
    keys.renew()
    assert mailed_links.look_up(izz, mailed_links.PASSWORD, token, now=now)
    with signing_in():
        membership = Membership.objects.get(account_id=ingrid.account_id)
    factors.recover(izz, membership.id, codes[0], now=now)
    assert factors.factors_of(clara.account_id).recovery_codes == 10
    done = keys.run("drop")
    assert done.exit_code == 0, done.output
    assert "removed: 10, of 1 accounts" in done.output
    assert factors.factors_of(clara.account_id).recovery_codes == 0, "none that would open nothing"
    with pytest.raises(AccessRefused):
        mailed_links.look_up(izz, mailed_links.PASSWORD, token, now=now)
    keys.start(NEXT)
    assert secret.standing() == secret.Standing(2, with_former=False)


def test_after_a_leak_nothing_of_the_former_secret_counts(keys):
    ingrid = made()
    _codes(ingrid)
    izz, now = brand("izz"), timezone.now()
    link = mailed_links.make(ingrid.account_id, izz, mailed_links.PASSWORD, address="", language="nl", now=now)
    token = mailed_links.link_token(link)
    keys.renew("--leaked")
    assert factors.factors_of(ingrid.account_id).recovery_codes == 0
    with pytest.raises(AccessRefused):
        mailed_links.look_up(izz, mailed_links.PASSWORD, token, now=now)


def test_of_two_renewals_only_the_last_secret_of_before_counts(keys):
    ingrid, clara = made(), made()
    _codes(ingrid)
    keys.renew()
    _codes(clara)
    keys.renew(secret=LATER, before=NEXT)
    assert factors.factors_of(ingrid.account_id).recovery_codes == 0
    assert factors.factors_of(clara.account_id).recovery_codes == 10
    with signing_in():
        assert set(RecoveryCode.objects.values_list("key_number", flat=True)) == {2}
    shown = keys.run("show").output.splitlines()
    assert [line.split()[0] for line in shown] == ["3", "2", "1"]
    assert [("in use" in shown[0]), ("counts for links" in shown[1]), ("dropped" in shown[2])] == [True] * 3
    assert not any(one in "".join(shown) for one in (NEXT, LATER, keys.first))


def test_a_notice_that_was_under_way_arrives(keys):
    ingrid = made()
    with signing_in():
        notices.tell(brand("izz"), ingrid.account_id, "address_changed", address="oud@delinde.example")
    assert "notices under way: 1" in keys.renew()
    carried = keys.answer("SELECT args ->> 'sealed' FROM procrastinate_jobs WHERE task_name = 'access.send_notice'")
    assert notices.opened(ingrid.account_id, carried) == "oud@delinde.example"


def test_the_trail_is_as_it_was_sealed(keys, ours, people):
    trail_sealed()
    keys.renew()
    walk = Walk()
    assert list(verify(ours.scope.insurer_id, walk, now=datetime.now(UTC), kept={})) == []
    assert walk.events > 0


def test_what_is_asked_again_is_so_already(keys, ours, people, moment):
    keys.renew()
    request = enrol(ours.scope, people[0], ours.contracts[0].number, moment.today - timedelta(days=100))
    assert isinstance(_plan(ours.scope, request, moment), Unchanged)
