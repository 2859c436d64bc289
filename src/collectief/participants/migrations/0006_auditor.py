"""The insurer's auditor finds participants by number or blind index, and reads no name."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import own_insurer

_RIGHTS = "SELECT (id, insurer_id, organisation_id, bsn_index, relation_number)"


class Migration(migrations.Migration):
    dependencies = [("participants", "0005_person_sealed"), ("scope", "0004_trail_roles")]
    operations = [own_insurer("participant", Audience.AUDITOR, rights=_RIGHTS)]
