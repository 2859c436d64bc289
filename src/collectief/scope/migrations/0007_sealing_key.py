"""Under which secret the database stands: a number, and what recognises the secret without telling it (ADR 26).

Only the owner writes here: at the first migration (participants.0007) and at a renewal. The present one is the last.
"""

from __future__ import annotations

from django.db import migrations

_MAKE = """
CREATE TABLE sealing_key (
  number smallint PRIMARY KEY CHECK (number > 0),
  mark bytea NOT NULL UNIQUE,
  since timestamptz NOT NULL DEFAULT now(),
  -- Since when nothing made under it counts any more; of the present one it is empty.
  dropped_at timestamptz
);
GRANT SELECT ON sealing_key TO collectief_app;
"""


class Migration(migrations.Migration):
    dependencies = [("scope", "0006_contracts_role")]
    operations = [migrations.RunSQL(_MAKE, "DROP TABLE sealing_key")]
