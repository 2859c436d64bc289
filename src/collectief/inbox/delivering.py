"""Messages to many organisations at once, by whoever acts for none of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

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


# The same, with each its own.
_DELIVER_EACH = """
INSERT INTO message (insurer_id, at, keep_until, category, code, about, about_id, contracts, sort_key, facts,
       seen_by_sender, organisation_id)
SELECT %s, %s, n.keep_until, n.category, n.code, n.about, n.about_id, n.contracts::bigint[], '', n.facts::jsonb, false,
       n.organisation
  FROM unnest(%s::date[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::bigint[]) n
       (keep_until, category, code, about, about_id, contracts, facts, organisation)
"""


def deliver_each(insurer_id: int, told: Iterable[tuple[int, date, Tiding]], *, at: datetime) -> None:
    """Tell each organisation its own, which is kept until a day; about nobody in particular, in one statement.

    Nobody sees it before `at`. Must run inside `housekeeping`.
    """
    rows = list(told)
    columns: list[Any] = [
        [until for _, until, _ in rows],
        [str(one.category) for _, _, one in rows],
        [one.code for _, _, one in rows],
        [str(one.about) for _, _, one in rows],
        ids_array(one.about_id for _, _, one in rows),
        [None if one.contracts is None else ids_array(one.contracts) for _, _, one in rows],
        [orjson.dumps(one.facts, default=dict).decode() for _, _, one in rows],
        ids_array(organisation for organisation, _, _ in rows),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_DELIVER_EACH, [insurer_id, at, *columns])


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
