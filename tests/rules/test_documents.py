"""Numbers of letters, and letters as files: readable for everybody, by the standards they say they keep (U05, U16)."""

from __future__ import annotations

import io
from dataclasses import asdict
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import BooleanObject

from collectief.brands.catalogue import all_brands
from collectief.brands.colour import accent
from collectief.documents.rules import (
    ALPHABET,
    Card,
    Letter,
    LetterKind,
    Part,
    kept_until,
    numbered,
    read_number,
    shown,
)
from collectief.documents.typesetting import LetterFailed, typeset

pytestmark = [pytest.mark.feature("U05"), pytest.mark.feature("U16")]

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)


@given(st.binary(min_size=10, max_size=10))
def test_a_number_is_read_as_it_is_shown_however_it_is_typed_over(chance):
    number = numbered(chance)
    assert len(number) == 17
    assert read_number(shown(number)) == number
    assert read_number(f" {shown(number).lower().replace('-', ' ')} ") == number
    assert read_number(number.replace("0", "O").replace("1", "l")) == number


@given(st.binary(min_size=10, max_size=10), st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_mistyped_symbol_is_found(chance, place, symbol):
    number = numbered(chance)
    wrong = number[:place] + symbol + number[place + 1 :]
    assert (read_number(wrong) is None) == (wrong != number)


@given(st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_other_chance_is_another_number(one, other):
    assert (numbered(one) == numbered(other)) == (one == other)


@pytest.mark.parametrize("typed", ["", "ABC", "U" * 17, "0" * 18, "é" * 17, "12345-12345"])
def test_what_is_no_number(typed):
    assert read_number(typed) is None


def test_a_letter_can_be_checked_for_seven_years():
    assert kept_until(LetterKind.TERMINATION, date(2026, 11, 28)) == date(2033, 11, 28)
    assert kept_until(LetterKind.POLICY_SCHEDULE, date(2028, 2, 29)) == date(2035, 2, 28)


def letter(**more) -> dict[str, object]:
    rows = (("Basisverzekering", "€ 159,95", "€ 159,95"),)
    part = Part("Verzekering", ("Product", "Premie", "Te betalen"), rows, ("Totaal", "", "€ 159,95"), ("Dank u.",))
    whole = Letter(LetterKind.POLICY_SCHEDULE, "Polisblad", (("Verzekerde", "A. Pol"),), (part,))
    frame = {
        "sender": "Zorg", "accent": "#0b3d2e", "language": "nl", "dated": "28-11-2026", "page": "Pagina",
        "check": "C 1",
    }  # fmt: skip
    return asdict(whole) | frame | more


def test_it_keeps_the_standards_it_says(tmp_path):
    pdf = typeset(letter(), at=AT)
    read = PdfReader(io.BytesIO(pdf))
    root = read.trailer["/Root"]
    assert root["/Lang"] == "nl"
    assert root["/MarkInfo"]["/Marked"] == BooleanObject(True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] == BooleanObject(True)
    assert read.metadata.title == "Polisblad"
    said = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in said
    assert "<pdfaid:part>2</pdfaid:part>" in said
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in said
    assert set(_marks(root["/StructTreeRoot"])) >= {"/H1", "/H2", "/Table", "/TH", "/TD", "/P"}
    for page in read.pages:
        for font in page["/Resources"]["/Font"].values():
            [inside] = font.get_object()["/DescendantFonts"]
            assert {"/FontFile3", "/FontFile2"} & set(inside.get_object()["/FontDescriptor"])


def test_an_address_stands_in_the_window_and_a_card_keeps_the_standards_too():
    card = asdict(Card("Zorg", (("Naam", "A. Pol"), ("Geldig t/m", "31-12-2027"))))
    english = asdict(Part("About", said=("Take it with you.",), language="en"))
    pdf = typeset(letter(address=["De Brug", "Hoofdweg 1", "2333 AA  LEIDEN"], card=card, parts=[english]), at=AT)
    read = PdfReader(io.BytesIO(pdf))
    assert "<pdfuaid:part>1</pdfuaid:part>" in read.trailer["/Root"]["/Metadata"].get_data().decode()
    places: dict[str, tuple[float, float]] = {}

    def note(text, page, line, _font, _size):
        if text.strip():
            places[text.strip()] = (page[4] + line[4] * page[0], page[5] + line[5] * page[3])

    [page] = read.pages
    page.extract_text(visitor_text=note)
    [(across, up)] = [place for text, place in places.items() if text.startswith("De Brug")]
    from_left, from_top = across / 72 * 25.4, 297 - up / 72 * 25.4
    assert 20 <= from_left <= 30
    assert 39 <= from_top <= 50
    assert "31-12-2027" in page.extract_text()


def _marks(node) -> list[str]:
    found = [node["/S"]] if "/S" in node else []
    children = node.get("/K", [])
    for child in children if isinstance(children, list) else [children]:
        one = child.get_object() if hasattr(child, "get_object") else child
        if hasattr(one, "get"):
            found += _marks(one)
    return found


# The Latin of the registers with every mark, Greek and Cyrillic.
NAMES = [
    "Á.Ž. van der Łukaszewiczówna-Ğüneş", "Þórður Æðelsson", "Ștefan Țăranu", "Ħamrun Żejtun", "Ελευθερία Παπαδοπούλου",
    "Чайковский", "ქართველი", "Հայկական", "Ђорђе Љубичић", "d'Ÿsselstein ĳ", "Ơ Ư Đặng Thị Ngọc",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_the_scripts_of_europe_is_printed_whole(name):
    pdf = typeset(letter(facts=[["Verzekerde", name]]), at=AT)
    text = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert name.replace("ĳ", "ij") in text.replace("ĳ", "ij")


def test_a_script_without_a_font_is_refused_and_not_printed_as_boxes():
    with pytest.raises(LetterFailed):
        typeset(letter(facts=[["Verzekerde", "漢字"]]), at=AT)


@pytest.mark.parametrize("text", ["#panic()", '#import "/etc/passwd"', "*vet*", "$x^2$", '\\ " <a> @b', "= Kop"])
def test_what_somebody_filled_in_is_never_code(text):
    pdf = typeset(letter(facts=[["Verzekerde", text]]), at=AT)
    assert text in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_a_long_letter_goes_on_on_the_next_page():
    rows = [["Basisverzekering", "€ 1,00", "€ 1,00"]] * 80
    part = {"title": "Verzekering", "heads": ["A", "B", "C"], "rows": rows, "total": [], "said": [], "language": ""}
    pages = PdfReader(io.BytesIO(typeset(letter(parts=[part]), at=AT))).pages
    assert len(pages) > 1
    assert f"2 / {len(pages)}" in pages[1].extract_text()


@pytest.mark.feature("K07")
@pytest.mark.parametrize("slug", [one.slug for one in all_brands()])
def test_every_brand_has_a_letter_in_its_own_colour(slug):
    assert typeset(letter(accent=accent(slug)), at=AT).startswith(b"%PDF-1.7")
