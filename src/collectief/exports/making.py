"""Making the lists that are due: in the background, with the rights that whoever planned them has on that day (X11).

A list, its row, the message that it is there and the day of the next are one transaction: killed anywhere in between,
nothing happened, and the next round makes it. A file without a row is removed at night.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collectief.access.queries import NoAccess, scope_again
from collectief.audit import actions as audit
from collectief.audit.facts import InsurerActor
from collectief.brands.catalogue import brand as brand_of
from collectief.brands.wording import worded
from collectief.contracts.queries import contracts
from collectief.enrolment.queries import Search
from collectief.inbox import actions as inbox
from collectief.inbox.facts import About, Tiding
from collectief.reporting.flow_lists import Asked
from collectief.reporting.rules import Span
from collectief.scope.database import housekeeping, opened, working_for
from collectief.scope.scope import NotAllowed, Scope
from collectief.segments.profile import MessageCategory

from . import vault
from .actions import about, end
from .lists import PeopleList, flows, participants
from .models import ExportFile, ExportPlan
from .people import shows_bsn
from .queries import own_plans, require, rhythm_of
from .rules import Stopped, Which, kept_until, month_before, offered

_CHANNEL = "export"
# How long it is known that a plan ended, and why.
_ENDED_KEPT = timedelta(days=30)
# A file of which there is no row is of a list that is being made, or of one of which nothing came.
_MAKING = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A plan that is due, and whose it is: no more than a worker needs to act for them."""

    plan_id: int
    insurer_id: int
    account_id: int
    organisation_id: int
    brand: str
    mandate_id: int | None
    home_id: int


class _NoContract(Exception):
    """The contract of a list is out of reach."""


def due(today: date) -> list[Due]:
    """Every plan of which a list is due."""
    with housekeeping():
        rows = ExportPlan.objects.filter(stopped_at=None, next_day__lte=today).order_by("next_day", "id")
        found = rows.values_list(
            "id", "insurer_id", "account_id", "organisation_id", "brand", "mandate_id", "home_id"
        )  # fmt: skip
        return [Due(*row) for row in found]


def make(one: Due, *, now: datetime) -> None:
    """Make the list that is due; nothing where that was done meanwhile. Raises OSError where files cannot be kept.

    Where whoever planned it may not have it any more, the plan ends.
    """
    scope = _scope(one, now)
    if scope is None:
        _end(one, now)
        return
    with opened(scope):
        plan = _claimed(scope, one.plan_id, timezone.localdate(now))
        if plan is None:
            return
        if plan.which not in offered(scope.profile):
            end(scope, plan, Stopped.NO_ACCESS, now=now)
            return
        with worded(brand_of(one.brand), plan.language):
            try:
                _make(scope, plan, now)
            except _NoContract:
                end(scope, plan, Stopped.NO_CONTRACT, now=now)
                _tell(scope, plan, "export.stopped", now, {})


def _scope(one: Due, now: datetime) -> Scope | None:
    """Whoever planned it, with the rights of now; None for who may have no list any more."""
    try:
        with transaction.atomic():
            scope = scope_again(
                one.account_id, one.organisation_id, one.brand, channel=_CHANNEL, mandate_id=one.mandate_id,
                home_id=one.home_id if one.mandate_id else None, today=timezone.localdate(now),
            )  # fmt: skip
            require(scope)
    except (NoAccess, NotAllowed):
        return None
    return scope


