"""Going over to another secret in tests, as an operator does: everything stopped, two secrets, one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner, Result
from django.conf import settings
from django.db import connections
from psycopg import sql

from collectief.config.command import main
from collectief.config.embedded import EmbeddedServer
from collectief.mutations.corridor import Moment
from collectief.scope import secret as told
from collectief.scope.secret import mark_of
from collectief.scope.staging import bytes_array
from tests.world import Agency, Human, agency, enrolled, valid_bsns

NEXT, LATER = "the next secret, of forty-three signs or so", "the one after that, which is as long as it is"


@dataclass
class Keys:
    """An installation of which the secret is renewed; `settings` are the environment of what starts next."""

    server: EmbeddedServer
    settings: Any
    first: str

    @property
    def database(self) -> str:
        """Its name."""
        return str(settings.DATABASES["default"]["NAME"])

    def start(self, secret: str, before: str = "") -> None:
        """Stop everything, and start it with these."""
        connections["default"].close()
        connections["owner"].close()
        self.settings.SECRET_KEY, self.settings.SECRET_BEFORE = secret, before
        # A process that begins has been told nothing yet.
        told._standing = None

    def run(self, *words: str) -> Result:
        """`collectief keys …`, with nothing else connected."""
        connections["default"].close()
        told._standing = None
        return CliRunner().invoke(main, ["keys", *words])

    def renew(self, *options: str, secret: str = NEXT, before: str = "") -> str:
        """Over to `secret`; what the command said. Whatever is done next is done under both."""
        self.start(secret, before or self.first)
        done = self.run("renew", *options)
        assert done.exit_code == 0, done.output
        return done.output

    def rows(self) -> dict[str, list[str]]:
        """Everything there is in every table, as text."""
        with self.server.superuser(self.database) as connection:
            tables = connection.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
                " ORDER BY relname"
            ).fetchall()
            return {
                name: [
                    row
                    for (row,) in connection.execute(
                        sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(name))
                    )
                ]
                for (name,) in tables
            }

    def answer(self, question: str, *values: Any) -> Any:
        """The one value that answers, as the superuser sees it."""
        with self.server.superuser(self.database) as connection:
            return connection.execute(question, values or None).fetchone()[0]  # type: ignore[index]


def indexes_in(keys: Keys, known: set[bytes]) -> set[str]:
    """The columns of the database in which one of these stands, openly."""
    query = (
        "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.atttypid = 'bytea'::regtype"
    )
    with keys.server.superuser(keys.database) as connection:
        return {
            f"{table}.{column}"
            for table, column in connection.execute(query).fetchall()
            if connection.execute(
                sql.SQL("SELECT 1 FROM {} WHERE {} = ANY (%s::bytea[]) LIMIT 1").format(
                    sql.Identifier(table), sql.Identifier(column)
                ),
                [bytes_array(known)],
            ).fetchone()
        }


@contextmanager
def renewable(server: EmbeddedServer, changed: Any) -> Iterator[Keys]:
    """The database under its first secret again afterwards."""
    name = settings.DATABASES["default"]["NAME"]
    owner = connections["owner"]
    owner.close()
    # Open still, when the test before this one undid what it did.
    connections["default"].close()
    before, owner.settings_dict["NAME"] = owner.settings_dict["NAME"], name
    keys = Keys(server, changed, settings.SECRET_KEY)
    with server.superuser(name) as connection:
        # Lines that an earlier test of this process left open, in a thread that is over.
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = %s",
            [settings.DATABASES["default"]["USER"]],
        )
    try:
        yield keys
    finally:
        keys.start(keys.first)
        owner.settings_dict["NAME"] = before
        with server.superuser(name) as connection:
            connection.execute("DELETE FROM sealing_key WHERE number > 1")
            connection.execute(
                "INSERT INTO sealing_key (number, mark) VALUES (1, %s) ON CONFLICT (number)"
                " DO UPDATE SET mark = excluded.mark, dropped_at = NULL",
                [mark_of(keys.first)],
            )


def people_of(ours: Agency, moment: Moment) -> list[Human]:
    """Five people of ours, two of which another agency has too; and one at another insurer."""
    humans = [Human(bsn) for bsn in valid_bsns(5)]
    for human in humans:
        enrolled(ours, human, moment)
    theirs, elsewhere = agency(name="Otto"), agency(name="Elders", brand="voorbeeld")
    for human in humans[:2]:
        enrolled(theirs, human, moment)
    enrolled(elsewhere, humans[0], moment)
    return humans
