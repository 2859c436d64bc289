"""Runs in the words of the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectief.runs.queries import RunView
from collectief.runs.rules import RunState

# What it is called, and its colour.
STATES: Mapping[RunState, tuple[str | Promise, str]] = {
    RunState.PLANNED: (gettext_lazy("Gepland"), "info"),
    RunState.RUNNING: (gettext_lazy("Bezig"), "info"),
    RunState.DONE: (gettext_lazy("Klaar"), "success"),
    RunState.FAILED: (gettext_lazy("Mislukt"), "danger"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A run as it is drawn."""

    view: RunView
    label: str
    called: str
    unit: str
    state: str
    colour: str
    by: str


def line(view: RunView) -> Line:
    """A run in words; what was planned by itself says so."""
    state, colour = STATES[view.state]
    kind = view.kind
    return Line(
        view, str(kind.label), kind.called(view.subject), str(kind.unit), str(state), colour,
        view.planned_by or _("vanzelf"),
    )  # fmt: skip


def run_refusal(code: str) -> str:
    """Why it cannot be started now."""
    return {
        "under_way": _("Deze run is al gepland of bezig, en staat in de lijst."),
        "nothing_left": _("Er is niets te doen: alles is al gedaan, of wat ervoor nodig is, is er nog niet."),
    }[code]
