"""In- en uitstroomlijsten: for whom they are, what stands on them, and the workbook (U23, G08)."""

from __future__ import annotations

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import connection
from django.utils import timezone

from collectief.audit.models import AuditEvent
from collectief.foundation.sheet import write_sheet
from collectief.participants import queries as participants
from collectief.reporting.rules import Span
from collectief.scope.database import opened
from tests.stays_world import fixed
from tests.web.visiting import client_of, crowd, left, text_of, this_moment
from tests.world import Human, agency, enrolled, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U23"), pytest.mark.feature("G08")]

TODAY = timezone.localdate()
# A hundred days ago, as everyone of `crowd` began.
BEGAN = TODAY - timedelta(days=100)
CAME, NOW = Span.month(BEGAN).code, Span.month(TODAY).code
ADDRESS = "/in-en-uitstroom/"


@pytest.fixture
def ours():
    return agency()


@pytest.fixture
def town():
    """A municipality with one participant, whose BSN begins with a zero."""
    customer = agency(name="Gemeente Leiden", segment="municipality")
    [bsn] = valid_bsns(1, start=12_345_678)
    enrolled(customer, Human(bsn), this_moment())
    return customer, bsn.digits


def page_of(scope, **asked: str) -> str:
    return text_of(client_of(scope).get(ADDRESS, asked))


def rows_of(scope, **asked: str) -> list[tuple]:
    response = client_of(scope).get(f"{ADDRESS}download/", asked)
    assert response.status_code == 200
    return list(openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.values)


def test_a_month_has_who_came_and_left_or_with_everyone_who_took_part(ours):
    people = crowd(ours, 3)
    left(ours, people[:1], TODAY - timedelta(days=50))
    in_between = Span.month(TODAY - timedelta(days=75)).code
    assert "Ingestroomd</dt><dd>3</dd>" in page_of(ours.scope, periode=CAME)
    quiet = page_of(ours.scope, periode=in_between)
    assert "niemand in dit contract gekomen of eruit gegaan" in quiet and "Velen" not in quiet
    assert page_of(ours.scope, periode=in_between, toon="alle").count("Velen") == 3
    gone = page_of(ours.scope, periode=Span.month(TODAY - timedelta(days=50)).code)
    assert "Uitgestroomd</dt><dd>1</dd>" in gone and gone.count("Velen") == 1


def test_a_year_is_a_period_too_and_this_month_is_the_first_one_shown(ours):
    crowd(ours, 1)
    assert "januari t/m december" in page_of(ours.scope, periode=f"{BEGAN.year}")
    assert page_of(ours.scope).count("(tot nu toe)") == 1


@pytest.mark.parametrize("code", ["2019-12", "2150", "x", "2026-13", f"{TODAY.year + 1}", "²"])
def test_what_there_is_no_list_of_is_nowhere(ours, code):
    for address in (ADDRESS, f"{ADDRESS}download/"):
        assert client_of(ours.scope).get(address, {"periode": code}).status_code == 404


def test_another_contract_is_none_and_one_beyond_reach_neither(ours):
    other = agency(name="Zuid")
    some = member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[1:])
    for address in (ADDRESS, f"{ADDRESS}download/"):
        assert client_of(ours.scope).get(address, {"contract": other.contracts[0].number}).status_code == 404
        assert client_of(some).get(address, {"contract": ours.contracts[0].number}).status_code == 404
    crowd(ours, 2)
    assert "Velen" not in page_of(some, periode=CAME, toon="alle")


def test_who_sees_no_participants_gets_no_list(ours):
    money = client_of(member_of(ours.organisation, roles=["financial"]))
    assert "In- en uitstroomlijsten" not in text_of(money.get("/dashboard/"))
    assert money.get(ADDRESS).status_code == money.get(f"{ADDRESS}download/").status_code == 403


def test_the_workbook_has_everyone_listed_with_days_as_days(ours):
    crowd(ours, 3)
    heads, *rows = rows_of(ours.scope, periode=CAME)
    assert heads == (
        "Voorletters", "Voorvoegsel", "Achternaam", "Relatienummer", "Geboortedatum", "Extern referentienummer",
        "Ingangsdatum", "Einddatum (t/m)", "In- of uitstroom",
    )  # fmt: skip
    assert [row[2] for row in rows] == ["Velen000", "Velen001", "Velen002"]
    assert {row[6].date() for row in rows} == {BEGAN}
    assert {(row[4][-5:], row[7], row[8]) for row in rows} == {("-1970", None, "Ingestroomd")}


def test_looking_and_taking_along_are_in_the_trail_with_everyone_on_it(ours):
    people = crowd(ours, 2)
    page_of(ours.scope, periode=CAME, toon="alle")
    rows_of(ours.scope, periode=CAME)
    with opened(ours.scope):
        seen, taken = AuditEvent.objects.filter(action__startswith="reporting.").order_by("id")
    assert (seen.action, taken.action) == ("reporting.flow_list", "reporting.download_flow_list")
    for event in (seen, taken):
        assert sorted(event.participant_ids) == sorted(people)
        assert event.object_ids == {"contract": [ours.contracts[0].id]}
    assert seen.detail == {"span": CAME, "everyone": True, "bsn": False, "page": 1}
    assert taken.detail == {"span": CAME, "everyone": False, "bsn": False, "lines": 2}


