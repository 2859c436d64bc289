"""A role for managing who has access: apart from signing in, which anybody can make work."""

from __future__ import annotations

from django.db import migrations

_MAKE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'c_accounts') THEN
    CREATE ROLE c_accounts NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server was first
END $$;
GRANT c_accounts TO collectief_app WITH INHERIT FALSE, SET TRUE;
GRANT USAGE ON SCHEMA public TO c_accounts;
"""


class Migration(migrations.Migration):
    dependencies = [("scope", "0002_queue")]
    operations = [migrations.RunSQL(_MAKE, migrations.RunSQL.noop)]
