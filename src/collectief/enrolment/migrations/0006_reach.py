"""Stays within one's contracts, and the people who have one; who is last on the shelf goes by all stays (ADR 19)."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import REACH, within_reach

# Not `IN`: a look-up per row that is shown, never a walk through all stays.
_HAS_A_STAY = "EXISTS (SELECT FROM participation s WHERE s.participant_id = {participant})"

# Which stay is somebody's last must not depend on who changes one: marked by the role that settles, which sees days
# and ids of all stays and can change nothing else.
_MARKED_BY_THE_WORKER = [
    f"GRANT {Audience.WORKER} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE",
    f"GRANT CREATE ON SCHEMA public TO {Audience.WORKER}",
    f"ALTER FUNCTION participation_mark_latest() OWNER TO {Audience.WORKER}",
    f"REVOKE CREATE ON SCHEMA public FROM {Audience.WORKER}",
]


class Migration(migrations.Migration):
    dependencies = [
        ("enrolment", "0005_mark_by_index"),
        ("participants", "0005_person_sealed"),
        ("scope", "0006_contracts_role"),
    ]
    operations = [
        within_reach("participation", f"contract_id = ANY ({REACH})"),
        # To be read: somebody who is new is written before their stay is.
        within_reach("participant", _HAS_A_STAY.format(participant="participant.id"), command="SELECT"),
        within_reach("address", _HAS_A_STAY.format(participant="address.participant_id"), command="SELECT"),
        migrations.RunSQL(
            ["ALTER FUNCTION participation_mark_latest() SECURITY DEFINER", *_MARKED_BY_THE_WORKER],
            "ALTER FUNCTION participation_mark_latest() SECURITY INVOKER",
        ),
    ]
