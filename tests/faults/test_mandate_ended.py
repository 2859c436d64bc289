"""A mandate that ends while work goes on under it: what was begun stops, and says so (X07)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from collectief.access import mandates
from collectief.access.models import MandatePerson
from collectief.audit.models import AuditEvent
from collectief.bulk import actions as bulk
from collectief.bulk import housework, jobs
from collectief.bulk.models import Batch
from collectief.enrolment import actions as enrolment
from collectief.enrolment import jobs as enrolment_jobs
from collectief.enrolment.models import Participation
from collectief.mutations.models import Mutation
from collectief.scope.database import housekeeping, managing_accounts, opened
from collectief.scope.scope import Scope
from tests.bulk_world import demo_file, planned
from tests.world import Agency, Human, acting, agency, enrol, mandated, member_of, valid_bsns

pytestmark = [pytest.mark.usefixtures("committed_db", "register"), pytest.mark.feature("X07")]


@pytest.fixture
def brug(committed_db) -> Agency:
    return agency(name="De Brug", roles=("account_manager", "administrative"))


@pytest.fixture
def tess(committed_db) -> Scope:
    zuid = agency(name="Kantoor Zuid", segment="administration_office", contracts=0, roles=("account_manager",))
    return member_of(zuid.organisation, roles=["administrative"], name="Tess")


class Context:
    """A job's, on its first attempt."""

    class job:  # noqa: N801 - as the queue has it
        priority = 0


def test_a_file_goes_on_under_its_mandate_and_stops_when_that_ends(brug, tess, tmp_path):
    number = mandated(brug, tess)
    scope = acting(brug, tess, number)
    batch = planned(scope, demo_file(tmp_path, brug.contracts[0].number, rows=2))
    assert (batch.mandate_id, batch.account) == (number, "Tess (Kantoor Zuid)")
    with opened(scope):
        bulk.accept(scope, batch.id, version=batch.version, moment=jobs.moment())
    with housekeeping():
        [idle] = housework.idle_batches(timezone.now() + timedelta(hours=1))
    assert idle.mandate_id == number
    mandates.revoke(brug.scope, number, now=timezone.now())

    jobs.carry_out.func(
        Context, lane=0, organisation_id=scope.organisation_id, account_id=scope.account_id, brand=scope.brand,
        batch_id=batch.id, mandate_id=number,
    )  # fmt: skip
    with opened(brug.scope):
        assert Batch.objects.get().state == "stopped"
        assert not Participation.objects.exists()
        stopped = AuditEvent.objects.filter(action="batch.stopped").get()
        assert (stopped.account, stopped.object_ids["under_mandate"]) == ("Tess (Kantoor Zuid)", [number])


def test_a_file_of_who_was_taken_off_the_mandate_stops_and_keeps_nothing_from_ending(brug, tess, tmp_path):
    number = mandated(brug, tess)
    scope = acting(brug, tess, number)
    batch = planned(scope, demo_file(tmp_path, brug.contracts[0].number, rows=2))
    with managing_accounts(tess.organisation_id, tess.insurer_id):
        MandatePerson.objects.filter(mandate_id=number).delete()
    jobs.wake.func(0)
    jobs.forget_before(timezone.now() + timedelta(days=31))
    with opened(brug.scope):
        row = Batch.objects.get(id=batch.id)
        assert (row.state, row.key_sealed) == ("cancelled", None)


def test_what_waits_for_the_brp_is_rejected_when_the_mandate_has_ended(brug, tess, moment):
    number = mandated(brug, tess)
    scope = acting(brug, tess, number)
    human = Human(valid_bsns(1)[0])
    with opened(scope):
        [outcome] = enrolment.apply(scope, [enrol(scope, human, brug.contracts[0].number, date(2026, 11, 1))], moment)
    mandates.revoke(brug.scope, number, now=timezone.now())
    enrolment_jobs.ask_register(
        organisation_id=scope.organisation_id, account_id=scope.account_id, brand=scope.brand,
        mutation_ids=[outcome.mutation_id], mandate_id=number,
    )  # fmt: skip
    with opened(brug.scope):
        assert Mutation.objects.get().code == "account_ended"
