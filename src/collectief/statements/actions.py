"""Asking for an S1, and what the insurer's staff do with it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app as queue
from procrastinate.exceptions import AlreadyEnqueued

from collectief.access.for_customers import insurer_by
from collectief.audit import actions as audit
from collectief.cases import actions as cases
from collectief.cases.rules import CaseRefused, Deciding, Decision
from collectief.participants.models import Participant
from collectief.scope.database import office, opened
from collectief.scope.once import is_first
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

from .countries import treaty_on
from .models import S1Request
from .queries import KIND, known_of
from .rules import (
    Asked,
    Known,
    Refusal,
    S1Refused,
    State,
    Way,
    judge_another,
    judge_request,
    kept_until,
    may_become,
    way_of,
)

# By name, since jobs stand above actions.
_SEND, _TELL = "statements.send", "statements.tell"


def ask(scope: Scope, participant_id: int, asked: Asked, *, now: datetime) -> Way:
    """Ask for an S1 of somebody, and put it on its way; which way that is (U09).

    Must run inside `opened`. Raises NotAllowed, NotFound for who is not a participant, and S1Refused with everything
    that stands in the way; of two who ask at the same moment the second is refused.
    """
    scope.require(Permission.CHANGE_PARTICIPANTS, Capability.REQUEST_S1)
    today = timezone.localdate(now)
    person = Participant.objects.get(organisation_id=scope.organisation_id, id=participant_id)
    known, contracts = known_of(scope, participant_id, asked.country, today=today)
    if refusals := judge_request(asked, known, today):
        raise S1Refused(*refusals)
    row = _row(scope, person, asked, known, now=now)
    row.contracts = contracts
    if not is_first(row):
        raise S1Refused(Refusal("already_requested"))
    audit.record(
        scope, "s1.ask", participants=[participant_id], objects={"s1": [row.id]},
        detail={"country": row.country, "form": row.form, "ground": row.ground, "way": row.way},
    )  # fmt: skip
    put_on_its_way(scope, row)
    return Way(row.way)


def _row(scope: Scope, person: Participant, asked: Asked, known: Known, *, now: datetime) -> S1Request:
    """A request that was judged, as it is kept."""
    today = timezone.localdate(now)
    treaty, way = treaty_on(asked.country, today), way_of(asked.country, known, today)
    assert treaty is not None and asked.first_day is not None and known.insured is not None
    institution = asked.institution if way == Way.EESSI else ""
    return S1Request(
        insurer_id=scope.insurer_id, organisation_id=scope.organisation_id, participant=person,
        account_id=scope.account_id, mandate_id=scope.mandate_id, brand=scope.brand, asked_by=scope.account,
        asked_at=now, keep_until=kept_until(today), relation_number=person.relation_number,
        initials=person.initials, prefix=person.prefix, surname=person.surname, birth_date=person.birth_date,
        ground=asked.ground, form=treaty.form, country=asked.country, street=asked.street.strip(),
        house_number=asked.house_number.strip(), postcode=asked.postcode.strip(), city=asked.city.strip(),
        first_day=asked.first_day, last_day=known.insured.last_day, way=way,
        institution=institution, institution_name=known.institutions.get(institution, ""),
    )  # fmt: skip


def put_on_its_way(scope: Scope, row: S1Request) -> None:
    """What is next for a request, in the transaction of its cause: a job that sends it, or the case of its form."""
    if row.way == Way.EESSI:
        enqueue(row.id)
        return
    with office(scope.insurer_id):
        cases.open_case(scope.insurer_id, KIND, str(row.id), now=row.asked_at)


def enqueue(request_id: int) -> None:
    """Put sending a request in the queue; once, however often it is said."""
    name = f"{_SEND}/{request_id}"
    try:
        with transaction.atomic():
            queue.configure_task(_SEND, queueing_lock=name, lock=name).defer(request_id=request_id)
    except AlreadyEnqueued:
        return


def decided(deciding: Deciding) -> None:
    """What staff decide about a form that is made by hand: it can be downloaded, or the reason why not is told.

    Raises CaseRefused for what was decided already.
    """
    row = S1Request.objects.select_for_update().get(id=deciding.subject, insurer_id=deciding.insurer_id)
    issued = deciding.decision == Decision.APPROVED
    after = State.ISSUED if issued else State.REFUSED
    if not may_become(Way(row.way), State(row.state), after):
        raise CaseRefused("s1_over")
    row.state, row.decided_at, row.reason = after, deciding.now, "" if issued else deciding.reason
    row.save(update_fields=["state", "decided_at", "reason"])
    action = "s1.issue" if issued else "s1.refuse"
    cases.record_for_customer(deciding, row.organisation_id, action, objects={"s1": [row.id]})
    # Its organisation is told by a job: staff write in no customer's messages about people.
    queue.configure_task(_TELL).defer(request_id=row.id)


@transaction.atomic
def allow_another(scope: Scope, request_id: int, *, now: datetime) -> None:
    """Let another be asked for beside this one, by somebody of the insurer's (U09).

    In the office's trail and in the customer's. Raises NotAllowed, S1Request.DoesNotExist, S1Refused.
    """
    scope.require(Permission.JUDGE_CASES)
    with office(scope.insurer_id):
        row = S1Request.objects.select_for_update().get(id=request_id, insurer_id=scope.insurer_id)
        refusal = judge_another(State(row.state), allowed=row.another_at is not None)
        if refusal is not None:
            raise S1Refused(refusal)
        row.another_at = now
        row.save(update_fields=["another_at"])
        audit.record_by_insurer(
            insurer_by(scope), row.organisation_id, "s1.allow_another",
            objects={"s1": [row.id]},
        )  # fmt: skip
    with opened(scope):
        audit.record(scope, "s1.allow_another", objects={"s1": [request_id]})
