"""The table with which the demo ends: where to go, as whom."""

from __future__ import annotations

import re

from collectief.brands.catalogue import all_brands
from collectief.config.run import addresses
from collectief.config.stack import Stack


def test_every_portal_stands_apart_from_its_address_and_every_role_from_its_organisation(tmp_path):
    lines = [re.split(" {2,}", line.strip()) for line in addresses(Stack(8000, tmp_path)).splitlines()]
    assert all([brand.name, f"http://{brand.slug}.localhost:8000/"] in lines for brand in all_brands())
    assert ["Lisa Vos", "administratief, accountbeheer", "Uitzendbureau De Brug B.V."] in lines
    assert ["marijke@hetkompas.example", "gebruikersbeheerder, ondersteuner", "Bewindvoering Het Kompas"] in lines
    assert ["Joris van Dam", "behandelaar"] in lines
