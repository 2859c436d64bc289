"""Every customer has a number, by which it links contracts of others and the insurer knows it (W17)."""

from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import plain


class Migration(migrations.Migration):
    dependencies = [("contracts", "0007_reach")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE customer_number START 610001", "DROP SEQUENCE customer_number"),
        plain("SEQUENCE customer_number", Audience.STAFF, rights="USAGE"),
        migrations.AddField(
            model_name="organisation",
            name="customer_number",
            field=models.CharField(
                db_default=models.Func(template="nextval('customer_number')::text", output_field=models.CharField()),
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(fields=["insurer", "customer_number"], name="customer_number_once"),
        ),
    ]
