"""Writing the trail."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from collectief.scope.database import auditing
from collectief.scope.scope import Scope
from collectief.scope.staging import ids_array

from .facts import InsurerActor

PURPOSE = "administration_of_group_insurance"
# Why the insurer's auditor looks into the trail.
SUPERVISION = "supervision_of_access"

# Not by the ORM: one event of a file names thousands of people, and each would be adapted by itself.
_INSERT = (
    "INSERT INTO audit_event (insurer_id, organisation_id, action, outcome, account_id, account, roles, responsible,"
    " purpose, access_point, participant_ids, object_ids, detail)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::bigint[], %s::jsonb, %s::jsonb)"
)


def record(
    scope: Scope,
    action: str,
    *,
    participants: Iterable[int] = (),
    objects: Mapping[str, Iterable[int]] | None = None,
    outcome: str = "success",
    purpose: str = PURPOSE,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one event, in the transaction of what it tells of (X09, K06, NEN 7513).

    `objects` are ids by kind of what it was about beside participants: mutation, batch, contract, membership.
    `detail` holds codes and counts; never a name, a BSN or what a person filled in.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                scope.insurer_id, scope.organisation_id, action, outcome, scope.account_id, scope.account,
                sorted(scope.roles), scope.organisation, purpose, f"{scope.brand}/{scope.channel}",
                ids_array(participants), _objects(_under_mandate(scope, objects)), json.dumps(detail or {}),
            ],
        )  # fmt: skip


def _under_mandate(scope: Scope, objects: Mapping[str, Iterable[int]] | None) -> Mapping[str, Iterable[int]] | None:
    """What is done under a mandate says which: the account names its own organisation, and this one answers for it."""
    return {**(objects or {}), "under_mandate": [scope.mandate.id]} if scope.mandate else objects


def record_operator(
    insurer_id: int,
    insurer: str,
    operator: str,
    action: str,
    *,
    participants: Iterable[int] = (),
    objects: Mapping[str, Iterable[int]] | None = None,
    roles: Iterable[str] = ("auditor",),
    purpose: str = SUPERVISION,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one event of an operator of the insurer at the command line, known by name; committed at once."""
    with auditing(insurer_id), connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                insurer_id, None, action, "success", None, operator, list(roles), insurer, purpose, "command",
                ids_array(participants), _objects(objects), json.dumps(detail or {}),
            ],
        )  # fmt: skip


def record_by_insurer(
    by: InsurerActor,
    organisation_id: int,
    action: str,
    *,
    participants: Iterable[int] = (),
    objects: Mapping[str, Iterable[int]] | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add to a customer's trail what the insurer did for it. Must run inside `office` or `working_for`.

    The customer reads that the insurer did it, in which function; who it was, the office's own trail says, and here
    the number of the account (docs/audit.md).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                by.insurer_id, organisation_id, action, "success", by.account_id, by.insurer, sorted(by.roles),
                by.insurer, PURPOSE, by.access_point, ids_array(participants), _objects(objects),
                json.dumps(detail or {}),
            ],
        )  # fmt: skip


def _objects(objects: Mapping[str, Iterable[int]] | None) -> str:
    return json.dumps({kind: list(ids) for kind, ids in (objects or {}).items()})
