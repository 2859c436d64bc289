"""The sealed BSNs of who was enrolled before, by the blind index one already knows.

By participant it gave nothing: the owner of the function is bound by the row security of `participant` too.
"""

from __future__ import annotations

from django.db import migrations

_SEALED = """
DROP FUNCTION person_sealed(bigint[]);
-- As with `person_ensure`: only who has the blind index, from rows of their own, gets an answer.
CREATE FUNCTION person_sealed(indexes bytea[])
  RETURNS TABLE (bsn_index bytea, bsn_sealed bytea)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT h.bsn_index, h.bsn_sealed FROM public.person h
   WHERE h.insurer_id = public.scope_insurer() AND h.bsn_index = ANY (indexes)
$$;
REVOKE ALL ON FUNCTION person_sealed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION person_sealed TO c_organisation;
"""


class Migration(migrations.Migration):
    dependencies = [("participants", "0004_person_ensure")]
    operations = [migrations.RunSQL(_SEALED, migrations.RunSQL.noop)]
