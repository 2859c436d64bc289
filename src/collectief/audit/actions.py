"""Writing the trail."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection

from collectief.scope.scope import Scope
from collectief.scope.staging import ids_array

PURPOSE = "administration_of_group_insurance"

# Not by the ORM: one event of a file names thousands of people, and each would be adapted by itself.
_INSERT = (
    "INSERT INTO audit_event (insurer_id, organisation_id, action, outcome, account_id, account, roles, responsible,"
    " purpose, access_point, participant_ids, detail)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::bigint[], %s::jsonb)"
)


def record(
    scope: Scope,
    action: str,
    *,
    participants: Iterable[int] = (),
    outcome: str = "success",
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one event, in the transaction of what it tells of (X09, K06, NEN 7513).

    `detail` holds codes, counts and ids; never a name, a BSN or what a person filled in.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                scope.insurer_id, scope.organisation_id, action, outcome, scope.account_id, scope.account,
                sorted(scope.roles), scope.organisation, PURPOSE, f"{scope.brand}/{scope.channel}",
                ids_array(participants), json.dumps(detail or {}),
            ],
        )  # fmt: skip
