"""What customers ask of the insurer about themselves, as the desk sees and decides it: linking contracts, leaving.

One door for command line and pages. Each kind says in `describe` what there is to see of its subject.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from collectief.access.models import LeaveWish
from collectief.access.queries import members_here
from collectief.access.rules import AccessRefused, Standing, Wish, WishState, judge_leaving
from collectief.cases import actions as cases
from collectief.cases.models import Case
from collectief.cases.queries import open_cases
from collectief.cases.rules import CaseRefused, Decision
from collectief.contracts.models import ContractLink, Insurer, Organisation
from collectief.contracts.queries import held
from collectief.contracts.rules import LinkState
from collectief.scope.database import office
from collectief.segments.catalogue import profile

from . import leaving, linking
from .desk import NoCase


@dataclass(frozen=True, slots=True)
class About:
    """What there is to see of a request: who asks, the facts as code and value, and codes of what to look out for."""

    organisation: str
    customer: str
    facts: dict[str, str]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """A request that waits."""

    case_id: int
    kind: str
    due_on: date
    late: bool
    about: About

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"due_on": self.due_on.isoformat()}


def about_link(subject: str, *, now: datetime) -> About:
    """A request to link: whose contract it is, which whoever asks does not get to know. Must run as staff."""
    row = ContractLink.objects.select_related("organisation").get(id=subject)
    found = held(row.insurer_id, row.customer_number, row.contract_number)
    facts = {"asked_by": row.asked_by, "customer_number": row.customer_number, "contract_number": row.contract_number}
    warnings = [] if row.state == LinkState.ASKED else ["taken_back"]
    if found is None:
        warnings.append("contract_unknown")
    else:
        holder = Organisation.objects.get(id=found.holder.organisation_id)
        facts |= {"contract": found.name, "holder": holder.name, "holder_kvk": holder.kvk}
    return About(row.organisation.name, row.organisation.customer_number, facts, tuple(warnings))


def about_leaving(subject: str, *, now: datetime) -> About:
    """A wish to leave, and whether it can be granted as the organisation stands now. Must run as staff."""
    wish = LeaveWish.objects.select_related("organisation", "membership__account").get(id=subject)
    facts = {"wish": wish.wish, "name": wish.membership.account.name, "email": wish.membership.account.email}
    warnings = [] if wish.state == WishState.OPEN else ["taken_back"]
    try:
        members = members_here(wish.organisation_id, now=now)
        judge_leaving(profile(wish.organisation.segment), members, wish.membership_id, Wish(wish.wish))
    except AccessRefused as refused:
        warnings.append(refused.code)
    facts["accounts"] = str(sum(one.standing == Standing.ACTIVE for one in members))
    return About(wish.organisation.name, wish.organisation.customer_number, facts, tuple(warnings))


describe: Mapping[str, Callable[..., About]] = {linking.KIND: about_link, leaving.KIND: about_leaving}


def waiting(insurer: str) -> list[Request]:
    """What waits at this insurer, what is due first on top."""
    with office():
        found = Insurer.objects.filter(slug=insurer).first()
        cases_ = open_cases(found.id, today=timezone.localdate()) if found else []
        return [
            Request(case.id, case.kind, case.due_on, case.late, describe[case.kind](case.subject, now=timezone.now()))
            for case in cases_
            if case.kind in describe
        ]


def decide(insurer: str, case_id: int, decision: Decision, *, by: str, reason: str = "") -> None:
    """Decide one, as staff. Raises NoCase, and CaseRefused when it cannot be done: then it still waits."""
    problem: Exception | None = None
    with office():
        found = Insurer.objects.filter(slug=insurer).first()
        if found is None or not Case.objects.filter(insurer_id=found.id, id=case_id, kind__in=describe).exists():
            problem = NoCase(case_id)
        else:
            try:
                cases.decide(found.id, case_id, decision, by=by, reason=reason, now=timezone.now())
            except CaseRefused as refused:
                problem = refused
    if problem is not None:
        raise problem
