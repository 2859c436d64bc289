"""The result of an upload as text, for whoever sends files from the command line."""

from __future__ import annotations

from collectief.bulk.inline import Report, UploadFailed
from collectief.bulk.sheets.columns import COLUMNS

from ..words import refusal
from .present import outcome_labels, planned_labels, warnings
from .words import file_refusal

_HEADERS = {column.key: column.dutch for column in COLUMNS}


def report_text(report: Report) -> str:
    """What was passed over, the counts, and of every bad row its number, what is wrong and what to do."""
    kinds = planned_labels() if report.dry_run else outcome_labels()
    labels = {str(kind): label for kind, (label, _) in kinds.items()}
    lines = warnings(report)
    lines += [f"{label}: {report.counts[kind]}" for kind, label in labels.items() if kind in report.counts]
    for number, problems in report.bad_rows:
        for column, code, params in problems:
            where = f", {_HEADERS[column]}" if column else ""
            lines.append(f"Regel {number}{where}: {' '.join(refusal(code, params))}")
    return "\n".join(lines)


def failure_text(failed: UploadFailed) -> str:
    """Why it went no further, and what becomes of what was begun."""
    who = {"email": "", "portal": "", "contract": "", **failed.params}
    said = {
        "no_account": "Er is geen actief account {email} in dit portaal, of het is er van meer organisaties.",
        "not_allowed": "Het account {email} mag geen bestanden versturen.",
        "contract_unknown": "Contract {contract} is niet van deze organisatie.",
        "portal_unknown": "Er is geen portaal {portal}.",
        "register_silent": (
            "De BRP antwoordt niet. Het bestand gaat vanzelf verder zodra dat weer kan:"
            " tot het plan, en na akkoord in het portaal tot het resultaat."
        ),
        "register_silent_trial": "De BRP antwoordt niet. Er is niets bewaard: probeer het later opnieuw.",
        "database_away": (
            "De database antwoordt niet. Kijk of zij draait en verstuur het bestand opnieuw: niets telt dubbel."
        ),
        "dealt_with": "Dit bestand is in het portaal intussen verwerkt of geannuleerd: kijk daar hoe het staat.",
    }
    if failed.code in said:
        return said[failed.code].format(**who)
    return " ".join(file_refusal(failed.code, failed.params))
