"""Which country takes which form, and when an S1 can be asked for (U09)."""

from __future__ import annotations

from copy import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.foundation.period import Period
from collectief.statements.countries import HOME, Form, code_of, countries, name_of, named, treaty_on
from collectief.statements.rules import (
    MOVES,
    Asked,
    Ground,
    Known,
    State,
    Way,
    days_on_end,
    judge_another,
    judge_country,
    judge_person,
    judge_request,
    kept_until,
    may_become,
    way_of,
)

pytestmark = pytest.mark.feature("U09")

TODAY = date(2026, 11, 24)
INSURED = Period(date(2026, 3, 2))
INSTITUTIONS = {"PL:NFZ06": "NFZ Kraków", "PL:NFZ07": "NFZ Warszawa"}
KNOWN = Known(INSURED, False, INSTITUTIONS, "NL:7085")
ASKED = Asked("works_here", "PL", "Długa", "12/4", "31-147", "Kraków", date(2026, 3, 2), "PL:NFZ06", True)
# STANDARDS: the 27 states of the Union, IS, LI, NO, CH and UK.
REACHED = {
    "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE", "IS", "IT",
    "LI", "LT", "LU", "LV", "MT", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
}  # fmt: skip


def codes(asked: Asked = ASKED, known: Known = KNOWN) -> list[str]:
    return [one.code for one in judge_request(asked, known, TODAY)]


def test_eessi_reaches_these_countries_and_no_other():
    found = {code for code in countries().rules if (treaty := treaty_on(code, TODAY)) and treaty.electronic}
    assert found == REACHED
    assert all(treaty_on(code, TODAY).form == Form.S1 for code in found)


@pytest.mark.parametrize(
    ("country", "day", "form", "electronic"),
    [
        ("PL", date(2026, 11, 24), Form.S1, True),
        ("PL", date(2019, 6, 30), Form.S1, False),
        ("PL", date(2019, 7, 1), Form.S1, True),
        ("PL", date(2010, 4, 30), Form.E106, False),
        ("CH", date(2012, 3, 31), Form.E106, False),
        ("CH", date(2012, 4, 1), Form.S1, False),
        ("GB", date(2026, 11, 24), Form.S1, True),
        ("RO", date(2007, 1, 1), Form.E106, False),
        ("TR", date(2026, 11, 24), Form.E106, False),
        ("MA", date(2026, 11, 24), Form.E106, False),
        ("RS", date(2026, 11, 24), Form.NONE, False),
        ("BA", date(2026, 11, 24), Form.NONE, False),
        ("ME", date(2026, 11, 24), Form.NONE, False),
        ("NL", date(2026, 11, 24), Form.NONE, False),
    ],
)
def test_what_holds_for_a_country_on_a_day(country, day, form, electronic):
    treaty = treaty_on(country, day)
    assert (treaty.form, treaty.electronic) == (form, electronic)
    assert treaty.source


@pytest.mark.parametrize(("country", "day"), [("US", TODAY), ("UA", TODAY), ("RO", date(2006, 12, 31)), ("", TODAY)])
def test_where_no_treaty_holds(country, day):
    assert treaty_on(country, day) is None


@given(st.sampled_from(sorted(countries().rules)), st.dates(date(2006, 1, 1), date(2099, 12, 31)))
def test_on_each_day_at_most_one_rule_holds_and_it_is_the_latest(country, day):
    began = [one for one in countries().rules[country] if one.first_day <= day]
    assert treaty_on(country, day) == (began[-1] if began else None)
    assert len({one.first_day for one in countries().rules[country]}) == len(countries().rules[country])


def test_every_country_has_a_name_in_both_languages_and_is_found_by_it():
    assert set(countries().rules) == set(countries().names)
    for code in countries().names:
        assert {code_of(name_of(code, "nl")), code_of(name_of(code, "en").upper()), code_of(f" {code.lower()} ")} == {
            code
        }
    assert code_of("Atlantis") == code_of("") == ""
    assert [code for code, _ in named("nl")][:2] == ["BE", "BA"]


def test_a_request_that_can_be_made():
    assert codes() == []
    assert way_of("PL", KNOWN, TODAY) == Way.EESSI


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ground": ""}, "ground_missing"),
        ({"ground": "holiday"}, "ground_missing"),
        ({"country": "NL"}, "home_is_here"),
        ({"country": "RS"}, "no_form"),
        ({"country": "US"}, "no_treaty"),
        ({"country": ""}, "no_treaty"),
        ({"street": " "}, "street_missing"),
        ({"house_number": ""}, "house_number_missing"),
        ({"house_number": "bis"}, "house_number_missing"),
        ({"city": ""}, "city_missing"),
        ({"first_day": None}, "first_day_missing"),
        ({"first_day": date(2026, 3, 1)}, "first_day_too_early"),
        ({"institution": ""}, "institution_missing"),
        ({"institution": "DE:AOK"}, "institution_missing"),
        ({"verified": False}, "not_verified"),
    ],
)
def test_what_stands_in_the_way(change, code):
    assert codes(replace(ASKED, **change)) == [code]


def test_everything_that_is_wrong_is_said_at_once():
    assert codes(Asked("", "PL", "", "", "", "", None)) == [
        "ground_missing", "street_missing", "house_number_missing", "city_missing", "first_day_missing",
        "institution_missing", "not_verified",
    ]  # fmt: skip


