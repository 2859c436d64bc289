"""The number on somebody's insurance card: the person's, the same whichever organisation they are insured through."""

from __future__ import annotations

from django.db import migrations, models

_NUMBERS = """
CREATE SEQUENCE card_number START 100000001;
-- Given when it is first asked for, to who has the blind index, from rows of their own. In index order, so that two
-- organisations with the same people wait for each other instead of locking each other out.
CREATE FUNCTION person_card_numbers(indexes bytea[])
  RETURNS TABLE (found_index bytea, found_number bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM public.person WHERE insurer_id = public.scope_insurer() AND bsn_index = ANY (indexes)
    AND card_number IS NULL ORDER BY bsn_index FOR UPDATE;
  UPDATE public.person SET card_number = nextval('public.card_number')
    WHERE insurer_id = public.scope_insurer() AND bsn_index = ANY (indexes) AND card_number IS NULL;
  RETURN QUERY SELECT bsn_index, card_number FROM public.person
    WHERE insurer_id = public.scope_insurer() AND bsn_index = ANY (indexes);
END $$;
REVOKE ALL ON FUNCTION person_card_numbers FROM PUBLIC;
GRANT EXECUTE ON FUNCTION person_card_numbers TO c_organisation;
"""


class Migration(migrations.Migration):
    dependencies = [("participants", "0007_key_number")]
    operations = [
        migrations.AddField("person", "card_number", models.BigIntegerField(null=True, unique=True)),
        migrations.RunSQL(_NUMBERS, "DROP FUNCTION person_card_numbers; DROP SEQUENCE card_number"),
    ]
