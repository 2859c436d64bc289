"""Whatever employers link, unlink, invite and leave, and whatever the insurer decides (W17, O16)."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, multiple, rule

from collectief.access import colleagues, queries
from collectief.access.queries import NoAccess, scope_again
from collectief.access.rules import AccessRefused, manages
from collectief.onboarding import jobs
from collectief.scope.database import office
from collectief.scope.scope import NotAllowed
from collectief.segments.profile import Role
from tests.actions.linking_machine import Linking, named
from tests.actions.machine import run
from tests.office_world import insurer_id
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("W17"), pytest.mark.feature("O16")]


class Employers(Linking):
    """De Linde, with a branch that is a customer apart, and De Eik."""

    insurer = "izz-door-vgz"

    def __init__(self) -> None:
        super().__init__()
        self.now = timezone.now()
        self.left = set()
        self.agencies = [
            agency(name=named(name), segment="employer", roles=("main_user", "user")) for name in ("De Linde", "De Eik")
        ]
        self.a_branch()

    @initialize(target=Linking.tabs)
    def people(self) -> object:
        others = [member_of(one.organisation, roles=["user"], name="Tom") for one in self.agencies]
        return multiple(*(one.scope for one in self.agencies), *others)

    def _again(self, tab):
        try:
            with transaction.atomic():
                return scope_again(tab.account_id, tab.organisation_id, "izz", channel="form")
        except NoAccess:
            return None

    @rule(tab=Linking.tabs, back=st.integers(0, 3), roles=st.sampled_from([["main_user"], ["user"]]))
    def change_roles(self, tab, back, roles):
        if (scope := self._again(tab)) is None:
            return
        with office(insurer_id(self.insurer)):
            members = queries.members_here(scope.organisation_id, now=self.now)
        place = members[back % len(members)].id
        with suppress(NotAllowed, AccessRefused):
            colleagues.change_roles(scope, place, map(Role, roles), now=self.now)

    @rule(days=st.integers(0, 3))
    def time_passes(self, days):
        self.now += timedelta(days=days, minutes=11)

    @invariant()
    def somebody_manages_each_organisation_that_did_not_leave(self):
        for one in self.agencies:
            with office(insurer_id(self.insurer)):
                members = queries.members_here(one.organisation.id, now=self.now)
            assert one.organisation.id in self.left or any(manages(one.scope.profile, m) for m in members)


@pytest.mark.timeout(120)
def test_links_and_leaving_never_reach_a_state_they_must_not(monkeypatch):
    monkeypatch.setattr(jobs, "post", lambda letter: None)
    run(Employers, examples=20, steps=30)
