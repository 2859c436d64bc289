"""Batches and rows in the words of the screen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collectief.bulk.rules import Outcome, Planned, State, worth_agreeing
from collectief.bulk.sheets.columns import COLUMNS

from ..words import refusal


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows of a kind, and the colour it is shown in."""

    code: str
    label: str
    number: int
    colour: str


def state_label(state: str) -> tuple[str, str]:
    """A batch's state in words, and its colour."""
    return {
        State.RECEIVED: (_("Wordt gelezen"), "info"),
        State.PLANNING: (_("Wordt gecontroleerd"), "info"),
        State.PLANNED: (_("Wacht op uw akkoord"), "warning"),
        State.CARRYING_OUT: (_("Wordt verwerkt"), "info"),
        State.DONE: (_("Verwerkt"), "success"),
        State.REFUSED: (_("Kan niet worden gelezen"), "danger"),
        State.CANCELLED: (_("Geannuleerd"), "neutral"),
        State.STOPPED: (_("Gestopt"), "danger"),
    }[State(state)]


def batch_line(batch: Any) -> dict[str, Any]:
    """A file in the list of files."""
    label, colour = state_label(batch.state)
    return {
        "id": batch.id, "file_name": batch.file_name, "by": batch.account, "at": batch.created_at, "rows": batch.rows,
        "state": label, "colour": colour, "bad": bad(batch), "good": good(batch),
    }  # fmt: skip


def planned_labels() -> dict[str, tuple[str, str]]:
    return {
        Planned.NEW: (_("Nieuw"), "success"),
        Planned.CHANGED: (_("Wijziging"), "info"),
        Planned.UNCHANGED: (_("Ongewijzigd"), "neutral"),
        Planned.REJECTED: (_("Afgekeurd"), "danger"),
    }


def outcome_labels() -> dict[str, tuple[str, str]]:
    return {
        Outcome.PROCESSED: (_("Verwerkt"), "success"),
        Outcome.UNCHANGED: (_("Ongewijzigd"), "neutral"),
        Outcome.REJECTED: (_("Afgekeurd"), "danger"),
        Outcome.CHANGED_SINCE: (_("Gewijzigd sinds controle"), "warning"),
        Outcome.NOT_ACCEPTED: (_("Niet verwerkt"), "neutral"),
    }


def counts(batch: Any) -> list[Count]:
    """The tiles above the rows: per verdict of the plan, or per outcome once done."""
    done = batch.state in (State.DONE, State.CANCELLED, State.STOPPED)
    labels = outcome_labels() if done else planned_labels()
    numbers = batch.outcome_counts if done else batch.planned_counts
    return [
        Count(code, label, numbers.get(code, 0), colour)
        for code, (label, colour) in labels.items()
        if numbers.get(code) or code not in (Outcome.NOT_ACCEPTED, Outcome.CHANGED_SINCE)
    ]


def good(batch: Any) -> int:
    """How many rows accepting would carry out, or did."""
    if batch.outcome_counts:
        return int(batch.outcome_counts.get(Outcome.PROCESSED, 0))
    return worth_agreeing(batch.planned_counts)


def bad(batch: Any) -> int:
    """How many rows need mending."""
    if batch.outcome_counts:
        return sum(int(batch.outcome_counts.get(kind, 0)) for kind in (Outcome.REJECTED, Outcome.CHANGED_SINCE))
    return int(batch.planned_counts.get(Planned.REJECTED, 0))


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing wrong with a row: the header of its column ("" when it is about the row), why, and what to do."""

    column: str
    reason: str
    remedy: str


def wrong(problems: Iterable[tuple[str, str, Mapping[str, Any]]], language: str) -> list[Wrong]:
    """Everything wrong with a row, in words."""
    return [Wrong(_header(column, language), *refusal(code, params)) for column, code, params in problems]


def _header(key: str, language: str) -> str:
    return next((column.header(language) for column in COLUMNS if column.key == key), "")


def warnings(batch: Any) -> list[str]:
    """What was passed over in the file, or stood in it unseen."""
    return [_warning(one["code"], one.get("params", {})) for one in batch.warnings]


def _warning(code: str, params: Mapping[str, Any]) -> str:
    """One warning in words. Raises KeyError for a code without any."""
    columns = params.get("columns", ())
    number = len(columns) or params.get("rows", 0)
    said = {
        "extra_columns": ngettext(
            "De kolom %(names)s kennen we niet en is overgeslagen.",
            "De kolommen %(names)s kennen we niet en zijn overgeslagen.",
            number,
        ),
        "unnamed_columns": ngettext(
            "In kolom %(names)s staan gegevens zonder kolomnaam erboven; die zijn overgeslagen.",
            "In de kolommen %(names)s staan gegevens zonder kolomnaam erboven; die zijn overgeslagen.",
            number,
        ),
        "without_action": ngettext(
            "%(count)s regel zonder actie is overgeslagen.", "%(count)s regels zonder actie zijn overgeslagen.", number
        ),
        "hidden_rows": ngettext(
            "%(count)s regel is in het bestand verborgen, bijvoorbeeld door een filter, en telt gewoon mee.",
            "%(count)s regels zijn in het bestand verborgen, bijvoorbeeld door een filter, en tellen gewoon mee.",
            number,
        ),
    }
    return said[code] % {"names": ", ".join(columns), "count": number}
