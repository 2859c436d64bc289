"""What rows of a file do, of every action and in every company: enrol, terminate, change reference (U21, X02)."""

from __future__ import annotations

from datetime import timedelta

import openpyxl
import pytest
from django.db import connection

from collectief.bulk import inline, intake, queries
from collectief.bulk.sheets.columns import COLUMNS
from collectief.enrolment.models import Participation
from collectief.foundation.dates import dutch
from collectief.gateways.brp.inhabitants import dummy_bsns
from collectief.mutations.corridor import LANES, lane_of
from collectief.mutations.models import Mutation
from collectief.participants.keys import bsn_keys
from collectief.participants.models import Address, Participant
from collectief.scope.database import opened
from tests.bulk_world import (
    FIRST_DAY,
    LEAVE,
    MONTH_END,
    NEXT_MONTH_END,
    again,
    done,
    file_of,
    first_of,
    planned,
    row_of,
)

pytestmark = [pytest.mark.usefixtures("register"), pytest.mark.django_db, pytest.mark.feature("U21")]

DAY = timedelta(days=1)


@pytest.fixture
def people():
    return list(dummy_bsns(6, seed=77))


def outcomes(ours, batch):
    """Per row number, its outcome (or its verdict in the plan) and code."""
    with opened(ours.scope):
        rows, _ = queries.page_of_rows(batch, size=200)
        return {row.number: (row.outcome or row.planned, row.code) for row in rows}


def stays(ours):
    with opened(ours.scope):
        found = Participation.objects.order_by("participant_id", "period")
        return [(stay.period.lower, stay.period.upper, stay.reason) for stay in found]


def test_terminating_by_bsn_relation_number_and_reference(ours, number, people, tmp_path):
    done(ours.scope, file_of(tmp_path, *(row_of(b, number, external_reference=f"P{n}") for n, b in enumerate(people))))
    with opened(ours.scope):
        by_reference = dict(Participant.objects.values_list("external_reference", "relation_number"))
    batch = done(
        ours.scope,
        file_of(
            tmp_path,
            LEAVE | {"bsn": people[0].digits},
            LEAVE | {"relation_number": by_reference["P1"]},
            LEAVE | {"external_reference": "P2"},
        ),
    )
    assert outcomes(ours, batch) == dict.fromkeys((3, 4, 5), ("processed", ""))
    with opened(ours.scope):
        left = Participation.objects.filter(reason="end_of_employment")
        assert set(left.values_list("external_reference", flat=True)) == {"P0", "P1", "P2"}
        assert {stay.period.upper for stay in left} == {first_of(1)}


def test_a_reference_changed_by_a_file(ours, number, people, tmp_path):
    done(ours.scope, file_of(tmp_path, row_of(people[0], number, external_reference="OLD")))
    change = {"action": "Wijzigen referentie", "bsn": people[0].digits, "external_reference": "NEW"}
    batch = done(ours.scope, file_of(tmp_path, change))
    assert batch.outcome_counts["processed"] == 1
    with opened(ours.scope):
        assert Participant.objects.get().external_reference == "NEW"
        assert Participation.objects.get().external_reference == "NEW"
    assert done(ours.scope, file_of(tmp_path, change)).outcome_counts["unchanged"] == 1


def test_enrol_and_terminate_of_one_person_in_one_file(ours, number, people, tmp_path):
    rows = (
        row_of(people[0], number, first_day=dutch(first_of(-3)), external_reference="P1"),
        LEAVE | {"external_reference": "P1", "last_day": dutch(first_of(-1) - DAY)},
        row_of(people[0], number),
    )
    path = file_of(tmp_path, *rows)
    assert outcomes(ours, done(ours.scope, path)) == dict.fromkeys((3, 4, 5), ("processed", ""))
    assert stays(ours) == [
        (first_of(-3), first_of(-1), "end_of_employment"),
        (FIRST_DAY, None, ""),
    ]
    again_ = done(ours.scope, path)
    assert again_.outcome_counts["unchanged"] == 3


