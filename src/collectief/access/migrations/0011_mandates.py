"""Mandates: an organisation lets another act for it, and that one says which of its people do (X07)."""

from __future__ import annotations

from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Now

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, plain

_OWN = "(SELECT nullif(current_setting('c.org', true), '')::bigint)"
_INSURER = "(SELECT nullif(current_setting('c.insurer', true), '')::bigint)"


def _strings(length: int) -> models.Field[Any, Any]:
    return django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=length))


class Migration(migrations.Migration):
    dependencies = [("access", "0010_contracts")]
    operations = [
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer_id", models.BigIntegerField()),
                (
                    "principal",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="contracts.organisation",
                    ),
                ),
                ("kvk", models.CharField(max_length=8)),
                ("name", models.CharField(max_length=120)),
                ("roles", _strings(40)),
                (
                    "contracts",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True),
                ),
                ("first_day", models.DateField()),
                ("end_day", models.DateField(null=True)),
                ("given_by", models.CharField(max_length=120)),
                ("given_at", models.DateTimeField(db_default=Now())),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by", models.CharField(default="", max_length=120)),
            ],
            options={
                "db_table": "mandate",
                "indexes": [
                    models.Index(fields=["principal", "id"], name="mandate_given"),
                    models.Index(fields=["insurer_id", "kvk"], name="mandate_received"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(contracts__isnull=True) | ~models.Q(contracts=[]),
                        name="mandate_some_contract",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(end_day__isnull=True) | models.Q(end_day__gt=models.F("first_day")),
                        name="mandate_some_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MandatePerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "mandate",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="access.mandate"),
                ),
                (
                    "membership",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="access.membership"),
                ),
                ("organisation_id", models.BigIntegerField()),
                ("roles", _strings(40)),
            ],
            options={
                "db_table": "mandate_person",
                "constraints": [
                    models.UniqueConstraint(fields=["mandate", "membership"], name="mandate_person_once"),
                ],
            },
        ),
        every_row("mandate", Audience.SIGN_IN, rights="SELECT"),
        every_row("mandate_person", Audience.SIGN_IN, rights="SELECT"),
        migrations.RunSQL(
            [
                f"CREATE POLICY given ON mandate TO {Audience.ACCOUNTS} USING (principal_id = {_OWN})"
                f" WITH CHECK (principal_id = {_OWN} AND insurer_id = {_INSURER})",
                # To whom it was given is known by KvK number alone: nobody learns by giving who is a customer.
                f"CREATE POLICY received ON mandate FOR SELECT TO {Audience.ACCOUNTS} USING (insurer_id = {_INSURER}"
                f" AND kvk = (SELECT o.kvk FROM organisation o WHERE o.id = {_OWN}))",
                f"GRANT SELECT, INSERT, UPDATE (revoked_at, revoked_by) ON mandate TO {Audience.ACCOUNTS}",
                f"CREATE POLICY own_people ON mandate_person TO {Audience.ACCOUNTS}"
                f" USING (organisation_id = {_OWN}) WITH CHECK (organisation_id = {_OWN})",
                f"GRANT SELECT, INSERT, UPDATE (roles), DELETE ON mandate_person TO {Audience.ACCOUNTS}",
            ],
            migrations.RunSQL.noop,
        ),
        plain("SEQUENCE mandate_id_seq, mandate_person_id_seq", Audience.ACCOUNTS, rights="USAGE"),
        every_row("mandate", Audience.STAFF, rights="SELECT, INSERT"),
        every_row("mandate_person", Audience.STAFF, rights="SELECT, INSERT"),
    ]
