-- Persons by blind index: adds the ones that are not there, in index order, so that two organisations that
-- enrol the same people at the same moment wait for each other instead of locking each other out.
CREATE OR REPLACE FUNCTION person_ensure(indexes bytea[], sealed bytea[], key_number smallint)
  RETURNS TABLE (found_index bytea, found_id bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  added_indexes bytea[];
  added_ids bigint[];
BEGIN
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
