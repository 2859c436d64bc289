"""Whatever a row of an upload can ask is known everywhere where it must be (docs/recipes.md)."""

from __future__ import annotations

import io
import re
from copy import replace
from functools import reduce

import openpyxl
import pytest
from django.utils.translation import override

from collectief.brands.catalogue import all_brands
from collectief.bulk.applications import requests_of
from collectief.bulk.asking import asked_by, template_for
from collectief.bulk.sheets.columns import ACTION_NAMES, ACTIONS, COLUMNS
from collectief.bulk.sheets.rows import Problem
from collectief.bulk.sheets.shape import Shaper
from collectief.bulk.sheets.template import write_template
from collectief.enrolment.facts import Kind
from collectief.enrolment.rules import CAPABILITIES
from collectief.foundation.names import search_key
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Capability, SegmentProfile
from collectief.web.words import refusal

pytestmark = pytest.mark.feature("U21")

# A cell of each column that has a value; the reason is one of the agencies'.
FILLED = {
    "bsn": "999990019", "initials": "A.J.", "surname": "Janse", "birth_date": "01-02-1980", "first_day": "01-01-2027",
    "last_day": "31-01-2027", "reason": "Einde dienstverband", "external_reference": "P-1", "country": "Polen",
    "street": "Ulica Długa", "house_number": "1", "postcode": "00-001", "city": "Warszawa",
}  # fmt: skip
AGENCY = PROFILES["staffing_agency"]
UPLOADING = [one for one in PROFILES.values() if Capability.BULK_UPLOAD in one.capabilities]


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_a_row_that_fills_what_an_action_needs_comes_to_an_application_of_that_kind(action):
    row = {"action": action.dutch} | {key: FILLED[key] for key in (*action.required, action.named_by[0])}
    template = template_for(AGENCY)
    shaper = Shaper(template, {key: place for place, key in enumerate(row)})
    rows = shaper.shaped(3, [list(row.values())])
    assert (rows.actions, rows.problems) == ([action.code], {})
    rows.people = ["00" * 32]
    [request] = requests_of(rows, 1, "70001")
    assert request.kind == Kind(action.code)


def test_nothing_that_is_typed_can_mean_two_actions():
    assert len(ACTION_NAMES) == sum(len(action.names) for action in ACTIONS.values())


def only(*actions: str) -> SegmentProfile:
    """The agencies' profile at a portal that has the other actions switched off."""
    off = frozenset().union(*(CAPABILITIES[Kind(code)] for code in ACTIONS if code not in actions))
    return replace(AGENCY, narrowed=off)


def handed_out(profile: SegmentProfile, language: str) -> tuple[list[str], str, list[str]]:
    """The headers of the empty template, its drop-down of actions, and all that is said in it."""
    stream = io.BytesIO()
    write_template(stream, template_for(profile), language=language)
    book = openpyxl.load_workbook(io.BytesIO(stream.getvalue()))
    first, sheet = book.worksheets
    rules = sheet.data_validations.dataValidation
    [choice] = [rule.formula1 for rule in rules if str(rule.sqref) == "A3:A5002"]
    said = [str(cell.value) for row in first.iter_rows() for cell in row if cell.value]
    return [cell.value for cell in sheet[2]], choice.strip('"'), [*said, *(str(rule.prompt) for rule in rules)]


