"""Deductible use in the words of the screen, and of the command line."""

from __future__ import annotations

from django.utils.translation import gettext as _

from collectief.deductible.queries import ImportView
from collectief.deductible.rules import Problem


def problem_words(problem: Problem) -> str:
    """What is wrong with a line, and what it must be."""
    return {
        Problem.NOT_TEXT: _("Geen leesbare tekst: lever het bestand aan in UTF-8."),
        Problem.TOO_LONG: _("De regel is te lang."),
        Problem.CELLS: _("De regel heeft geen vijf velden met puntkomma's ertussen."),
        Problem.RELATION_NUMBER: _("Het relatienummer bestaat niet uit 1 tot 12 cijfers."),
        Problem.YEAR: _("Het jaar is geen jaartal vanaf 2008 tot en met dit jaar."),
        Problem.DEDUCTIBLE: _("Het eigen risico is geen bedrag van € 0 tot en met € 2.000."),
        Problem.USED: _("Het verbruik is geen bedrag van € 0 tot en met € 2.000."),
        Problem.AS_OF: _("De peildatum is geen dag in de vorm 2026-11-30."),
        Problem.USED_MORE: _("Er is meer verbruikt dan het eigen risico."),
        Problem.OUTSIDE_YEAR: _("De peildatum ligt voor het jaar of in de toekomst."),
        Problem.TWICE: _("Dit relatienummer staat voor dit jaar al eerder in het bestand."),
        Problem.UNKNOWN: _("Dit relatienummer is hier niet bekend."),
        Problem.NOT_SHOWN: _("De organisatie van deze deelnemer ziet geen eigen risico; er is niets bewaard."),
        Problem.NOT_INSURED: _("Deze deelnemer was in dat jaar niet via de organisatie verzekerd."),
        Problem.OLDER: _("Er is al iets van een latere peildatum."),
    }[problem]


def file_words(code: str) -> str:
    """Why nothing of a file is taken over."""
    return {
        "too_large": _("Het bestand is groter dan 200 MB."),
        "too_many": _("Het bestand heeft meer dan een miljoen regels: deel het op."),
        "no_head": _("De eerste regel is niet: relatienummer;jaar;eigen_risico;verbruikt;peildatum"),
    }[code]


def import_state(view: ImportView) -> tuple[str, str]:
    """Where a file stands, and its colour."""
    if view.finished_at is None:
        return _("Bezig of afgebroken"), "warning"
    return (_("Overgenomen, met fouten"), "warning") if view.refused else (_("Overgenomen"), "success")
