"""The insurer's auditor finds accounts by address and name."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import own_insurer


class Migration(migrations.Migration):
    dependencies = [("access", "0007_more_factors"), ("scope", "0004_trail_roles")]
    operations = [own_insurer("account", Audience.AUDITOR, rights="SELECT (id, insurer_id, name, email)")]
