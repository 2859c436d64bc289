"""Making a letter."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from collectief.audit import actions as audit
from collectief.inbox import actions as inbox
from collectief.inbox.facts import About, Tiding
from collectief.inbox.queries import told_on
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .models import Document
from .rules import ASKS, TOLD, Letter, kept_until, numbered, shown
from .typesetting import typeset


@transaction.atomic
def make(
    scope: Scope,
    letter: Letter,
    participant_id: int,
    *,
    frame: Mapping[str, str],
    now: datetime,
    contracts: Collection[int] = (),
) -> bytes:
    """Typeset a letter about somebody, give it a number and put it in the trail; the PDF.

    `frame` is what is the same on every letter of a portal: sender, colour, language, and in `check` how its number is
    checked, with `{number}` in it. `contracts` are those it is about, where colleagues are told of it. Must run inside
    `opened`. Raises NotAllowed, LetterFailed.
    """
    scope.require(ASKS.get(letter.kind, Permission.SEE_PARTICIPANTS))
    number = numbered(secrets.token_bytes(10))
    said = {**asdict(letter), **frame, "check": frame["check"].replace("{number}", shown(number))}
    pdf = typeset(said, at=now)
    made = Document.objects.create(
        insurer_id=scope.insurer_id, organisation_id=scope.organisation_id, participant_id=participant_id,
        number=number, kind=letter.kind, made_at=now, keep_until=kept_until(letter.kind, timezone.localdate(now)),
        says=letter.says,
    )  # fmt: skip
    audit.record(
        scope, "documents.make", participants=[participant_id], objects={"document": [made.id]},
        detail={"kind": str(letter.kind)},
    )  # fmt: skip
    if letter.kind in TOLD:
        _tell(scope, letter, participant_id, contracts, now)
    return pdf


def _tell(scope: Scope, letter: Letter, participant_id: int, contracts: Collection[int], now: datetime) -> None:
    """Tell colleagues that it can be had; once a day, however often it is made (U08, U15)."""
    category, code = TOLD[letter.kind]
    tiding = Tiding(category, code, About.PARTICIPANT, participant_id, sorted(contracts), participant_id)
    if not told_on(scope, tiding, timezone.localdate(now)):
        inbox.write(scope, [tiding], at=now, seen_by_sender=True)
