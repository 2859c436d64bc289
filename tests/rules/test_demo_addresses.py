"""The table with which the demo ends: where to go, as whom."""

from __future__ import annotations

import re

from collectief.access.role_names import ROLE_NAMES
from collectief.brands.catalogue import all_brands
from collectief.config.run import addresses
from collectief.config.stack import Stack
from collectief.demo.cast import COMPANIES, ROLES


def test_every_portal_stands_apart_from_its_address_and_every_role_from_its_organisation(tmp_path):
    lines = [re.split(" {2,}", line.strip()) for line in addresses(Stack(8000, tmp_path)).splitlines()]
    assert all([brand.name, f"http://{brand.slug}.localhost:8000/"] in lines for brand in all_brands())
    assert ["Lisa Vos", "administratief, accountbeheer", "Uitzendbureau De Brug B.V."] in lines
    assert ["marijke@hetkompas.example", "gebruikersbeheerder, ondersteuner", "Bewindvoering Het Kompas"] in lines
    assert ["Joris van Dam", "behandelaar"] in lines


def test_the_cast_calls_roles_what_the_portal_calls_them_and_has_its_portals():
    assert {str(role): str(name) for role, name in ROLE_NAMES.items()} == ROLES, "ROLES in demo/cast.py"
    served = {brand.slug: brand for brand in all_brands()}
    wrong = [
        company.name for company in COMPANIES
        if (brand := served[company.portal]).insurer != company.insurer or company.segment not in brand.segments
        or brand.insurer_name != company.insurer_name
    ]  # fmt: skip
    assert wrong == [], "the insurer or the segment of these is not that of their portal"
    assert served.keys() == {company.portal for company in COMPANIES}, "somebody can sign in to every portal"
