-- The only ways to `person` and `register_check`. They run as the owner of the tables and see one insurer,
-- the scope's own; no caller can ask for another, or list anything without already knowing the BSN's index.

CREATE FUNCTION scope_insurer() RETURNS bigint LANGUAGE sql STABLE
  RETURN nullif(current_setting('c.insurer', true), '')::bigint;

-- Persons by blind index: adds the ones that are not there, in index order, so that two organisations that
-- enrol the same people at the same moment wait for each other instead of locking each other out.
CREATE FUNCTION person_ensure(indexes bytea[], sealed bytea[], key_number smallint)
  RETURNS TABLE (found_index bytea, found_id bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO public.person (insurer_id, bsn_index, bsn_sealed, key_id)
    SELECT public.scope_insurer(), given.i, given.s, key_number
      FROM unnest(indexes, sealed) AS given(i, s) ORDER BY given.i
    ON CONFLICT (insurer_id, bsn_index) DO NOTHING;
  RETURN QUERY SELECT bsn_index, id FROM public.person
    WHERE insurer_id = public.scope_insurer() AND bsn_index = ANY (indexes);
END $$;

-- What the BRP said, not before `since`.
CREATE FUNCTION register_answers(indexes bytea[], since timestamptz)
  RETURNS TABLE (bsn_index bytea, found boolean, deceased boolean, initials varchar, prefix varchar,
                 surname varchar, birth_date varchar)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT c.bsn_index, c.found, c.deceased, c.initials, c.prefix, c.surname, c.birth_date
    FROM public.register_check c
   WHERE c.insurer_id = public.scope_insurer() AND c.bsn_index = ANY (indexes) AND c.checked_at >= since
$$;

-- Keep what the BRP says now; a newer answer replaces an older one.
CREATE FUNCTION register_keep(indexes bytea[], founds boolean[], deceaseds boolean[], initials_ varchar[],
                              prefixes varchar[], surnames varchar[], birth_dates varchar[], at timestamptz)
  RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  INSERT INTO public.register_check AS kept
      (insurer_id, bsn_index, checked_at, found, deceased, initials, prefix, surname, birth_date)
    SELECT public.scope_insurer(), g.i, at, g.f, g.d, g.n, g.p, g.s, g.b
      FROM unnest(indexes, founds, deceaseds, initials_, prefixes, surnames, birth_dates)
           AS g(i, f, d, n, p, s, b) ORDER BY g.i
    ON CONFLICT (insurer_id, bsn_index) DO UPDATE SET
      checked_at = excluded.checked_at, found = excluded.found, deceased = excluded.deceased,
      initials = excluded.initials, prefix = excluded.prefix, surname = excluded.surname,
      birth_date = excluded.birth_date
    WHERE kept.checked_at < excluded.checked_at
$$;

-- Answers that are too old to be used again, and so have no reason to be kept (law 9).
CREATE FUNCTION register_forget(before timestamptz) RETURNS bigint
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  WITH gone AS (DELETE FROM public.register_check WHERE checked_at < before RETURNING 1) SELECT count(*) FROM gone
$$;

REVOKE ALL ON FUNCTION person_ensure, register_answers, register_keep, register_forget FROM PUBLIC;
GRANT EXECUTE ON FUNCTION person_ensure, register_answers, register_keep TO c_organisation;
GRANT EXECUTE ON FUNCTION register_forget TO c_worker;