def test_a_municipality_sees_the_bsn_with_its_zero_and_an_agency_never(town, ours):
    customer, bsn = town
    assert bsn.startswith("0")
    assert f"<td>{bsn}</td>" in page_of(customer.scope, periode=CAME)
    heads, row = rows_of(customer.scope, periode=CAME)
    assert row[heads.index("BSN")] == bsn
    assert "Extern referentienummer" not in heads
    with opened(customer.scope):
        assert AuditEvent.objects.get(action="reporting.download_flow_list").detail["bsn"] is True
    crowd(ours, 1)
    assert "BSN" not in page_of(ours.scope, periode=CAME)
    with opened(ours.scope):
        assert participants.bsns(ours.scope, [row.participant_id for row in _stays(ours)]) == {}


def test_nobody_elses_bsn_is_given(town):
    customer, bsn = town
    other = agency(name="Gemeente Delft", segment="municipality")
    with opened(customer.scope):
        [mine] = participants.bsns(customer.scope, [row.participant_id for row in _stays(customer)]).values()
        people = [row.participant_id for row in _stays(customer)]
    assert mine.digits == bsn
    with opened(other.scope):
        assert participants.bsns(other.scope, people) == {}


def _stays(customer):
    from collectief.enrolment.models import Participation

    return list(Participation.objects.all())


def test_there_are_lists_where_the_segment_has_them_only():
    employer = agency(name="Kliniek", segment="employer", roles=("main_user",))
    assert client_of(employer.scope).get(ADDRESS).status_code == 403


def test_without_a_contract_the_page_says_so():
    fresh = agency(name="Nieuw", contracts=0)
    assert "nog geen contracten" in page_of(fresh.scope)
    assert client_of(fresh.scope).get(f"{ADDRESS}download/").status_code == 404


@pytest.mark.parametrize("typed", ['=HYPERLINK("http://x")', "+31", "@SUM(A1)", "-1", "000123"])
def test_text_in_a_workbook_stays_the_text_it_was(typed):
    stream = io.BytesIO()
    write_sheet(stream, "Lijst", [("Naam", 10)], [(typed,), (date(2026, 2, 1),), (None,), (7,)])
    [_, (text,), (day,), (nothing,), (number,)] = openpyxl.load_workbook(stream).active.rows
    assert (text.value, text.data_type) == (typed, "s")
    assert day.value.date() == date(2026, 2, 1) and nothing.value is None and number.value == 7


def test_what_does_not_fit_on_a_sheet_is_on_the_next(monkeypatch):
    monkeypatch.setattr("collectief.foundation.sheet.MOST_ROWS", 3)
    for count, sheets in ((0, [[]]), (2, [[1, 2]]), (3, [[1, 2], [3]]), (5, [[1, 2], [3, 4], [5]])):
        stream = io.BytesIO()
        assert write_sheet(stream, "Lijst", [("N", 5)], [(number,) for number in range(1, count + 1)]) == count
        book = openpyxl.load_workbook(stream)
        assert [[row[0] for row in list(sheet.values)[1:]] for sheet in book] == sheets
        assert all(sheet["A1"].value == "N" for sheet in book)


def test_the_official_list_is_seen_beside_the_live_one_with_what_changed(ours):
    people = crowd(ours, 3)
    assert "Vastgesteld op" not in page_of(ours.scope, periode=CAME)
    assert client_of(ours.scope).get(ADDRESS, {"periode": CAME, "stand": "vastgesteld"}).status_code == 404
    fixed(ours, BEGAN.replace(day=1))
    assert "niets veranderd" in page_of(ours.scope, periode=CAME, stand="gewijzigd")
    left(ours, people[:1], BEGAN)
    official, live = (page_of(ours.scope, periode=CAME, stand=stand) for stand in ("vastgesteld", ""))
    assert "Uitgestroomd</dt><dd>0</dd>" in official and "Uitgestroomd</dt><dd>1</dd>" in live
    changed = page_of(ours.scope, periode=CAME, stand="gewijzigd")
    assert changed.count("Velen000") == 1 and "Velen001" not in changed
    assert "In- en uitgestroomd</span> t/m" in changed
    assert {row[7] for row in rows_of(ours.scope, periode=CAME, stand="vastgesteld")[1:]} == {None}
    heads, *changes = rows_of(ours.scope, periode=CAME, stand="gewijzigd")
    assert heads[-4:] == ("Vastgesteld", "Vastgestelde einddatum (t/m)", "Nu", "Einddatum nu (t/m)")
    [(*who, was, was_until, now, now_until)] = changes
    assert "Velen000" in who and (was, was_until, now) == ("Ingestroomd", None, "In- en uitgestroomd")
    assert now_until.date() == BEGAN and "Download wat er is gewijzigd" in changed
    with opened(ours.scope):
        taken = list(AuditEvent.objects.filter(action="reporting.download_flow_list").order_by("id"))
    assert [event.detail["fixed"] for event in taken] == [CAME, CAME]
    assert [len(event.participant_ids) for event in taken] == [3, 1]


def test_who_is_gone_from_a_list_is_told_so(ours):
    [person] = crowd(ours, 1)
    fixed(ours, BEGAN.replace(day=1))
    with opened(ours.scope), connection.cursor() as cursor:
        cursor.execute("DELETE FROM participation WHERE participant_id = %s", [person])
    assert "Niet in de lijst" in page_of(ours.scope, periode=CAME, stand="gewijzigd")
    [_heads, gone] = rows_of(ours.scope, periode=CAME, stand="gewijzigd")
    assert gone[-4:] == ("Ingestroomd", None, "Niet in de lijst", None)


@pytest.mark.parametrize("stand", ["x", "nu", "vastgesteld"])
def test_a_state_that_a_list_does_not_have_is_nowhere(ours, stand):
    assert client_of(ours.scope).get(ADDRESS, {"periode": NOW, "stand": stand}).status_code == 404
