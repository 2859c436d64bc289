"""The database knows under which secret it stands, and takes in no person sealed under another (ADR 26)."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from collectief.foundation.sealing import BsnKeys
from collectief.scope.secret import WrongSecret, mark_of

# What is shorter was never sealed: nonce, nine digits and authentication tag are 37 bytes.
_SAMPLE = """
SELECT i.slug, p.bsn_index, p.bsn_sealed, p.key_id FROM person p JOIN insurer i ON i.id = p.insurer_id
 WHERE octet_length(p.bsn_sealed) >= 37 ORDER BY p.id DESC LIMIT 1
"""
_REFUSE = """
-- As `person_ensure` was, but for the number of the key: a process that missed a renewal must not enter anybody under
-- an index that nobody will look for.
CREATE OR REPLACE FUNCTION person_ensure(indexes bytea[], sealed bytea[], key_number smallint)
  RETURNS TABLE (found_index bytea, found_id bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  added_indexes bytea[];
  added_ids bigint[];
BEGIN
  IF key_number IS DISTINCT FROM (SELECT max(number) FROM public.sealing_key) THEN
    RAISE EXCEPTION 'persons are not sealed under number % any more: start this process again', key_number;
  END IF;
  WITH added AS (
    INSERT INTO public.person (insurer_id, bsn_index, bsn_sealed, key_id)
      SELECT public.scope_insurer(), given.i, given.s, key_number
        FROM unnest(indexes, sealed) AS given(i, s) ORDER BY given.i
      ON CONFLICT (insurer_id, bsn_index) DO NOTHING
      RETURNING bsn_index, id)
    SELECT array_agg(added.bsn_index), array_agg(added.id) INTO added_indexes, added_ids FROM added;
  IF cardinality(added_ids) = cardinality(indexes) THEN
    RETURN QUERY SELECT * FROM unnest(added_indexes, added_ids);
  ELSE
    -- A statement of its own sees those that another organisation added meanwhile.
    RETURN QUERY SELECT bsn_index, id FROM public.person
      WHERE insurer_id = public.scope_insurer() AND bsn_index = ANY (indexes);
  END IF;
END $$;
"""


def note(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The secret we migrate with is the database's. Raises WrongSecret when people are there under another."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_SAMPLE)
        number = 1
        if found := cursor.fetchone():
            slug, index, sealed, number = found
            keys = BsnKeys.derived(settings.SECRET_KEY.encode(), slug, number)
            try:
                keys.unsealed(bytes(sealed), bytes(index))
            except InvalidTag:
                raise WrongSecret(
                    "COLLECTIEF_SECRET is not the secret that people in this database are sealed under: migrate with"
                    " that one."
                ) from None
        cursor.execute("INSERT INTO sealing_key (number, mark) VALUES (%s, %s)", [number, mark_of(settings.SECRET_KEY)])


class Migration(migrations.Migration):
    dependencies = [("participants", "0006_auditor"), ("scope", "0007_sealing_key"), ("contracts", "0001_initial")]
    operations = [
        migrations.RunPython(note, migrations.RunPython.noop),
        migrations.RunSQL(_REFUSE, migrations.RunSQL.noop),
    ]
