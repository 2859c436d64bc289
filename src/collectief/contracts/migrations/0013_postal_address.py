"""Where paper for an organisation goes: its own to change."""

from __future__ import annotations

from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import plain


def _text(length: int) -> models.CharField:  # type: ignore[type-arg]
    return models.CharField(max_length=length, default="", db_default="")


class Migration(migrations.Migration):
    dependencies = [("contracts", "0012_contact")]
    operations = [
        migrations.AddField("contact", "street", _text(120)),
        migrations.AddField("contact", "house_number", _text(20)),
        migrations.AddField("contact", "postcode", _text(16)),
        migrations.AddField("contact", "city", _text(80)),
        plain("contact", Audience.ORGANISATION, rights="UPDATE (street, house_number, postcode, city)"),
    ]
