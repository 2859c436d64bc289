"""Two portals of one installation: each its own name, look, words and people to ask (K07)."""

from __future__ import annotations

import pytest

from collectief.brands.catalogue import all_brands, brand
from collectief.segments.profile import Means
from tests.web.visiting import client_of, stranger, text_of
from tests.world import agency

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K07")]


@pytest.mark.parametrize("one", all_brands(), ids=lambda one: one.slug)
def test_a_portal_shows_its_name_its_look_and_whom_to_ask(one):
    text = text_of(stranger(one.slug).get("/inloggen/"))
    assert f'src="/static/brands/{one.slug}/wordmark.svg" alt="{one.name}"' in text
    assert f'href="/static/{one.theme}"' in text
    assert f'href="tel:{one.support_dial}"' in text
    for desk in one.desks:
        assert f'href="mailto:{desk.mail}"' in text
        assert not desk.phone or f'href="tel:{desk.dial}"' in text
    for said in (one.privacy["nl"], one.terms["nl"]):
        assert said.replace("'", "&#x27;") in text
    assert (f"niveau {one.minimum_assurance} of hoger" in text) == (Means.EHERKENNING in one.means)
    assert ('autocomplete="current-password"' in text) == (Means.PASSWORD in one.means)


def test_one_says_u_and_the_other_je():
    for slug, says in (("mijnzz", "Om in te loggen heeft u"), ("voorbeeld", "Om in te loggen heb je")):
        assert says in text_of(stranger(slug).get("/inloggen/"))


def test_the_first_page_begins_with_the_brands_welcome():
    for slug in ("mijnzz", "voorbeeld"):
        ours = agency(brand=slug)
        browser = client_of(ours.scope)
        assert brand(slug).welcome["nl"] in text_of(browser.get("/dashboard/"))
        browser.post("/taal/", {"language": "en"})
        text = text_of(browser.get("/dashboard/"))
        assert brand(slug).welcome["en"] in text
        assert brand(slug).welcome["nl"] not in text


def test_a_question_by_mail_carries_the_page_it_was_asked_from():
    ours = agency(brand="voorbeeld")
    text = text_of(client_of(ours.scope).get("/deelnemers/"))
    assert "?subject=Vraag%20over%20de%20getoonde%20informatie%20%28/deelnemers/%29" in text
