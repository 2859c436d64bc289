"""A company may be several customers of an insurer: its establishments apart, or in two segments (U01)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0003_organisation_branch"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="organisation", name="organisation_once"),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                fields=["insurer", "kvk", "branch", "segment"], name="organisation_once"
            ),
        ),
    ]
