"""Messages to many organisations at once, by whoever acts for none of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone

from collectief.scope.staging import ids_array
from collectief.segments.catalogue import PROFILES

from .facts import Tiding
from .rules import kept_until

# What a message says, as `row_of` has it; how PostgreSQL reads that.
COLUMNS = "category, code, about, about_id, contracts, participant_id, name, sort_key, facts, only_for"
RECORD = (
    "category text, code text, about text, about_id bigint, contracts bigint[], participant_id bigint, name jsonb,"
    " sort_key text, facts jsonb, only_for bigint"
)
# Not by the ORM, which would read back what whoever tells it may not read. What many are told travels once.
_DELIVER = f"""
INSERT INTO message (insurer_id, at, seen_by_sender, organisation_id, keep_until, {COLUMNS})
SELECT %s, %s, false, organisation_id, keep_until, {COLUMNS}
  FROM jsonb_to_recordset(%s::jsonb) AS m (place integer, {RECORD})
  JOIN unnest(%s::integer[], %s::bigint[], %s::date[]) AS whom (place, organisation_id, keep_until) USING (place)
 ORDER BY place
"""


def deliver(
    insurer_id: int, told: Iterable[tuple[Tiding, Iterable[tuple[int, str]]]], *, at: datetime, until: date = date.max
) -> None:
    """Tell each of these to its organisations, by number and segment, in one statement.

    What a segment has no category for is not told. Kept as long as the segment keeps messages, not after `until`.
    Nobody sees it before `at`. Must run inside `office` of the insurer, for news and answers, or inside `housekeeping`.
    """
    written_on = timezone.localdate(at)
    rows: list[dict[str, Any]] = []
    whom: list[tuple[int, int, date]] = []
    for place, (tiding, organisations) in enumerate(told):
        rows.append({"place": place, **row_of(tiding)})
        for organisation_id, segment in organisations:
            profile = PROFILES[segment]
            if tiding.category in profile.message_categories:
                whom.append((place, organisation_id, min(until, kept_until(profile, written_on))))
    given = [orjson.dumps(rows, default=dict).decode(), ids_array(place for place, *_ in whom)]
    with connection.cursor() as cursor:
        cursor.execute(
            _DELIVER, [insurer_id, at, *given, ids_array(id_ for _, id_, _ in whom), [day for *_, day in whom]]
        )


def row_of(one: Tiding) -> dict[str, Any]:
    """What a message says, by column."""
    name = one.name if one.participant_id is None else None
    return {
        "category": str(one.category), "code": one.code, "about": str(one.about), "about_id": one.about_id,
        "contracts": None if one.contracts is None else list(one.contracts), "participant_id": one.participant_id,
        "name": [name.initials, name.prefix, name.surname] if name else None,
        "sort_key": name.sort_key if name else "", "facts": one.facts,
        "only_for": one.only_for,
    }  # fmt: skip