def test_a_second_termination_in_one_file_says_that_the_first_ends_it(ours, number, people, tmp_path):
    done(ours.scope, file_of(tmp_path, row_of(people[0], number)))
    earlier = LEAVE | {"bsn": people[0].digits}
    later = earlier | {"last_day": dutch(NEXT_MONTH_END)}
    batch = planned(ours.scope, file_of(tmp_path, earlier, later))
    assert outcomes(ours, batch) == {3: ("changed", ""), 4: ("rejected", "terminated_by_another_row")}
    inline.carry_out(ours.scope, batch.id)
    assert outcomes(ours, again(ours.scope, batch))[4] == ("rejected", "terminated_by_another_row")
    # Ended before, by another file.
    batch = planned(ours.scope, file_of(tmp_path, later))
    assert outcomes(ours, batch) == {3: ("rejected", "already_terminated")}


def test_the_same_person_twice_in_one_file_is_enrolled_once(ours, number, people, tmp_path):
    batch = done(ours.scope, file_of(tmp_path, row_of(people[0], number), row_of(people[0], number)))
    assert outcomes(ours, batch) == {3: ("processed", ""), 4: ("unchanged", "")}
    assert len(stays(ours)) == 1


def test_rows_of_a_person_far_apart_stay_in_order(ours, number, tmp_path, monkeypatch):
    """Who comes back after their chunk was put away is judged with it."""
    monkeypatch.setattr(intake, "CHUNK", 4)
    crowd = list(dummy_bsns(30, seed=78))
    rows = [row_of(bsn, number, first_day=dutch(first_of(-3))) for bsn in crowd]
    rows += [LEAVE | {"bsn": bsn.digits, "last_day": dutch(first_of(-1) - DAY)} for bsn in crowd]
    rows += [row_of(bsn, number) for bsn in crowd]
    batch = done(ours.scope, file_of(tmp_path, *rows))
    assert batch.outcome_counts["processed"] == 90
    assert len(stays(ours)) == 60
    with opened(ours.scope):
        rows_seen, total = queries.page_of_rows(batch, size=200)
    assert (total, [row.number for row in rows_seen]) == (90, list(range(3, 93)))


def test_an_end_date_with_an_enrolment_is_kept(ours, number, people, tmp_path):
    batch = done(ours.scope, file_of(tmp_path, row_of(people[0], number, last_day=dutch(NEXT_MONTH_END))))
    assert batch.outcome_counts["processed"] == 1
    assert stays(ours) == [(FIRST_DAY, first_of(2), "")]


@pytest.mark.feature("U20")
def test_an_address_is_kept_and_a_new_one_is_a_change(ours, number, people, tmp_path):
    home = {"country": "Polen", "street": "Długa", "house_number": "7/2", "postcode": "00-238", "city": "Warszawa"}
    done(ours.scope, file_of(tmp_path, row_of(people[0], number, **home)))
    with opened(ours.scope):
        address = Address.objects.get()
        assert (address.country, address.street, address.house_number) == ("Polen", "Długa", "7/2")
    same = planned(ours.scope, file_of(tmp_path, row_of(people[0], number, **home)))
    assert same.planned_counts["unchanged"] == 1
    moved = done(ours.scope, file_of(tmp_path, row_of(people[0], number, **(home | {"street": "Krótka"}))))
    assert moved.planned_counts["changed"] == 1
    with opened(ours.scope):
        assert Address.objects.get().street == "Krótka"


def test_only_a_reference_that_changes_is_a_change_and_not_new(ours, number, people, tmp_path):
    done(ours.scope, file_of(tmp_path, row_of(people[0], number, external_reference="A")))
    batch = planned(ours.scope, file_of(tmp_path, row_of(people[0], number, external_reference="B")))
    assert (batch.planned_counts["changed"], batch.planned_counts["new"]) == (1, 0)


