"""Upload aan- en afmeldingen: what the plan and its file of bad rows tell (U21, X02)."""

from __future__ import annotations

import io
import re
from copy import replace
from html import unescape
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from collectief.brands.catalogue import all_brands
from collectief.bulk import actions
from collectief.bulk.asking import template_for
from collectief.foundation.dates import BirthDate, dutch
from collectief.foundation.names import PersonName
from collectief.gateways.brp.inhabitants import inhabitant
from collectief.mutations.models import Mutation
from collectief.participants import register as register_module
from collectief.participants.models import Participant
from collectief.scope.database import opened
from collectief.segments.profile import Capability
from tests.bulk_world import (
    FIRST_DAY,
    LEAVE,
    MONTH_END,
    NEXT_MONTH_END,
    Register,
    demo_file,
    done,
    file_of,
    planned,
    received,
    row_of,
)
from tests.web.visiting import client_of, events, text_of
from tests.world import member_of, valid_bsns


@pytest.fixture(autouse=True)
def _register(monkeypatch) -> None:
    monkeypatch.setattr(register_module, "current_register", Register)


def _sheet(folder: Path, ours, rows: list[dict[str, str]]) -> Path:
    """A filled-in template with these cells."""
    template = template_for(ours.scope.profile)
    path = folder / "fouten.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [template.mark])
    sheet.write_row(1, 0, [column.dutch for column in template.columns])
    for line, cells in enumerate(rows, start=2):
        for number, column in enumerate(template.columns):
            sheet.write_string(line, number, cells.get(column.key, ""))
    book.close()
    return path


WRONG = {
    "action": "Aanmelden",
    "bsn": "123456789",
    "initials": "A.",
    "birth_date": "31-02-1980",
    "first_day": dutch(FIRST_DAY),
}


@pytest.mark.feature("X02")
def test_each_problem_says_in_which_column_it_lies(anna, ours, tmp_path):
    batch = planned(ours.scope, _sheet(tmp_path, ours, [WRONG]))
    text = text_of(anna.get(f"/uploads/{batch.id}/"))
    for column, reason in (
        ("BSN", "Dit is geen geldig BSN."), ("Achternaam", "De achternaam ontbreekt."),
        ("Geboortedatum", "De datum bestaat niet of is niet te lezen."),
    ):  # fmt: skip
        assert f'<span class="c-column">{column}:</span> <strong>{reason}</strong>' in text


@pytest.mark.feature("X02")
def test_the_columns_speak_english_to_who_reads_english(anna, ours, tmp_path):
    batch = planned(ours.scope, _sheet(tmp_path, ours, [WRONG]))
    anna.post("/taal/", {"language": "en"})
    assert '<span class="c-column">Birth date:</span> <strong>' in text_of(anna.get(f"/uploads/{batch.id}/"))


@pytest.mark.feature("X02")
def test_the_file_of_bad_rows_says_so_too(anna, ours, tmp_path):
    batch = planned(ours.scope, _sheet(tmp_path, ours, [WRONG]))
    response = anna.get(f"/uploads/{batch.id}/fouten/")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    said = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert any("Geboortedatum: De datum bestaat niet of is niet te lezen." in text for text in said)
    assert any("BSN: Controleer de negen cijfers" in text for text in said)


@pytest.mark.feature("X02")
def test_a_plan_says_how_many_of_its_rows_the_file_hides(anna, ours, tmp_path):
    path = _sheet(tmp_path, ours, [WRONG, WRONG, WRONG])
    book = openpyxl.load_workbook(path)
    book.active.auto_filter.ref = "A2:Q5"
    for number in (3, 5):
        book.active.row_dimensions[number].hidden = True
    book.save(path)
    batch = planned(ours.scope, path)
    assert batch.rows == 3
    text = text_of(anna.get(f"/uploads/{batch.id}/"))
    assert "2 regels zijn in het bestand verborgen, bijvoorbeeld door een filter, en tellen gewoon mee." in text


