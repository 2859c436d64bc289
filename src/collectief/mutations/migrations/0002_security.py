"""Mutations are their organisation's: added and carried through their states, never removed by it."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.rowsecurity import own_rows


class Migration(migrations.Migration):
    dependencies = [("mutations", "0001_initial"), ("scope", "0001_roles")]
    operations = [own_rows("mutation", rights="SELECT, INSERT, UPDATE")]
