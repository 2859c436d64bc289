"""Every code that a rule or reader can give has words on screen: a reason and a remedy."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from collectief.bulk.sheets.shape import REQUIRED
from collectief.web.uploads.words import _words
from collectief.web.words import _refusals, refusal

SOURCE = Path("src/collectief")


def _codes(pattern: str, *files: str) -> set[str]:
    return {code for file in files for code in re.findall(pattern, (SOURCE / file).read_text())}


def test_every_refusal_has_words():
    codes = _codes(r'Refused\(\s*"(\w+)"', "enrolment/rules.py", "enrolment/sitting.py")
    codes |= _codes(r'CannotWithdraw\("(\w+)"', "enrolment/actions.py")
    codes |= _codes(r'(?:_Wrong|Problem)\([^)]*?"(\w+_\w+)"', "bulk/sheets/shape.py")
    codes |= {f"{what}_{how}" for what in ("first_day", "last_day") for how in ("too_early", "too_late")}
    codes |= {f"{column}_missing" for columns in REQUIRED.values() for column in columns}
    codes |= {"action_missing", "action_unknown"}
    assert (
        not codes - set(_refusals()) - {"external_reference", "relation_number", "first_day", "last_day", "birth_date"}
    )


def _refused_files() -> set[str]:
    """The codes in the first argument of every `FileRefused(...)`, also where one of two is chosen."""
    calls = [
        node
        for path in (SOURCE / "bulk" / "sheets").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "FileRefused" and node.args
    ]
    return {
        part.value
        for call in calls
        for part in ast.walk(call.args[0])
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value != "refused"
    }


def test_every_refused_file_has_words():
    assert _refused_files() == set(_words())


@pytest.mark.parametrize("code", sorted(_refusals()))
def test_each_is_a_sentence_with_a_remedy(code):
    given = dict.fromkeys(
        ("contract", "day", "first_day", "last_day", "earliest", "latest", "year", "value", "longest", "reference"),
        "2026-11-01",
    )
    reason, remedy = refusal(code, given)
    assert reason.endswith((".", "?"))
    assert remedy.endswith(".")
    assert "{" not in reason + remedy
