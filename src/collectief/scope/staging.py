"""Many rows to the database at once: COPY into a temporary table, from which the app's role inserts.

COPY straight into a table is refused under row security, and no role of ours bypasses it; by way of a
temporary table it is as fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import sql


def stage(name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """Fill the temporary table `name` (columns: name to SQL type) with `rows`, replacing what it held."""
    table = sql.Identifier("pg_temp", name)
    with connection.cursor() as cursor:
        shape = sql.SQL(", ").join(sql.SQL("{} {}").format(sql.Identifier(c), sql.SQL(t)) for c, t in columns.items())
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
        cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(sql.Identifier(name), shape))
        copy = sql.SQL("COPY {} ({}) FROM STDIN").format(table, sql.SQL(", ").join(map(sql.Identifier, columns)))
        with cursor.copy(copy) as stream:
            for row in rows:
                stream.write_row(row)


def next_ids(sequence: str, count: int) -> list[int]:
    """`count` numbers of a sequence in one question, so that rows can refer to each other before they exist."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [sequence, count])
        return [number for (number,) in cursor.fetchall()]
