"""Many rows to and from the database at once.

COPY straight into a table is refused under row security, and no role of ours bypasses it; by way of a temporary
table, from which the app's role inserts, it is as fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from psycopg import pq, sql

from .database import Audience, some_contracts_only

_BINARY = frozenset({"bigint", "integer", "smallint", "text", "bytea", "boolean", "date", "timestamptz"})
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def stage(name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """Fill the temporary table `name` (columns: name to SQL type) with `rows`, replacing what it held.

    A name always has the same columns: the table stays for as long as the connection, empty between transactions.
    Rows travel in the database's own binary form, which neither side has to write out or read; JSON and arrays have
    none that is worth it, and travel as text.
    """
    table = sql.Identifier("pg_temp", name)
    with connection.cursor() as cursor:
        types = [kind if kind in _BINARY else "text" for kind in columns.values()]
        shape = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(c), sql.SQL(t)) for c, t in zip(columns, types, strict=True)
        )
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE IF NOT EXISTS {} ({}) ON COMMIT DELETE ROWS").format(
                sql.Identifier(name), shape
            )
        )
        _share(cursor, table)
        cursor.execute(sql.SQL("TRUNCATE {}").format(table))
        with cursor.copy(sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(table)) as stream:
            stream.set_types(types)
            write = stream.write_row
            for row in rows:
                write(row)


def stage_lines(name: str, columns: Mapping[str, str], lines: str, *, numbered: Mapping[str, str]) -> None:
    """Fill the temporary table `name` with rows that `line` made before, replacing what it held.

    `numbered` are further columns, each with what gives a row its value as it comes in: a sequence's next number.
    """
    table = sql.Identifier("pg_temp", name)
    with connection.cursor() as cursor:
        shape = [sql.SQL("{} {}").format(sql.Identifier(c), sql.SQL(t)) for c, t in columns.items()]
        shape += [sql.SQL("{} {}").format(sql.Identifier(c), sql.SQL(t)) for c, t in numbered.items()]
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE IF NOT EXISTS {} ({}) ON COMMIT DELETE ROWS").format(
                table, sql.SQL(", ").join(shape)
            )
        )
        _share(cursor, table)
        cursor.execute(sql.SQL("TRUNCATE {}").format(table))
        given = sql.SQL(", ").join(map(sql.Identifier, columns))
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table, given)) as stream:
            stream.write(lines)


def _share(cursor: Any, table: sql.Identifier) -> None:
    """Let whoever comes next on this connection have the table too: it belongs to the role that made it."""
    if some_contracts_only():
        cursor.execute(sql.SQL("GRANT ALL ON {} TO {}").format(table, sql.Identifier(Audience.ORGANISATION)))


def line(raw: Sequence[bytes], texts: Sequence[str]) -> str:
    """A row as COPY takes it in: columns of bytes, then columns of text, where empty is a text too."""
    whole = "".join(texts)
    if "\\" in whole or not whole.isprintable():
        texts = [text.translate(_ESCAPED) for text in texts]
    return "\t".join([*[rf"\\x{one.hex()}" for one in raw], *texts]) + "\n"


@contextmanager
def binary_cursor() -> Iterator[Any]:
    """A cursor whose answers come in the database's own form: bytes by the megabyte need no writing out and reading."""
    with connection.cursor() as cursor:
        cursor.cursor.format = pq.Format.BINARY
        yield cursor


def next_ids(sequence: str, count: int) -> list[int]:
    """`count` numbers of a sequence in one question, so that rows can refer to each other before they exist."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(nextval(%s)) FROM generate_series(1, %s)", [sequence, count])
        return list(cursor.fetchone()[0] or ())


def bytes_array(values: Iterable[bytes]) -> str:
    """A parameter for `%s::bytea[]`; writing the array ourselves is ten times as fast as adapting each value."""
    return "{" + ",".join('"\\\\x' + value.hex() + '"' for value in values) + "}"


def ids_array(values: Iterable[int]) -> str:
    """A parameter for `%s::bigint[]`."""
    return "{" + ",".join(map(str, values)) + "}"
