"""Who took part before policy terms were kept is insured by the days of their stay (policies.0002_policy_terms)."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from collectief.scope.database import Audience
from collectief.segments.catalogue import PROFILES

_TABLES = ("participation", "policy_term", "organisation", "contract_offer", "product")
_INSURE = """
INSERT INTO policy_term (insurer_id, organisation_id, participant_id, participation_id, contract_id, product_id, kind,
       period)
SELECT p.insurer_id, p.organisation_id, p.participant_id, p.id, p.contract_id, c.product_id, 'basic',
       p.period * c.period
  FROM participation p
  JOIN organisation o ON o.id = p.organisation_id AND o.segment = ANY (%s::text[])
  JOIN standard_cover c ON c.contract_id = p.contract_id AND c.period && p.period
"""


def insure(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Of every segment in which taking part is being insured."""
    with schema_editor.connection.cursor() as cursor:
        # The owner is bound by row security too, and belongs to no organisation.
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        cursor.execute(_INSURE, [[one.slug for one in PROFILES.values() if one.insures]])
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


class Migration(migrations.Migration):
    dependencies = [("enrolment", "0006_reach"), ("policies", "0002_policy_terms")]
    operations = [
        migrations.RunPython(insure, migrations.RunPython.noop),
        # Following a contract's offers: numbers and days of every organisation's stays, and nothing that says who.
        migrations.RunSQL(
            f"GRANT SELECT (contract_id, period) ON participation TO {Audience.WORKER}",
            f"REVOKE SELECT (contract_id, period) ON participation FROM {Audience.WORKER}",
        ),
    ]
