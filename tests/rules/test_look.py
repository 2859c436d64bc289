"""Words of the templates that are ours (X14)."""

from __future__ import annotations

import pytest
from django.utils.safestring import SafeString, mark_safe

from collectief.web.templatetags.look import days

pytestmark = pytest.mark.feature("X14")


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("vanaf 01-11-2026", 'vanaf <span class="c-when">01-11-2026</span>'),
        ("1 01-11-2026, 2", '1 <span class="c-when">01-11-2026</span>, 2'),
        ("referentie S31-000000", "referentie S31-000000"),
        ("nummer 101-11-20267", "nummer 101-11-20267"),
        ("<b>01-11-2026</b>", '&lt;b&gt;<span class="c-when">01-11-2026</span>&lt;/b&gt;'),
        (mark_safe("<b>x</b>"), "<b>x</b>"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_day_in_a_text_stays_on_one_line_and_what_somebody_typed_is_escaped(text, drawn):
    assert days(text) == drawn
    assert isinstance(days(text), SafeString)
