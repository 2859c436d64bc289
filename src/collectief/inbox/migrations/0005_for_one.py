"""Messages for one account are found by it: where an answer is read, that of it is looked for each time (G14)."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("inbox", "0004_only_for")]
    operations = [
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["only_for", "about_id"], name="message_for_one", condition=models.Q(only_for__isnull=False)
            ),
        ),
    ]
