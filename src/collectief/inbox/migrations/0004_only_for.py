"""A message for one account, which no colleague reads: what it asked is answered (G14)."""

from __future__ import annotations

from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import OWN_ACCOUNT, OWN_INSURER, plain


class Migration(migrations.Migration):
    dependencies = [("inbox", "0003_news")]
    operations = [
        migrations.AddField("message", "only_for", models.BigIntegerField(null=True)),
        # Whoever works for the organisation, in all its contracts or in some. Writing for another is no reading.
        migrations.RunSQL(
            f"CREATE POLICY to_whom ON message AS RESTRICTIVE FOR SELECT TO {Audience.ORGANISATION}"
            f" USING (only_for IS NULL OR only_for = {OWN_ACCOUNT})",
            "DROP POLICY to_whom ON message",
        ),
        # The office tells of its answer, to whoever asked alone; what it told it can neither read nor remove.
        migrations.RunSQL(
            f"CREATE POLICY answers ON message FOR INSERT TO {Audience.STAFF}"
            f" WITH CHECK ({OWN_INSURER} AND about = 'question' AND only_for IS NOT NULL)",
            "DROP POLICY answers ON message",
        ),
        # For whom it is alone the worker knows as it knows whom it concerns otherwise.
        plain("message", Audience.WORKER, rights="SELECT (only_for)"),
    ]
