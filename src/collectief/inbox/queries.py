"""Messages as an account gets to see them: its organisation's, within its contracts and of its roles' categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.db import connection

from collectief.foundation.names import PersonName, search_key, split_prefix, tidy
from collectief.scope.scope import Scope
from collectief.segments.profile import MessageCategory

from .facts import About, Tiding
from .models import Message
from .rules import MOST_COUNTED, new_since

# Above every letter a sort key can have.
_AFTER_ALL = "\U0010ffff"


class NoMessage(LookupError):
    """There is no message with that number for this account."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for; empty is everything. `text` is a surname or a relation number, or how it begins."""

    category: MessageCategory | None = None
    contract_id: int | None = None
    text: str = ""
    unread: bool = False


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message as an account sees it; `name` is empty where it is about nobody, or nobody known."""

    id: int
    at: datetime
    category: MessageCategory
    code: str
    about: About
    about_id: int
    contracts: tuple[int, ...]
    participant_id: int | None
    name: str
    facts: dict[str, Any]
    read: bool


# Whose deed it tells of saw what came of it, or they opened it.
_MARKED = (
    "(m.account_id = %(account)s AND m.seen_by_sender OR EXISTS (SELECT FROM message_read r"
    " WHERE r.message_id = m.id AND r.account_id = %(account)s))"
)
# Whom it is about is read where it stands, so that a corrected name shows at once.
_COLUMNS = f"""
SELECT m.id, m.at, m.category, m.code, m.about, m.about_id, m.contracts, m.participant_id, m.facts #>> '{{}}',
       {_MARKED}, p.initials, p.prefix, p.surname, m.name #>> '{{}}'
  FROM message m LEFT JOIN participant p ON p.id = m.participant_id AND p.organisation_id = m.organisation_id
"""
_ONE_PAGE = " ORDER BY m.at DESC, m.id DESC LIMIT %(size)s OFFSET %(skip)s"
# Not LIKE, which row security leaves without its index.
_BEGINS = "{column} >= %({name})s AND {column} < %({name}_end)s"


def where(scope: Scope, asked: Asked, now: datetime) -> tuple[str, dict[str, Any]]:
    """SQL that keeps `message m` to what the scope may read and asks for, and its parameters."""
    readable = scope.profile.messages_for(scope.roles)
    wanted = [str(one) for one in readable if asked.category in (None, one)]
    clauses = [
        "m.organisation_id = %(organisation)s", "m.at <= %(now)s", "m.category = ANY (%(categories)s)",
        "(m.only_for IS NULL OR m.only_for = %(account)s)",
    ]  # fmt: skip
    given: dict[str, Any] = {
        "organisation": scope.organisation_id, "account": scope.account_id, "now": now, "categories": wanted,
    }  # fmt: skip
    if scope.contracts is not None:
        clauses.append("(m.contracts <@ %(reach)s::bigint[] OR (m.contracts IS NULL AND m.account_id = %(account)s))")
        given["reach"] = sorted(scope.contracts)
    if asked.contract_id is not None:
        clauses.append("m.contracts @> %(contract)s::bigint[]")
        given["contract"] = [asked.contract_id]
    if text := tidy(asked.text):
        clause, values = _about_person(text)
        clauses.append(clause)
        given |= values
    if asked.unread:
        clauses.append(f"NOT {_MARKED}")
    return f"WHERE {' AND '.join(clauses)}", given


def _about_person(text: str) -> tuple[str, dict[str, Any]]:
    """Messages about whoever's relation number, or surname with or without its prefix, begins like this."""
    if text.isdigit():
        columns, prefixes = ["relation_number"], {text}
    else:
        columns, prefixes = ["sort_key"], {search_key(text), search_key(split_prefix(text)[1])} - {""}
    given: dict[str, Any] = {}
    people, newcomers = [], []
    for number, prefix in enumerate(sorted(prefixes)):
        given |= {f"begins{number}": prefix, f"begins{number}_end": prefix + _AFTER_ALL}
        people += [_BEGINS.format(column=f"s.{column}", name=f"begins{number}") for column in columns]
        newcomers += ["(m.sort_key <> '' AND " + _BEGINS.format(column="m.sort_key", name=f"begins{number}") + ")"]
    known = (
        "EXISTS (SELECT FROM participant s WHERE s.id = m.participant_id AND s.organisation_id = m.organisation_id"
        f" AND ({' OR '.join(people) or 'FALSE'}))"
    )
    return f"({' OR '.join([known, *newcomers])})", given


def messages(
    scope: Scope, asked: Asked, *, now: datetime, page: int = 1, size: int = 25
) -> tuple[list[MessageView], int]:
    """A page of the messages, the latest first, and how many there are. Must run inside `opened`."""
    clause, given = where(scope, asked, now)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM message m {clause}", given)
        total = int(cursor.fetchone()[0])
    return _views(clause + _ONE_PAGE, given | {"size": size, "skip": (page - 1) * size}), total


def latest(scope: Scope, *, now: datetime, count: int) -> list[MessageView]:
    """The last messages (U03). Must run inside `opened`."""
    clause, given = where(scope, Asked(), now)
    return _views(clause + _ONE_PAGE, given | {"size": count, "skip": 0})


def message(scope: Scope, message_id: int, *, now: datetime) -> MessageView:
    """One message. Raises NoMessage. Must run inside `opened`."""
    clause, given = where(scope, Asked(), now)
    found = _views(clause + " AND m.id = %(id)s", given | {"id": message_id})
    if not found:
        raise NoMessage(message_id)
    return found[0]


def told_on(scope: Scope, tiding: Tiding, day: date) -> bool:
    """Whether the same was told on this day, as far as the scope sees. Must run inside `opened`."""
    own = Message.objects.filter(organisation_id=scope.organisation_id, at__date=day, code=tiding.code)
    return own.filter(about=tiding.about, about_id=tiding.about_id).exists()


def unread(scope: Scope, *, now: datetime) -> int:
    """How many messages are new to the scope's account; one more than is counted when there are more.

    Must run inside `opened`.
    """
    if not scope.profile.messages_for(scope.roles):
        return 0
    clause, given = where(scope, Asked(unread=True), now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT FROM message m {clause} AND m.at > %(since)s LIMIT %(most)s) found",
            given | {"since": new_since(now), "most": MOST_COUNTED + 1},
        )
        return int(cursor.fetchone()[0])


def _views(which: str, given: dict[str, Any]) -> list[MessageView]:
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS + which, given)
        return [_view(row) for row in cursor.fetchall()]


def _view(row: Sequence[Any]) -> MessageView:
    id_, at, category, code, about, about_id, contracts, participant_id, facts, read, *name, written = row
    if name[2] is None:
        name = orjson.loads(written) if written else []
    return MessageView(
        id_, at, MessageCategory(category), code, About(about), about_id, tuple(contracts or ()), participant_id,
        str(PersonName(*name)) if name else "", orjson.loads(facts), read,
    )  # fmt: skip