def test_a_reference_two_people_share_hits_neither(ours, number, people, tmp_path):
    rows = [row_of(bsn, number, external_reference="SAME") for bsn in people[:2]]
    done(ours.scope, file_of(tmp_path, *rows))
    batch = done(ours.scope, file_of(tmp_path, LEAVE | {"external_reference": "SAME"}))
    with opened(ours.scope):
        [row], _ = queries.page_of_rows(batch)
        assert [problem[1] for problem in row.problems] == ["reference_ambiguous"]
    assert {stay[1] for stay in stays(ours)} == {None}


def test_a_reference_a_file_gives_to_another_hits_neither(ours, number, people, tmp_path):
    done(ours.scope, file_of(tmp_path, row_of(people[0], number, external_reference="P1")))
    rows = row_of(people[1], number, external_reference="P1"), LEAVE | {"external_reference": "P1"}
    batch = planned(ours.scope, file_of(tmp_path, *rows))
    assert (batch.planned_counts["new"], batch.planned_counts["rejected"]) == (1, 1)


REFUSED_ROWS = {
    # Of shape, and by the rules: participation begins later already.
    "misshapen": {"birth_date": "31-02-1980"},
    "refused": {"first_day": dutch(FIRST_DAY - 7 * DAY)},
}


@pytest.mark.parametrize("wrong", REFUSED_ROWS.values(), ids=REFUSED_ROWS)
def test_a_rejected_row_does_not_say_whose_a_reference_is(ours, number, people, tmp_path, wrong):
    """It is somebody else's, with a mistyped BSN."""
    done(ours.scope, file_of(tmp_path, row_of(people[0], number, external_reference="P0")))
    mistyped = row_of(people[0], number, external_reference="P1") | wrong
    batch = done(ours.scope, file_of(tmp_path, mistyped, LEAVE | {"external_reference": "P1"}))
    told = outcomes(ours, batch)
    assert (told[3][0], told[4]) == ("rejected", ("rejected", "reference_not_given"))
    assert stays(ours) == [(FIRST_DAY, None, "")]
    with opened(ours.scope):
        refused = Mutation.objects.get(code="reference_not_given")
        assert refused.participant_id is None


@pytest.mark.parametrize("wrong", REFUSED_ROWS.values(), ids=REFUSED_ROWS)
def test_a_reference_that_somebody_has_names_them_also_after_a_rejected_row(ours, number, people, tmp_path, wrong):
    done(ours.scope, file_of(tmp_path, row_of(people[0], number, external_reference="P0")))
    rejected = row_of(people[0], number, external_reference="P0") | wrong
    batch = done(ours.scope, file_of(tmp_path, rejected, LEAVE | {"external_reference": "P0"}))
    told = outcomes(ours, batch)
    assert (told[3][0], told[4]) == ("rejected", ("processed", ""))


def test_a_misshapen_row_takes_no_reference_from_a_sound_one(ours, number, people, tmp_path):
    rows = [
        row_of(people[0], number, external_reference="P1"),
        row_of(people[1], number, external_reference="P1", birth_date="31-02-1980"),
        LEAVE | {"external_reference": "P1"},
    ]
    assert outcomes(ours, done(ours.scope, file_of(tmp_path, *rows)))[5] == ("processed", "")
    assert stays(ours) == [(FIRST_DAY, first_of(1), "end_of_employment")]


def test_a_reference_that_the_file_changes_names_the_same_person_before_and_after(ours, number, people, tmp_path):
    done(ours.scope, file_of(tmp_path, *(row_of(bsn, number, external_reference=f"P{n}") for n, bsn in
                                         enumerate(people[:2]))))  # fmt: skip
    rows = []
    for place, named in enumerate(("P0", "Q1")):
        change = {"action": "Wijzigen referentie", "bsn": people[place].digits, "external_reference": f"Q{place}"}
        rows += [change, LEAVE | {"external_reference": named}]
    assert outcomes(ours, done(ours.scope, file_of(tmp_path, *rows))) == dict.fromkeys(range(3, 7), ("processed", ""))


