"""Spans and movements in words."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from collectief.reporting.rules import Movement, Span

# What an address says for the list as it was fixed, or for what changed since; without it the list is of now.
OFFICIAL, CHANGES = "vastgesteld", "gewijzigd"


def span_words(span: Span) -> str:
    """november 2026, or the year with its months."""
    if span.whole_year:
        return _("{year} – januari t/m december").format(year=span.first.year)
    return date_format(span.first, "F Y")


def movement_words(movement: Movement) -> tuple[str, str]:
    """What moved, and its colour."""
    return {
        Movement.CAME: (_("Ingestroomd"), "success"),
        Movement.LEFT: (_("Uitgestroomd"), "warning"),
        Movement.CAME_AND_LEFT: (_("In- en uitgestroomd"), "info"),
        Movement.STAYED: (_("Deelnemer"), "neutral"),
    }[movement]
