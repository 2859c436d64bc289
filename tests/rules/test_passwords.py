"""Which passwords are refused, and why (O04, ASVS 5.0)."""

from __future__ import annotations

import pytest

from collectief.access import passwords
from collectief.access.rules import PASSWORD_LONGEST, AccessRefused, judge_password, normalized
from collectief.brands.catalogue import brand

pytestmark = [pytest.mark.feature("O04"), pytest.mark.feature("W02")]
COMMON = frozenset({"welkom", "qwertyuiop12", "onderwijzeres"})


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("kort genoeg", "password_short"), ("x" * (PASSWORD_LONGEST + 1), "password_long"),
        ("qwertyuiop12", "password_common"), ("Welkom!2345678", "password_common"), ("abababababab", "password_common"),
        ("Onderwijzeres", "password_common"), ("vermeer in de tuin", "password_personal"),
        ("Ingrid is hier", "password_personal"),
    ],
)  # fmt: skip
def test_what_is_easy_to_guess_is_refused(password, code):
    with pytest.raises(AccessRefused) as refused:
        judge_password(password, shortest=12, name="Ingrid Vermeer", email="i.vermeer@delinde.example", common=COMMON)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "password", ["linde bloeit in juni", "alleen kleine letters", "ééń çirkel vol ønzin", "a b c d e f "]
)
def test_no_composition_is_asked(password):
    judge_password(password, shortest=12, name="Ingrid Vermeer", email="i.vermeer@delinde.example", common=COMMON)


@pytest.mark.parametrize("length", [64, PASSWORD_LONGEST])
def test_a_password_may_be_long(length):
    typed = ("zeven zwarte zwanen " * 10)[:length]
    judge_password(typed, shortest=12, name="Ingrid Vermeer", email="i.vermeer@delinde.example", common=COMMON)


@pytest.mark.parametrize("password", ["telechargement", "asdfghjkl123", "Internazionale2026!"])
def test_the_list_of_common_passwords_is_djangos(password):
    with pytest.raises(AccessRefused) as refused:
        passwords.judge(brand("izz"), password, name="Ingrid Vermeer", email="i.vermeer@delinde.example")
    assert refused.value.code == "password_common"


def test_a_keyboard_that_composes_letters_types_the_same_password():
    assert normalized("cafe\u0301") == normalized("caf\u00e9")
