"""Going over to another secret: what each room needs to make its own tables anew (ADR 26).

All of it is one transaction of the owner's, while nobody else is connected. Rows are read in sets, made anew in Python
and written as sets, so that memory does not grow with the installation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

# How many rows are in memory at a time.
SET = 10_000

type Row = Sequence[Any]


class NotRenewed(RuntimeError):
    """Something cannot be made anew; nothing was changed, and the message says what it is."""


@dataclass(frozen=True)
class Owner:
    """The connection of the owner of the tables, in a transaction."""

    connection: psycopg.Connection[Any]

    def run(self, statement: str, *values: Any) -> int:
        """Carry a statement out; how many rows it was about."""
        return self.connection.execute(statement, values or None).rowcount

    def value(self, question: str) -> Any:
        """The one value that answers a question."""
        found = self.connection.execute(question).fetchone()
        assert found is not None
        return found[0]

    def sets(self, question: str, *, size: int = SET) -> Iterator[list[tuple[Any, ...]]]:
        """The rows that answer a question, so many at a time; other statements may come between."""
        with self.connection.cursor(name="renewal") as cursor:
            cursor.execute(question, binary=True)
            while rows := cursor.fetchmany(size):
                yield rows

    def put(self, table: str, columns: Mapping[str, str], sets: Iterable[Iterable[Row]]) -> None:
        """Fill a temporary table, that goes with the transaction; `columns` are name to SQL type."""
        shape = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        self.run(f"CREATE TEMPORARY TABLE IF NOT EXISTS {table} ({shape}) ON COMMIT DROP")
        for rows in sets:
            with self.connection.cursor().copy(
                sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(sql.Identifier("pg_temp", table))
            ) as stream:
                stream.set_types(list(columns.values()))
                for row in rows:
                    stream.write_row(row)
        self.run(f"ANALYZE pg_temp.{table}")

    def remake(
        self, table: str, columns: Mapping[str, str], question: str, make: Callable[[Row], Row], update: str
    ) -> int:
        """Make rows anew: what `make` makes of each that answers `question` is put in `table`, which `update` reads.

        How many were written. Raises NotRenewed when those are not all that were read.
        """
        read = 0

        def made() -> Iterator[list[Row]]:
            nonlocal read
            for rows in self.sets(question):
                read += len(rows)
                yield [make(row) for row in rows]

        self.put(table, columns, made())
        written = self.run(update)
        if written != read:
            raise NotRenewed(f"{table}: {read} rows were read and {written} written")
        return written

    @contextmanager
    def every_row(self, *tables: str) -> Iterator[None]:
        """The owner is bound by row security too, and belongs to no organisation: not for as long as this lasts."""
        for table in tables:
            self.run(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        yield
        for table in tables:
            self.run(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


@dataclass(frozen=True)
class Renewal(Owner):
    """From which secret to which."""

    before: str = field(repr=False)
    after: str = field(repr=False)
    number_before: int
    number: int


@dataclass(frozen=True)
class Step:
    """What one room makes anew: which columns, and how. `carry_out` says how many rows of what."""

    columns: frozenset[str]
    carry_out: Callable[[Renewal], dict[str, int]]
