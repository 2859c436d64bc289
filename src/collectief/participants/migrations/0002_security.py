"""Participants are their organisation's; persons and register checks are behind definer functions."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

from collectief.scope.rowsecurity import own_rows

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("participants", "0001_initial"), ("scope", "0001_roles")]
    operations = [
        own_rows("participant", rights="SELECT, INSERT, UPDATE"),
        own_rows("address", rights="SELECT, INSERT, UPDATE"),
        migrations.RunSQL(
            "CREATE SEQUENCE participant_relation_number START 300000001;"
            "GRANT USAGE ON SEQUENCE participant_relation_number TO c_organisation;"
            "ALTER TABLE participant ALTER COLUMN relation_number"
            " SET DEFAULT nextval('participant_relation_number')::text;",
            "DROP SEQUENCE participant_relation_number CASCADE",
        ),
        migrations.RunSQL((_SQL / "person.sql").read_text(), (_SQL / "person_reverse.sql").read_text()),
    ]
