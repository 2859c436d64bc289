"""The insurer's auditor finds organisations by name and number."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import own_insurer


class Migration(migrations.Migration):
    dependencies = [("contracts", "0005_organisation_rsin"), ("scope", "0004_trail_roles")]
    operations = [own_insurer("organisation", Audience.AUDITOR, rights="SELECT (id, insurer_id, name, kvk, branch)")]