@pytest.mark.feature("U21")
def test_the_template_of_a_portal_offers_what_its_rows_may_ask(monkeypatch, anna, ours, tmp_path):
    # As a brand says it (brand.toml, `narrowed`).
    portals = {one.slug: replace(one, narrowed=frozenset({"terminate"})) for one in all_brands()}
    monkeypatch.setattr("collectief.brands.catalogue._catalogue", lambda: portals)
    for where in ("/uploads/sjabloon/", "/deelnemers/sjabloon/"):
        book = openpyxl.load_workbook(io.BytesIO(b"".join(anna.get(where).streaming_content)))
        headers = {cell.value for cell in book["Mutaties"][2]}
        assert {"Relatienummer", "Ingangsdatum"} <= headers and "Reden" not in headers
    off = replace(ours.scope, profile=replace(ours.scope.profile, narrowed=frozenset({Capability.TERMINATE})))
    leaves = row_of(valid_bsns(1)[0], ours.contracts[0].number) | {"action": "Afmelden"}
    batch = planned(off, _sheet(tmp_path, ours, [leaves]))
    text = text_of(anna.get(f"/uploads/{batch.id}/"))
    assert '<span class="c-column">Actie:</span> <strong>Dit kan niet in dit portaal.</strong>' in text
    assert "De reden ontbreekt." not in text


@pytest.mark.feature("U19")
def test_what_was_sent_goes_back_to_who_sent_it_and_to_no_colleague(anna, ours, tmp_path):
    batch = planned(ours.scope, _sheet(tmp_path, ours, [WRONG]))
    colleague = client_of(member_of(ours.organisation, roles=["administrative"], name="Dewi"))
    where = f"/uploads/{batch.id}/fouten/"
    page = text_of(colleague.get(f"/uploads/{batch.id}/"))
    assert where not in page
    assert "kan alleen Anna downloaden" in page
    assert colleague.get(where).status_code == 404
    assert where in text_of(anna.get(f"/uploads/{batch.id}/"))
    assert anna.get(where).status_code == 200


@pytest.mark.feature("U26")
def test_a_file_of_bad_rows_only_is_finished_with_a_button(anna, ours, tmp_path):
    batch = planned(ours.scope, _sheet(tmp_path, ours, [WRONG]))
    assert "Rond dit bestand af" in text_of(anna.get(f"/uploads/{batch.id}/"))
    anna.post(f"/uploads/{batch.id}/verwerken/", {"version": str(batch.version)})
    with opened(ours.scope):
        assert type(batch).objects.get(id=batch.id).state == "carrying_out"


@pytest.mark.feature("X02")
def test_a_judgement_about_the_whole_row_has_no_column_before_it(anna, ours, tmp_path):
    good = {**WRONG, "bsn": valid_bsns(1)[0].digits, "surname": "Nergens", "birth_date": "1-1-1980"}
    batch = planned(ours.scope, _sheet(tmp_path, ours, [good]))
    text = text_of(anna.get(f"/uploads/{batch.id}/"))
    assert 'class="c-problem"><strong>' in text
    assert "c-column" not in text


