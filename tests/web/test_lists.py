"""Huidige deelnemers and Oud deelnemers: search, pages, the opened row (U04, U06, U12, U13)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from collectief.enrolment.models import Participation
from collectief.foundation.dates import dutch
from collectief.scope.database import opened
from tests.web.visiting import client_of, crowd, doubled_ids, left, refused, text_of, this_moment
from tests.world import agency

NO_NUMBERS = ["²", "٣", "-1", "0", "1.5", "1e3", "0x10", "", "9" * 40, "abc", "1 2", "\x00"]


def _rows(text: str) -> list[str]:
    return re.findall(r"C\. (Velen\d+)", text)


def _stay(ours, participant: int) -> int:
    with opened(ours.scope):
        return Participation.objects.get(participant_id=participant).id


@pytest.mark.feature("U04")
@pytest.mark.parametrize("beyond", ["3", "99", "999999"])
def test_a_page_beyond_the_end_shows_the_last_one(anna, ours, beyond):
    crowd(ours, 30)
    text = text_of(anna.get("/deelnemers/", {"per_pagina": "25", "pagina": beyond}))
    assert "U heeft nog geen deelnemers" not in text
    assert _rows(text) == [f"Velen{number:03}" for number in range(25, 30)]
    assert 'aria-current="true">2</a>' in text


@pytest.mark.feature("U12")
def test_so_it_is_with_former_participants_and_with_failures(anna, ours):
    people = crowd(ours, 26)
    left(ours, people, this_moment().today - timedelta(days=3))
    refused(ours, 26)
    assert len(_rows(text_of(anna.get("/oud-deelnemers/", {"per_pagina": "25", "pagina": "7"})))) == 1
    assert len(re.findall(r">X\. Anders\d+<", text_of(anna.get("/mislukte-verwerkingen/", {"pagina": "7"})))) == 1


@pytest.mark.feature("U04")
@pytest.mark.parametrize("text", NO_NUMBERS)
@pytest.mark.parametrize("address", ["/deelnemers/", "/oud-deelnemers/", "/mislukte-verwerkingen/", "/in-behandeling/",
                                     "/uploads/", "/deelnemers/nieuw/", "/deelnemers/aantal/"])  # fmt: skip
def test_what_is_no_number_in_an_address_is_passed_over(anna, ours, address, text):
    given = dict.fromkeys(("pagina", "per_pagina", "open", "uit", "contract", "sorteer", "toon"), text)
    assert anna.get(address, given).status_code == 200


@pytest.mark.feature("U04")
def test_empty_lists_say_what_to_do(anna, ours):
    text = text_of(anna.get("/deelnemers/"))
    assert "U heeft nog geen deelnemers." in text
    assert 'href="/deelnemers/nieuw/"' in text
    assert "U heeft nog geen oud deelnemers." in text_of(anna.get("/oud-deelnemers/"))
    assert "We vinden niemand met deze gegevens" in text_of(anna.get("/deelnemers/", {"achternaam": "zzz"}))


@pytest.mark.feature("U04")
def test_a_birth_date_that_is_none_is_told_at_the_field(anna, ours):
    crowd(ours, 1)
    text = text_of(anna.get("/deelnemers/", {"geboortedatum": "31-02-1980"}))
    assert 'id="zoek_geboortedatum-error"' in text
    assert "Er is niet gezocht." in text
    assert not _rows(text), "whoever was not asked for is not shown"
    assert _rows(text_of(anna.get("/deelnemers/", {"geboortedatum": "01-01-1970"})))


@pytest.mark.feature("U13")
def test_no_two_elements_share_an_id_with_a_row_open(anna, ours):
    one, other = crowd(ours, 2)
    left(ours, [one], this_moment().today - timedelta(days=3))
    for address, participant in (("/deelnemers/", other), ("/oud-deelnemers/", one)):
        text = text_of(anna.get(address, {"open": _stay(ours, participant)}))
        assert '<form class="c-form"' in text
        assert not doubled_ids(text)


@pytest.mark.feature("U06")
def test_a_refused_termination_stays_in_the_row_with_what_was_typed(anna, ours):
    [participant] = crowd(ours, 1)
    stay = _stay(ours, participant)
    typed = {"from": "list", "last_day": "1-1-1999", "reason": "end_of_employment"}
    response = anna.post(f"/deelname/{stay}/afmelden/?open={stay}", typed)
    text = text_of(response)
    assert response.status_code == 422
    assert 'value="1-1-1999"' in text
    assert 'id="id_last_day-error"' in text
    assert not doubled_ids(text)


@pytest.mark.feature("U06")
def test_the_message_says_which_day_is_the_last(anna, ours):
    [participant] = crowd(ours, 1)
    day = dutch(this_moment().today + timedelta(days=10))
    typed = {"from": "list", "last_day": day, "reason": "end_of_employment"}
    response = anna.post(f"/deelname/{_stay(ours, participant)}/afmelden/", typed, follow=True)
    text = text_of(response)
    assert response.redirect_chain == [("/deelnemers/", 302)], "a row would scroll the message out of sight"
    assert f"Afmelding van C. Velen000 t/m {day} is ontvangen." in text
    assert 'class="c-pending"' in text


@pytest.mark.feature("U06")
def test_the_row_of_who_leaves_says_until_when_and_how_to_take_that_back(anna, ours):
    leaver, stayer = crowd(ours, 2)
    day = this_moment().today + timedelta(days=10)
    left(ours, [leaver], day)
    said = f"C. Velen000 is al afgemeld t/m {dutch(day)}."
    assert said in text_of(anna.get("/deelnemers/", {"open": _stay(ours, leaver)}))
    assert "is al afgemeld" not in text_of(anna.get("/deelnemers/", {"open": _stay(ours, stayer)}))


@pytest.mark.feature("U06")
def test_whoever_was_searched_for_and_left_is_not_said_to_be_unknown(anna, ours):
    [participant] = crowd(ours, 1)
    typed = {"from": "list", "last_day": dutch(this_moment().today - timedelta(days=3)), "reason": "end_of_employment"}
    address = f"/deelname/{_stay(ours, participant)}/afmelden/?achternaam=Velen"
    text = text_of(anna.post(address, typed, follow=True))
    assert "is ontvangen." in text
    assert "We vinden niemand" not in text
    assert "We vinden niemand" in text_of(anna.get("/deelnemers/?achternaam=Velen"))


@pytest.mark.feature("U10")
def test_changing_contract_is_there_only_with_several_contracts(anna, ours, db):
    [participant] = crowd(ours, 1)
    assert "Wissel contract" in text_of(anna.get(f"/deelnemers/{participant}/"))
    assert anna.get(f"/deelname/{_stay(ours, participant)}/overzetten/").status_code == 200
    single = agency(name="Klein", contracts=1)
    [theirs] = crowd(single, 1, start=901_000_000)
    klein = client_of(single.scope)
    assert "Wissel contract" not in text_of(klein.get(f"/deelnemers/{theirs}/"))
    assert klein.get(f"/deelname/{_stay(single, theirs)}/overzetten/").status_code == 404


@pytest.mark.feature("U10")
def test_whoever_takes_part_twice_has_the_contract_on_each_button(anna, ours):
    moved, other = crowd(ours, 2)
    day = dutch(this_moment().today + timedelta(days=10))
    typed = {"to_contract": ours.contracts[1].number, "first_day": day}
    assert anna.post(f"/deelname/{_stay(ours, moved)}/overzetten/", typed).status_code == 302
    text = text_of(anna.get(f"/deelnemers/{moved}/"))
    for button in ("Afmelden", "Wissel contract…"):
        assert len(set(re.findall(rf">{button} \((\d+ [^)]+)\)</a>", text))) == 2, button
    assert ">Afmelden</a>" in text_of(anna.get(f"/deelnemers/{other}/"))


def _selected(text: str) -> list[str]:
    return re.findall(r'<option value="(\d+)" selected>', text)


@pytest.mark.feature("U13")
def test_re_enrolling_in_the_list_begins_with_the_contract_and_reference_of_the_row(anna, ours):
    first, second = crowd(ours, 2)
    anna.post(f"/deelnemers/{second}/referentie/", {"reference": "P-2"})
    day = this_moment().today - timedelta(days=50)
    typed = {"to_contract": ours.contracts[1].number, "first_day": dutch(day)}
    assert anna.post(f"/deelname/{_stay(ours, second)}/overzetten/", typed).status_code == 302
    with opened(ours.scope):
        moved = Participation.objects.get(participant_id=second, contract_id=ours.contracts[1].id).id
    left_day = {"last_day": dutch(this_moment().today - timedelta(days=3)), "reason": "end_of_employment"}
    for stay in (_stay(ours, first), moved):
        assert anna.post(f"/deelname/{stay}/afmelden/", left_day).status_code == 302
    for stay, number, reference in (
        (_stay(ours, first), ours.contracts[0].number, ""),
        (moved, ours.contracts[1].number, "P-2"),
    ):
        text = text_of(anna.get("/oud-deelnemers/", {"open": stay}))
        assert _selected(text) == [number]
        assert ('value="P-2"' in text) == bool(reference)
