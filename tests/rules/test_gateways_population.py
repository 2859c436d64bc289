"""The demo population: the same people everywhere, plausible, and endless."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest

from collectief.foundation.bsn import Bsn
from collectief.foundation.names import tidy, tidy_initials
from collectief.gateways.brp.inhabitants import dummy_bsns, inhabitant

PEOPLE = [inhabitant(bsn) for bsn in dummy_bsns(5000)]


def test_numbers_are_valid_distinct_and_start_with_nine() -> None:
    numbers = [bsn.digits for bsn in dummy_bsns(5000)]
    assert len(set(numbers)) == 5000
    assert all(Bsn.parse(digits).digits == digits and digits.startswith("9") for digits in numbers)


def test_the_order_is_fixed_for_a_seed_and_differs_between_seeds() -> None:
    assert [bsn.digits for bsn in dummy_bsns(3)] == ["985305344", "922452817", "933640080"]
    assert list(dummy_bsns(50)) == list(dummy_bsns(100))[:50]
    assert list(dummy_bsns(50, seed=1)) != list(dummy_bsns(50))


def test_more_numbers_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="not that many"):
        next(dummy_bsns(10_000_000))


def test_a_number_is_always_the_same_person() -> None:
    bsn = next(iter(dummy_bsns(1)))
    assert inhabitant(bsn) == inhabitant(Bsn(bsn.digits)) == PEOPLE[0]


def test_countries_come_in_their_shares() -> None:
    shares = Counter(person.country for person in PEOPLE)
    for country, percent in {"NL": 35, "PL": 30, "RO": 10, "TR": 8, "MA": 6, "BG": 5}.items():
        assert abs(shares[country] / 50 - percent) < 3
    assert {"PT", "ES", "HU"} <= shares.keys()


def test_names_are_in_the_spelling_forms_give_them() -> None:
    for person in PEOPLE:
        assert (tidy(person.surname), tidy(person.prefix)) == (person.surname, person.prefix)
        assert tidy_initials(person.initials) == person.initials
        assert len(person.first_names.split()) == len(set(person.first_names.split()))


@pytest.mark.parametrize(
    "wanted",
    [
        lambda p: p.prefix == "van der",
        lambda p: p.prefix == "van den",
        lambda p: p.prefix == "el",
        lambda p: p.prefix == "d'",
        lambda p: p.prefix == "'t",
        lambda p: p.prefix.startswith("ten"),
        lambda p: "-" in p.surname,
        lambda p: set("łąęśćńźż") & set(p.surname),
        lambda p: set("ğışç") & set(p.surname),
        lambda p: set("țșă") & set(p.surname),
        lambda p: p.country == "PL" and p.sex == "V" and p.surname.endswith("ska"),
        lambda p: p.country == "BG" and p.sex == "V" and p.surname.endswith("va"),
        lambda p: p.country != "NL" and p.birth_date.month == 0,
        lambda p: p.country != "NL" and p.birth_date.month and p.birth_date.day == 0,
    ],
)
def test_what_upload_files_stumble_over_occurs(wanted) -> None:
    assert any(map(wanted, PEOPLE))


def test_the_dutch_have_whole_birth_dates_and_most_people_are_of_working_age() -> None:
    assert all(person.birth_date.day for person in PEOPLE if person.country == "NL")
    working = sum(1960 <= person.birth_date.year <= 2008 for person in PEOPLE)
    assert working > 0.9 * len(PEOPLE)
    assert all(1949 <= person.birth_date.year <= 2010 for person in PEOPLE)


def test_numbers_come_one_at_a_time() -> None:
    assert len(list(islice(dummy_bsns(9_000_000), 10))) == 10
