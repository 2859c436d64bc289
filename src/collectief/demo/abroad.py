"""S1s of the demo world: one that waits for the office, one that can be downloaded, one on its way through EESSI."""

from __future__ import annotations

from datetime import datetime, timedelta

from collectief.brands.catalogue import brand
from collectief.cases import actions as cases
from collectief.cases.models import Case
from collectief.cases.rules import Decision, Staff
from collectief.gateways.eessi.directory import demo_institutions
from collectief.policies.models import PolicyTerm
from collectief.scope.database import office, opened
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability
from collectief.statements import actions, exchange
from collectief.statements.models import S1Request
from collectief.statements.queries import KIND
from collectief.statements.rules import Asked, Ground

# What is asked, so many days ago, and whether the office has made the form.
_ASKED = (
    (6, True, (Ground.FAMILY, "MA", "Rue Mohammed V", "18", "20250", "Casablanca", "")),
    (1, False, (Ground.WORKS_HERE, "TR", "Atatürk Caddesi", "7", "42030", "Konya", "")),
    (0, False, (Ground.WORKS_HERE, "PL", "ulica Długa", "12/4", "31-147", "Kraków", "PL:NFZ06")),
)


def make_directory() -> None:
    """The institutions that EESSI reaches, as a worker would have learnt them by now."""
    exchange.learn(demo_institutions())


def ask_for_s1s(scope: Scope, now: datetime, *, judge: str) -> None:
    """Ask for some, where the segment does; `judge` is who of the office decides."""
    if not scope.profile.allows(Capability.REQUEST_S1):
        return
    begin = now.date() - timedelta(days=30)
    with opened(scope):
        long_here = PolicyTerm.objects.filter(period__contains=begin, period__upper_inf=True)
        people = list(long_here.order_by("participant_id").values_list("participant_id", flat=True)[: len(_ASKED)])
    for participant, (days, made, (ground, *where, institution)) in zip(people, _ASKED, strict=False):
        at = now - timedelta(days=days)
        country, street, house_number, postcode, city = where
        asked = Asked(ground, country, street, house_number, postcode, city, begin, institution, verified=True)
        with opened(scope):
            actions.ask(scope, participant, asked, now=at)
        if made:
            _decide(scope, participant, at + timedelta(days=1), judge)


def _decide(scope: Scope, participant: int, at: datetime, judge: str) -> None:
    with opened(scope):
        subject = S1Request.objects.values_list("id", flat=True).get(participant_id=participant)
    with office(scope.insurer_id):
        case = Case.objects.values_list("id", flat=True).get(kind=KIND, subject=str(subject))
    by = Staff(scope.insurer_id, brand(scope.brand).insurer_name, judge)
    cases.decide(case, Decision.APPROVED, by=by, reason="", now=at)
