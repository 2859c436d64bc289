"""Occupational care (bedrijfszorg): source `vgz-bedrijfszorg`, requirement B02. Its requests come with their own app.

Each employer has a main account, an account for the company doctor and sub-accounts, with rights of their own.
"""

from __future__ import annotations

from collectief.foundation.assurance import AssuranceLevel

from .profile import Means, Permission, Role, SegmentProfile

PROFILE = SegmentProfile(
    slug="occupational_care",
    dutch="Werkgever met bedrijfszorg",
    english="Employer with occupational care",
    assurance_level=AssuranceLevel.EH2_PLUS,
    capabilities=frozenset(),
    roles={
        Role.MAIN_ACCOUNT: frozenset({Permission.SEE_DASHBOARD, Permission.MANAGE_ACCOUNTS, Permission.SEE_LOG}),
        Role.COMPANY_DOCTOR: frozenset({Permission.SEE_DASHBOARD}),
        Role.SUB_ACCOUNT: frozenset({Permission.SEE_DASHBOARD}),
    },
    grants={Role.MAIN_ACCOUNT: frozenset({Role.MAIN_ACCOUNT, Role.COMPANY_DOCTOR, Role.SUB_ACCOUNT})},
    current_search=(),
    former_search=(),
    termination_reasons=(),
    means=frozenset({Means.PASSWORD}),
    applies_for=(Role.MAIN_ACCOUNT,),
    comes={"nl": "interventies aanvragen en de facturen daarvan", "en": "requesting interventions and their invoices"},
)
