"""Resetting a second factor by two people, and what the help desk may see: the users of its own insurer, no secret."""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import every_row

_DESK = Audience.HELP_DESK
_OWN = "insurer_id = (SELECT nullif(current_setting('c.insurer', true), '')::bigint)"
# Under row security itself: these are the insurer's own.
_OF_OURS = "organisation_id IN (SELECT id FROM public.organisation)"
_SEEN = (
    "id, insurer_id, account_id, state, brand, language, spoken_with, call_note, reason, asked_by_id, asked_by,"
    " asked_email, asked_office, asked_portal, asked_at, decided_by_id, decided_by, decided_email, decided_office,"
    " decided_portal, decided_at, due_at, ended_at, ended_why, address"
)
_DECIDED = (
    "state, decided_by_id, decided_by, decided_email, decided_office, decided_portal, decided_at, due_at, ended_at,"
    " ended_why"
)
_REFUSALS = "'account.sign_in', 'account.password', 'account.accept_invitation', 'account.recover'"
_SAID = (
    "insurer_id, organisation_id, action, outcome, account_id, account, roles, responsible, purpose, access_point,"
    " participant_ids, object_ids, detail"
)

# Whatever the code does: another person than who asked, nobody for themselves, and a whole day in between.
_TWO_PEOPLE = """
ALTER TABLE factor_reset
  ADD CONSTRAINT factor_reset_two_people CHECK (
    (decided_by_id IS NULL OR (decided_by_id <> account_id
      AND (state IN ('refused', 'stopped') OR asked_by_id IS NULL OR decided_by_id <> asked_by_id)))
    AND (asked_by_id IS NULL OR asked_by_id <> account_id)),
  ADD CONSTRAINT factor_reset_two_names CHECK (
    state NOT IN ('waiting', 'done') OR (decided_by <> ''
      AND ((asked_by_id IS NOT NULL AND decided_by_id IS NOT NULL) OR lower(decided_by) <> lower(asked_by))
      AND (decided_email = '' OR lower(decided_email) <> lower(asked_email)))),
  ADD CONSTRAINT factor_reset_waits CHECK (
    state NOT IN ('waiting', 'done') OR (decided_at IS NOT NULL AND due_at >= decided_at + interval '24 hours')),
  ADD CONSTRAINT factor_reset_done CHECK (state <> 'done' OR ended_at >= due_at)
"""

# What the help desk is told of how somebody signs in. Written out as a function of the owner's, so that its role need
# not be able to read a password, a secret or a number.
_FACTS = """
CREATE FUNCTION help_desk_facts(whose bigint) RETURNS TABLE (
  has_password boolean, password_mark bytea, app_since timestamptz, number_end text, number_since timestamptz,
  passkeys bigint, passkey_since timestamptz, recovery_codes bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp ROWS 1 AS $$
  SELECT a.password <> '' AND a.password NOT LIKE '!%', sha256(convert_to(a.password, 'UTF8')),
         (SELECT linked_at FROM public.authenticator WHERE account_id = a.id), right(t.number, 3), t.confirmed_at,
         (SELECT count(*) FROM public.passkey WHERE account_id = a.id),
         (SELECT min(made_at) FROM public.passkey WHERE account_id = a.id),
         (SELECT count(*) FROM public.recovery_code WHERE account_id = a.id)
    FROM public.account a LEFT JOIN public.telephone t ON t.account_id = a.id
   WHERE a.id = whose AND a.insurer_id = nullif(current_setting('c.insurer', true), '')::bigint
$$;
REVOKE ALL ON FUNCTION help_desk_facts FROM PUBLIC;
"""


def _seen(table: str, condition: str, rights: str) -> list[str]:
    return [
        f"CREATE POLICY help_desk ON {table} FOR SELECT TO {_DESK} USING ({condition})",
        f"GRANT {rights} ON {table} TO {_DESK}",
    ]


def _id() -> tuple[str, models.BigAutoField[int, int]]:
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def _text(name: str, length: int, **more: Any) -> tuple[str, models.CharField[str, str]]:
    return (name, models.CharField(max_length=length, **more))


def _number(name: str) -> tuple[str, models.BigIntegerField[int | None, int | None]]:
    return (name, models.BigIntegerField(null=True))