def _cells(text: str) -> list[list[str]]:
    """The text of the cells of each row of a page's table."""
    body = text[text.index("<tbody>") : text.index("</tbody>")]
    body = re.sub(r'<span class="c-when">([\d-]+)</span>', r"\1", body)
    rows = [re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL) for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)]
    return [[" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in rows]


@pytest.mark.feature("X02", "U19")
def test_the_plan_says_what_will_happen_to_whom_from_when(anna, ours, tmp_path):
    first, second = (contract.number for contract in ours.contracts[:2])
    ends, later = dutch(MONTH_END), dutch(NEXT_MONTH_END)
    known, other, new = valid_bsns(3, start=900_310_000)
    done(
        ours.scope,
        file_of(
            tmp_path,
            row_of(known, first, external_reference="P1"),
            row_of(other, second, external_reference="P2"),
        ),
    )
    with opened(ours.scope):
        people = {one.external_reference: one for one in Participant.objects.all()}
    names = {key: str(PersonName(one.initials, one.prefix, one.surname)) for key, one in people.items()}
    who = {
        key: f"{names[key]} relatienummer {one.relation_number} geboren {BirthDate.parse(one.birth_date).dutch}"
        for key, one in people.items()
    }
    batch = planned(
        ours.scope,
        file_of(
            tmp_path,
            # By BSN, and of neither a contract: it is the one they are in.
            LEAVE | {"bsn": known.digits},
            LEAVE | {"relation_number": people["P2"].relation_number, "surname": "Anders", "birth_date": "1-2-1903"},
            {"action": "Wijzigen referentie", "bsn": other.digits, "external_reference": "P9"},
            row_of(new, second, external_reference="N1", last_day=later),
            LEAVE | {"bsn": valid_bsns(1, start=900_320_000)[0].digits},
            LEAVE | {"relation_number": "399999999"},
        ),
    )
    text = text_of(anna.get(f"/uploads/{batch.id}/"))
    assert [row[1:4] for row in _cells(text)] == [
        [who["P1"], "P1", f"Afmelden : contract {first} – Vestiging 1, tot en met {ends}, Einde dienstverband"],
        [
            f"{who['P2']} In het bestand: Anders, geboren 01-02-1903", "P2",
            f"Afmelden : contract {second} – Vestiging 2, tot en met {ends}, Einde dienstverband",
        ],
        [who["P2"], "P2", "Wijzigen referentie : wordt P9"],
        [
            f"{inhabitant(new).name} geboren {inhabitant(new).birth_date.dutch}", "N1",
            f"Aanmelden : contract {second} – Vestiging 2, vanaf {dutch(FIRST_DAY)}, tot en met {later}",
        ],
        ["Alleen een BSN ingevuld", "–", f"Afmelden : tot en met {ends}, Einde dienstverband"],
        ["relatienummer 399999999", "–", f"Afmelden : tot en met {ends}, Einde dienstverband"],
    ]  # fmt: skip
    assert not any(bsn.digits in text for bsn in (known, other, new))
    # Whose names were on it stands in the trail.
    assert {one.id for one in people.values()} <= set(events(ours)[-1].participant_ids)


@pytest.mark.feature("G13")
def test_whom_a_colleagues_contracts_do_not_reach_is_no_name_in_the_plan(ours, tmp_path):
    mine, theirs = (contract.number for contract in ours.contracts[:2])
    [bsn] = valid_bsns(1, start=900_330_000)
    done(ours.scope, file_of(tmp_path, row_of(bsn, theirs, external_reference="P1")))
    lies = member_of(ours.organisation, roles=["administrative"], name="Lies", contracts=ours.contracts[:1])
    batch = planned(lies, file_of(tmp_path, LEAVE | {"contract": mine, "bsn": bsn.digits}))
    text = text_of(client_of(lies).get(f"/uploads/{batch.id}/"))
    assert _cells(text)[0][1:3] == ["Alleen een BSN ingevuld", "–"]
    assert inhabitant(bsn).name.surname not in text
    assert events(ours)[-1].participant_ids == []


@pytest.mark.feature("U26")
def test_what_failed_of_a_file_says_in_which_row_about_whom_and_all_that_was_wrong(anna, ours, tmp_path):
    mine = ours.contracts[0].number
    [bsn] = valid_bsns(1, start=900_340_000)
    done(ours.scope, file_of(tmp_path, row_of(bsn, mine, external_reference="P1")))
    with opened(ours.scope):
        one = Participant.objects.get()
    them = LEAVE | {"contract": mine, "relation_number": one.relation_number}
    batch = done(
        ours.scope,
        file_of(
            tmp_path,
            them | {"last_day": "31-02-2026", "reason": "Zomaar"},
            them | {"surname": "Anders"},
            LEAVE | {"contract": mine, "external_reference": "X9"},
            LEAVE | {"contract": mine, "relation_number": "399999999"},
        ),
    )
    text = text_of(anna.get("/mislukte-verwerkingen/"))
    name = str(PersonName(one.initials, one.prefix, one.surname))
    who = f"{name} relatienummer {one.relation_number} geboren {BirthDate.parse(one.birth_date).dutch}"
    rows = {re.search(r"Regel (\d+) van", row[2]).group(1): row for row in _cells(text)}
    assert {number: row[:2] for number, row in rows.items()} == {
        "3": [who, "P1"], "4": [who, "P1"], "5": ["X9", "X9"], "6": ["relatienummer 399999999", "–"],
    }  # fmt: skip
    assert f'<a class="ds-link" href="/uploads/{batch.id}/">file.xlsx</a>' in text
    assert "Einddatum (t/m): De datum bestaat niet" in rows["3"][4]
    assert "Reden: Deze reden kennen we niet." in rows["3"][4]
    assert "Achternaam: De achternaam is van een ander" in rows["4"][4]
    assert text.count(f'href="/deelnemers/{one.id}/">Naar de deelnemer</a>') == 2
    assert one.id in events(ours)[-1].participant_ids
    with opened(ours.scope):
        failed = Mutation.objects.get(source=f"{batch.id}/3")
    for page in (f"/mutaties/{failed.id}/", f"/deelnemers/{one.id}/"):
        shown = text_of(anna.get(page))
        assert "De datum bestaat niet" in shown, page
        assert "Deze reden kennen we niet." in shown, page


@pytest.mark.feature("G13", "U26")
def test_a_file_that_is_not_to_be_seen_is_not_named_at_what_failed_of_it(ours, tmp_path):
    mine = ours.contracts[0]
    lies = member_of(ours.organisation, roles=["administrative"], name="Lies", contracts=[mine])
    done(ours.scope, file_of(tmp_path, LEAVE | {"contract": mine.number, "bsn": "1", "external_reference": "X9"}))
    text = text_of(client_of(lies).get("/mislukte-verwerkingen/"))
    assert "Dit is geen geldig BSN." in text
    assert "file.xlsx" not in text


@pytest.mark.feature("U21")
@pytest.mark.parametrize("page", ["2", "99", "²"])
def test_a_page_beyond_the_end_shows_the_last_one(anna, ours, tmp_path, page):
    batch = planned(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=3))
    assert "<tr><td>3</td>" in text_of(anna.get(f"/uploads/{batch.id}/", {"pagina": page}))
    assert "file.xlsx" in text_of(anna.get("/uploads/", {"pagina": page}))


@pytest.mark.feature("U21")
@pytest.mark.parametrize("version", ["²", "", "x", "99"])
def test_a_plan_that_was_not_seen_is_not_carried_out(anna, ours, tmp_path, version):
    batch = planned(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=3))
    text = text_of(anna.post(f"/uploads/{batch.id}/verwerken/", {"version": version}, follow=True))
    assert "intussen al verwerkt of geannuleerd" in text
    assert "Wacht op uw akkoord" in text


def test_a_page_that_waits_is_loaded_anew_with_each_next_step(anna, ours, tmp_path):
    """The steps above the progress say where it is, not where it was when the page was opened."""
    batch = received(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=3))
    where = f"/uploads/{batch.id}/voortgang/"
    assert f"{where}?stap=received" in anna.get(f"/uploads/{batch.id}/").text
    same = anna.get(f"{where}?stap=received", headers={"HX-Request": "true"})
    assert (same.status_code, "HX-Refresh" in same.headers) == (200, False)
    with opened(ours.scope):
        type(batch).objects.filter(id=batch.id).update(state="planning")
    further = anna.get(f"{where}?stap=received", headers={"HX-Request": "true"})
    assert (further.status_code, further.headers["HX-Refresh"]) == (204, "true")


def test_a_file_that_was_stopped_says_why_and_what_stays(anna, ours, tmp_path, moment):
    batch = received(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=3))
    actions.stop(ours.scope, batch.id, moment, code="no_access")
    shown = anna.get(f"/uploads/{batch.id}/")
    assert shown.status_code == 200
    assert "heeft geen rechten meer, daarom zijn we gestopt" in shown.text
    assert "Wat al verwerkt is, blijft zo." in shown.text
