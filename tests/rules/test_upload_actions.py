"""Whatever a row of an upload can ask is known everywhere where it must be (docs/recipes.md)."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from collectief.bulk.applications import requests_of
from collectief.bulk.sheets.columns import ACTION_NAMES, ACTIONS, COLUMNS, template_for
from collectief.bulk.sheets.shape import Shaper
from collectief.enrolment.facts import Kind
from collectief.enrolment.rules import CAPABILITIES
from collectief.foundation.names import search_key
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Capability
from collectief.web.words import refusal

pytestmark = pytest.mark.feature("U21")

# A cell of each column that has a value; the reason is one of the agencies'.
FILLED = {
    "bsn": "999990019", "initials": "A.J.", "surname": "Janse", "birth_date": "01-02-1980", "first_day": "01-01-2027",
    "last_day": "31-01-2027", "reason": "Einde dienstverband", "external_reference": "P-1", "country": "Polen",
    "street": "Ulica Długa", "house_number": "1", "postcode": "00-001", "city": "Warszawa",
}  # fmt: skip
UPLOADING = [one for one in PROFILES.values() if Capability.BULK_UPLOAD in one.capabilities]


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_a_row_that_fills_what_an_action_needs_comes_to_an_application_of_that_kind(action):
    row = {"action": action.dutch} | {key: FILLED[key] for key in (*action.required, action.named_by[0])}
    template = template_for(PROFILES["staffing_agency"])
    shaper = Shaper(template, {key: place for place, key in enumerate(row)})
    rows = shaper.shaped(3, [list(row.values())])
    assert (rows.actions, rows.problems) == ([action.code], {})
    rows.people = ["00" * 32]
    [request] = requests_of(rows, 1, "70001")
    assert request.kind == Kind(action.code)


def test_nothing_that_is_typed_can_mean_two_actions():
    assert len(ACTION_NAMES) == sum(len(action.names) for action in ACTIONS.values())


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_action_is_in_the_drop_down_and_said_to_who_chose_none(language):
    labels = [action.label(language) for action in ACTIONS.values()]
    assert all(ACTION_NAMES[search_key(label)] for label in labels)
    assert len(",".join(labels)) <= 255, "Excel takes no longer list: it would leave the drop-down out without a word"
    [column] = [column for column in COLUMNS if column.key == "action"]
    with override(language):
        said = [refusal(code, {})[1] for code in ("action_missing", "action_unknown")]
    for label in labels:
        assert all(label in text for text in (*said, column.hint(language))), (
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
