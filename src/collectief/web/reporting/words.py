"""Spans and movements in words."""

from __future__ import annotations

from urllib.parse import urlencode

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from collectief.exports.words import MOVEMENTS
from collectief.reporting.rules import Movement, Span

# What an address says for the list as it was fixed, or for what changed since; without it the list is of now.
OFFICIAL, CHANGES = "vastgesteld", "gewijzigd"
# What it says for everyone; without it only who came or left.
EVERYONE = "alle"
_COLOURS = {
    Movement.CAME: "success", Movement.LEFT: "warning", Movement.CAME_AND_LEFT: "info", Movement.STAYED: "neutral",
}  # fmt: skip


def span_words(span: Span) -> str:
    """november 2026, or the year with its months."""
    if span.whole_year:
        return _("{year} – januari t/m december").format(year=span.first.year)
    return date_format(span.first, "F Y")


def list_query(contract: str, period: str, *, everyone: bool = False, stand: str = "") -> str:
    """What stands behind the address of the lists for one of them: a contract's number, and a span's code."""
    asked = {"contract": contract, "periode": period, "toon": EVERYONE if everyone else "", "stand": stand}
    return "?" + urlencode({name: value for name, value in asked.items() if value})


def movement_words(movement: Movement) -> tuple[str, str]:
    """What moved, and its colour."""
    return str(MOVEMENTS[movement]), _COLOURS[movement]
