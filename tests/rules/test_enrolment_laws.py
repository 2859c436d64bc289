"""The laws of participation as properties: whatever is asked, in whatever order, they hold."""

from __future__ import annotations

from copy import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.enrolment.facts import Application, Contract, Kind, Member, Stay, StayChange, Terms
from collectief.enrolment.rules import RegisterAnswer, carried_out, judge
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.foundation.period import Period
from collectief.mutations.verdicts import Accepted, Refused, Unchanged, Waiting
from collectief.segments.catalogue import profile

TODAY = date(2026, 11, 24)
NAME, BORN = PersonName("A.J.", "van der", "Veen"), BirthDate(1980, 2, 1)
KNOWN = RegisterAnswer(True, name=NAME, birth_date=BORN)
CONTRACTS = {
    "1": Contract(1, "1", Period(date(2020, 1, 1))),
    "2": Contract(2, "2", Period(date(2020, 1, 1))),
    "old": Contract(3, "old", Period(date(2020, 1, 1), date(2024, 1, 1))),
    "ends": Contract(4, "ends", Period(date(2020, 1, 1), date(2027, 3, 1))),
}
TERMS = Terms(profile("staffing_agency"), CONTRACTS, TODAY)

days = st.integers(-300, 300).map(lambda number: TODAY + timedelta(days=number))
contracts = st.sampled_from(["1", "2", "ends"])
enrolments = st.builds(
    Application, kind=st.just(Kind.ENROL), contract=contracts, name=st.just(NAME), birth_date=st.just(BORN),
    first_day=days, reference=st.sampled_from(["", "A", "B"]), last_day=st.none() | days,
)  # fmt: skip
terminations = st.builds(
    Application, kind=st.just(Kind.TERMINATE), contract=st.sampled_from(["", "1", "2", "ends"]), last_day=days,
    reason=st.sampled_from(["end_of_employment", "deceased"]),
)  # fmt: skip
transfers = st.builds(
    Application, kind=st.just(Kind.TRANSFER), contract=contracts, to_contract=contracts, first_day=days
)
references = st.builds(Application, kind=st.just(Kind.CHANGE_REFERENCE), reference=st.sampled_from(["", "A", "B"]))
applications = st.one_of(enrolments, terminations, transfers, references)


def lived(asked: list[Application]) -> Member:
    """Somebody after a number of applications."""
    member = Member(register=KNOWN)
    for application in asked:
        member = carried_out(member, judge(application, member, TERMS))
    return member


@given(st.lists(applications, max_size=12))
def test_law_1_no_two_stays_of_one_contract_overlap(asked):
    stays = lived(asked).stays
    for number, stay in enumerate(stays):
        for other in stays[number + 1 :]:
            assert stay.contract_id != other.contract_id or not stay.period.overlaps(other.period)


@given(st.lists(applications, max_size=12))
def test_nobody_takes_part_longer_than_the_contract_holds(asked):
    by_id = {one.id: one.period.end_day or date.max for one in CONTRACTS.values()}
    assert all((stay.period.end_day or date.max) <= by_id[stay.contract_id] for stay in lived(asked).stays)


@given(st.lists(applications, max_size=8), applications)
def test_law_3_what_was_accepted_once_changes_nothing_the_second_time(asked, application):
    member = lived(asked)
    verdict = judge(application, member, TERMS)
    after = carried_out(member, verdict)
    if isinstance(verdict, Accepted):
        assert judge(application, after, TERMS) == Unchanged()
    else:
        assert after == member


@given(st.lists(applications, max_size=8), applications)
def test_x05_undoing_the_last_accepted_gives_back_exactly_what_was(asked, application):
    member = lived(asked)
    verdict = judge(application, member, TERMS)
    if not isinstance(verdict, Accepted) or not member.known:
        return
    undo = Application(Kind.REVERSE, undoes=verdict.changes)
    undone = judge(undo, carried_out(member, verdict), TERMS)
    assert isinstance(undone, Accepted)
    assert carried_out(carried_out(member, verdict), undone) == member


