"""All that is done with accounts in one machine: granting, deactivating, mandates, links, leaving and time (U30, X07,
W17, O16).

No segment has all of it yet; the rules ask the profile, so one that has is a profile.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis.stateful import initialize, invariant, multiple

from collectief.access.models import MandatePerson
from collectief.access.queries import NoAccess, scope_again
from collectief.onboarding import jobs
from collectief.scope.database import office
from collectief.segments import catalogue
from collectief.segments.profile import Capability, Permission, Role, SegmentProfile
from tests.actions.linking_machine import Linking
from tests.actions.machine import run
from tests.actions.test_accounts_stateful import Accounts
from tests.office_world import insurer_id
from tests.world import member_of

pytestmark = [
    pytest.mark.django_db, pytest.mark.feature("U30"), pytest.mark.feature("X07"), pytest.mark.feature("W17"),
    pytest.mark.feature("O16"),
]  # fmt: skip


class Everything(Accounts, Linking):
    """Two agencies that do whatever accounts can, the first a customer twice, and the insurer they ask."""

    insurer = "zorg-en-zekerheid"

    def __init__(self) -> None:
        super().__init__()
        self.a_branch()

    @invariant()
    def nobody_acts_for_an_organisation_that_left(self) -> None:
        with office(insurer_id(self.insurer)):
            people = MandatePerson.objects.filter(mandate__principal__in=self.left)
            theirs = list(people.values_list("membership__account_id", "mandate__principal_id", "mandate_id"))
        for account, principal, mandate in theirs:
            with pytest.raises(NoAccess), transaction.atomic():
                scope_again(
                    account, principal, "mijnzz", channel="form", mandate_id=mandate,
                    today=timezone.localdate(self.now),
                )  # fmt: skip

    @initialize(target=Accounts.tabs)
    def colleagues(self) -> object:
        """Somebody else who manages the first, and somebody who manages nothing: they can leave by themselves."""
        first = self.agencies[0].organisation
        held = (["account_manager", "administrative"], ["administrative"])
        return multiple(*(member_of(first, roles=roles, name="Jo") for roles in held))


def _with_links(profile: SegmentProfile) -> SegmentProfile:
    linking = profile.roles[Role.ACCOUNT_MANAGER] | {Permission.LINK_CONTRACTS, Permission.SEE_CONTRACTS}
    return replace(
        profile,
        capabilities=profile.capabilities | {Capability.LINK_CONTRACTS},
        roles={**profile.roles, Role.ACCOUNT_MANAGER: linking},
    )


@pytest.mark.timeout(600)
def test_whatever_is_done_with_accounts_nobody_sees_too_much_and_somebody_manages(monkeypatch):
    monkeypatch.setattr(jobs, "post", lambda letter: None)
    wide = _with_links(catalogue.PROFILES["staffing_agency"])
    monkeypatch.setitem(catalogue.PROFILES, "staffing_agency", wide)
    run(Everything, examples=30, steps=40)
