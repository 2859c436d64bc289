"""An organisation is a customer until a day; the insurer's staff keep whom they reach, as the customer itself does."""

from __future__ import annotations

from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import plain

_KEPT = "name, phone, email, street, house_number, postcode, city, changed_by, changed_at"


class Migration(migrations.Migration):
    dependencies = [("contracts", "0013_postal_address")]
    operations = [
        migrations.AddField("organisation", "end_day", models.DateField(null=True)),
        plain("contact", Audience.STAFF, rights=f"INSERT, UPDATE ({_KEPT})"),
        plain("SEQUENCE contact_id_seq", Audience.STAFF, rights="USAGE"),
    ]