def test_a_portal_with_every_action_hands_out_every_column():
    assert template_for(AGENCY).offered == template_for(AGENCY).columns == COLUMNS
    assert [action.code for action in template_for(AGENCY).actions] == list(ACTIONS)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_a_portal_hands_out_what_it_has_and_speaks_of_nothing_else(action, language):
    headers, choice, said = handed_out(only(action.code), language)
    assert choice == action.label(language)
    assert set(headers) == {column.header(language) for column in COLUMNS if column.key in action.columns}
    others = [one.label(language).lower() for one in ACTIONS.values() if one is not action]
    # What the page itself is called names two of them, and enrolment is also what somebody's last day is of.
    titles = ("Upload aan- en afmeldingen", "Aan- en afmeldingen", "Enrolments and terminations", "enrolment")
    for text in said:
        spoken = reduce(lambda text, title: text.replace(title, ""), titles, text).lower()
        assert not [other for other in others if re.search(rf"\b{other}\b", spoken)], text


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_column_says_what_requires_it_here(language):
    [bsn] = [column for column in COLUMNS if column.key == "bsn"]
    required = {"nl": "Verplicht bij aanmelden. ", "en": "Required to enrol. "}[language]
    assert template_for(AGENCY).hint(bsn, language) == required + bsn.hint(language)
    assert template_for(only("terminate")).hint(bsn, language) == bsn.hint(language)


def test_the_list_of_reasons_goes_with_leaving():
    assert "Redenen" in handed_out(AGENCY, "nl")[2]
    assert {"Redenen", "Overleden"}.isdisjoint(handed_out(only("enrol"), "nl")[2])


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_a_row_that_asks_what_the_portal_does_not_have_is_told_that_alone(action):
    """Also where it lacks something: mending that would be of no use. The columns of before are read all the same."""
    template = template_for(only(*(code for code in ACTIONS if code != action.code)))
    assert (template.columns, template.mark) == (COLUMNS, template_for(AGENCY).mark)
    shaper = Shaper(template, {column.key: place for place, column in enumerate(COLUMNS)})
    rows = shaper.shaped(3, [[action.dutch, *[""] * (len(COLUMNS) - 1)]])
    assert rows.problems == {0: [Problem("action", "not_for_this_segment")]}


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("typed", ["", "iets"])
def test_who_chose_no_action_is_told_those_of_the_portal(typed, language):
    shaper = Shaper(template_for(only("enrol", "terminate")), {"action": 0, "surname": 1})
    [[problem]] = shaper.shaped(3, [[typed, "Janse"]]).problems.values()
    with override(language):
        assert refusal(problem.code, problem.params)[1] == {
            "nl": "Kies Aanmelden of Afmelden.", "en": "Choose Enrol or Terminate."
        }[language]  # fmt: skip


@pytest.mark.parametrize("brand", all_brands(), ids=lambda brand: brand.slug)
def test_a_portal_that_takes_files_has_something_to_ask_in_them(brand):
    off = frozenset(map(Capability, brand.narrowed))
    for profile in (replace(PROFILES[segment], narrowed=off) for segment in brand.segments):
        assert asked_by(profile) or not profile.allows(Capability.BULK_UPLOAD)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_action_is_in_the_drop_down_and_said_to_who_chose_none(language):
    labels = [action.label(language) for action in ACTIONS.values()]
    assert all(ACTION_NAMES[search_key(label)] for label in labels)
    assert len(",".join(labels)) <= 255, "Excel takes no longer list: it would leave the drop-down out without a word"
    [column] = [column for column in COLUMNS if column.key == "action"]
    with override(language):
        said = [refusal(code, {})[1] for code in ("action_missing", "action_unknown")]
    for label in labels:
        assert all(label in text for text in (*said, template_for(AGENCY).hint(column, language))), (
            f"{label} is not named to who filled in no action: see action_missing and action_unknown in web/words.py"
        )


@pytest.mark.parametrize("profile", UPLOADING, ids=lambda profile: profile.slug)
def test_who_uploads_has_a_column_for_what_each_action_needs(profile):
    columns = {"action", "contract"}
    for action in ACTIONS.values():
        if any(profile.allows(one) for one in CAPABILITIES[Kind(action.code)]):
            columns |= set(action.required)
            assert set(action.named_by) & set(profile.upload_columns), f"nobody can be named to {action.english}"
    missing = columns - set(profile.upload_columns)
    assert not missing, f"upload_columns of {profile.slug} lack {sorted(missing)}"


def test_who_does_not_upload_has_no_columns():
    assert [one.slug for one in PROFILES.values() if one.upload_columns and one not in UPLOADING] == []
