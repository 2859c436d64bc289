"""An organisation may be one establishment of a company: eHerkenning can tie somebody to one (STANDARDS)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contracts", "0002_security"),
    ]

    operations = [
        migrations.AddField(
            model_name="organisation",
            name="branch",
            field=models.CharField(db_default="", default="", max_length=12),
        ),
    ]
