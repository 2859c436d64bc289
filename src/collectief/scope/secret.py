"""The installation's secret, the keys that derive from it, and the proof that the database stands under it (ADR 26).

Everything that is sealed or indexed derives its key from one secret. With another one nobody would be found, and who
is enrolled would be entered twice: so every line to the database begins by comparing it with the mark that is kept
there. The former secret counts beside it, for what cannot be made anew, until the operator drops it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections

_KNOWN = "SELECT number, mark, dropped_at IS NOT NULL FROM sealing_key ORDER BY number DESC"


class WrongSecret(RuntimeError):
    """The database stands under another secret; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Known:
    """A secret the database stands or stood under: its number, what recognises it, and whether it was dropped."""

    number: int
    mark: bytes
    dropped: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Under which number the database stands, and whether what the former secret made still counts."""

    number: int
    with_former: bool


def derived(secret: str, purpose: str) -> bytes:
    """The key of `secret` for one purpose: what was made with it says nothing about any other."""
    return hmac.digest(secret.encode(), f"collectief:{purpose}".encode(), hashlib.sha256)


def mark_of(secret: str) -> bytes:
    """What recognises a secret without telling it, provided that it is of chance."""
    return derived(secret, "mark")


def judge(known: Sequence[Known], present: str, former: str) -> Standing:
    """Whether these secrets are the ones of the database; `known` has the present one first.

    Raises WrongSecret: none is noted, the present is another, or a former one that still counts was not given.
    """
    if not known:
        raise WrongSecret(
            "The database does not know its secret yet: run `collectief django migrate --database owner`."
        )
    current, *earlier = known
    if not hmac.compare_digest(current.mark, mark_of(present)):
        raise WrongSecret(
            f"COLLECTIEF_SECRET is not the secret this database stands under (number {current.number}). Nothing was"
            " done. Give that one; or, to go over to another, run `collectief keys renew` first (docs/keys.md)."
        )
    counts = [one for one in earlier if not one.dropped]
    if any(not hmac.compare_digest(one.mark, mark_of(former)) for one in counts):
        raise WrongSecret(
            f"The secret with number {counts[0].number} still counts for links and recovery codes of before: give it"
            " as COLLECTIEF_SECRET_BEFORE, or run `collectief keys drop` (docs/keys.md)."
        )
    return Standing(current.number, with_former=bool(counts))


def known(connection: psycopg.Connection[Any]) -> list[Known]:
    """Every secret the database stood under, the present one first."""
    return [Known(number, bytes(mark), dropped) for number, mark, dropped in connection.execute(_KNOWN)]


# What the last line to the database was told. Everything of a process stands under the same secret.
_standing: Standing | None = None


def compare(connection: psycopg.Connection[Any]) -> None:
    """Compare our secret with the database's on a line that was just made. Raises WrongSecret.

    A renewal under way holds the table: whoever comes meanwhile waits, and is told of the new one.
    """
    global _standing
    try:
        found = known(connection)
    except psycopg.errors.UndefinedTable:
        # Before the first migration there is nothing to protect, and afterwards every line is a new one.
        connection.rollback()
        return
    _standing = judge(found, settings.SECRET_KEY, settings.SECRET_BEFORE)


def standing() -> Standing:
    """Under which secret this process works. Raises WrongSecret; OperationalError when the database is away."""
    connection = connections["default"]
    connection.ensure_connection()
    if _standing is None:
        assert connection.connection is not None
        compare(connection.connection)
    if _standing is None:
        raise WrongSecret("The database has no tables yet: run `collectief django migrate --database owner`.")
    return _standing


def number() -> int:
    """The number of the secret this process works under; asked of the database once a line."""
    return _standing.number if _standing else standing().number


def secret() -> str:
    """The present secret."""
    return settings.SECRET_KEY


def key_for(purpose: str) -> bytes:
    """The present key for one purpose."""
    return derived(secret(), purpose)


def keys_for(purpose: str) -> list[bytes]:
    """The keys that count for one purpose, the present one first: for what cannot be made anew under another."""
    former = [settings.SECRET_BEFORE] if (_standing or standing()).with_former else []
    return [derived(one, purpose) for one in (secret(), *former)]
