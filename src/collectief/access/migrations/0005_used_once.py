"""Artifacts and assertions of eHerkenning count once (U01): only the sign-in reaches the table, and nobody is in it."""

from __future__ import annotations

from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import plain


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_open_session"),
    ]
    operations = [
        migrations.CreateModel(
            name="UsedOnce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("until", models.DateTimeField(db_index=True)),
            ],
            options={"db_table": "used_once"},
        ),
        plain("used_once", Audience.SIGN_IN, rights="SELECT, INSERT, DELETE"),
    ]
