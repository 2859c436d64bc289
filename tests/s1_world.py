"""Somebody for whom an S1 can be asked, institutions abroad, and what is asked (U09)."""

from __future__ import annotations

from collections.abc import Sequence
from copy import replace
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from collectief.cases import actions as cases
from collectief.cases.models import Case
from collectief.cases.rules import Decision, Staff
from collectief.foundation.names import PersonName
from collectief.gateways.eessi.directory import demo_institutions
from collectief.gateways.eessi.port import Entitlement, Institution, Reply
from collectief.mutations.corridor import Moment
from collectief.scope.database import housekeeping, office, opened
from collectief.scope.scope import Scope
from collectief.statements import actions, exchange
from collectief.statements.models import S1Request
from collectief.statements.rules import Asked, Way
from tests.terms_world import offer, product
from tests.web.visiting import this_moment
from tests.world import Agency, Human, agency, enrolled, valid_bsns

BSN = valid_bsns(1, start=942_000_000)[0]


def insured(*, brand: str = "", **more: Any) -> tuple[Agency, int]:
    """An agency and one of its participants, insured for a hundred days; EESSI's directory is known."""
    customer = agency(brand=brand, **more)
    offer(customer, product(customer, f"B{customer.organisation.id}"))
    exchange.learn(demo_institutions())
    return customer, enrolled(customer, Human(BSN, PersonName("A.J.", "van der", "Veen")), this_moment())


def asked(moment: Moment, country: str = "PL", institution: str = "PL:NFZ06", **more: Any) -> Asked:
    """A request that can be made."""
    first_day = moment.today - timedelta(days=30)
    one = Asked("works_here", country, "Długa", "12/4", "31-147", "Kraków", first_day, institution, True)
    return replace(one, **more)


def by_hand(moment: Moment, **more: Any) -> Asked:
    """A request for a country that EESSI does not reach."""
    return asked(moment, "TR", "", street="Atatürk Cd.", city="Konya", postcode="", **more)


def ask(scope: Scope, participant_id: int, what: Asked, moment: Moment) -> Way:
    """Asked for; a refusal takes back what was done, as the end of a request would."""
    with transaction.atomic(), opened(scope):
        return actions.ask(scope, participant_id, what, now=moment.now)


def row_of(scope: Scope) -> S1Request:
    """The last request of an organisation."""
    with opened(scope):
        return S1Request.objects.latest("id")


def s1_of(brand: str) -> int:
    """A request that waits at the insurer of a portal; its number."""
    ours, participant = insured(brand=brand, name="Vraagt verdragsrecht")
    moment = this_moment()
    ask(ours.scope, participant, by_hand(moment), moment)
    return row_of(ours.scope).id


def issued(scope: Scope, participant_id: int) -> int:
    """A form that was asked for and made; the request's number."""
    moment = this_moment()
    ask(scope, participant_id, by_hand(moment), moment)
    made = row_of(scope).id
    with office(scope.insurer_id):
        case = Case.objects.get(kind="s1", subject=str(made)).id
    by = Staff(scope.insurer_id, scope.insurer, "Sanne Kok")
    cases.decide(case, Decision.APPROVED, by=by, reason="", now=moment.now)
    return made


def queued(task: str) -> list[int]:
    """Of which requests this job waits in the queue."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args->>'request_id')::int FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'", [task]
        )
        return [id_ for (id_,) in cursor.fetchall()]


def known_institutions() -> set[str]:
    from collectief.statements.models import ForeignInstitution

    with housekeeping():
        return set(ForeignInstitution.objects.values_list("id", flat=True))


@dataclass
class FakeEessi:
    """An access point in this process: `fails` is what the next calls raise."""

    sent: list[Entitlement] = field(default_factory=list)
    waiting: list[Reply] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)
    listed: Sequence[Institution] = ()

    def _may_fail(self) -> None:
        if self.fails:
            raise self.fails.pop(0)

    def institutions(self) -> Sequence[Institution]:
        self._may_fail()
        return self.listed

    def send(self, entitlement: Entitlement) -> str:
        self._may_fail()
        if entitlement not in self.sent:
            self.sent.append(entitlement)
        return f"case-{entitlement.key}"

    def replies(self, to: str) -> Sequence[Reply]:
        self._may_fail()
        return [one for one in self.waiting if one.id not in self.acknowledged]

    def received(self, reply: Reply) -> None:
        self._may_fail()
        self.acknowledged.append(reply.id)
