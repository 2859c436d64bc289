"""Making letters, and keeping them."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from collectief.audit import actions as audit
from collectief.inbox import actions as inbox
from collectief.inbox.facts import About, Tiding
from collectief.inbox.queries import told_on
from collectief.scope.scope import Scope
from collectief.scope.staging import bytes_array
from collectief.segments.profile import Permission

from . import vault
from .models import Document
from .queries import NoDocument, kept_letters, readable
from .rules import TOLD, Letter, LetterKind, asked_for, kept_until, numbered, offered_by, shown
from .store import Place, current_store
from .typesetting import LetterFailed, typeset

_log = logging.getLogger(__name__)

# Of two that make the same letter at the same moment, one keeps theirs and both have that one.
_KEEP = """
INSERT INTO document (insurer_id, organisation_id, made_at, participant_id, number, kind, keep_until, says, contracts,
       facts, key_sealed, name)
SELECT %s, %s, %s, n.participant_id, n.number, n.kind, n.keep_until, n.says::jsonb, n.contracts::bigint[], n.facts,
       n.key, n.name
  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::date[], %s::text[], %s::text[], %s::bytea[], %s::bytea[],
       %s::text[]) n (participant_id, number, kind, keep_until, says, contracts, facts, key, name)
ON CONFLICT (organisation_id, facts) DO NOTHING RETURNING id, number
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A letter to be had: about whom, what its file is called, without its ending, and of which contracts it tells."""

    letter: Letter
    participant_id: int
    name: str
    contracts: frozenset[int]


@dataclass(frozen=True, slots=True)
class Made:
    """A letter as it is kept."""

    id: int
    number: str
    kind: LetterKind
    participant_id: int
    name: str
    pdf: bytes = field(repr=False)


class Unreadable(RuntimeError):
    """The file of a letter that was made before is gone or damaged; about whom it was."""

    def __init__(self, participant_id: int) -> None:
        super().__init__(participant_id)
        self.participant_id = participant_id


@dataclass(frozen=True, slots=True)
class _Lot:
    """Letters that were asked for together: each in its place, which ones are new, which were there, which failed."""

    found: list[Made | None]
    fresh: list[Made]
    had: list[Made]
    failed: list[Wanted]


@dataclass(slots=True)
class _Draft:
    """A letter that has been set and is not kept yet."""

    wanted: Wanted
    facts: bytes
    number: str
    pdf: bytes
    sealed: vault.Sealed


def make(scope: Scope, wanted: Wanted, *, frame: Mapping[str, str], now: datetime) -> Made:
    """The letter, made and kept; when one that says the same was made today, that one. Raises NotAllowed, LetterFailed.

    `frame` is what is the same on every letter of a portal: sender, colour, language, day, and in `check` how its
    number is checked, with `{number}` in it. Must run inside `opened`.
    """
    [made] = make_all(scope, [wanted], frame=frame, now=now)
    if made is None:
        raise LetterFailed(str(wanted.letter.kind))
    return made


@transaction.atomic
def make_all(scope: Scope, wanted: Sequence[Wanted], *, frame: Mapping[str, str], now: datetime) -> list[Made | None]:
    """The same for several, in a fixed number of queries; None for each that could not be set, which is in the trail.

    Must run inside `opened`. Raises NotAllowed.
    """
    for kind in {one.letter.kind for one in wanted}:
        scope.require(asked_for(kind), offered_by(kind))
    lot = _lot(scope.insurer_id, scope.organisation_id, wanted, frame, now)
    _record(scope, "documents.make", lot.fresh)
    _record(scope, "documents.open", lot.had)
    _record_failed(scope, lot.failed)
    fresh = {(one.participant_id, one.kind) for one in lot.fresh}
    for one in wanted:
        if one.letter.kind in TOLD and (one.participant_id, one.letter.kind) in fresh:
            _tell(scope, one, now)
    return lot.found


def make_unasked(
    insurer_id: int, organisation_id: int, wanted: Sequence[Wanted], *, frame: Mapping[str, str], now: datetime
) -> list[Made | None]:
    """The same for letters that the insurer makes by itself; whoever has them made puts it in the trail.

    Must run inside `working_for` of the organisation.
    """
    lot = _lot(insurer_id, organisation_id, wanted, frame, now)
    for one in lot.failed:
        _log.error("a %s could not be typeset", one.letter.kind)
    return lot.found


def _lot(
    insurer_id: int, organisation_id: int, wanted: Sequence[Wanted], frame: Mapping[str, str], now: datetime
) -> _Lot:
    marks, there = _had(organisation_id, [_mark(one, frame) for one in wanted])
    drafts: dict[bytes, _Draft] = {}
    failed: dict[bytes, Wanted] = {}
    for one, facts in zip(wanted, marks, strict=True):
        if facts in there or facts in drafts or facts in failed:
            continue
        try:
            drafts[facts] = _draft(one, facts, frame, now)
        except LetterFailed:
            failed[facts] = one
    kept = _keep(insurer_id, organisation_id, drafts.values(), now)
    # Who was just before us has the letter that both go on with.
    if lost := drafts.keys() - kept.keys():
        there |= _opened(kept_letters(organisation_id, facts=lost))
    found = kept | there
    return _Lot([found.get(facts) for facts in marks], list(kept.values()), list(there.values()), list(failed.values()))


def _had(organisation_id: int, marks: list[bytes]) -> tuple[list[bytes], dict[bytes, Made]]:
    """Under which marks these letters stand, and those that are there.

    In place of one whose file cannot be read comes another, under a mark of its own: both can be asked for.
    """
    there: dict[bytes, Made] = {}
    asked = set(marks)
    while rows := kept_letters(organisation_id, facts=asked):
        there |= _opened(rows)
        numbers = {bytes(row.facts or b""): row.number for row in rows}
        instead = {facts: vault.mark(facts + numbers[facts].encode()) for facts in numbers.keys() - there.keys()}
        marks, asked = [instead.get(facts, facts) for facts in marks], set(instead.values())
    return marks, there


def reopen(scope: Scope, document_id: int) -> Made:
    """A letter that was made before, as it was. Must run inside `opened`.

    Raises NotAllowed, NoDocument, and Unreadable, which is in the trail.
    """
    scope.require(Permission.SEE_PARTICIPANTS)
    rows = kept_letters(scope.organisation_id, document_id=document_id)
    if not rows:
        raise NoDocument(document_id)
    [row] = rows
    kind = LetterKind(row.kind)
    scope.require(asked_for(kind), offered_by(kind))
    found = list(_opened(rows).values())
    if not found:
        audit.record(
            scope, "documents.open", participants=[row.participant_id], outcome="failure",
            objects={"document": [row.id]}, detail={"kind": str(kind)},
        )  # fmt: skip
        raise Unreadable(row.participant_id)
    _record(scope, "documents.open", found)
    return found[0]


def _mark(wanted: Wanted, frame: Mapping[str, str]) -> bytes:
    said = [wanted.participant_id, sorted(wanted.contracts), asdict(wanted.letter), sorted(frame.items())]
    return vault.mark(json.dumps(said, ensure_ascii=False).encode())


def _draft(wanted: Wanted, facts: bytes, frame: Mapping[str, str], now: datetime) -> _Draft:
    number = numbered(secrets.token_bytes(10))
    said = {**asdict(wanted.letter), **frame, "check": frame["check"].replace("{number}", shown(number))}
    pdf = typeset(said, at=now)
    return _Draft(wanted, facts, number, pdf, vault.sealed(number, pdf))


def _keep(insurer_id: int, organisation_id: int, drafts: Iterable[_Draft], now: datetime) -> dict[bytes, Made]:
    """Keep those that nobody has kept meanwhile."""
    rows = list(drafts)
    if not rows:
        return {}
    today = timezone.localdate(now)
    columns: list[Any] = [
        [one.wanted.participant_id for one in rows],
        [one.number for one in rows],
        [str(one.wanted.letter.kind) for one in rows],
        [kept_until(one.wanted.letter.kind, today) for one in rows],
        [json.dumps(one.wanted.letter.says) for one in rows],
        [f"{{{','.join(map(str, sorted(one.wanted.contracts)))}}}" for one in rows],
        bytes_array(one.facts for one in rows),
        bytes_array(one.sealed.key for one in rows),
        [one.wanted.name for one in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [insurer_id, organisation_id, now, *columns])
        ids = {number: id_ for id_, number in cursor.fetchall()}
    kept = [one for one in rows if one.number in ids]
    current_store().put({Place(organisation_id, ids[one.number], one.number): one.sealed.content for one in kept})
    return {
        one.facts: Made(
            ids[one.number], one.number, one.wanted.letter.kind, one.wanted.participant_id, one.wanted.name, one.pdf
        )
        for one in kept
    }


def _opened(rows: Collection[Document]) -> dict[bytes, Made]:
    """Those that can be read, by their facts."""
    pdfs = readable(current_store(), rows)
    return {
        bytes(row.facts or b""): Made(
            row.id, row.number, LetterKind(row.kind), row.participant_id, row.name, pdfs[row.id]
        )
        for row in rows
        if row.id in pdfs
    }


def _record(scope: Scope, action: str, made: Sequence[Made]) -> None:
    """One event for each kind, with everyone on it."""
    for kind in sorted({one.kind for one in made}):
        own = [one for one in made if one.kind == kind]
        audit.record(
            scope, action, participants=sorted({one.participant_id for one in own}),
            objects={"document": [one.id for one in own]}, detail={"kind": str(kind)},
        )  # fmt: skip


def _record_failed(scope: Scope, failed: Iterable[Wanted]) -> None:
    for one in failed:
        # What Typst says of it may quote a name.
        _log.error("a %s could not be typeset", one.letter.kind)
        audit.record(
            scope, "documents.make", participants=[one.participant_id], outcome="failure",
            detail={"kind": str(one.letter.kind)},
        )  # fmt: skip


def _tell(scope: Scope, wanted: Wanted, now: datetime) -> None:
    """Tell colleagues that it can be had; once a day, however often it is made (U08, U15)."""
    category, code = TOLD[wanted.letter.kind]
    tiding = Tiding(
        category, code, About.PARTICIPANT, wanted.participant_id, sorted(wanted.contracts), wanted.participant_id
    )
    if not told_on(scope, tiding, timezone.localdate(now)):
        inbox.write(scope, [tiding], at=now, seen_by_sender=True)
