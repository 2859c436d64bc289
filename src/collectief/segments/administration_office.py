"""Administration offices and brokers: customers that are nothing else than somebody who acts for others (X07).

Any customer can be given a mandate; this is the segment of those that have no contracts of their own.
"""

from __future__ import annotations

from collectief.foundation.assurance import AssuranceLevel

from .profile import Capability, Permission, Role, SegmentProfile

PROFILE = SegmentProfile(
    slug="administration_office",
    dutch="Administratiekantoor",
    english="Administration office",
    assurance_level=AssuranceLevel.EH2_PLUS,
    capabilities=frozenset({Capability.ASK_QUESTIONS}),
    roles={
        Role.ADMINISTRATIVE: frozenset({Permission.SEE_DASHBOARD}),
        Role.ACCOUNT_MANAGER: frozenset({Permission.SEE_DASHBOARD, Permission.MANAGE_ACCOUNTS, Permission.SEE_LOG}),
    },
    grants={Role.ACCOUNT_MANAGER: frozenset({Role.ADMINISTRATIVE, Role.ACCOUNT_MANAGER})},
    current_search=(),
    former_search=(),
    termination_reasons=(),
    takes_applications=False,
    acts_for_others=True,
)
