"""Entering who is known at the insurer: the one row per human that every organisation's participants lead to."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from collectief.foundation.bsn import Bsn
from collectief.scope.scope import Scope
from collectief.scope.staging import bytes_array

from .keys import bsn_keys


def ensure(scope: Scope, bsns: Mapping[bytes, Bsn]) -> None:
    """See that these people, by blind index, have their row; must run inside the opened scope.

    For a transaction that enters newcomers in more steps than one. Each step enters them in index order, but only one
    order for all of them keeps two organisations with the same people from waiting for each other in a circle.
    """
    if not bsns:
        return
    keys = bsn_keys(scope)
    indexes = sorted(bsns)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM person_ensure(%s::bytea[], %s::bytea[], %s::smallint)",
            [bytes_array(indexes), bytes_array(keys.sealed_at(bsns[one], one) for one in indexes), keys.key_id],
        )
