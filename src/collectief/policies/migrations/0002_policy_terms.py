"""Who is insured with what, and which basic insurance a contract gives on which days."""

from __future__ import annotations

import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import REACH, every_row, own_rows, within_reach


def _key(to: str) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(to=to, on_delete=django.db.models.deletion.PROTECT, db_index=False, db_constraint=False)


# Offers begin and hold until the same product's next one. Of several basic insurances on one day the one that has been
# in the contract longest without a break is what who takes part is insured with. `range_agg` makes one stretch of what
# meets.
_STANDARD_COVER = """
CREATE VIEW standard_cover WITH (security_invoker) AS
WITH offer AS (
  SELECT o.contract_id, o.product_id, o.offered, o.first_day, lead(o.first_day) OVER own AS end_day,
         count(*) FILTER (WHERE NOT o.offered) OVER own AS breaks
    FROM contract_offer o JOIN product p ON p.id = o.product_id
   WHERE o.state = 'agreed' AND p.kind = 'basic'
  WINDOW own AS (PARTITION BY o.contract_id, o.product_id ORDER BY o.first_day)
), step AS (
  SELECT *, min(first_day) FILTER (WHERE offered) OVER (PARTITION BY contract_id, product_id, breaks) AS since
    FROM offer
), stretch AS (
  SELECT contract_id, first_day, lead(first_day) OVER (PARTITION BY contract_id ORDER BY first_day) AS end_day
    FROM (SELECT DISTINCT contract_id, first_day FROM step) days
), given AS (
  SELECT h.contract_id, c.product_id, daterange(h.first_day, h.end_day) AS period
    FROM stretch h, LATERAL (
      SELECT s.product_id FROM step s
       WHERE s.contract_id = h.contract_id AND s.offered AND s.first_day <= h.first_day
         AND (s.end_day IS NULL OR s.end_day > h.first_day)
       ORDER BY s.since, s.product_id LIMIT 1) c
)
SELECT contract_id, product_id, unnest(range_agg(period)) AS period FROM given GROUP BY contract_id, product_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0001_initial"),
        ("participants", "0005_person_sealed"),
        ("scope", "0006_contracts_role"),
    ]
    operations = [
        migrations.CreateModel(
            name="PolicyTerm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("insurer_id", models.BigIntegerField()),
                ("organisation", _key("contracts.organisation")),
                ("participant", _key("participants.participant")),
                ("participation_id", models.BigIntegerField()),
                ("contract", _key("contracts.groupcontract")),
                ("product", _key("policies.product")),
                ("kind", models.CharField(max_length=20)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                "db_table": "policy_term",
                "indexes": [models.Index(fields=["participation_id"], name="policy_term_of_participation")],
            },
        ),
        migrations.RunSQL(
            [
                "ALTER TABLE policy_term ADD CONSTRAINT policy_term_one_of_a_kind"
                " UNIQUE (participation_id, kind, period WITHOUT OVERLAPS)",
                _STANDARD_COVER,
                f"GRANT SELECT ON standard_cover TO {Audience.ORGANISATION}, {Audience.WORKER}",
            ],
            "DROP VIEW standard_cover; ALTER TABLE policy_term DROP CONSTRAINT policy_term_one_of_a_kind",
        ),
        own_rows("policy_term", rights="SELECT, INSERT, DELETE"),
        within_reach("policy_term", f"contract_id = ANY ({REACH})"),
        # Who follows an offer knows days and numbers of every organisation, and nothing that says who it is.
        every_row("policy_term", Audience.WORKER, rights="SELECT, INSERT, DELETE"),
        every_row("contract_offer", Audience.WORKER, rights="SELECT"),
        every_row("product", Audience.WORKER, rights="SELECT"),
    ]
