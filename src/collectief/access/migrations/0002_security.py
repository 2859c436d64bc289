"""Accounts, memberships and sessions are the sign-in's; an organisation sees who its own members are."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row, own_rows, plain


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("scope", "0001_roles"),
        ("sessions", "0001_initial"),
    ]
    operations = [
        every_row("account", Audience.SIGN_IN, rights="SELECT, UPDATE (last_login)"),
        every_row("membership", Audience.SIGN_IN, rights="SELECT"),
        every_row("account", Audience.STAFF, rights="SELECT, INSERT, UPDATE"),
        every_row("membership", Audience.STAFF, rights="SELECT, INSERT, UPDATE"),
        own_rows("membership", rights="SELECT"),
        plain("django_session", Audience.SIGN_IN, rights="SELECT, INSERT, UPDATE, DELETE"),
    ]
