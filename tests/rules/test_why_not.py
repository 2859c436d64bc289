"""Why somebody cannot get in: every cause by itself, and together (K05). And who may have a hand in a reset."""

from __future__ import annotations

import re
from copy import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from collectief.access import reset_rules as rules
from collectief.access.reset_rules import OPEN, TRANSITIONS, Act, Hand, Holder, ResetState, Why
from collectief.access.rules import AccessRefused, Standing
from collectief.access.why_not import Cause, Facts, Finding, PlaceFacts, why_not
from collectief.web.accounts.words import refusals
from collectief.web.helpdesk.words import STATES, STOPPED, finding_words

pytestmark = pytest.mark.feature("K05")

AT = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
PLACE = PlaceFacts("De Linde", Standing.ACTIVE, ("IZZ Zakelijk",), True, False, False)
COMPANY = PlaceFacts("De Brug", Standing.ACTIVE, ("MijnZZ",), False, True, True)
FINE = Facts(active=True, places=(PLACE,), has_password=True, factors=1)


def _place(standing: Standing, **more) -> Facts:
    return replace(FINE, places=(replace(PLACE, standing=standing, **more),))


# What is different from somebody who gets in, and what is told of it.
EVERY = {
    Cause.ACCOUNT_CLOSED: (replace(FINE, active=False), Finding(Cause.ACCOUNT_CLOSED)),
    Cause.NO_PLACE: (replace(FINE, places=()), Finding(Cause.NO_PLACE)),
    Cause.UNDELIVERABLE: (
        _place(Standing.INVITED, undeliverable=True), Finding(Cause.UNDELIVERABLE, "De Linde"),
    ),
    Cause.INVITED: (_place(Standing.INVITED, invited_until=AT), Finding(Cause.INVITED, "De Linde", until=AT)),
    Cause.EXPIRED: (_place(Standing.EXPIRED, invited_until=AT), Finding(Cause.EXPIRED, "De Linde")),
    Cause.REVOKED: (_place(Standing.REVOKED), Finding(Cause.REVOKED, "De Linde")),
    Cause.PLACE_CLOSED: (_place(Standing.INACTIVE), Finding(Cause.PLACE_CLOSED, "De Linde")),
    Cause.LOCKED: (replace(FINE, locked_until=AT), Finding(Cause.LOCKED, until=AT)),
    Cause.LEVEL_TOO_LOW: (
        replace(FINE, places=(COMPANY,), low_level=("eH2", "eH3")),
        Finding(Cause.LEVEL_TOO_LOW, level="eH2", needed="eH3"),
    ),
    Cause.NOT_LINKED: (
        replace(FINE, places=(replace(COMPANY, eherkenning_linked=False),)), Finding(Cause.NOT_LINKED, "De Brug"),
    ),
    Cause.NO_PASSWORD: (replace(FINE, has_password=False, factors=0), Finding(Cause.NO_PASSWORD)),
    Cause.NO_FACTOR: (replace(FINE, factors=0), Finding(Cause.NO_FACTOR)),
}  # fmt: skip


@pytest.mark.parametrize("cause", EVERY)
def test_each_cause_by_itself_is_the_only_thing_told(cause):
    facts, told = EVERY[cause]
    assert why_not(facts) == (told,)


def test_whoever_gets_in_is_told_that_nothing_stands_in_the_way():
    for facts in (FINE, replace(FINE, places=(COMPANY,), has_password=False, factors=0)):
        assert why_not(facts) == (Finding(Cause.NOTHING),)


def test_every_cause_is_here_or_below():
    assert {*EVERY, Cause.RESET_RUNNING, Cause.ELSEWHERE, Cause.NOTHING} == set(Cause)


def test_what_only_tells_comes_with_nothing_in_the_way():
    asked = why_not(replace(FINE, reset_asked=True))
    assert asked == (Finding(Cause.NOTHING), Finding(Cause.RESET_RUNNING))
    due = why_not(replace(FINE, reset_asked=True, reset_due=AT))
    assert due == (Finding(Cause.NOTHING), Finding(Cause.RESET_RUNNING, until=AT))
    elsewhere = why_not(replace(FINE, closed_portals=("Kantoor",)))
    assert elsewhere == (Finding(Cause.NOTHING), Finding(Cause.ELSEWHERE, portals=("IZZ Zakelijk",)))
    # Who has no place at all is not sent to another portal.
    assert why_not(replace(FINE, places=(), closed_portals=("Kantoor",))) == (Finding(Cause.NO_PLACE),)


# What can be true of one person at the same time, by the field it is in.
_TOGETHER = {
    Cause.ACCOUNT_CLOSED: {"active": False}, Cause.LOCKED: {"locked_until": AT},
    Cause.LEVEL_TOO_LOW: {"low_level": ("eH2", "eH3")}, Cause.NO_FACTOR: {"factors": 0},
}  # fmt: skip


@pytest.mark.parametrize("causes", [some for n in (2, 3, 4) for some in combinations(_TOGETHER, n)], ids=str)
def test_causes_together_are_all_told_in_one_order(causes):
    facts = FINE
    for cause in causes:
        facts = replace(facts, **_TOGETHER[cause])
    told = [one.cause for one in why_not(facts)]
    assert told == [cause for cause in Cause if cause in causes]


@pytest.mark.parametrize("others", [Standing.INVITED, Standing.EXPIRED, Standing.REVOKED, Standing.INACTIVE])
def test_one_place_that_is_closed_is_told_beside_one_that_is_open(others):
    facts = replace(FINE, places=(PLACE, replace(PLACE, organisation="De Eik", standing=others)))
    assert [(one.organisation) for one in why_not(facts)] == ["De Eik"]


