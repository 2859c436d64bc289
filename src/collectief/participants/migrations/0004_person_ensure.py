"""Persons that are added are not looked up again."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

_SQL = Path(__file__).resolve().parent.parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("participants", "0003_register_per_organisation")]
    operations = [migrations.RunSQL((_SQL / "person_ensure.sql").read_text(), migrations.RunSQL.noop)]
