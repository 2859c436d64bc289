"""A company without a KvK number is known to eHerkenning by its RSIN (STANDARDS)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0004_organisation_once"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="rsin",
            field=models.CharField(db_default="", default="", max_length=9),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("rsin", ""), _negated=True),
                fields=("insurer", "rsin", "branch", "segment"),
                name="organisation_rsin_once",
            ),
        ),
    ]
