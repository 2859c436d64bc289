"""An organisation reads itself and its contracts; signing in finds organisations by KvK number."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, own_rows, plain


class Migration(migrations.Migration):
    dependencies = [("contracts", "0001_initial"), ("scope", "0001_roles")]
    operations = [
        own_rows("organisation", rights="SELECT", column="id"),
        own_rows("group_contract", rights="SELECT"),
        every_row("organisation", Audience.SIGN_IN, rights="SELECT"),
        every_row("organisation", Audience.STAFF, rights="SELECT, INSERT, UPDATE"),
        every_row("group_contract", Audience.STAFF, rights="SELECT, INSERT, UPDATE"),
        plain("insurer", Audience.STAFF, rights="SELECT, INSERT, UPDATE"),
        plain("SEQUENCE insurer_id_seq", Audience.STAFF, rights="USAGE"),
        plain("insurer", Audience.SIGN_IN, rights="SELECT"),
        plain("insurer", Audience.ORGANISATION, rights="SELECT"),
    ]
