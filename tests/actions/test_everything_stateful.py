"""All that is done with accounts in one machine: granting, deactivating, mandates, links, leaving and time (U30, X07,
W17, O16).

No segment has all of it yet; the rules ask the profile, so one that has is a profile.
"""

from __future__ import annotations

from copy import replace

import pytest
from hypothesis.stateful import initialize, multiple

from collectief.onboarding import jobs
from collectief.segments import catalogue
from collectief.segments.profile import Capability, Permission, Role, SegmentProfile
from tests.actions.linking_machine import Linking
from tests.actions.machine import run
from tests.actions.test_accounts_stateful import Accounts
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

    @initialize(target=Accounts.tabs)
    def colleagues(self) -> object:
        """Somebody else who manages each, one who does so in one contract, and one who manages nothing."""
        both = ["account_manager", "administrative"]
        made = []
        for one in self.agencies:
            made.append(member_of(one.organisation, roles=both, name="Jo"))
            made.append(member_of(one.organisation, roles=both, name="Jo", contracts=one.contracts[:1]))
            made.append(member_of(one.organisation, roles=["administrative"], name="Jo"))
        return multiple(*made)


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
    run(Everything, examples=25, steps=40)
