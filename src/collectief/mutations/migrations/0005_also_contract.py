"""The other contract that a mutation touches: a transfer is seen by who reaches both (G13)."""

from __future__ import annotations

from django.db import migrations, models

from collectief.scope.rowsecurity import OWN_ACCOUNT, REACH, within_reach


class Migration(migrations.Migration):
    dependencies = [("mutations", "0004_people_lane"), ("scope", "0006_contracts_role")]
    operations = [
        migrations.AddField("mutation", "also_contract_id", models.BigIntegerField(null=True)),
        migrations.RunSQL(
            [
                # The owner is bound by row security too, and belongs to no organisation.
                "ALTER TABLE mutation NO FORCE ROW LEVEL SECURITY",
                # What touched two contracts before has both in what it remembers.
                "UPDATE mutation m SET also_contract_id = other.id FROM ("
                " SELECT m.id AS mutation_id, max(side.contract) AS id FROM mutation m,"
                " jsonb_array_elements(m.touched) t, LATERAL (VALUES ((t -> 'before' ->> 'contract_id')::bigint),"
                " ((t -> 'after' ->> 'contract_id')::bigint)) side (contract)"
                " WHERE m.kind IN ('transfer', 'reverse') AND side.contract <> m.contract_id GROUP BY m.id) other"
                " WHERE other.mutation_id = m.id",
                "ALTER TABLE mutation FORCE ROW LEVEL SECURITY",
            ],
            migrations.RunSQL.noop,
        ),
        within_reach(
            "mutation",
            f"(contract_id = ANY ({REACH}) AND (also_contract_id IS NULL OR also_contract_id = ANY ({REACH})))"
            # What names no contract that there is, such as a row of a file that could not be read, is its sender's.
            f" OR (contract_id IS NULL AND account_id = {OWN_ACCOUNT})",
        ),
    ]