def test_only_who_is_insured_now_and_only_once():
    assert codes(known=replace(KNOWN, insured=None)) == ["not_insured"]
    assert codes(known=replace(KNOWN, asked_before=True)) == ["already_requested"]
    assert judge_person(KNOWN) is None


def test_a_day_after_the_insurance_ends_is_refused():
    ends = replace(KNOWN, insured=Period.through(date(2026, 3, 2), date(2026, 12, 31)))
    assert codes(replace(ASKED, first_day=date(2026, 12, 31)), ends) == []
    assert codes(replace(ASKED, first_day=date(2027, 1, 1)), ends) == ["first_day_not_insured"]


def test_by_hand_where_a_country_we_or_an_institution_is_not_on_eessi():
    assert way_of("TR", replace(KNOWN, institutions={}), TODAY) == Way.BY_HAND
    assert way_of("PL", replace(KNOWN, sender=""), TODAY) == Way.BY_HAND
    assert way_of("PL", replace(KNOWN, institutions={}), TODAY) == Way.BY_HAND
    assert codes(replace(ASKED, country="TR", institution=""), replace(KNOWN, institutions={})) == []
    assert codes(replace(ASKED, institution=""), replace(KNOWN, sender="")) == []


@given(
    st.builds(
        Asked,
        ground=st.sampled_from(["", *Ground]),
        country=st.sampled_from(["", "US", *countries().rules]),
        street=st.sampled_from(["", "Długa"]),
        house_number=st.text(max_size=4),
        postcode=st.just(""),
        city=st.sampled_from(["", "Kraków"]),
        first_day=st.none() | st.dates(date(2025, 1, 1), date(2027, 12, 31)),
        institution=st.sampled_from(["", "PL:NFZ06"]),
        verified=st.booleans(),
    ),
    st.builds(
        Known,
        insured=st.none() | st.just(INSURED),
        asked_before=st.booleans(),
        institutions=st.sampled_from([{}, INSTITUTIONS]),
        sender=st.sampled_from(["", "NL:7085"]),
    ),
)
def test_what_is_taken_is_complete_and_goes_somewhere(asked, known):
    refusals = judge_request(asked, known, TODAY)
    assert len({one.about for one in refusals}) == len(refusals), "one reason at each place"
    if refusals:
        return
    assert known.insured is not None and not known.asked_before and asked.verified
    assert asked.first_day in known.insured
    assert asked.street and asked.city and any(sign.isdigit() for sign in asked.house_number)
    assert asked.country != HOME and treaty_on(asked.country, TODAY).form != Form.NONE
    if way_of(asked.country, known, TODAY) == Way.EESSI:
        assert asked.institution in known.institutions and known.sender


def test_where_a_request_goes_is_decided_by_its_way():
    reached = {(way, State.ASKED) for way in Way}
    waiting = list(reached)
    while waiting:
        way, state = waiting.pop()
        for after in MOVES.get((way, state), frozenset()):
            if (way, after) not in reached:
                reached.add((way, after))
                waiting.append((way, after))
    assert {state for way, state in reached if way == Way.EESSI} == set(State) - {State.ISSUED}
    assert {state for way, state in reached if way == Way.BY_HAND} == {State.ASKED, State.ISSUED, State.REFUSED}
    # What is answered stays answered.
    for way in Way:
        for state in (State.CONFIRMED, State.ISSUED, State.REFUSED):
            assert not any(may_become(way, state, after) for after in State)


@pytest.mark.parametrize(
    ("state", "allowed", "code"),
    [
        (State.ASKED, False, "still_with_us"), (State.SENT, False, None), (State.CONFIRMED, False, None),
        (State.ISSUED, False, None), (State.REFUSED, False, None), (State.REFUSED, True, "already_allowed"),
    ],
)  # fmt: skip
def test_when_staff_may_let_another_be_asked_for(state, allowed, code):
    refusal = judge_another(state, allowed=allowed)
    assert (refusal.code if refusal else None) == code


def test_no_form_for_a_country_says_where_that_comes_from():
    assert judge_country("PL", TODAY) is None
    assert (judge_country("NL", TODAY).code, judge_country("NL", TODAY).about) == ("home_is_here", "country")


_DAYS = st.integers(0, 40)


@given(st.lists(st.tuples(_DAYS, st.none() | st.integers(1, 15)), max_size=5), _DAYS)
def test_days_on_end_are_the_insured_days_around_today_without_a_gap(drawn, now):
    day = timedelta(days=1)
    begin = date(2026, 1, 1)
    periods = [
        Period(begin + first * day, None if length is None else begin + (first + length) * day)
        for first, length in drawn
    ]
    today = begin + now * day
    insured = {begin + number * day for number in range(80) if any(begin + number * day in one for one in periods)}
    found = days_on_end(periods, today)
    if today not in insured:
        assert found is None
        return
    first = today
    while first - day in insured:
        first -= day
    assert found.first_day == first
    last = today
    while last + day in insured:
        last += day
    assert found.end_day == (
        None if any(one.end_day is None and one.first_day <= last + day for one in periods) else last + day
    )


def test_a_request_is_kept_for_seven_years():
    assert kept_until(date(2026, 11, 24)) == date(2033, 11, 24)
    assert kept_until(date(2028, 2, 29)) == date(2035, 2, 28)
