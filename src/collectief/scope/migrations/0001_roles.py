"""The database roles: one per audience, none of which bypasses row security."""

from __future__ import annotations

from django.db import migrations

ROLES = ("c_organisation", "c_signin", "c_staff", "c_worker")

_MAKE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}') THEN
    CREATE ROLE {role} NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server was first
END $$;
GRANT {role} TO collectief_app WITH INHERIT FALSE, SET TRUE;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        *(migrations.RunSQL(_MAKE.format(role=role), migrations.RunSQL.noop) for role in ROLES),
        migrations.RunSQL(
            [
                "REVOKE ALL ON SCHEMA public FROM PUBLIC",
                *(f"GRANT USAGE ON SCHEMA public TO {role}" for role in (*ROLES, "collectief_app")),
            ],
            migrations.RunSQL.noop,
        ),
    ]
