"""A database with as many participants as one likes, made set-wise, once per size, and kept.

60% of them are of the organisation that is measured.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import ClientCursor

from .installation import close, exists, installation, work_in

# The day of the pages, also before Django sets this process to their clock: a list of yesterday is another query.
TODAY = datetime.now(ZoneInfo("Europe/Amsterdam")).date()

# Everything is made in the database: what is measured is reading. Chance is the id's digest, so that every run has
# the same world. Names follow a skewed alphabet.
_FILL = """
SET work_mem = '256MB';
INSERT INTO person (insurer_id, bsn_index, bsn_sealed, key_id)
  SELECT %(insurer)s, decode(md5('p' || n), 'hex'), '\\x00', 1 FROM generate_series(1, %(rows)s) n;
INSERT INTO participant (insurer_id, organisation_id, person_id, bsn_index, relation_number, external_reference,
                         initials, prefix, surname, birth_date, sort_key)
  SELECT %(insurer)s, CASE WHEN n %% 10 < 6 THEN %(large)s ELSE %(others)s END, p.id, p.bsn_index,
         (400000000 + n)::text, 'P' || n, 'A.', '', initcap(name),
         (date '1960-01-01' + ('x' || substr(md5('b' || n), 1, 7))::bit(28)::int %% 16000)::text, name || ' a'
    FROM (SELECT id, bsn_index, row_number() OVER () AS n FROM person) p,
         LATERAL (SELECT substr('abcdefghijklmnoprstvwz', (1 + 21 * power(abs(sin(n)), 2))::int, 1)
                         || substr(md5(n::text), 1, 7) AS name) made;
CREATE TEMPORARY TABLE plan AS
  SELECT p.*, contracts.ids[CASE WHEN chance %% 100 < 70 THEN 1 WHEN chance %% 100 < 90 THEN 2
                                 ELSE cardinality(contracts.ids) END] AS contract_id,
         CASE WHEN share < %(former)s * 10 THEN %(today)s - chance %% 900
              WHEN share > 1000 - (1000 - %(former)s * 10) / 50 THEN %(today)s + 1 + chance %% 60 END AS end_day,
         %(today)s - 20 - chance %% 400 AS first_day
    FROM (SELECT *, ('x' || substr(md5('s' || id), 1, 7))::bit(28)::int %% 1000 AS share,
                 ('x' || substr(md5('c' || id), 1, 7))::bit(28)::int AS chance FROM participant) p
    JOIN (SELECT organisation_id, array_agg(id ORDER BY id) AS ids FROM group_contract GROUP BY 1) contracts
         USING (organisation_id);
UPDATE plan SET first_day = end_day - 20 - chance %% 400 WHERE end_day IS NOT NULL;
UPDATE plan SET first_day = %(today)s + 1 + chance %% 60
 WHERE end_day IS NULL AND share - %(former)s * 10 <= (1000 - %(former)s * 10) / 100;
INSERT INTO participation (insurer_id, organisation_id, contract_id, participant_id, period, settled_end, reason,
                           sort_key, birth_date, relation_number, external_reference, initials, prefix, surname)
  SELECT insurer_id, organisation_id, contract_id, id, daterange(first_day, end_day),
         CASE WHEN end_day <= %(today)s THEN end_day END, '', sort_key, birth_date, relation_number, external_reference,
         initials, prefix, surname
    FROM plan
   UNION ALL
  SELECT insurer_id, organisation_id, contract_id, id,
         daterange(least(first_day, %(today)s) - 300 - chance %% 300, least(first_day, %(today)s) - 30 - chance %% 90),
         least(first_day, %(today)s) - 30 - chance %% 90, '', sort_key, birth_date, relation_number, external_reference,
         initials, prefix, surname
    FROM plan WHERE chance / 1000 %% 5 = 0;
INSERT INTO mutation (insurer_id, organisation_id, participant_id, account_id, account, kind, state, channel, code,
                      params, asked, touched, trail, participation_ids, source)
  SELECT insurer_id, organisation_id, id, 1, 'Anna', done.*, '', '{}'::jsonb, '{}'::jsonb, '[]'::jsonb, '[]'::jsonb,
         '{}'::bigint[], ''
    FROM plan, (VALUES ('enrol', 'processed', 'upload'), ('terminate', 'waiting', 'form')) done (kind, state, channel)
   WHERE state = 'processed' OR chance %% 200 = 0;