def _moment(name: str) -> tuple[str, models.DateTimeField]:  # type: ignore[type-arg]
    return (name, models.DateTimeField(null=True))


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0008_auditor"),
        ("scope", "0005_help_desk_role"),
        ("audit", "0003_sealed"),
        ("contracts", "0002_security"),
    ]
    operations = [
        migrations.CreateModel(
            name="PastAddress",
            fields=[
                _id(),
                ("address", models.EmailField(max_length=254)),
                ("until", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={"db_table": "past_address"},
        ),
        migrations.CreateModel(
            name="FactorReset",
            fields=[
                _id(),
                ("insurer_id", models.BigIntegerField()),
                _text("state", 12, default="asked"),
                _text("brand", 40),
                _text("language", 5, default="nl"),
                _text("spoken_with", 120),
                _text("call_note", 500),
                _text("reason", 500),
                _number("asked_by_id"),
                _text("asked_by", 120),
                ("asked_email", models.EmailField(default="", max_length=254)),
                _number("asked_office"),
                _text("asked_portal", 40, default=""),
                ("asked_at", models.DateTimeField()),
                _number("decided_by_id"),
                _text("decided_by", 120, default=""),
                ("decided_email", models.EmailField(default="", max_length=254)),
                _number("decided_office"),
                _text("decided_portal", 40, default=""),
                _moment("decided_at"),
                _moment("due_at"),
                _moment("ended_at"),
                _text("ended_why", 20, default=""),
                ("address", models.EmailField(max_length=254)),
                ("password_mark", models.BinaryField()),
                ("nonce", models.BinaryField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "db_table": "factor_reset",
                "indexes": [models.Index(fields=["insurer_id", "state", "id"], name="factor_reset_open")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account",),
                        name="factor_reset_once",
                        condition=models.Q(state__in=("asked", "waiting")),
                    )
                ],
            },
        ),
        migrations.RunSQL(_TWO_PEOPLE, migrations.RunSQL.noop),
        every_row("past_address", Audience.SIGN_IN, rights="SELECT, INSERT, DELETE"),
        # Whoever it is about stops it, and it is carried out, as the sign-in; it cannot make up who decided.
        every_row("factor_reset", Audience.SIGN_IN, rights="SELECT, UPDATE (state, ended_at, ended_why), DELETE"),
        migrations.RunSQL(
            [
                *_seen("account", _OWN, "SELECT (id, insurer_id, email, name, is_active, last_login)"),
                *_seen("organisation", _OWN, "SELECT"),
                *_seen("membership", _OF_OURS, "SELECT"),
                *_seen(
                    "invitation",
                    _OF_OURS,
                    "SELECT (id, membership_id, organisation_id, name, brand, language, created_at, expires_at,"
                    " sent_at, undeliverable, accepted_at, revoked_at)",
                ),
                # Keyed digests: the table names nobody.
                *_seen("wrong_try", "true", "SELECT"),
                f"GRANT SELECT ON insurer TO {_DESK}",
                # Why somebody was refused; nothing else of the trail.
                *_seen(
                    "audit_event",
                    f"{_OWN} AND outcome = 'failure' AND action IN ({_REFUSALS})",
                    "SELECT (id, insurer_id, organisation_id, at, action, outcome, account_id, detail)",
                ),
                # What it does stands in the trail of the customer it was done for, under the name of who did it.
                f"CREATE POLICY help_desk_acts ON audit_event FOR INSERT TO {_DESK} WITH CHECK ({_OWN})",
                f"GRANT INSERT ({_SAID}) ON audit_event TO {_DESK}",
                f"GRANT USAGE ON SEQUENCE audit_event_id_seq, factor_reset_id_seq TO {_DESK}",
                # The help desk begins and decides; that one is done is not its to say.
                f"CREATE POLICY help_desk ON factor_reset TO {_DESK} USING ({_OWN})"
                f" WITH CHECK ({_OWN} AND state <> 'done')",
                f"GRANT SELECT ({_SEEN}), INSERT, UPDATE ({_DECIDED}) ON factor_reset TO {_DESK}",
                *(
                    f"CREATE POLICY facts ON {table} FOR SELECT TO CURRENT_USER USING (true)"
                    for table in ("account", "authenticator", "telephone", "passkey", "recovery_code")
                ),
                _FACTS,
                f"GRANT EXECUTE ON FUNCTION help_desk_facts TO {_DESK}",
            ],
            migrations.RunSQL.noop,
        ),
    ]