def test_who_was_only_invited_is_not_told_of_password_and_second_step():
    for standing in (Standing.INVITED, Standing.EXPIRED, Standing.REVOKED):
        facts = replace(_place(standing), has_password=False, factors=0)
        assert len(why_not(facts)) == 1


def test_who_comes_in_with_a_linked_eherkenning_needs_no_password():
    both = replace(PLACE, takes_eherkenning=True, eherkenning_linked=True)
    assert why_not(replace(FINE, places=(both,), has_password=False, factors=0)) == (Finding(Cause.NOTHING),)
    # Without it, the password is what is missing, not the eHerkenning one may link later.
    bare = replace(both, eherkenning_linked=False)
    told = why_not(replace(FINE, places=(bare,), has_password=False, factors=0))
    assert told == (Finding(Cause.NO_PASSWORD),)


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_says_what_it_is_and_what_to_do(cause):
    what, remedy = finding_words(Finding(cause, "De Linde", AT, ("IZZ Zakelijk",), "eH2", "eH3"))
    assert what.endswith(".") and remedy.endswith((".", "?"))
    assert not re.search(r"[{}]", what + remedy)


def test_every_state_and_every_stop_has_words():
    assert set(STATES) == set(ResetState)
    assert set(STOPPED) == set(Why)


def test_every_state_is_reached_and_an_end_is_an_end():
    reached = {after for acts in TRANSITIONS.values() for after in acts.values()} | {ResetState.ASKED}
    assert reached == set(ResetState) == set(TRANSITIONS)
    assert OPEN == (ResetState.ASKED, ResetState.WAITING)
    # Nothing is done that was not approved, and everything under way can be stopped.
    assert [state for state, acts in TRANSITIONS.items() if Act.CARRY_OUT in acts] == [ResetState.WAITING]
    assert [state for state, acts in TRANSITIONS.items() if ResetState.WAITING in acts.values()] == [ResetState.ASKED]
    assert all(Act.STOP in TRANSITIONS[state] for state in OPEN)


def test_the_docs_draw_every_state_and_no_other_way():
    drawn = set(re.findall(r"^    (\w+) --> (\w+)$", Path("docs/help-desk.md").read_text(), re.MULTILINE))
    assert drawn == {(str(state), str(then)) for state, acts in TRANSITIONS.items() for then in acts.values()}


@pytest.mark.parametrize("state", ResetState)
@pytest.mark.parametrize("act", Act)
def test_an_act_that_leads_nowhere_is_refused(state, act):
    if act in TRANSITIONS[state]:
        assert rules.after(state, act) == TRANSITIONS[state][act]
    else:
        with pytest.raises(AccessRefused, match="reset_over"):
            rules.after(state, act)


MURAT = Hand(1, "Murat", "murat@kantoor.example")
LOTTE = Hand(2, "Lotte", "lotte@kantoor.example")
INGRID = Holder(9, "ingrid@delinde.example", True, True, 2)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (LOTTE, False), (MURAT, True), (replace(MURAT, account_id=3), True),
        (Hand(3, "Iemand", "Murat+tweede@Kantoor.example"), True),
        (Hand(3, "Murat", "m.arslan@kantoor.example"), False),
        (Hand(None, "murat", ""), True), (Hand(None, "Lotte", ""), False),
    ],
)  # fmt: skip
def test_one_person_under_two_accounts_of_one_mailbox_is_one(other, same):
    assert rules.same_person(MURAT, other) == rules.same_person(other, MURAT) == same


def test_operators_are_told_apart_by_name_however_it_is_typed():
    assert rules.same_person(Hand(None, "Kantoor, JK", ""), Hand(None, "kantoor jk", ""))
    assert not rules.same_person(Hand(None, "Kantoor, JK", ""), Hand(None, "Kantoor, AB", ""))


@pytest.mark.parametrize(
    ("hand", "holder", "running", "code"),
    [
        (MURAT, INGRID, False, ""), (MURAT, INGRID, True, "reset_running"),
        (replace(MURAT, manages=True), INGRID, False, "reset_manages"),
        (replace(MURAT, here_since=AT - timedelta(days=7)), INGRID, False, ""),
        (replace(MURAT, here_since=AT - timedelta(days=6, hours=23)), INGRID, False, "reset_newcomer"),
        (replace(MURAT, account_id=9), INGRID, False, "reset_yourself"),
        (replace(MURAT, email="Ingrid+x@delinde.example"), INGRID, False, "reset_yourself"),
        (MURAT, replace(INGRID, active=False), False, "reset_closed"),
        (MURAT, replace(INGRID, has_password=False), False, "reset_no_password"),
        (MURAT, replace(INGRID, factors=0), False, "reset_no_factor"),
    ],
)  # fmt: skip
def test_who_may_ask_for_whom(hand, holder, running, code):
    if not code:
        rules.judge_asking(hand, holder, running=running, now=AT)
        return
    with pytest.raises(AccessRefused, match=f"^{code}$"):
        rules.judge_asking(hand, holder, running=running, now=AT)
    assert code in refusals()


@pytest.mark.parametrize(
    ("holder", "same_password", "staff", "why"),
    [
        (INGRID, True, True, None), (replace(INGRID, email="INGRID@delinde.example"), True, True, None),
        (replace(INGRID, active=False), True, True, Why.ACCOUNT_CLOSED),
        (replace(INGRID, email="elders@example.nl"), True, True, Why.ADDRESS_CHANGED),
        (INGRID, False, True, Why.PASSWORD_CHANGED), (INGRID, True, False, Why.STAFF_GONE),
        (replace(INGRID, factors=0), True, True, Why.NOTHING_LEFT),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_when_the_time_has_come(holder, same_password, staff, why):
    judged = rules.why_not_now(
        holder, asked_email="ingrid@delinde.example", same_password=same_password, staff_there=staff
    )
    assert judged == why