"""


def filled(size: int, *, former: int) -> Any:
    """The scope of the organisation that is measured, in a database of `size` participants; its server runs."""
    from collectief.enrolment.settling import settle_all

    stack = installation(made(size, former=former))
    # The tables may be of an earlier day, and of an earlier version.
    stack.prepare()
    work_in(stack)
    settle_all(TODAY)
    return _scope(0)


# As many contracts, four to an organisation, with the people spread over them; for figures of all at once.
_SPREAD = """
SET session_replication_role = replica;
INSERT INTO organisation (insurer_id, name, kvk, segment)
  SELECT %(insurer)s, 'Bureau ' || n, lpad((50000000 + n)::text, 8, '0'), 'staffing_agency'
    FROM generate_series(1, %(contracts)s / 4) n;
INSERT INTO group_contract (insurer_id, organisation_id, number, name, first_day)
  SELECT insurer_id, id, 'B' || id || '-' || n, 'Vestiging ' || n, date '2020-01-01'
    FROM organisation, generate_series(1, 4) n WHERE name LIKE 'Bureau %%';
CREATE TEMPORARY TABLE place AS
  SELECT row_number() OVER (ORDER BY c.id) - 1 AS place, c.id, c.organisation_id
    FROM group_contract c JOIN organisation o ON o.id = c.organisation_id AND o.name LIKE 'Bureau %%';
INSERT INTO participant (insurer_id, organisation_id, person_id, bsn_index, relation_number, external_reference,
                         initials, prefix, surname, birth_date, sort_key)
  SELECT %(insurer)s, organisation_id, n, decode(md5('p' || n), 'hex'), (400000000 + n)::text, '', 'A.', '', 'Naam',
         '1980-01-01', 'naam' FROM generate_series(1, %(rows)s) n JOIN place ON place = n %% %(contracts)s;
INSERT INTO participation (insurer_id, organisation_id, contract_id, participant_id, period, reason, sort_key,
                           birth_date, relation_number, external_reference, initials, prefix, surname)
  SELECT insurer_id, p.organisation_id, place.id, p.id,
         daterange(first_day, CASE WHEN last OR chance %% 10 < 4 THEN first_day + 20 + chance %% 200 END), '', sort_key,
         birth_date, relation_number, '', initials, prefix, surname
    FROM (SELECT *, ('x' || substr(md5('c' || id), 1, 7))::bit(28)::int AS chance FROM participant) p
    JOIN place ON place.place = (p.relation_number::bigint - 400000000) %% %(contracts)s,
         LATERAL (VALUES (date '2024-01-01' + chance %% 700, FALSE), (date '2021-01-01' + chance %% 600, TRUE)) stay
                 (first_day, last)
   WHERE NOT last OR chance / 1000 %% 5 = 0;
"""


def many_contracts(size: int, *, contracts: int) -> int:
    """The insurer of `contracts` contracts with `size` people in all, in a database of its own; its server runs."""
    name = f"contracts_{size}_{contracts}"
    stack = installation(name)
    if not exists(stack):
        stack = installation(f"{name}_unfinished")
        stack.server.drop_database(stack.database)
        stack.prepare()
        work_in(stack)
        given = {"insurer": _scope(0).insurer_id, "rows": size, "contracts": contracts}
        _run(stack, _SPREAD, given)
        close()
        with stack.server.superuser() as connection:
            connection.execute(f"ALTER DATABASE {stack.database} RENAME TO {name}")
        stack = installation(name)
    stack.prepare()
    work_in(stack)
    return int(_scope(0).insurer_id)


def made(size: int, *, former: int) -> str:
    """The name of the database of `size` participants, `former` percent of them former; its server runs."""
    name = f"people_{size}_{former}"
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
    _run(
        stack,
        _FILL,
        {
            "insurer": scope.insurer_id, "rows": size, "large": scope.organisation_id, "today": TODAY,
            "others": other.organisation_id, "former": former,
        },
    )  # fmt: skip
    _insure(stack)


def _insure(stack: Any) -> None:
    """Everyone is insured with what their contract offers, and no job is left that would do it beside a measurement."""
    from collectief.enrolment.following import contracts_that_insure, follow_offers

    for contract_id in contracts_that_insure():
        follow_offers(contract_id)
    close()
    with stack.server.superuser(stack.database) as connection:
        connection.execute("TRUNCATE procrastinate_jobs CASCADE")
        connection.execute("VACUUM ANALYZE")


def _run(stack: Any, statements: str, given: dict[str, Any]) -> None:
    with stack.server.superuser(stack.database) as connection:
        connection.cursor_factory = ClientCursor
        with connection.transaction():
            for statement in statements.strip().split(";\n"):
                connection.execute(statement, given)
        # As autovacuum would within minutes.
        connection.execute("VACUUM ANALYZE")


def _scope(number: int) -> Any:
    from collectief.demo.cast import COMPANIES
    from collectief.demo.world import scope_of

    return scope_of(COMPANIES[number], COMPANIES[number].colleagues[0])
