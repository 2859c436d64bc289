"""Search keys: the same for spellings people mix up, different for people who are not the same."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from collectief.foundation.names import PersonName, search_key, split_prefix, tidy_initials

# Every letter of Western and Central Europe, as keyboards give them, and what is typed between; not the micro sign.
LATIN = "".join(
    char for char in map(chr, range(0x20, 0x180)) if unicodedata.category(char) != "Cc" and char not in "ĸªºµ"
)
CYRILLIC = "абвгдежзиклмнопрстуфхцчшщъыьэюя"
GREEK = "αβγδεζηθικλμνξοπρστυφχψω"
HEBREW = "אבגדהוזחטיכלמנסעפצקרשת"
HAN = "李王张刘陈杨黄赵周吴"


@given(st.text(LATIN, max_size=40))
def test_a_latin_name_comes_down_to_a_to_z_and_digits(text):
    assert re.fullmatch("[0-9a-z]*", search_key(text))


@given(st.text(LATIN, max_size=40))
def test_marks_and_case_do_not_matter_in_latin(text):
    assume("İ" not in text and "ı" not in text)
    without = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    assert search_key(without) == search_key(text)
    assert search_key(text.upper()) == search_key(text)


@given(st.text(LATIN + CYRILLIC + GREEK + HEBREW + HAN, max_size=40))
def test_a_key_is_its_own_key(text):
    assert search_key(search_key(text)) == search_key(text)


@pytest.mark.parametrize("script", [CYRILLIC, GREEK, HEBREW, HAN])
@given(data=st.data())
def test_letters_of_other_scripts_are_kept(script, data):
    text = data.draw(st.text(script, min_size=1, max_size=20))
    assert search_key(text) == text
    assert search_key(text.capitalize()) == text


@given(st.text(CYRILLIC, min_size=1, max_size=12), st.text(CYRILLIC, min_size=1, max_size=12))
def test_two_names_in_another_script_are_two_people(one, other):
    assume(one != other)
    assert not PersonName("А.", "", one).same_person_name(PersonName("А.", "", other))
    assert PersonName("А.", "", one).sort_key != PersonName("А.", "", other).sort_key


@given(st.text(max_size=60))
def test_no_text_breaks_it_and_only_letters_and_digits_are_left(text):
    assert all(char.isalnum() for char in search_key(text))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Özdemir-Kılıç", "ozdemirkilic"), ("O’Brien", "obrien"), ("Łukasz", "lukasz"), ("İnan", "inan"),
        ("Großmann", "grossmann"), ("Þór", "thor"), ("van 't Hof", "vanthof"), ("Иванов", "иванов"),
        ("Ёлкин", "елкин"), ("Παπαδόπουλος", "παπαδοπουλοσ"), ("ΠΑΠΑΔΟΠΟΥΛΟΣ", "παπαδοπουλοσ"), ("Əliyev", "əliyev"),
        ("Rogoʹ", "rogo"), ("Ｌｉ", "li"), (" -.'", ""),
    ],
)  # fmt: skip
def test_keys_by_example(text, key):
    assert search_key(text) == key


@pytest.mark.parametrize(
    ("typed", "prefix", "core"),
    [
        ("van der Veen", "van der", "Veen"), ("Van Den Berg", "Van Den", "Berg"), ("d'Hondt", "d'", "Hondt"),
        ("de la Cruz", "de la", "Cruz"), ("'t Hart", "'t", "Hart"), ("Veen", "", "Veen"), ("Deen", "", "Deen"),
        ("van", "", "van"), ("Vandamme", "", "Vandamme"), ("el Amrani", "el", "Amrani"), ("", "", ""),
        ("onder de Linden", "onder de", "Linden"), ("voor in 't Holt", "voor in 't", "Holt"),
        ("aan 't Rot", "aan 't", "Rot"), ("in der Maur", "in der", "Maur"), ("von dem Berge", "von dem", "Berge"),
        ("de l'Isle", "de l'", "Isle"),
        ("van de l' Isle", "van de l'", "Isle"), ("van ter Maat", "van ter", "Maat"), ("D'Hondt", "D'", "Hondt"),
        ("uijt den Bogaard", "uijt den", "Bogaard"), ("Deltour", "", "Deltour"), ("Overdijk", "", "Overdijk"),
    ],
)  # fmt: skip
def test_a_prefix_typed_before_the_surname_is_taken_apart(typed, prefix, core):
    assert split_prefix(typed) == (prefix, core)


@pytest.mark.parametrize(
    ("typed", "initials"),
    [
        ("", ""), (" . ", ""), ("aj", "A.J."), ("AJ", "A.J."), ("A.J", "A.J."), ("A. J.", "A.J."), ("a.j.", "A.J."),
        ("É", "É."), ("Aā", "A."), ("ThJ", "Th.J."), ("Th", "Th."), ("Chr", "Chr."), ("JPhM", "J.Ph.M."),
        ("TH.J.", "Th.J."), ("chr. j", "Chr.J."), ("IJ.", "IJ."), ("AIJ", "A.I.J."), ("AJ.", "A.J."),
        ("A.JM", "A.J.M."), ("Theo", "T."), ("Charlotte", "C."), ("Jan Piet", "J.P."), ("JAN", "J.A.N."),
        ("Johanna", "J."), ("Anne-Fleur Belle", "A.B."), ("Jan-Piet", "J."), ("J.-P. A.", "J.A."), ("A - J", "A.J."),
        ("-A", "A."),
    ],
)  # fmt: skip
def test_initials_by_example(typed, initials):
    assert tidy_initials(typed) == initials
    assert tidy_initials(initials) == initials


@pytest.mark.parametrize(
    ("brp", "typed"),
    [
        ("A.J.", "A."), ("A.J.", ""), ("", "A.J."), ("A.", "A.J."), ("É.", "E."),
        # Theo Philip IJsbrand, and Anne-Fleur Belle, as the BRP shortens them.
        ("T.P.I.", "Th.Ph.IJ."), ("T.P.I.", "Th. P."), ("T.P.I.", "ThPhIJ"), ("T.P.I.", "T.P.IJ."), ("C.", "Chr.J."),
        ("A.B.", "Anne-Fleur Belle"), ("IJ.A.", "IJA"),
    ],
)  # fmt: skip
def test_initials_that_can_be_of_one_person(brp, typed):
    ours, theirs = PersonName(brp, "van", "Bos"), PersonName.typed(typed, "van", "Bos")
    assert ours.same_person_name(theirs) and theirs.same_person_name(ours)


@pytest.mark.parametrize(
    ("brp", "typed"), [("A.J.", "A.B."), ("A.", "J."), ("T.J.", "Th.K."), ("J.P.", "J.Th."), ("T.H.", "T.J.")]
)
def test_initials_that_cannot(brp, typed):
    ours, theirs = PersonName(brp, "", "Bos"), PersonName.typed(typed, "", "Bos")
    assert not ours.same_person_name(theirs) and not theirs.same_person_name(ours)
