"""Two roles for the trail: who seals it may not write events, who searches it changes nothing."""

from __future__ import annotations

from django.db import migrations

_MAKE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN
    CREATE ROLE {role} NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server was first
END $$;
GRANT {role} TO collectief_app WITH INHERIT FALSE, SET TRUE;
GRANT USAGE ON SCHEMA public TO {role};
"""


class Migration(migrations.Migration):
    dependencies = [("scope", "0003_accounts_role")]
    operations = [
        migrations.RunSQL(_MAKE.format(role=role), migrations.RunSQL.noop) for role in ("c_sealer", "c_auditor")
    ]
