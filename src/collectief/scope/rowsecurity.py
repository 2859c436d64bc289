"""Row security as migrations write it: one equality policy per table, and grants by name (DESIGN, Scope)."""

from __future__ import annotations

from django.db.migrations.operations.special import RunSQL

from .database import Audience

# The scalar sub-select is evaluated once per statement; unset is NULL, and NULL sees nothing.
OWN_ORGANISATION = "organisation_id = (SELECT nullif(current_setting('c.org', true), '')::bigint)"

OWN_INSURER = "insurer_id = (SELECT nullif(current_setting('c.insurer', true), '')::bigint)"
# The contracts of who reaches only some. Restrictive policies with it are for the role of those alone: who reaches
# every contract has no such condition in any plan. Unset, it is NULL, and NULL sees nothing.
REACH = "(SELECT string_to_array(current_setting('c.contracts', true), ',')::bigint[])::bigint[]"
OWN_ACCOUNT = "(SELECT nullif(current_setting('c.account', true), '')::bigint)"


def within_reach(table: str, condition: str, *, command: str = "ALL") -> RunSQL:
    """Of `table`, who reaches only some contracts gets the rows that answer `condition` and no other (G13)."""
    return RunSQL(
        f"CREATE POLICY within_reach ON {table} AS RESTRICTIVE FOR {command} TO {Audience.CONTRACTS}"
        f" USING ({condition})",
        f"DROP POLICY within_reach ON {table}",
    )


def own_rows(table: str, *, rights: str, column: str = "organisation_id") -> RunSQL:
    """The organisation role gets `rights` (SQL, such as "SELECT, INSERT") on its own rows of `table`."""
    policy = OWN_ORGANISATION.replace("organisation_id", column, 1)
    role = Audience.ORGANISATION
    return RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY own_rows ON {table} TO {role} USING ({policy}) WITH CHECK ({policy})",
            f"GRANT {rights} ON {table} TO {role}",
            f"DO $$ BEGIN IF to_regclass('{table}_id_seq') IS NOT NULL THEN"
            f" GRANT USAGE ON SEQUENCE {table}_id_seq TO {role}; END IF; END $$",
        ],
        reverse_sql=[f"DROP POLICY own_rows ON {table}", f"REVOKE ALL ON {table} FROM {role}"],
    )


def also_own_insurer(table: str, *, policy: str = "own_rows") -> RunSQL:
    """What `policy` of an organisation lets into `table`, anew or changed, is its own insurer's too (law 5).

    Reading keeps its one equality, on which plans and indexes rest; comparing a second number as a row is written
    costs less than can be measured. A test asks this of every table with an insurer.
    """
    return RunSQL(
        f"ALTER POLICY {policy} ON {table} WITH CHECK ({OWN_ORGANISATION} AND {OWN_INSURER})",
        f"ALTER POLICY {policy} ON {table} WITH CHECK ({OWN_ORGANISATION})",
    )


def every_row(table: str, role: Audience, *, rights: str) -> RunSQL:
    """`role` gets `rights` on every row of a table that row security otherwise closes."""
    return RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY every_row_{role} ON {table} TO {role} USING (true) WITH CHECK (true)",
            f"GRANT {rights} ON {table} TO {role}",
            f"DO $$ BEGIN IF to_regclass('{table}_id_seq') IS NOT NULL THEN"
            f" GRANT USAGE ON SEQUENCE {table}_id_seq TO {role}; END IF; END $$",
        ],
        reverse_sql=[f"DROP POLICY every_row_{role} ON {table}", f"REVOKE ALL ON {table} FROM {role}"],
    )


def own_insurer(table: str, role: Audience, *, rights: str) -> RunSQL:
    """`role` gets `rights` on the rows of `table` that are its own insurer's."""
    return RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY own_insurer_{role} ON {table} TO {role} USING ({OWN_INSURER}) WITH CHECK ({OWN_INSURER})",
            f"GRANT {rights} ON {table} TO {role}",
            f"DO $$ BEGIN IF to_regclass('{table}_id_seq') IS NOT NULL THEN"
            f" GRANT USAGE ON SEQUENCE {table}_id_seq TO {role}; END IF; END $$",
        ],
        reverse_sql=[f"DROP POLICY own_insurer_{role} ON {table}", f"REVOKE ALL ON {table} FROM {role}"],
    )


def plain(table: str, role: Audience, *, rights: str) -> RunSQL:
    """`role` gets `rights` on a table without people in it."""
    return RunSQL([f"GRANT {rights} ON {table} TO {role}"], reverse_sql=[f"REVOKE ALL ON {table} FROM {role}"])
