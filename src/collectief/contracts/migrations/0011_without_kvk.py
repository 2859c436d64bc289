"""Several customers may be without a KvK number: those that eHerkenning knows by their RSIN."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contracts", "0010_data_change")]
    operations = [
        migrations.RemoveConstraint("organisation", "organisation_once"),
        migrations.AddConstraint(
            "organisation",
            models.UniqueConstraint(
                condition=models.Q(("kvk", ""), _negated=True),
                fields=("insurer", "kvk", "branch", "segment"),
                name="organisation_once",
            ),
        ),
    ]
