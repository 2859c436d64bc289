"""Files of the insurer's core with deductible use, and what is known after one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from django.utils import timezone

from collectief.deductible.importing import Report, import_file
from collectief.deductible.models import DeductibleUse
from collectief.participants.models import Participant
from collectief.scope.database import opened
from tests.world import Agency

HEAD = "relatienummer;jaar;eigen_risico;verbruikt;peildatum"
THIS_YEAR = timezone.localdate().year
LAST_YEAR = THIS_YEAR - 1
# What is known on this day of last year is of the whole of it.
FINAL = f"{THIS_YEAR}-01-01"
# Some files are of the day after that, which is never still to come.
_NOW = max(timezone.now(), datetime(THIS_YEAR, 1, 2, 12, tzinfo=UTC))


def core_file(folder: Path, lines: Iterable[str], *, head: str = HEAD) -> Path:
    """A file with these lines."""
    path = folder / "eigen-risico.csv"
    path.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    return path


def brought(customer: Agency, path: Path, **more) -> Report:
    """The file taken over at the customer's insurer."""
    return import_file(customer.scope.insurer, path, by="kern", now=_NOW, **more)


def numbers(customer: Agency) -> dict[int, str]:
    """The relation numbers of its participants."""
    with opened(customer.scope):
        return dict(Participant.objects.order_by("id").values_list("id", "relation_number"))


def used(customer: Agency) -> dict[tuple[int, int], tuple[int, int, str]]:
    """What is known: deductible and what of it is used in cents, and the day, by participant and year."""
    with opened(customer.scope):
        rows = DeductibleUse.objects.values_list("participant_id", "year", "deductible", "used", "as_of")
        return {(id_, year): (most, spent, str(day)) for id_, year, most, spent, day in rows}


def brought_for(customer: Agency, people: Iterable[int], folder: Path, **more: object) -> None:
    """So many euro used by each of these participants, a hundred more by each next one, of last year."""
    known = numbers(customer)
    said = {"year": LAST_YEAR, "as_of": FINAL} | more
    lines = [
        f"{known[id_]};{said['year']};385;{min(385, 100 * place)}.00;{said['as_of']}"
        for place, id_ in enumerate(people)
    ]
    report = brought(customer, core_file(folder, lines))
    assert not report.refused, report.problems