ENROL = Application(Kind.ENROL, contract="1", name=NAME, birth_date=BORN, first_day=date(2026, 11, 1))
LEAVE = Application(Kind.TERMINATE, contract="1", last_day=date(2026, 12, 31), reason="end_of_employment")
MOVE = Application(Kind.TRANSFER, contract="1", to_contract="2", first_day=date(2026, 12, 1))
NEWCOMER, HERE = Member(register=KNOWN), lived([ENROL])
GONE = lived([ENROL, LEAVE])


def test_each_of_them_is_accepted_as_it_stands():
    for application, member in (
        (ENROL, NEWCOMER),
        (LEAVE, HERE),
        (MOVE, HERE),
        (Application(Kind.RE_ENROL, contract="2", first_day=date(2026, 12, 1)), GONE),
        (Application(Kind.CHANGE_REFERENCE, reference="X"), HERE),
    ):
        assert isinstance(judge(application, member, TERMS), Accepted), application


@pytest.mark.parametrize(
    ("application", "member", "code"),
    [
        (replace(ENROL, contract=""), NEWCOMER, "contract_missing"),
        (replace(ENROL, contract="9"), NEWCOMER, "contract_unknown"),
        (replace(ENROL, contract="old"), NEWCOMER, "contract_not_in_force"),
        (replace(ENROL, contract="ends", last_day=date(2027, 3, 1)), NEWCOMER, "beyond_contract"),
        (replace(MOVE, to_contract="ends"), lived([replace(ENROL, last_day=date(2027, 3, 1))]), "beyond_contract"),
        (replace(ENROL, first_day=None), NEWCOMER, "first_day_missing"),
        (replace(ENROL, first_day=date(2025, 1, 1)), NEWCOMER, "first_day_too_early"),
        (replace(ENROL, first_day=date(2028, 1, 1)), NEWCOMER, "first_day_too_late"),
        (replace(ENROL, first_day=date(2026, 11, 10)), HERE, "already_enrolled"),
        (replace(ENROL, first_day=date(2026, 10, 1)), HERE, "enrolled_later"),
        (ENROL, replace(NEWCOMER, register=RegisterAnswer(False)), "register_unknown"),
        (ENROL, replace(NEWCOMER, register=replace(KNOWN, deceased=True)), "register_deceased"),
        (replace(ENROL, name=PersonName("A.", "", "Anders")), NEWCOMER, "register_name_differs"),
        (replace(ENROL, birth_date=BirthDate(1981, 2, 1)), NEWCOMER, "register_birth_date_differs"),
        (Application(Kind.RE_ENROL, contract="1", first_day=TODAY), NEWCOMER, "never_enrolled"),
        (LEAVE, NEWCOMER, "participant_unknown"),
        (replace(LEAVE, last_day=None), HERE, "last_day_missing"),
        (replace(LEAVE, reason=""), HERE, "reason_missing"),
        (replace(LEAVE, reason="bored"), HERE, "reason_unknown"),
        (replace(LEAVE, last_day=date(2026, 10, 1)), HERE, "last_day_before_start"),
        (replace(LEAVE, last_day=date(2028, 10, 1)), HERE, "last_day_too_late"),
        (replace(LEAVE, last_day=date(2027, 2, 1)), GONE, "already_terminated"),
        (replace(LEAVE, contract="2"), HERE, "not_enrolled"),
        (replace(LEAVE, contract="9"), HERE, "contract_unknown"),
        (replace(LEAVE, contract=""), lived([ENROL, replace(ENROL, contract="2")]), "contract_needed"),
        (replace(MOVE, to_contract="1"), HERE, "same_contract"),
        (replace(MOVE, first_day=date(2026, 11, 1)), HERE, "transfer_on_first_day"),
        (replace(MOVE, first_day=date(2026, 10, 1)), HERE, "not_enrolled_then"),
    ],
)
def test_each_refusal_says_which(application, member, code):
    verdict = judge(application, member, TERMS)
    assert isinstance(verdict, Refused)
    assert verdict.code == code


