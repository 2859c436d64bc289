"""Participants: written with the insurer of whoever writes only."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.rowsecurity import also_own_insurer


class Migration(migrations.Migration):
    dependencies = [("participants", "0010_card_number_once")]
    operations = [also_own_insurer("participant")]
