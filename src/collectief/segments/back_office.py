"""The insurer's own office: its staff come in as colleagues of it, like the colleagues of any customer (K01, K05, K06).

So they have accounts, roles, a way in and a trail by the same code as everyone else; what they may do for customers
their permissions say. Nobody applies for an account here: a colleague invites.
"""

from __future__ import annotations

from collectief.foundation.assurance import AssuranceLevel

from .profile import Factor, Means, Permission, Role, SegmentProfile

PROFILE = SegmentProfile(
    slug="back_office",
    dutch="Kantoor",
    english="Office",
    assurance_level=AssuranceLevel.EH3,
    capabilities=frozenset(),
    roles={
        Role.CASE_HANDLER: frozenset(
            {
                Permission.SEE_DASHBOARD,
                Permission.JUDGE_CASES,
                Permission.MAINTAIN_TERMS,
                Permission.MAINTAIN_CUSTOMERS,
                Permission.WRITE_NEWS,
                Permission.HANDLE_POST,
                Permission.START_RUNS,
            }
        ),
        Role.HELP_DESK: frozenset({Permission.SEE_DASHBOARD, Permission.HELP_USERS}),
        Role.AUDITOR: frozenset({Permission.SEE_DASHBOARD, Permission.SEARCH_TRAIL}),
        Role.OFFICE_MANAGER: frozenset(
            {
                Permission.SEE_DASHBOARD,
                Permission.MANAGE_ACCOUNTS,
                Permission.SEE_LOG,
                Permission.WRITE_NEWS,
            }
        ),
    },
    grants={
        Role.OFFICE_MANAGER: frozenset({Role.CASE_HANDLER, Role.HELP_DESK, Role.AUDITOR, Role.OFFICE_MANAGER}),
    },
    current_search=(),
    former_search=(),
    termination_reasons=(),
    means=frozenset({Means.PASSWORD, Means.SINGLE_SIGN_ON}),
    # Staff see everyone's data: codes can be talked out of somebody, a passkey cannot.
    factors=frozenset({Factor.PASSKEY}),
    takes_applications=False,
)
