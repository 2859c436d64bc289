"""Whatever employers link, unlink, invite and leave, and whatever the insurer decides (W17, O16)."""

from __future__ import annotations

import itertools
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, multiple, rule, run_state_machine_as_test

from collectief.access import colleagues, queries
from collectief.access.queries import NoAccess, scope_again
from collectief.access.rules import AccessRefused, manages
from collectief.contracts.models import GroupContract, Organisation
from collectief.onboarding import jobs
from collectief.scope.database import office
from collectief.scope.scope import NotAllowed
from collectief.segments.profile import Role
from tests.actions.linking_machine import Linking
from tests.office_world import insurer_id
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("W17"), pytest.mark.feature("O16")]


# The examples share a database: names tell whose a case is.
_examples = itertools.count()


class Employers(Linking):
    """De Linde, with a branch that is a customer apart, and De Eik."""

    def __init__(self) -> None:
        super().__init__()
        self.now = timezone.now()
        self.left: set[str] = set()
        self.employers = [
            agency(name=f"{name} {next(_examples)}", segment="employer", roles=("main_user", "user"))
            for name in ("De Linde", "De Eik")
        ]
        self.organisations = [one.organisation.id for one in self.employers]
        linde = self.employers[0].organisation
        with office(insurer_id("izz-door-vgz")):
            self.branch = Organisation.objects.create(
                insurer_id=linde.insurer_id, name="Thuiszorg", kvk=linde.kvk, branch="000000000001", segment="employer"
            )
            GroupContract.objects.create(
                insurer_id=linde.insurer_id, organisation=self.branch, number=f"T{self.branch.id}", name="Thuiszorg",
                first_day="2020-01-01",
            )  # fmt: skip

    @initialize(target=Linking.tabs)
    def people(self) -> object:
        others = [member_of(one.organisation, roles=["user"], name="Tom") for one in self.employers]
        return multiple(*(one.scope for one in self.employers), *others)

    def _again(self, tab):
        try:
            with transaction.atomic():
                return scope_again(tab.account_id, tab.organisation_id, "izz", channel="form")
        except NoAccess:
            return None

    def _numbers(self, scope, which):
        mine = next(one for one in self.employers if one.organisation.id == scope.organisation_id)
        theirs = next(one for one in self.employers if one is not mine)
        return {
            "mine": (mine.organisation.customer_number, mine.contracts[0].number),
            "branch": (self.branch.customer_number, f"T{self.branch.id}"),
            "theirs": (theirs.organisation.customer_number, theirs.contracts[0].number),
            "nobody's": ("1", "none"),
        }[which]

    @rule(tab=Linking.tabs, back=st.integers(0, 3), roles=st.sampled_from([["main_user"], ["user"]]))
    def change_roles(self, tab, back, roles):
        if (scope := self._again(tab)) is None:
            return
        with office(insurer_id("izz-door-vgz")):
            members = queries.members_here(scope.organisation_id, now=self.now)
        place = members[back % len(members)].id
        with suppress(NotAllowed, AccessRefused):
            colleagues.change_roles(scope, place, map(Role, roles), now=self.now)

    @rule(days=st.integers(0, 3))
    def time_passes(self, days):
        self.now += timedelta(days=days, minutes=11)

    @invariant()
    def somebody_manages_each_organisation_that_did_not_leave(self):
        for one in self.employers:
            with office(insurer_id("izz-door-vgz")):
                members = queries.members_here(one.organisation.id, now=self.now)
            assert one.organisation.name in self.left or any(manages(one.scope.profile, m) for m in members)


@pytest.mark.timeout(120)
def test_links_and_leaving_never_reach_a_state_they_must_not(monkeypatch):
    monkeypatch.setattr(jobs, "post", lambda letter: None)
    run_state_machine_as_test(
        Employers,
        settings=settings(
            max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