def _make(scope: Scope, plan: ExportPlan, now: datetime) -> None:
    today = timezone.localdate(now)
    # The list of a month is of the one before it was due, however late it is made, and none is left out. Who takes part
    # is as of today: of days on which nothing was made nobody knows that any more.
    of_months = plan.which == Which.FLOWS
    day = plan.next_day if of_months else today
    listed, name = _listed(scope, plan, day, today)
    with tempfile.TemporaryFile() as stream:
        people = listed.write(stream, scope)
        stream.seek(0)
        stored_as, key_sealed = vault.keep(vault.place_of(plan.id, day), stream)
    row = ExportFile.objects.create(
        plan=plan, insurer_id=plan.insurer_id, organisation_id=plan.organisation_id, account_id=plan.account_id,
        day=day, made_at=now, keep_until=kept_until(today), name=name, lines=len(people), stored_as=stored_as,
        contracts=None if scope.contracts is None else sorted(scope.contracts), key_sealed=key_sealed,
    )  # fmt: skip
    plan.next_day = rhythm_of(plan).next_after(day)
    plan.save(update_fields=["next_day"])
    audit.record(
        scope, "exports.make", participants=people, objects={**about(plan), "export": [row.id]},
        detail={"list": plan.which, "lines": len(people), "bsn": shows_bsn(scope)},
    )  # fmt: skip
    _tell(scope, plan, "export.ready", now, {"lines": len(people), "until": row.keep_until.isoformat()})


def _listed(scope: Scope, plan: ExportPlan, day: date, today: date) -> tuple[PeopleList[Any], str]:
    """The list, and what its file is called. Raises _NoContract."""
    known = contracts(scope)
    contract = next((one for one in known if one.id == plan.contract_id), None)
    if plan.contract_id is not None and contract is None:
        raise _NoContract
    of = f"-{contract.number}" if contract else ""
    if plan.which == Which.FLOWS:
        span = Span.month(month_before(day))
        # Of one that is still to begin there is a list with nobody in it; of one that is over there is none any more.
        if contract is None or (contract.period.last_day or span.first) < span.first:
            raise _NoContract
        return flows(scope, Asked(contract, span), today=today), f"{_('in-en-uitstroom')}{of}-{span.code}.xlsx"
    former = plan.which == Which.FORMER
    listed = participants(scope, Search(contract_id=plan.contract_id), known, today=today, former=former)
    return listed, f"{_('oud-deelnemers') if former else _('deelnemers')}{of}-{today}.xlsx"


def _tell(scope: Scope, plan: ExportPlan, code: str, now: datetime, facts: dict[str, Any]) -> None:
    """A message for whoever planned it alone, of which mail goes as they chose (X08)."""
    told = Tiding(
        MessageCategory.EXPORT, code, About.EXPORT, plan.id, contracts=(), facts={"list": plan.which, **facts},
        only_for=plan.account_id,
    )  # fmt: skip
    inbox.write(scope, [told], at=now)


@transaction.atomic
def _end(one: Due, now: datetime) -> None:
    """End the plan of who may not have it any more: by itself, since nobody is left to do it for."""
    with housekeeping():
        there = ExportPlan.objects.filter(id=one.plan_id, stopped_at=None)
        if not there.update(stopped_at=now, stopped_why=Stopped.NO_ACCESS):
            return
    brand = brand_of(one.brand)
    with working_for(one.organisation_id, one.insurer_id):
        audit.record_by_insurer(
            InsurerActor(one.insurer_id, brand.insurer_name), one.organisation_id, "exports.stop",
            detail={"why": str(Stopped.NO_ACCESS)},
            objects={"export_plan": [one.plan_id], "account": [one.account_id]},
        )  # fmt: skip


def _claimed(scope: Scope, plan_id: int, today: date) -> ExportPlan | None:
    """The plan, locked until the transaction ends, if its list is still to be made."""
    own = own_plans(scope).select_for_update(of=("self",))
    return own.filter(id=plan_id, stopped_at=None, next_day__lte=today).first()


def forget(now: datetime) -> None:
    """Of what is past its term nothing is left, nor of plans that ended and have no file any more (law 9)."""
    today = timezone.localdate(now)
    with housekeeping():
        # Without its row no copy of a file can be read; the file itself goes with those that nobody awaits.
        ExportFile.objects.filter(keep_until__lt=today).delete()
        ended = ExportPlan.objects.filter(stopped_at__lt=now - _ENDED_KEPT)
        ended.exclude(id__in=ExportFile.objects.values("plan_id")).delete()
        awaited = set(ExportFile.objects.values_list("stored_as", flat=True))
    vault.remove_all_but(awaited, before=now - _MAKING)
