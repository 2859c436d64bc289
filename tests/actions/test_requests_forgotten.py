"""What a customer asked and had an answer to has a term: afterwards nothing tells who asked, or for what (law 9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from collectief.access import colleagues
from collectief.access.models import LeaveWish, Membership
from collectief.access.rules import Wish
from collectief.cases import actions
from collectief.cases import jobs as case_jobs
from collectief.cases.models import Case
from collectief.cases.rules import KEPT, Decision, Staff, registry
from collectief.contracts import queries
from collectief.contracts.models import ContractLink, DataChange
from collectief.contracts.rules import LinkState
from collectief.onboarding import asking_roles, changing, jobs, leaving, linking
from collectief.onboarding.models import RoleRequest
from collectief.scope.database import housekeeping, office, opened
from collectief.scope.scope import Scope
from collectief.segments.profile import Role
from tests.world import Agency, agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K01")]

IZZ, ZZ, MENZIS = "izz-door-vgz", "zorg-en-zekerheid", "menzis"
HER_REASON, HIS_TEXT = "Mevrouw Haddad is hier onbekend.", "De contactpersoon wordt Tim de Boer."
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Asked:
    """A request, and how whoever asked takes it back."""

    kind: str
    table: type[Any]
    id: int
    ours: Agency
    take_back: Callable[[datetime], None]

    @property
    def insurer_id(self) -> int:
        return self.ours.organisation.insurer_id

    def row(self) -> Any:
        with office(self.insurer_id):
            return self.table.objects.filter(id=self.id).first()

    def case(self) -> Case:
        with office(self.insurer_id):
            return Case.objects.get(kind=self.kind, subject=str(self.id))

    def shown(self) -> tuple[str, dict[str, str]]:
        """The title of its case, and what that is about."""
        with office(self.insurer_id):
            kind = registry.kind(self.kind)
            return kind.titles(self.insurer_id, [str(self.id)])[str(self.id)], dict(
                kind.about(self.insurer_id, str(self.id)).facts
            )

    def decided(self, decision: Decision, *, now: datetime) -> None:
        by = Staff(self.insurer_id, "Verzekeraar", "Sanne Kok")
        actions.decide(self.case().id, decision, by=by, reason=HER_REASON, now=now)


def latest(table: type[Any], ours: Agency) -> int:
    with office(ours.organisation.insurer_id):
        return table.objects.filter(organisation=ours.organisation).latest("id").id


def a_link(now: datetime) -> Asked:
    ours, theirs = (agency(name=name, segment="employer", roles=("main_user",)) for name in ("De Linde", "De Eik"))
    customer, number = theirs.organisation.customer_number, theirs.contracts[0].number
    with opened(ours.scope):
        linking.link(ours.scope, customer=customer, number=number, now=now)
    link_id = latest(ContractLink, ours)
    jobs.receive_link(link_id=link_id, insurer=IZZ)

    def take_back(now: datetime) -> None:
        with opened(ours.scope):
            linking.unlink(ours.scope, link_id, now=now)

    return Asked(linking.KIND, ContractLink, link_id, ours, take_back)


def a_change(now: datetime) -> Asked:
    ours = agency(name="De Linde", segment="employer", roles=("main_user",))
    with opened(ours.scope):
        changing.ask(ours.scope, contract=None, text=HIS_TEXT, now=now)
    change_id = latest(DataChange, ours)
    jobs.receive_change(change_id=change_id, insurer=IZZ)
    return Asked(changing.KIND, DataChange, change_id, ours, lambda now: None)


def a_wish(now: datetime) -> Asked:
    ours = agency(name="Het Kompas", segment="representative", roles=("user_manager", "representative"))
    with opened(ours.scope):
        leaving.ask(ours.scope, Wish.ORGANISATION, now=now)
    wish_id = latest(LeaveWish, ours)
    jobs.receive_leaving(wish_id=wish_id, insurer=MENZIS)
    return Asked(leaving.KIND, LeaveWish, wish_id, ours, partial(stays, leaving.take_back, ours.scope))


def a_role(now: datetime) -> Asked:
    ours = agency(name="Otto Flexkrachten")
    with opened(ours.scope):
        asking_roles.ask(ours.scope, [Role.FINANCIAL], now=now)
    request_id = latest(RoleRequest, ours)
    jobs.receive_role_request(request_id=request_id, insurer=ZZ)
    return Asked(asking_roles.KIND, RoleRequest, request_id, ours, partial(stays, asking_roles.take_back, ours.scope))


def stays(verb: Callable[..., None], scope: Scope, now: datetime) -> None:
    with opened(scope):
        verb(scope, now=now)


EVERY = (a_link, a_change, a_wish, a_role)
every_kind = pytest.mark.parametrize("asked", EVERY)


@every_kind
@pytest.mark.parametrize("decision", [Decision.APPROVED, Decision.REFUSED])
def test_after_its_term_nothing_tells_who_asked_and_what_they_were_told(asked, decision):
    now = timezone.now()
    past, kept = asked(now - 2 * KEPT), asked(now - 2 * KEPT)
    past.decided(decision, now=now - KEPT - HOUR)
    # The day of the decision counts, and not of the request.
    kept.decided(decision, now=now - KEPT + HOUR)
    before = past.shown()
    assert "Anna" in repr(before)
    jobs.forget.func(0)
    case_jobs.forget.func(0)
    if past.row() is None:
        assert past.shown() == ("Verwijderd", {"Aanvraag": "Verwijderd: de bewaartermijn is voorbij."})
    else:
        # A link that holds is a fact of today; who asked for it is not.
        assert (past.kind, past.row().state, past.row().asked_by) == (linking.KIND, LinkState.LINKED, "")
        assert past.shown() == (before[0], before[1] | {"Gevraagd door": "Verwijderd: de bewaartermijn is voorbij."})
    for told in ("Anna", HER_REASON, HIS_TEXT):
        assert told not in repr((past.shown(), past.row() and vars(past.row()), vars(past.case())))
    assert (past.case().decision, past.case().decided_by) == (decision, "Sanne Kok")
    assert kept.row() is not None and "Anna" in repr(kept.shown())


@pytest.mark.parametrize("asked", [one for one in EVERY if one is not a_change])
def test_taken_back_it_has_the_same_term_and_so_has_by_whom(asked):
    now = timezone.now()
    past, kept = asked(now - 2 * KEPT), asked(now - 2 * KEPT)
    for one, at in ((past, now - KEPT - HOUR), (kept, now - KEPT + HOUR)):
        one.take_back(at)
        with office(one.insurer_id):
            actions.withdraw(one.insurer_id, one.kind, str(one.id), by="Anna", now=at)
    assert past.case().decided_by == "Anna"
    jobs.forget.func(0)
    case_jobs.forget.func(0)
    assert past.row() is None and kept.row() is not None
    assert (past.case().decision, past.case().decided_by) == (Decision.WITHDRAWN, "")
    assert (kept.case().decision, kept.case().decided_by) == (Decision.WITHDRAWN, "Anna")


@every_kind
def test_what_waits_is_kept_however_long(asked):
    waits = asked(timezone.now() - 3 * KEPT)
    before = waits.shown()
    jobs.forget_before(timezone.now() + 2 * KEPT)
    assert waits.row() is not None and waits.shown() == before
    waits.decided(Decision.APPROVED, now=timezone.now())


def test_what_is_linked_stays_in_the_list_without_who_asked(moment):
    link = a_link(timezone.now() - KEPT - HOUR)
    link.decided(Decision.APPROVED, now=timezone.now() - KEPT - HOUR)
    jobs.forget.func(0)
    with opened(link.ours.scope):
        [one] = queries.linked_contracts(link.ours.scope)
    assert (one.state, one.name, one.asked_by) == (LinkState.LINKED, "Vestiging 1", "")
    # Unlinked, nothing of it has use any more.
    link.take_back(timezone.now())
    assert link.row() is not None
    jobs.forget.func(0)
    assert link.row() is None


def test_a_wish_that_a_colleague_carried_out_has_the_term_too():
    now = timezone.now()
    ours = agency(name="Het Kompas", segment="representative", roles=("user_manager", "representative"))
    pieter = member_of(ours.organisation, roles=["representative"], name="Pieter")
    with opened(pieter):
        leaving.ask(pieter, Wish.STOP, now=now - 2 * KEPT)
    with office(ours.organisation.insurer_id):
        place = Membership.objects.get(account_id=pieter.account_id).id
    colleagues.deactivate(ours.scope, place, now=now - KEPT)
    jobs.forget_before(now - KEPT)
    assert latest(LeaveWish, ours)
    jobs.forget_before(now - KEPT + HOUR)
    with office(ours.organisation.insurer_id):
        assert not LeaveWish.objects.exists()


def test_who_leaves_with_everybody_takes_the_wishes_of_colleagues_along():
    now = timezone.now()
    wish = a_wish(now - 2 * KEPT)
    pieter = member_of(wish.ours.organisation, roles=["representative"], name="Pieter")
    with opened(pieter):
        leaving.ask(pieter, Wish.STOP, now=now - 2 * KEPT)
    wish.decided(Decision.APPROVED, now=now - KEPT - HOUR)
    jobs.forget.func(0)
    with office(wish.insurer_id):
        assert not LeaveWish.objects.exists()


@pytest.mark.parametrize(
    "seen",
    ["asked_by FROM contract_link", "reason FROM contract_link", "text FROM data_change", "asked_by FROM data_change",
     "membership_id FROM leave_wish", "reason FROM leave_wish", "membership_id FROM role_request"],
)  # fmt: skip
def test_the_worker_that_ends_their_term_reads_nothing_of_them(seen):
    with pytest.raises(ProgrammingError), transaction.atomic(), housekeeping(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {seen}")