@pytest.mark.feature("U06")
@pytest.mark.parametrize(
    ("pointed_at", "application", "code"),
    [
        (2, replace(LEAVE, last_day=date(2026, 8, 15)), "last_day_before_start"),
        (2, replace(LEAVE, last_day=date(2026, 8, 31)), "last_day_before_start"),
        (2, replace(MOVE, first_day=date(2026, 8, 15)), "not_enrolled_then"),
        (1, LEAVE, "already_terminated"),
        (1, MOVE, "not_enrolled_then"),
        (3, LEAVE, "not_enrolled"),
        (3, MOVE, "not_enrolled_then"),
    ],
)
def test_of_two_stays_the_one_that_was_pointed_at_is_meant_whatever_day_is_typed(pointed_at, application, code):
    earlier = Stay(1, Period(date(2026, 8, 1), date(2026, 9, 1)), "end_of_employment", 1)
    member = Member(True, stays=(earlier, Stay(1, Period(date(2026, 11, 1)), "", 2)))
    verdict = judge(replace(application, stay=pointed_at), member, TERMS)
    assert isinstance(verdict, Refused)
    assert verdict.code == code
    # Named by its contract alone, as in a file, the day says which one.
    assert isinstance(judge(replace(application, stay=None), member, TERMS), Accepted | Unchanged)


@pytest.mark.feature("K02")
def test_who_has_no_last_day_takes_part_until_the_contract_ends():
    end = date(2027, 3, 1)
    assert [stay.period.end_day for stay in lived([replace(ENROL, contract="ends")]).stays] == [end]
    moved = lived([ENROL, replace(MOVE, to_contract="ends")])
    assert {stay.contract_id: stay.period.end_day for stay in moved.stays} == {1: MOVE.first_day, 4: end}
    whole = lived([replace(ENROL, contract="ends", last_day=date(2027, 2, 28))])
    assert [stay.period.end_day for stay in whole.stays] == [end]


@pytest.mark.feature("K02")
def test_leaving_is_not_undone_beyond_what_has_become_the_contracts_end():
    left = replace(LEAVE, last_day=date(2027, 2, 1))
    verdict = judge(left, HERE, TERMS)
    gone = carried_out(HERE, verdict)
    undo = Application(Kind.REVERSE, undoes=verdict.changes)
    assert isinstance(judge(undo, gone, TERMS), Accepted)
    ends = replace(TERMS, contracts={**CONTRACTS, "1": Contract(1, "1", Period(date(2020, 1, 1), date(2027, 3, 1)))})
    assert judge(undo, gone, ends) == Refused("beyond_contract", {"contract": "1", "last_day": "2027-02-28"})


def test_who_the_brp_was_not_asked_about_waits():
    assert judge(ENROL, Member(), TERMS) == Waiting()


@pytest.mark.parametrize(
    "typed",
    [
        PersonName("A.J.", "van der", "Veen"), PersonName("A.", "", "van der Veen"), PersonName("", "VAN DER", "VEEN"),
        PersonName("a.j.", "van der", "veen"),
    ],
)  # fmt: skip
def test_spellings_of_one_name_are_forgiven(typed):
    assert isinstance(judge(replace(ENROL, name=typed), NEWCOMER, TERMS), Accepted)


REFER = Application(Kind.CHANGE_REFERENCE, reference="X")
# As the table has them; and who is new by an earlier row of the same file, of whom only the BRP has told.
IN_TABLE = replace(HERE, register=None, name=NAME, birth_date=BORN)


