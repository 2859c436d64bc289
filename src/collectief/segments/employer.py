"""Employers (werkgevers): source `vgz-izz-werkgevers`, requirements W01-W05, W16, W17; nothing of its people yet.

The main user gives colleagues access (W05); everyone signs in with an own password and a second factor.
"""

from __future__ import annotations

from collectief.foundation.assurance import AssuranceLevel

from .profile import Capability, Means, Permission, Role, SegmentProfile

PROFILE = SegmentProfile(
    slug="employer",
    dutch="Werkgever",
    english="Employer",
    assurance_level=AssuranceLevel.EH2_PLUS,
    capabilities=frozenset({Capability.LINK_CONTRACTS, Capability.ASK_CHANGES, Capability.ASK_QUESTIONS}),
    roles={
        Role.MAIN_USER: frozenset(
            {
                Permission.SEE_DASHBOARD,
                Permission.MANAGE_ACCOUNTS,
                Permission.SEE_LOG,
                Permission.SEE_CONTRACTS,
                # W17: the main user links, and every user sees.
                Permission.LINK_CONTRACTS,
            }
        ),
        Role.USER: frozenset({Permission.SEE_DASHBOARD, Permission.SEE_CONTRACTS}),
    },
    grants={Role.MAIN_USER: frozenset({Role.MAIN_USER, Role.USER})},
    current_search=(),
    former_search=(),
    termination_reasons=(),
    means=frozenset({Means.PASSWORD}),
    applies_for=(Role.MAIN_USER,),
    comes={
        "nl": "medewerkers opzoeken en afmelden, facturen en borderellen",
        "en": "finding and terminating employees, invoices and bordereaux",
    },
)
