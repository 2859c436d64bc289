"""What goes to and comes from institutions abroad: each step a transaction of its own, none open while a line is.

A request that is sent again has the same key, and is the same case at the access point; a reply is said to be received
once what it says is written. So a worker may be killed anywhere (U09).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from collectief.access.queries import scope_without_rights
from collectief.audit import actions as audit
from collectief.brands.catalogue import all_brands
from collectief.brands.catalogue import brand as brand_of
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.gateways.eessi.client import eessi_at
from collectief.gateways.eessi.port import DocumentRefused, Eessi, Entitlement, Institution, Reply, Residence
from collectief.inbox import actions as inbox
from collectief.inbox.facts import About, Tiding
from collectief.participants.queries import bsn_to_send
from collectief.scope.database import housekeeping, opened
from collectief.scope.scope import Scope
from collectief.segments.profile import MessageCategory

from .actions import enqueue, put_on_its_way
from .models import ForeignInstitution, S1Request
from .rules import State, Way, may_become

# What was asked this long ago and has not begun is put in the queue again.
LATE = timedelta(minutes=15)
# Which message tells of which state.
TOLD = {State.CONFIRMED: "s1.confirmed", State.ISSUED: "s1.issued", State.REFUSED: "s1.refused"}

_log = logging.getLogger(__name__)


def current_eessi() -> Eessi:
    """The access point of this installation."""
    return eessi_at(settings.EESSI_URL, settings.EESSI_KEY)


def send(request_id: int, *, now: datetime) -> None:
    """Send a request, if it still is to be sent. Raises EessiUnavailable: then it is tried again.

    One that the access point will never take goes on by hand.
    """
    scope = behind(request_id)
    with opened(scope):
        entitlement = _entitlement(scope, request_id)
    if entitlement is None:
        return
    try:
        case = current_eessi().send(entitlement)
    except DocumentRefused as refused:
        _log.error("EESSI does not take S1 request %d: %s", request_id, refused)
        with opened(scope):
            _by_hand(scope, request_id, str(refused))
    else:
        with opened(scope):
            _sent(scope, request_id, case, now)


def fetch(*, now: datetime) -> None:
    """Take what institutions abroad answered each of our insurers. Raises EessiUnavailable."""
    eessi = current_eessi()
    for us in sorted({one.institution for one in all_brands() if one.institution}):
        for reply in eessi.replies(us):
            if _taken(reply, now):
                eessi.received(reply)


def _taken(reply: Reply, now: datetime) -> bool:
    """Whether a reply was written; one that cannot be stays where it is, and keeps no other waiting."""
    try:
        return take(reply, now=now)
    except Exception as problem:
        _log.error("a reply of EESSI could not be written: %s", type(problem).__name__)
        return False


def take(reply: Reply, *, now: datetime) -> bool:
    """Write what a reply says; once, however often it comes. Whether it is about anything of ours."""
    with housekeeping():
        ids = list(S1Request.objects.filter(eessi_case=reply.case).values_list("id", flat=True))
    for request_id in ids:
        scope = behind(request_id)
        with opened(scope):
            _answered(scope, request_id, reply, now)
    # It may have come before its case was written: the next time it is known, or it is somebody else's.
    return bool(ids)


def tell(request_id: int, *, now: datetime) -> None:
    """Tell the organisation what staff decided."""
    scope = behind(request_id)
    with opened(scope):
        _tell(scope, S1Request.objects.get(id=request_id), now)


def begin_again(*, now: datetime) -> None:
    """Whatever is still to be sent, for a fault of ours or a lost job, is put in the queue again."""
    with housekeeping():
        late = S1Request.objects.filter(way=Way.EESSI, state=State.ASKED, asked_at__lt=now - LATE)
        ids = list(late.values_list("id", flat=True))
    for request_id in ids:
        enqueue(request_id)


def learn(found: Sequence[Institution]) -> None:
    """Keep the directory of institutions as it is now; an empty one is none, and changes nothing."""
    if not found:
        return
    rows = [ForeignInstitution(id=one.id, country=one.country, name=one.name) for one in found]
    with housekeeping():
        ForeignInstitution.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["id"], update_fields=["country", "name"]
        )
        ForeignInstitution.objects.exclude(id__in=[one.id for one in found]).delete()


def behind(request_id: int) -> Scope:
    """The scope that a request was made in, without rights: what is accepted is carried out, whoever has left since."""
    with housekeeping():
        who = S1Request.objects.values_list("account_id", "organisation_id", "brand", "mandate_id").get(id=request_id)
    account_id, organisation_id, brand, mandate_id = who
    return scope_without_rights(account_id, organisation_id, brand, channel="job", mandate_id=mandate_id)


def _entitlement(scope: Scope, request_id: int) -> Entitlement | None:
    """What is to be sent: the same each time. None for what is not to be sent (any more)."""
    one = S1Request.objects.get(organisation_id=scope.organisation_id, id=request_id)
    brand = brand_of(scope.brand)
    if not may_become(Way(one.way), State(one.state), State.SENT):
        return None
    if not brand.institution:
        _by_hand(scope, request_id, "no_sender")
        return None
    return Entitlement(
        str(one.key), Institution(brand.institution, "NL", brand.insurer_name),
        Institution(one.institution, one.country, one.institution_name), bsn_to_send(scope, one.participant_id),
        PersonName(one.initials, one.prefix, one.surname),
        BirthDate.parse(one.birth_date) if one.birth_date else None,
        Residence(one.country, one.street, one.house_number, one.postcode, one.city), one.ground, one.first_day,
        one.last_day, timezone.localdate(one.asked_at),
    )  # fmt: skip


def _locked(scope: Scope, request_id: int) -> S1Request:
    return S1Request.objects.select_for_update().get(organisation_id=scope.organisation_id, id=request_id)


def _sent(scope: Scope, request_id: int, case: str, now: datetime) -> None:
    row = _locked(scope, request_id)
    if may_become(Way(row.way), State(row.state), State.SENT):
        row.state, row.eessi_case, row.sent_at = State.SENT, case, now
        row.save(update_fields=["state", "eessi_case", "sent_at"])
        _record(scope, "s1.send", row)


def _by_hand(scope: Scope, request_id: int, code: str) -> None:
    row = _locked(scope, request_id)
    if may_become(Way(row.way), State(row.state), State.SENT):
        row.way, row.not_sent = Way.BY_HAND, code[:60]
        row.save(update_fields=["way", "not_sent"])
        _record(scope, "s1.send", row, outcome="failure")
        put_on_its_way(scope, row)


def _answered(scope: Scope, request_id: int, reply: Reply, now: datetime) -> None:
    row = _locked(scope, request_id)
    after = State.CONFIRMED if reply.registered else State.REFUSED
    if may_become(Way(row.way), State(row.state), after):
        row.state, row.decided_at = after, now
        row.reason_code, row.reason = ("", "") if reply.registered else (reply.reason or "other", reply.text)
        row.save(update_fields=["state", "decided_at", "reason_code", "reason"])
        _record(scope, "s1.answer", row, detail={"registered": reply.registered})
        _tell(scope, row, now)
    elif row.state != after:
        # The customer was told already; somebody of the insurer's has to ask which of the two it is.
        _log.error("EESSI answered S1 request %d once more, otherwise: it stays %s", request_id, row.state)


def _tell(scope: Scope, row: S1Request, now: datetime) -> None:
    """A message without the reason: in words of others there may be more than a message may hold."""
    facts = {"form": row.form, "country": row.country}
    tiding = Tiding(
        MessageCategory.S1, TOLD[State(row.state)], About.PARTICIPANT, row.participant_id, sorted(row.contracts),
        row.participant_id, facts=facts,
    )  # fmt: skip
    inbox.write(scope, [tiding], at=now)


def _record(
    scope: Scope, action: str, row: S1Request, *, outcome: str = "success", detail: dict[str, object] | None = None
) -> None:
    audit.record(
        scope, action, participants=[row.participant_id], objects={"s1": [row.id]}, outcome=outcome, detail=detail
    )
