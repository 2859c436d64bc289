"""Append-only: the organisation role may add its events and read them, never change or remove one."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.rowsecurity import own_rows


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("scope", "0001_roles")]
    operations = [own_rows("audit_event", rights="SELECT, INSERT")]
