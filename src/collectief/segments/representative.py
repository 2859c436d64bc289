"""Legal representatives (ondersteuners): source `menzis-ondersteuners`, requirements O01-O07. Clients come with an app.

One makes the account with a code by SMS and a password, and links an own eHerkenning at once or later (O03, O05).
"""

from __future__ import annotations

from collectief.foundation.assurance import AssuranceLevel

from .profile import Means, Permission, Role, SegmentProfile

PROFILE = SegmentProfile(
    slug="representative",
    dutch="Ondersteuner",
    english="Representative",
    assurance_level=AssuranceLevel.EH3,
    capabilities=frozenset(),
    roles={
        Role.USER_MANAGER: frozenset({Permission.SEE_DASHBOARD, Permission.MANAGE_ACCOUNTS, Permission.SEE_LOG}),
        Role.REPRESENTATIVE: frozenset({Permission.SEE_DASHBOARD}),
    },
    grants={Role.USER_MANAGER: frozenset({Role.USER_MANAGER, Role.REPRESENTATIVE})},
    current_search=(),
    former_search=(),
    termination_reasons=(),
    means=frozenset({Means.EHERKENNING, Means.PASSWORD}),
    confirms_mobile=True,
    # O01: the first of an organisation becomes its manager, and is a representative oneself.
    applies_for=(Role.USER_MANAGER, Role.REPRESENTATIVE),
    first_only=True,
    applying_makes_customer=True,
    comes={"nl": "cliënten aanmelden, opzoeken en afmelden", "en": "enrolling, finding and terminating clients"},
)
