"""A role for the help desk: it finds the insurer's users and sees how they stand, and reaches no secret (K05)."""

from __future__ import annotations

from django.db import migrations

_MAKE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'c_helpdesk') THEN
    CREATE ROLE c_helpdesk NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server was first
END $$;
GRANT c_helpdesk TO collectief_app WITH INHERIT FALSE, SET TRUE;
GRANT USAGE ON SCHEMA public TO c_helpdesk;
"""


class Migration(migrations.Migration):
    dependencies = [("scope", "0004_trail_roles")]
    operations = [migrations.RunSQL(_MAKE, migrations.RunSQL.noop)]
