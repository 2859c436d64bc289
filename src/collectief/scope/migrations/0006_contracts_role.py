"""A role for who works in some contracts of an organisation: all the organisation's role has, and less (ADR 19)."""

from __future__ import annotations

from django.db import migrations

_MAKE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'c_contracts') THEN
    CREATE ROLE c_contracts NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server was first
END $$;
-- What the organisation's role may do and see is inherited, policies too; it cannot become that role.
GRANT c_organisation TO c_contracts WITH INHERIT TRUE, SET FALSE;
GRANT c_contracts TO collectief_app WITH INHERIT FALSE, SET TRUE;
"""


class Migration(migrations.Migration):
    dependencies = [("scope", "0005_help_desk_role")]
    operations = [migrations.RunSQL(_MAKE, migrations.RunSQL.noop)]
