"""A database with as many participants as one likes, made set-wise, once per size, and kept.

60% of them are of the organisation that is measured. Everything is made in the database: what is measured is
reading them, or working beside them. Names follow a skewed alphabet.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from .installation import close, exists, installation, work_in

TODAY = date(2026, 11, 24)

_FILL = """
INSERT INTO person (insurer_id, bsn_index, bsn_sealed, key_id)
  SELECT %(insurer)s, decode(md5('p' || n), 'hex'), '\\x00', 1 FROM generate_series(1, %(rows)s) n;
INSERT INTO participant (insurer_id, organisation_id, person_id, bsn_index, relation_number, external_reference,
                         initials, prefix, surname, birth_date, sort_key)
  SELECT %(insurer)s, CASE WHEN n %% 10 < 6 THEN %(large)s ELSE %(others)s END, p.id, p.bsn_index,
         (400000000 + n)::text, 'P' || n, 'A.', '', initcap(name),
         (1960 + n %% 45)::text || '-0' || (1 + n %% 9) || '-15',
         name || ' a'
    FROM (SELECT id, bsn_index, row_number() OVER () AS n FROM person) p,
         LATERAL (SELECT substr('abcdefghijklmnoprstvwz', (1 + 21 * power(abs(sin(n)), 2))::int, 1)
                         || substr(md5(n::text), 1, 7) AS name) made;
INSERT INTO participation (insurer_id, organisation_id, contract_id, participant_id, period, reason, sort_key,
                           birth_date, relation_number, external_reference)
  SELECT insurer_id, organisation_id, %(contract)s, id,
         daterange(%(today)s - (id %% 900)::int - 400,
                   CASE WHEN hashint8(id) %% 100 < %(former)s AND hashint8(id) %% 100 > -%(former)s
                        THEN %(today)s - (id %% 300)::int END),
         '', sort_key, birth_date, relation_number, external_reference FROM participant;
VACUUM (ANALYZE) person;
VACUUM (ANALYZE) participant;
VACUUM (ANALYZE) participation;
"""


def filled(size: int, *, former: int) -> Any:
    """The scope of the organisation that is measured, in a database of `size` participants; its server runs."""
    work_in(installation(made(size, former=former)))
    return _scope(0)


def made(size: int, *, former: int) -> str:
    """The name of the database of `size` participants, `former` percent of them former; its server runs."""
    name = f"bench_{size}_{former}"
    if exists(installation(name)):
        return name
    # Under another name until it is whole: one that was broken off is made again.
    stack = installation(f"{name}_unfinished")
    stack.server.drop_database(stack.database)
    stack.prepare()
    work_in(stack)
    _fill(stack, size, former)
    close()
    with stack.server.superuser() as connection:
        connection.execute(f"ALTER DATABASE {stack.database} RENAME TO {name}")
    return name


def _fill(stack: Any, size: int, former: int) -> None:
    scope, other = _scope(0), _scope(1)
    with stack.server.superuser(stack.database) as connection:
        contract = connection.execute("SELECT min(id) FROM group_contract").fetchone()[0]
        given = {
            "insurer": scope.insurer_id, "rows": size, "large": scope.organisation_id, "contract": contract,
            "others": other.organisation_id, "today": TODAY, "former": former,
        }  # fmt: skip
        for statement in _FILL.split(";\n"):
            if statement.strip():
                wanted = {key: value for key, value in given.items() if f"%({key})s" in statement}
                connection.execute(statement, wanted or None)


def _scope(number: int) -> Any:
    from collectief.demo.cast import COMPANIES
    from collectief.demo.world import scope_of

    return scope_of(COMPANIES[number], COMPANIES[number].colleagues[0])
