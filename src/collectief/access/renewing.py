"""Second factors, and notices under way, sealed under the next secret; sessions end with the former (ADR 26)."""

from __future__ import annotations

from collectief.scope.renewing import Owner, Renewal, Step

from . import authenticator, notices

_APP = {"id": "bigint", "sealed": "bytea"}
_JOB = {"id": "bigint", "sealed": "text"}
# Whom a notice is for: it was sealed for them.
_NOTICES = """
SELECT j.id, coalesce((j.args ->> 'account_id')::bigint, r.account_id), j.args ->> 'sealed'
  FROM procrastinate_jobs j LEFT JOIN factor_reset r ON r.id = (j.args ->> 'reset_id')::bigint
 WHERE j.task_name LIKE 'access.%' AND j.args ->> 'sealed' <> ''
"""


def _factors(renewal: Renewal) -> dict[str, int]:
    # Digests cannot be made anew: those of the former secret are checked under it, for as long as it counts.
    codes, _ = drop_codes(renewal, renewal.number_before)
    with renewal.every_row("authenticator", "factor_reset", "sent_code"):
        apps = renewal.remake(
            "renewed_app",
            _APP,
            "SELECT id, sealed, account_id FROM authenticator",
            lambda row: (row[0], authenticator.resealed(row[2], row[1], renewal.before, renewal.after)),
            "UPDATE authenticator a SET sealed = n.sealed FROM pg_temp.renewed_app n WHERE a.id = n.id",
        )
        waiting = renewal.remake(
            "renewed_notice",
            _JOB,
            _NOTICES,
            lambda row: (row[0], notices.resealed(row[1], row[2], renewal.before, renewal.after)),
            "UPDATE procrastinate_jobs j SET args = jsonb_set(args, '{sealed}', to_jsonb(n.sealed))"
            " FROM pg_temp.renewed_notice n WHERE j.id = n.id",
        )
        # What was half done in a session was sealed or derived too: whoever was at it signs in, and begins again.
        renewal.run("DELETE FROM sent_code")
    sessions = renewal.run("DELETE FROM open_session")
    return {"apps": apps, "notices under way": waiting, "recovery codes removed": codes, "sessions ended": sessions}


def drop_codes(owner: Owner, number: int) -> tuple[int, int]:
    """Remove recovery codes of secrets before `number`, which nobody can check any more: how many, of how many people.

    So that who looks how many are left sees what is so.
    """
    with owner.every_row("recovery_code"):
        people = owner.value(f"SELECT count(DISTINCT account_id) FROM recovery_code WHERE key_number < {number}")
        return owner.run("DELETE FROM recovery_code WHERE key_number < %s", number), people


FACTORS = Step(frozenset({"authenticator.sealed", "recovery_code.digest", "sent_code.nonce"}), _factors)
