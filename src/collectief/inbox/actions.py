"""Writing messages, in the transaction of what they tell, and reading them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone

from collectief.audit import actions as audit
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .delivering import COLUMNS, RECORD, row_of
from .facts import About, Tiding
from .queries import Asked, where
from .rules import kept_until

# Thousands at once travel as one value, and are written by one statement.
_WRITE = f"""
INSERT INTO message (insurer_id, organisation_id, at, keep_until, account_id, seen_by_sender, {COLUMNS})
SELECT %s, %s, %s, %s, %s, %s, {COLUMNS} FROM jsonb_to_recordset(%s::jsonb) AS m ({RECORD})
"""
_READ = """
INSERT INTO message_read (organisation_id, account_id, at, message_id)
SELECT %(organisation)s, %(account)s, %(now)s, m.id FROM message m {where} ON CONFLICT DO NOTHING
"""


def write(scope: Scope, told: Iterable[Tiding], *, at: datetime, seen_by_sender: bool = False) -> None:
    """Tell the scope's organisation these things; what its segment has no category for is not told.

    `seen_by_sender`: whoever did it saw what came of it, and to them it is no news. Must run inside `opened`.
    """
    rows = [row_of(one) for one in told if one.category in scope.profile.message_categories]
    if not rows:
        return
    keep_until = kept_until(scope.profile, timezone.localdate(at))
    given: list[Any] = [scope.insurer_id, scope.organisation_id, at, keep_until, scope.account_id, seen_by_sender]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [*given, orjson.dumps(rows, default=dict).decode()])


def mark_read(scope: Scope, message_ids: Collection[int], *, now: datetime) -> None:
    """From now on the scope's account has read these, as far as they are its to read. Raises NotAllowed."""
    _mark(scope, Asked(), now, " AND m.id = ANY (%(ids)s)", {"ids": list(message_ids)})


def mark_own_read(scope: Scope, about: About, ids: Collection[int], *, now: datetime) -> None:
    """The same of messages for this account alone, where what they lead to was read there. Raises NotAllowed."""
    which = " AND m.only_for = %(account)s AND m.about = %(about)s AND m.about_id = ANY (%(ids)s)"
    _mark(scope, Asked(unread=True), now, which, {"about": str(about), "ids": list(ids)})


def mark_all_read(scope: Scope, asked: Asked, *, now: datetime) -> None:
    """The same for everything that is asked for. Raises NotAllowed."""
    _mark(scope, asked, now, "", {})
    audit.record(scope, "messages.read_all", detail={"category": str(asked.category or "")})


def _mark(scope: Scope, asked: Asked, now: datetime, which: str, given: dict[str, Any]) -> None:
    scope.require(Permission.SEE_MESSAGES)
    clause, values = where(scope, asked, now)
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(where=clause + which), values | given)