def test_the_bsn_of_one_with_the_number_of_another_is_refused(ours, number, people, tmp_path):
    done(ours.scope, file_of(tmp_path, *(row_of(bsn, number) for bsn in people[:2])))
    with opened(ours.scope):
        numbers = {bytes(p.bsn_index): p.relation_number for p in Participant.objects.all()}
    from collectief.participants.keys import bsn_keys

    other = numbers[bsn_keys(ours.scope).blind_index(people[1])]
    batch = planned(ours.scope, file_of(tmp_path, LEAVE | {"bsn": people[0].digits, "relation_number": other}))
    with opened(ours.scope):
        [row], _ = queries.page_of_rows(batch)
    assert row.problems == [("relation_number", "two_people", {})]


@pytest.mark.parametrize("action", [LEAVE, {"action": "Wijzigen referentie", "external_reference": "NEW"}])
def test_a_row_with_the_name_or_birth_date_of_another_is_carried_out_on_nobody(ours, number, people, tmp_path, action):
    done(ours.scope, file_of(tmp_path, row_of(people[0], number)))
    with opened(ours.scope):
        one = Participant.objects.get()
    them = action | {"relation_number": one.relation_number}
    other = (
        them | {"surname": "Anders"},
        them | {"surname": one.surname, "birth_date": "02-02-1902"},
        action | {"bsn": people[0].digits, "surname": "Anders"},
    )
    batch = done(ours.scope, file_of(tmp_path, *other))
    with opened(ours.scope):
        rows, _ = queries.page_of_rows(batch)
        assert [(row.outcome, row.problems) for row in rows] == [
            ("rejected", [("surname", "name_of_another", {})]),
            ("rejected", [("birth_date", "birth_date_of_another", {})]),
            ("rejected", [("surname", "name_of_another", {})]),
        ]
        assert Participant.objects.get().external_reference == one.external_reference
    assert {stay[1] for stay in stays(ours)} == {None}
    born = "-".join(reversed(one.birth_date.split("-")))
    same = them | {"initials": "Q.", "surname": one.surname.upper(), "birth_date": born}
    assert done(ours.scope, file_of(tmp_path, same)).outcome_counts["processed"] == 1


def test_somebody_nobody_knows_is_refused(ours, number, tmp_path):
    rows = LEAVE | {"relation_number": "399999999"}, LEAVE | {"external_reference": "nobody's"}
    assert outcomes(ours, planned(ours.scope, file_of(tmp_path, *rows))) == {
        3: ("rejected", "participant_unknown"),
        4: ("rejected", "participant_unknown"),
    }


def test_the_end_before_the_start_and_the_start_before_birth(ours, number, people, tmp_path):
    rows = (
        row_of(people[0], number, last_day=dutch(FIRST_DAY - DAY)),
        row_of(people[1], number, first_day="01-01-1900", birth_date="01-01-1901"),
    )
    batch = planned(ours.scope, file_of(tmp_path, *rows))
    assert batch.planned_counts["rejected"] == 2


@pytest.mark.parametrize("column", [column.key for column in COLUMNS])
def test_a_bsn_in_any_column_of_a_rejected_row_is_kept_nowhere(ours, number, people, tmp_path, column):
    digits = people[5].digits
    wrong = row_of(people[0], number, birth_date="31-02-1980", last_day=dutch(MONTH_END))
    leaves = LEAVE | {"relation_number": "1", "last_day": "31-02-2026"}
    batch = done(ours.scope, file_of(tmp_path, wrong | {column: digits}, leaves | {column: digits}))
    assert batch.outcome_counts["rejected"] == 2
    assert_nowhere(ours, digits)
    with opened(ours.scope):
        seen, _ = queries.page_of_rows(batch)
    assert digits not in " ".join(f"{row.name} {row.values}" for row in seen)


