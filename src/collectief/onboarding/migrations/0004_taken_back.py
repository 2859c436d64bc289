"""Whoever asked for roles can take that back."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import plain


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0003_role_request")]
    operations = [plain("role_request", Audience.ACCOUNTS, rights="UPDATE (decision)")]
