"""The insurer's staff may call a label otherwise."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import plain


class Migration(migrations.Migration):
    dependencies = [("policies", "0006_posted_schedule")]
    operations = [plain("product", Audience.STAFF, rights="UPDATE (label)")]
