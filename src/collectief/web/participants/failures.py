"""What failed as it is drawn: whom it was about, in which row of which file, and everything that was wrong (U26)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from collectief.bulk.queries import file_names
from collectief.mutations.queries import MutationView
from collectief.participants.queries import ParticipantView, participants
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Field, Permission

from .present import MutationLine, told_apart_by

# What a mutation is called of whom not even a number is known.
_NOBODY = "–"


@dataclass(frozen=True, slots=True)
class File:
    """The file that it came in, and the spreadsheet's own row number; `id` is None for who may not open it."""

    id: int | None
    name: str
    row: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A rejected mutation with what it takes to find whom it was about, here and in one's own administration."""

    line: MutationLine
    name: str
    details: list[str]
    reference: str
    file: File | None


def failures(scope: Scope, lines: Sequence[MutationLine]) -> list[Failure]:
    """Rejected mutations; asks once for the people and once for the files of all of them."""
    people = participants(scope, {line.view.participant_id for line in lines if line.view.participant_id})
    files = file_names(scope, {line.view.row[0] for line in lines if line.view.row})
    opens = scope.may(Permission.UPLOAD_MUTATIONS, Capability.BULK_UPLOAD)
    return [
        _failure(scope, line, people.get(line.view.participant_id or 0), _file(line.view, files, opens=opens))
        for line in lines
    ]


def _file(view: MutationView, files: dict[int, str], *, opens: bool) -> File | None:
    if view.row is None or view.row[0] not in files:
        return None
    batch, row = view.row
    return File(batch if opens else None, files[batch], row)


def _failure(scope: Scope, line: MutationLine, known: ParticipantView | None, file: File | None) -> Failure:
    asked = line.view.asked
    if known:
        number, birth_date, reference = known.relation_number, known.birth_date, known.external_reference
    else:
        number = asked.get("relation_number", "") if scope.sees(Field.RELATION_NUMBER) else ""
        birth_date = asked.get("birth_date", "") if scope.sees(Field.BIRTH_DATE) else ""
        reference = asked.get("reference", "") if scope.sees(Field.EXTERNAL_REFERENCE) else ""
    name = line.view.name if line.view.name != _NOBODY else _("Onbekend")
    details = told_apart_by(number, birth_date)
    # A number that stands for the name is said once, and that it is one.
    [name, *details] = details if name == number else [name, *details]
    return Failure(line, name, details, reference, file)
