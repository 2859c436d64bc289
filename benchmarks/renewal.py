"""Going over to another secret: every BSN opened, indexed and sealed again, in one transaction (ADR 26).

All people of the filled world have a BSN of their own, sealed, and a recent answer of the BRP. The floor is writing
the same columns of the same rows, with values that are there already, and their indexes with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .filling import made
from .installation import close, copy, installation, work_in
from .report import Line, seconds, watched_memory

SIZES = (100_000,)
_NEXT = "the secret of the benchmark that comes next"
_REAL = """
UPDATE person p SET bsn_index = n.i, bsn_sealed = n.s FROM pg_temp.sealed n WHERE p.id = n.id;
UPDATE participant p SET bsn_index = n.i FROM pg_temp.sealed n WHERE p.person_id = n.id;
INSERT INTO register_check (organisation_id, bsn_index, checked_at, found, deceased, initials, prefix, surname,
                            birth_date)
  SELECT organisation_id, bsn_index, now(), true, false, initials, prefix, surname, birth_date FROM participant
"""
_FLOOR = """
UPDATE person p SET bsn_index = n.i, bsn_sealed = n.s, key_id = 1 FROM pg_temp.written n WHERE p.id = n.id;
UPDATE participant p SET bsn_index = n.i FROM pg_temp.written n WHERE p.person_id = n.id;
UPDATE register_check c SET bsn_index = n.i FROM pg_temp.written n WHERE c.bsn_index = n.b
"""


def renewals() -> Iterator[Line]:
    """A line for each size."""
    for size in SIZES:
        yield _renewed(size)


def _renewed(size: int) -> Line:
    template = made(size, former=30)
    stack = installation("renewal")
    stack.server.drop_database(stack.database)
    close()
    copy(stack, template)
    try:
        stack.prepare()
        work_in(stack)
        close()
        with stack.server.superuser(stack.database) as connection:
            _seal_everybody(connection)
            floor = seconds(lambda: _rolled_back(connection))
        with watched_memory() as memory:
            took = seconds(_renew)
        return Line("renewal", size, size / took, size / floor, memory.peak / 2**20, {"seconds": round(took, 1)})
    finally:
        close()
        stack.server.drop_database(stack.database)


def _seal_everybody(connection: Any) -> None:
    from django.conf import settings

    from collectief.foundation.bsn import Bsn
    from collectief.foundation.sealing import BsnKeys

    slugs = dict(connection.execute("SELECT id, slug FROM insurer").fetchall())
    keys = {id_: BsnKeys.derived(settings.SECRET_KEY.encode(), slug) for id_, slug in slugs.items()}
    people = connection.execute("SELECT id, insurer_id FROM person ORDER BY id").fetchall()
    connection.execute("CREATE TEMPORARY TABLE sealed (id bigint, i bytea, s bytea)")
    with connection.cursor().copy("COPY pg_temp.sealed FROM STDIN") as stream:
        for (id_, insurer_id), bsn in zip(people, _numbers(Bsn), strict=False):
            index = keys[insurer_id].blind_index(bsn)
            stream.write_row((id_, index, keys[insurer_id].sealed_at(bsn, index)))
    for statement in _REAL.split(";\n"):
        connection.execute(statement)
    connection.execute("VACUUM ANALYZE")


def _numbers(bsn: Any) -> Iterator[Any]:
    """Numbers that pass the eleven-test, one after another."""
    number = 100_000_000
    while True:
        number += 1
        try:
            yield bsn.parse(str(number))
        except ValueError:
            continue


def _rolled_back(connection: Any) -> None:
    with connection.transaction(force_rollback=True):
        connection.execute(
            "CREATE TEMPORARY TABLE written ON COMMIT DROP AS SELECT id, bsn_index AS b, bsn_sealed AS s,"
            " decode(md5(id::text), 'hex') AS i FROM person"
        )
        connection.execute("ANALYZE pg_temp.written")
        for statement in _FLOOR.split(";\n"):
            connection.execute(statement)


def _renew() -> None:
    from click.testing import CliRunner
    from django.conf import settings

    from collectief.config.command import main

    former = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_BEFORE = _NEXT, former
    try:
        done = CliRunner().invoke(main, ["keys", "renew"])
    finally:
        settings.SECRET_KEY, settings.SECRET_BEFORE = former, ""
    if done.exit_code:
        raise RuntimeError(done.output)
