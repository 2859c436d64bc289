"""Newcomers as a plan keeps them: judged once, and written in the form in which the database takes them in (ADR 11).

Who is new to an organisation and in a file once is most of every large file. Carrying such a row out needs nothing of
what is in the tables; its numbers it gets as it comes in.
"""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import connection

from collectief.foundation.sealing import BsnKeys
from collectief.mutations.corridor import Request
from collectief.mutations.verdicts import Accepted
from collectief.participants.keys import bsn_keys
from collectief.policies.covering import insure
from collectief.scope.scope import Scope
from collectief.scope.staging import line, stage_lines

from . import memory
from .effects import ADD_PARTICIPANTS, STAYS
from .facts import ADDRESS, Member

TABLE = "kept_newcomer"
_COLUMNS = {
    "bsn_index": "bytea", "bsn_sealed": "bytea", "place": "integer", "source": "text", "initials": "text",
    "prefix": "text", "surname": "text", "sort_key": "text", "birth_date": "text", "sex": "text",
    "external_reference": "text",
    "contract_id": "bigint", "first_day": "date", "end_day": "text", "address": "text", "asked": "text",
    "touched": "text",
}  # fmt: skip
_NUMBERED = {
    "participant_id": "bigint DEFAULT nextval('participant_id_seq')",
    "relation_number": "text DEFAULT nextval('participant_relation_number')::text",
    "stay_id": "bigint DEFAULT nextval('participation_id_seq')",
}
_STAYS = f"""
INSERT INTO participation (insurer_id, organisation_id, id, participant_id, contract_id, period, reason, sort_key,
       birth_date, relation_number, external_reference, initials, prefix, surname)
SELECT %s, %s, stay_id, participant_id, contract_id, daterange(first_day, nullif(end_day, '')::date), '', sort_key,
       birth_date, relation_number, external_reference, initials, prefix, surname
  FROM pg_temp.{TABLE}
"""
_ADDRESSES = f"""
INSERT INTO address (organisation_id, participant_id, {", ".join(ADDRESS)})
SELECT %s, participant_id, {", ".join(f"coalesce(address::jsonb ->> '{name}', '')" for name in ADDRESS)}
  FROM pg_temp.{TABLE} WHERE address <> ''
"""


def kept_line(keys: BsnKeys, place: int, request: Request, member: Member, verdict: Accepted) -> str:
    """One newcomer, as `add` takes them: `member` is who they are once `verdict` on the request is carried out."""
    index, bsn = request.subject.bsn_index, request.subject.bsn
    said = member.register
    assert said is not None and said.name is not None and index is not None and bsn is not None
    [stay] = member.stays
    name, period = said.name, stay.period
    return line(
        (index, keys.sealed_at(bsn, index)),
        (
            str(place), request.source, name.initials, name.prefix, name.surname, name.sort_key,
            str(said.birth_date or ""), said.sex, member.reference, str(stay.contract_id), period.first_day.isoformat(),
            period.end_day.isoformat() if period.end_day else "", _json(member.address) if member.address else "",
            _json(memory.Asked.of(request.application)),
            _json([memory.change_as_json(change) for change in verdict.changes]),
        ),
    )  # fmt: skip


def add(scope: Scope, lines: str) -> str:
    """Write persons, participants, stays, insurance and addresses; the temporary table they were taken from."""
    stage_lines(TABLE, _COLUMNS, lines, numbered=_NUMBERED)
    with connection.cursor() as cursor:
        cursor.execute(
            ADD_PARTICIPANTS.format(table=TABLE), [scope.insurer_id, scope.organisation_id, bsn_keys(scope).key_id]
        )
        written = cursor.rowcount
        cursor.execute(_STAYS, [scope.insurer_id, scope.organisation_id])
        if written != cursor.rowcount or written != lines.count("\n"):
            raise RuntimeError("not everyone new was written")
        cursor.execute(_ADDRESSES, [scope.organisation_id])
    if scope.profile.insures:
        insure(scope, STAYS.format(id="stay_id", end_day="nullif(end_day, '')::date", table=TABLE))
    return TABLE


def _json(value: Any) -> str:
    return msgspec.json.encode(value, enc_hook=dict).decode()
