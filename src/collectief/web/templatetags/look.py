"""The portal's own template words: fields, error summaries, days, birth dates and numbers."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, RadioSelect
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from collectief.foundation.dates import BirthDate, dutch

register = template.Library()
_DAY = re.compile(r"\b\d\d-\d\d-\d{4}\b")


@register.inclusion_tag("parts/field.html", name="field")
def field(bound: BoundField) -> dict[str, Any]:
    """A form field: label, description, input and errors, tied together for who cannot see them."""
    described = [f"{bound.id_for_label}-hint"] if bound.help_text else []
    described += [f"{bound.id_for_label}-error"] if bound.errors else []
    attributes: dict[str, Any] = {"class": "ds-input"}
    # Boxes to tick are radio buttons too, as Django has it.
    group = isinstance(bound.field.widget, RadioSelect)
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if bound.field.required and not group:
        attributes["aria-required"] = "true"
    if group:
        return {"bound": bound, "group": True, "described": " ".join(described), "boxes": list(bound)}
    return {"bound": bound, "input": bound.as_widget(attrs=attributes)}


@register.inclusion_tag("parts/cell.html", name="cell")
def cell(bound: BoundField) -> dict[str, Any]:
    """An input in a table, that its row and column stand beside; its label is for who cannot see them."""
    attributes: dict[str, Any] = {"class": "ds-input", "aria-label": bound.label}
    if bound.errors:
        attributes |= {"aria-invalid": "true", "aria-describedby": f"{bound.id_for_label}-error"}
    return {"bound": bound, "input": bound.as_widget(attrs=attributes)}


@register.inclusion_tag("parts/error_summary.html", name="error_summary")
def error_summary(form: BaseForm | None) -> dict[str, Any]:
    """Everything that is wrong with a form, on top, each leading to its field."""
    if form is None or not form.is_bound:
        return {"lines": []}
    lines = [("", error) for error in form.non_field_errors()]
    lines += [
        (form[name].id_for_label or form[name].auto_id, error) for name in form.fields for error in form[name].errors
    ]
    return {"lines": lines}


@register.filter
def days(text: str) -> SafeString:
    """A text with each day in it on one line: a browser breaks one at its hyphens, and it is read as two numbers."""
    # Escaped before anything is added to it; what is added holds digits and hyphens.
    return mark_safe(_DAY.sub(r'<span class="c-when">\g<0></span>', conditional_escape(text)))  # noqa: S308


@register.filter
def day(value: date | None) -> str:
    """dd-mm-jjjj; a dash where there is no day."""
    return dutch(value) if value else "–"


@register.filter
def birth(value: str) -> str:
    """A birth date's text form as dd-mm-jjjj, with 00 for what is unknown."""
    return BirthDate.parse(value).dutch if value else "–"


@register.filter
def signed(value: int) -> str:
    """A difference: +3, -2, 0."""
    sign = "+" if value > 0 else "-" if value < 0 else ""
    return sign + number(abs(value))


@register.filter
def number(value: int | None) -> str:
    """A whole number as the language groups its thousands: 1.234, in English 1,234."""
    grouped = f"{value or 0:,}"
    return grouped if get_language() == "en" else grouped.replace(",", ".")
