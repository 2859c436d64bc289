"""The same message to many organisations at once, by whoever acts for none of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import orjson
from django.db import connection

from collectief.scope.staging import ids_array

from .facts import Tiding

# Not by the ORM, which would read back what whoever tells it may not read.
_DELIVER = """
INSERT INTO message (insurer_id, at, keep_until, category, code, about, about_id, contracts, sort_key, facts,
       seen_by_sender, organisation_id)
SELECT %s, %s, %s, %s, %s, %s, %s, %s::bigint[], '', %s::jsonb, false, o FROM unnest(%s::bigint[]) AS o
"""


def deliver(insurer_id: int, organisations: Iterable[int], told: Tiding, *, at: datetime, keep_until: date) -> None:
    """Tell these organisations of an insurer something that is about nobody in particular, in one statement.

    Nobody sees it before `at`. Must run inside `office` of the insurer, for news, or inside `housekeeping`.
    """
    contracts = None if told.contracts is None else ids_array(told.contracts)
    with connection.cursor() as cursor:
        cursor.execute(
            _DELIVER,
            [
                insurer_id, at, keep_until, told.category, told.code, told.about, told.about_id, contracts,
                orjson.dumps(told.facts, default=dict).decode(), ids_array(organisations),
            ],
        )  # fmt: skip
