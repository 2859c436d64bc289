"""Every code that a rule or reader can give has words on screen: a reason and a remedy."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from collectief.brands.catalogue import all_brands
from collectief.bulk.sheets.columns import ACTIONS
from collectief.enrolment.facts import Kind
from collectief.enrolment.letters import titles
from collectief.web.log.words import _FAILED, KINDS
from collectief.web.participants.present import kinds
from collectief.web.uploads.present import warnings
from collectief.web.uploads.words import _looks, _words, file_refusal
from collectief.web.words import _refusals, refusal, sign_in_refusal

SOURCE = Path("src/collectief")


def _codes(pattern: str, *files: str) -> set[str]:
    return {code for file in files for code in re.findall(pattern, (SOURCE / file).read_text())}


def test_every_refusal_has_words():
    judging = ("enrolment/rules.py", "enrolment/sitting.py", "enrolment/household.py", "mutations/together.py")
    codes = _codes(r'Refused\(\s*"(\w+)"', *judging)
    codes |= _codes(r'CannotWithdraw\((?:why or )?"(\w+)"', "enrolment/actions.py")
    codes |= _codes(r'return "(\w+)"', "enrolment/reversal.py")
    codes |= _codes(r'(?:_Wrong|Problem)\([^)]*?"(\w+_\w+)"', "bulk/sheets/shape.py")
    codes |= _codes(r'reject\(\w+, "(\w+)"', "enrolment/jobs.py")
    codes |= {f"{what}_{how}" for what in ("first_day", "last_day") for how in ("too_early", "too_late")}
    codes |= {f"{column}_missing" for action in ACTIONS.values() for column in action.required}
    codes |= {"action_missing", "action_unknown"}
    without = codes - set(_refusals()) - {
        "external_reference", "relation_number", "first_day", "last_day", "birth_date",
    }  # fmt: skip
    assert not without, f"give these a reason and a remedy in `_refusals` of web/words.py: {sorted(without)}"


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (kinds(), "`kinds` in web/participants/present.py"),
        (titles(), "`titles` in enrolment/letters.py"),
        (KINDS["gewijzigd"].actions, "`KINDS` in web/log/words.py, as mutation.<kind>"),
        (_FAILED, "`_FAILED` in web/log/words.py, as mutation.<kind>"),
    ],
    ids=["pages", "letters", "trail", "trail, refused"],
)
def test_every_kind_of_mutation_has_words(words, where):
    named = {str(key).removeprefix("mutation.") for key in words}
    assert not set(map(str, Kind)) - named, f"say in {where} what these are called"


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


def _stopped_files() -> set[str]:
    """The codes of every `stop("...")` of a job."""
    tree = ast.parse((SOURCE / "bulk" / "jobs.py").read_text())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "stop"
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_file_that_is_refused_or_stopped_has_words():
    assert _stopped_files()
    assert _refused_files() | _stopped_files() == set(_words())


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


@pytest.mark.parametrize("code", [*sorted(_refusals()), "a_code_of_years_ago"])
@pytest.mark.parametrize("params", [{}, {"surprise": None}], ids=["nothing", "something else"])
def test_whatever_is_known_of_a_refusal_there_are_words(code, params):
    """A page shows what was refused long ago, by a rule that may have told less: that is no reason to fail."""
    reason, remedy = refusal(code, params)
    assert reason
    assert remedy.endswith(".")
    assert "{" not in reason + remedy


@pytest.mark.parametrize("code", [*sorted(_words()), "a_code_of_years_ago"])
def test_whatever_is_known_of_a_refused_file_there_are_words(code):
    reason, remedy = file_refusal(code, {})
    assert reason.endswith(".")
    assert remedy.endswith(".")
    assert "{" not in reason + remedy


def test_what_is_no_spreadsheet_is_told_by_what_it_looks_like():
    general = file_refusal("not_a_spreadsheet", {})
    told = {looks: file_refusal("not_a_spreadsheet", {"looks": looks}) for looks in _looks()}
    assert set(told) == {"pdf", "picture", "text", "web_page", "archive"}
    assert len({reason for reason, _ in told.values()}) == 5
    assert all(
        reason.endswith(".") and remedy.endswith(".") and reason != general[0] for reason, remedy in told.values()
    )
    # Where the program it is of can save it otherwise.
    for looks in ("document", "unknown", "something of years ago"):
        assert file_refusal("not_a_spreadsheet", {"looks": looks}) == general
    assert file_refusal("empty", {"looks": "pdf"}) == file_refusal("empty", {})


def _sign_in_codes() -> set[str]:
    """Every code that signing in can be refused with, in the gateway and in `access`."""
    saml = ("client", "answers", "attributes")
    files = (
        "gateways/eherkenning/oidc.py", "gateways/openid/client.py", "access/actions.py", "access/choosing.py",
        "web/sign_in.py",
        *(f"gateways/eherkenning/saml/{module}.py" for module in saml),
    )  # fmt: skip
    codes = _codes(r'SignInRefused\("(\w+)"', *files)
    codes |= _codes(r'_STATUS}\w+": "(\w+)"', "gateways/eherkenning/saml/answers.py")
    return codes | {"cancelled", "unknown_error", "unavailable"}


@pytest.mark.feature("U01")
@pytest.mark.parametrize("brand", all_brands(), ids=lambda brand: brand.slug)
def test_every_refused_sign_in_says_why_and_what_to_do(brand):
    told = {code: sign_in_refusal(code, {}, brand) for code in _sign_in_codes()}
    general = told.pop("unknown_error")
    assert len(told) >= 10
    for code, (reason, remedy) in told.items():
        assert reason.endswith("."), code
        assert remedy.endswith("."), code
        assert "{" not in reason + remedy, code
        assert (reason, remedy) != general, f"{code} has no words of its own"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (1, "1 regel is in het bestand verborgen, bijvoorbeeld door een filter, en telt gewoon mee."),
        (35, "35 regels zijn in het bestand verborgen, bijvoorbeeld door een filter, en tellen gewoon mee."),
    ],
)
def test_hidden_rows_are_counted_in_words(rows, said):
    batch = SimpleNamespace(warnings=[{"code": "hidden_rows", "params": {"rows": rows}}])
    assert warnings(batch) == [said]


@pytest.mark.parametrize(
    ("rows", "said"),
    [(1, "1 regel zonder actie is overgeslagen."), (14749, "14749 regels zonder actie zijn overgeslagen.")],
)
def test_rows_without_an_action_are_counted_in_words(rows, said):
    batch = SimpleNamespace(warnings=[{"code": "without_action", "params": {"rows": rows}}])
    assert warnings(batch) == [said]
