"""The manuals' chapters, walked from the menu as they tell it: each shows what the manual's picture of it shows."""

from __future__ import annotations

import pytest

from collectief.demo.cast import BRUG, DUINSTAD
from tests.journeys.conftest import WIDTHS, Visitor
from tests.journeys.manual import AGENCY, DOORS, MUNICIPALITY, OFFICE, draws, draws_all

CUSTOMERS = [(name, company) for people, company in ((AGENCY, BRUG), (MUNICIPALITY, DUINSTAD)) for name in people]


@pytest.mark.parametrize(("name", "company"), CUSTOMERS, ids=[name for name, _ in CUSTOMERS])
def test_the_chapters_of_a_customer(someone, name, company, tmp_path):
    draws_all(someone(name, company.name), (AGENCY | MUNICIPALITY)[name], tmp_path)


@pytest.mark.parametrize("email", OFFICE)
def test_the_chapters_of_the_office(staff, email, tmp_path):
    draws_all(staff(email), OFFICE[email], tmp_path)


@pytest.mark.parametrize("brand", DOORS)
def test_the_front_door(browser, stack, brand, tmp_path):
    page = browser.new_page(viewport={"width": WIDTHS[0], "height": 900}, locale="nl-NL")
    visitor = Visitor(page, stack, brand)
    visitor.opens("/inloggen/")
    visitor.page.locator("main h1").wait_for()
    draws(visitor, DOORS[brand], tmp_path)
    page.close()