@pytest.mark.feature("U21")
@pytest.mark.parametrize("member", [IN_TABLE, HERE])
@given(
    asked=st.sampled_from([LEAVE, REFER]),
    name=st.none()
    | st.builds(
        PersonName,
        st.sampled_from(["", "A.J.", "Q."]),
        st.sampled_from(["", "van der", "VAN DER", "de"]),
        st.sampled_from(["Veen", "VEEN", "Véen", "Veenstra", "Anders"]),
    ),
    born=st.none() | st.sampled_from([BORN, BirthDate(1980, 0, 0), BirthDate(1980, 2, 2), BirthDate(1981, 2, 1)]),
)
def test_a_number_with_the_name_or_birth_date_of_another_hits_nobody(member, asked, name, born):
    verdict = judge(replace(asked, name=name, birth_date=born), member, TERMS)
    if name and name.surname not in ("Veen", "VEEN", "Véen"):
        assert verdict == Refused("name_of_another")
    elif born and not born.agrees_with(BORN):
        assert verdict == Refused("birth_date_of_another")
    else:
        assert verdict == judge(asked, member, TERMS)
        assert isinstance(verdict, Accepted)


def test_a_name_says_nothing_of_somebody_whose_name_is_not_known():
    named = replace(LEAVE, name=PersonName("", "", "Anders"), birth_date=BirthDate(1990, 1, 1))
    assert isinstance(judge(named, replace(HERE, register=None), TERMS), Accepted)


def test_an_unknown_birth_day_agrees_with_every_day():
    answer = replace(KNOWN, birth_date=BirthDate(1980, 0, 0))
    assert isinstance(judge(ENROL, replace(NEWCOMER, register=answer), TERMS), Accepted)


@pytest.mark.parametrize("born", [TODAY, TODAY + timedelta(days=1)])
def test_nobody_takes_part_before_they_are_born_and_a_newborn_does_from_that_day(born):
    child = replace(NEWCOMER, register=replace(KNOWN, birth_date=BirthDate.on(born)))
    asked = replace(ENROL, first_day=TODAY, birth_date=BirthDate.on(born))
    if born == TODAY:
        assert isinstance(judge(asked, child, TERMS), Accepted)
    else:
        assert judge(asked, child, TERMS) == Refused("first_day_before_birth")


def test_a_segment_without_the_capability_cannot():
    terms = replace(TERMS, profile=profile("municipality"))
    assert judge(MOVE, HERE, terms) == Refused("not_for_this_segment")


@pytest.mark.feature("X05")
def test_undoing_reaches_no_further_back_than_any_change_may():
    old = Stay(1, Period(date(2021, 1, 1), date(2021, 6, 1)), "end_of_employment", 7)
    ended = StayChange(Stay(1, Period(date(2021, 1, 1)), "", 7), old)
    undo = Application(Kind.REVERSE, undoes=(ended,))
    verdict = judge(undo, Member(True, stays=(old,), register=KNOWN), TERMS)
    assert verdict == Refused("undo_too_early", {"earliest": "2025-11-24"})


def test_initials_that_contradict_are_another_name():
    assert judge(replace(ENROL, name=PersonName("A.B.", "van der", "Veen")), NEWCOMER, TERMS) == Refused(
        "register_name_differs"
    )


def test_initials_as_people_write_them_are_no_other_name_than_the_brps():
    theo = replace(NEWCOMER, register=replace(KNOWN, name=PersonName("T.J.", "van der", "Veen")))
    said = replace(ENROL, name=PersonName.typed("Th.J.", "van der", "Veen"))
    assert isinstance(judge(said, theo, TERMS), Accepted)
    assert judge(replace(said, name=PersonName.typed("Th.K.", "van der", "Veen")), theo, TERMS) == Refused(
        "register_name_differs"
    )


def test_an_enrolment_may_bring_its_own_end():
    verdict = judge(replace(ENROL, last_day=date(2026, 12, 31)), NEWCOMER, TERMS)
    assert isinstance(verdict, Accepted)
    assert verdict.changes[0].after.period == Period(date(2026, 11, 1), date(2027, 1, 1))
    assert judge(replace(ENROL, last_day=date(2026, 10, 1)), NEWCOMER, TERMS) == Refused("end_before_start")
    assert judge(replace(ENROL, last_day=date(2027, 1, 1)), HERE, TERMS) == Refused(
        "enrolled_until_another_day", {"first_day": "2026-11-01"}
    )