@pytest.mark.parametrize("column", ["contract", "surname", "street", "city"])
def test_a_bsn_in_a_wrong_column_has_its_row_rejected(ours, number, people, tmp_path, column):
    batch = done(ours.scope, file_of(tmp_path, row_of(people[0], number) | {column: people[5].digits}))
    assert outcomes(ours, batch) == {3: ("rejected", "problems")}


def assert_nowhere(ours, digits):
    """These digits stand in no table that a file leaves something in."""
    with opened(ours.scope), connection.cursor() as cursor:
        for table in ("batch", "batch_chunk", "mutation", "audit_event", "participant", "address", "message"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            assert digits not in cursor.fetchone()[0], table


def test_a_bsn_that_stands_for_a_header_is_not_warned_of_by_its_digits(ours, number, people, tmp_path):
    path = file_of(tmp_path, row_of(people[0], number))
    book = openpyxl.load_workbook(path)
    book["Mutaties"].cell(2, len(COLUMNS) + 1).value = people[5].digits
    book["Mutaties"].cell(2, len(COLUMNS) + 2).value = "Afdeling"
    book.save(path)
    batch = done(ours.scope, path)
    assert batch.warnings == [{"code": "extra_columns", "params": {"columns": ["Afdeling"]}}]
    assert_nowhere(ours, people[5].digits)


def test_a_reference_of_nine_digits_is_a_reference(ours, number, people, tmp_path):
    """Also where it passes the test of a BSN: it is the organisation's own number."""
    own = people[5].digits
    batch = done(ours.scope, file_of(tmp_path, row_of(people[0], number, external_reference=own)))
    assert outcomes(ours, batch) == {3: ("processed", "")}
    # Whom it finds has it: so it is told, also of a row that is rejected.
    batch = done(ours.scope, file_of(tmp_path, LEAVE | {"external_reference": own, "last_day": "x"}))
    with opened(ours.scope):
        [row], _ = queries.page_of_rows(batch)
        assert row.values["external_reference"] == own
        assert Mutation.objects.get(state="rejected").asked["reference"] == own


@pytest.mark.feature("X02")
def test_why_a_row_was_not_carried_out_after_all_is_told(ours, number, people, tmp_path):
    """Rejected by now, already so by now, possible by now: each with its reason."""
    rows = [
        row_of(people[0], number),
        row_of(people[1], number),
        LEAVE | {"external_reference": "P2"},
    ]
    batch = planned(ours.scope, file_of(tmp_path, *rows))
    assert batch.planned_counts["rejected"] == 1
    done(
        ours.scope,
        file_of(
            tmp_path,
            row_of(people[0], number),
            row_of(people[1], number, first_day=dutch(FIRST_DAY + 4 * DAY)),
            row_of(people[2], number, external_reference="P2"),
        ),
    )
    inline.carry_out(ours.scope, batch.id)
    ended = again(ours.scope, batch)
    with opened(ours.scope):
        seen, _ = queries.page_of_rows(ended)
        told = {row.number: (row.outcome, row.problems) for row in seen}
    assert told[3] == ("unchanged", [("", "already_so", {})])
    assert told[4] == ("changed_since", [("", "enrolled_later", {"first_day": str(FIRST_DAY + 4 * DAY)})])
    # A row that named nobody when the file was read is not carried out on whoever has that reference since.
    assert told[5][0] in ("rejected", "changed_since")
    with opened(ours.scope):
        assert [row.number for row in queries.bad_rows(ended)] == [4, 5]


def test_what_was_unchanged_when_planned_is_judged_again_when_something_changed(ours, number, people, tmp_path):
    from collectief.enrolment import actions as enrolment
    from collectief.mutations.corridor import Moment

    path = file_of(tmp_path, row_of(people[0], number, first_day=dutch(first_of(1))))
    done(ours.scope, path)
    batch = planned(ours.scope, path)
    assert batch.planned_counts["unchanged"] == 1
    with opened(ours.scope):
        enrolled = Mutation.objects.get(state="processed")
        today = Moment(first_of(0), enrolled.submitted_at)
        enrolment.withdraw(ours.scope, enrolled.id, today)
    inline.carry_out(ours.scope, batch.id)
    assert again(ours.scope, batch).outcome_counts["changed_since"] == 1
    assert stays(ours) == []


def test_what_was_unchanged_when_planned_is_judged_again_when_a_contract_changed(ours, number, people, tmp_path):
    from collectief.scope.database import office

    path = file_of(tmp_path, row_of(people[0], number))
    done(ours.scope, path)
    batch = planned(ours.scope, path)
    with office():
        contract = ours.contracts[0]
        contract.end_day = first_of(-10)
        contract.save()
    inline.carry_out(ours.scope, batch.id)
    ended = again(ours.scope, batch)
    with opened(ours.scope):
        [row], _ = queries.page_of_rows(ended)
    assert (row.outcome, row.code) == ("changed_since", "contract_not_in_force")


def test_who_was_changed_already_by_the_file_is_enrolled_with_what_the_brp_said_before(ours, people, tmp_path):
    """The BRP's answers are read once somebody waits for them, and by then an earlier row has changed the person."""
    first, second = (contract.number for contract in ours.contracts[:2])
    done(ours.scope, file_of(tmp_path, row_of(people[0], first, external_reference="OLD")))
    change = {"action": "Wijzigen referentie", "bsn": people[0].digits, "external_reference": "NEW"}
    batch = done(ours.scope, file_of(tmp_path, change, row_of(people[0], second, external_reference="")))
    assert outcomes(ours, batch) == {3: ("processed", ""), 4: ("processed", "")}
    with opened(ours.scope):
        assert Participant.objects.get().external_reference == "NEW"
        assert set(Participation.objects.values_list("contract_id", "external_reference")) == {
            (contract.id, "NEW") for contract in ours.contracts[:2]
        }


def test_of_two_things_wrong_whom_it_is_about_is_told_first(ours, number, people, tmp_path):
    done(ours.scope, file_of(tmp_path, *(row_of(bsn, number) for bsn in people[:2])))
    with opened(ours.scope):
        index = bsn_keys(ours.scope).blind_index(people[0])
        another = Participant.objects.exclude(bsn_index=index).get().relation_number
    row = row_of(people[0], people[2].digits) | {"relation_number": another}
    batch = done(ours.scope, file_of(tmp_path, row))
    with opened(ours.scope):
        [found], _ = queries.page_of_rows(batch)
        assert [code for _, code, _ in found.problems] == ["two_people", "bsn_in_wrong_column"]
        assert Mutation.objects.get(state="rejected").code == "two_people"


@pytest.mark.feature("X02")
def test_a_reference_names_nobody_before_the_row_that_gives_it_also_once_the_brp_has_answered(
    ours, number, people, tmp_path
):
    """Planned with a newcomer in the same chunk, rows are judged twice; the second time begins with nothing given."""
    lane = lane_of(bsn_keys(ours.scope).blind_index(people[0]))
    newcomer = next(b for b in people[1:] if lane_of(bsn_keys(ours.scope).blind_index(b)) == lane)
    done(ours.scope, file_of(tmp_path, row_of(people[0], number, external_reference="P0")))
    rows = [
        LEAVE | {"external_reference": "P9"},
        {"action": "Wijzigen referentie", "bsn": people[0].digits, "external_reference": "P9"},
        row_of(newcomer, number),
    ]
    # A row that names nobody by a number goes with the lane of its place.
    ahead = [{"action": "Afmelden"}] * next(n for n in range(LANES) if (3 + n) % LANES == lane)
    batch = planned(ours.scope, file_of(tmp_path, *ahead, *rows))
    first = 3 + len(ahead)
    shown = outcomes(ours, batch)
    assert shown[first] == ("rejected", "participant_unknown")
    inline.carry_out(ours.scope, batch.id)
    came = outcomes(ours, again(ours.scope, batch))
    assert [came[first + n] for n in range(3)] == [
        ("rejected", "participant_unknown"), ("processed", ""), ("processed", ""),
    ]  # fmt: skip
