"""Making a letter."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from collectief.audit import actions as audit
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .models import Document
from .rules import Letter, kept_until, numbered, shown
from .typesetting import typeset


@transaction.atomic
def make(scope: Scope, letter: Letter, participant_id: int, *, frame: Mapping[str, str], now: datetime) -> bytes:
    """Typeset a letter about somebody, give it a number and put it in the trail; the PDF.

    `frame` is what is the same on every letter of a portal: sender, colour, language, and in `check` how its number is
    checked, with `{number}` in it. Must run inside `opened`. Raises NotAllowed, LetterFailed.
    """
    scope.require(Permission.SEE_PARTICIPANTS)
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
    return pdf
