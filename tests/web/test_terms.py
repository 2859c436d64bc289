"""Products and contracts' terms on the office's pages, and what customers see of them (K02, U28)."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.utils import timezone

from collectief.audit.models import AuditEvent
from collectief.cases.models import Case
from collectief.foundation.dates import dutch
from collectief.policies.loading import load
from collectief.policies.models import ContractOffer, Product, ProductTariff
from collectief.scope.database import auditing, office
from tests.office_world import ZZ, clerk, insurer_id
from tests.web.visiting import client_of, text_of
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K02")]

YEAR = date(timezone.localdate().year + 1, 1, 1)
ROWS = {"young_0": "0", "old_0": "17", "monthly_0": "0", "young_1": "18", "monthly_1": "1.234,50"}


@pytest.fixture
def sanne(db):
    return client_of(clerk(name="Sanne Kok"))


@pytest.fixture
def joris(db):
    own = agency(name="Zorg en Zekerheid, tweede kantoor", segment="back_office", contracts=0)
    return client_of(clerk(name="Joris van Dam", office_of=own))


def added(browser, **more: str) -> int:
    asked = {"name": "Basisverzekering", "code": "BASIS", "kind": "basic", "label": "Zorg en Zekerheid"} | more
    response = browser.post("/producten/", asked)
    assert response.status_code == 302
    return int(re.fullmatch(r"/producten/(\d+)/", response.url)[1])


def decided(browser, decision: str = "approved", **more: str):
    with office(insurer_id()):
        waiting = Case.objects.filter(decision="").latest("id").id
    return browser.post(f"/zaken/{waiting}/beslissen/", {"decision": decision, **more}, follow=True)


def test_from_nothing_to_a_premium_that_counts(sanne, joris):
    assert "Er zijn nog geen producten." in text_of(sanne.get("/producten/"))
    product = added(sanne)
    text = text_of(sanne.get(f"/producten/{product}/"))
    assert "niemand kan het nog hebben" in text
    page = f"/producten/{product}/premie/"
    assert 'name="off_500"' in text_of(sanne.get(page))
    sent = {"first_day": dutch(YEAR), "off_500": "20", **ROWS}
    assert "zodra een collega akkoord is" in text_of(sanne.post(page, sent, follow=True))
    text = text_of(sanne.get(f"/producten/{product}/"))
    assert "Wacht op een collega" in text and "€\u00a01.234,50" in text and "€\u00a020,00" in text
    with office(insurer_id()):
        assert [row.state for row in ProductTariff.objects.all()] == ["proposed"]
    seen = text_of(joris.get("/zaken/"))
    assert f"Basisverzekering, {dutch(YEAR)}" in seen
    decided(sanne)
    with office(insurer_id()):
        assert [row.state for row in ProductTariff.objects.all()] == ["proposed"]
    decided(joris)
    assert "Akkoord" in text_of(sanne.get(f"/producten/{product}/"))
    again = text_of(sanne.get(page))
    assert 'value="1.234,50"' in again


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"first_day": ""}, "Vul de ingangsdatum in."),
        ({"first_day": "15-01-2099"}, "eerste van een maand"),
        ({"first_day": "01-01-2020"}, "vandaag of al geweest"),
        ({"young_1": "19"}, "Voor 18 jaar staat er geen premie"),
        ({"young_1": "17"}, "Voor 17 jaar staan er twee premies"),
        ({"monthly_0": "3"}, "Wie nog geen 18 is"),
        ({"monthly_1": ""}, "Vul ook dit in"),
        ({"monthly_1": "12.50"}, "Vul een bedrag in als 1234,56."),
        ({"young_1": "achttien"}, "Vul een leeftijd in hele jaren in."),
        ({"young_2": "", "old_2": "40"}, "Vul ook dit in"),
        ({"off_500": "2000"}, "meer dan de premie"),
    ],
)
def test_what_is_wrong_with_a_premium_is_said_and_nothing_is_kept(sanne, more, said):
    product = added(sanne)
    sent = {"first_day": dutch(YEAR), **ROWS} | more
    response = sanne.post(f"/producten/{product}/premie/", sent)
    assert response.status_code == 422
    text = text_of(response)
    assert said in text
    assert all(f'value="{value}"' in text for value in sent.values() if value)
    with office(insurer_id()):
        assert not ProductTariff.objects.exists()


def test_a_product_has_one_code(sanne):
    added(sanne)
    again = {"name": "Nog een", "code": "BASIS", "kind": "basic", "label": "ZZ"}
    response = sanne.post("/producten/", again)
    assert (response.status_code, "Er is al een product met code BASIS." in text_of(response)) == (422, True)
    assert "Kies de soort." in text_of(sanne.post("/producten/", {}))
    with office(insurer_id()):
        assert Product.objects.count() == 1


def sold(number: str = "", **offer) -> None:
    """A supplementary product since long, in a contract when that is named."""
    terms = {
        "product": {
            "AV": {
                "name": "Aanvullend <b>Flex</b>", "kind": "supplementary",
                "tariff": [{"first_day": date(2022, 1, 1), "monthly": {"0-17": "0", "18-": "15,25"}}],
            }
        },
        "offer": [{"contract": number, "product": "AV", "first_day": date(2022, 1, 1), **offer}] if number else [],
    }  # fmt: skip
    load(ZZ, terms, by="Sanne", agreed_by="Joris", now=timezone.now())


@pytest.mark.feature("U28")
def test_a_contract_gets_a_product_with_a_discount_and_the_customer_sees_it(sanne, joris):
    ours = agency()
    number = ours.contracts[0].number
    sold(number, discount=7.5)
    customer = client_of(member_of(ours.organisation, roles=["financial"]))
    text = text_of(customer.get("/contractgegevens/"))
    for said in (number, "01-01-2020", "Aanvullend &lt;b&gt;Flex&lt;/b&gt;", "18 jaar en ouder: €\u00a015,25", "7,5%"):
        assert said in text, said
    assert "Van dit contract staan hier nog geen producten." in text
    page = f"/contractvoorwaarden/?nummer={number}"
    text = text_of(sanne.get(page))
    assert "Akkoord" in text and "7,5%" in text
    with auditing(insurer_id()):
        seen = AuditEvent.objects.filter(action="terms.see_contract", account="Sanne-Kok")
        assert [one.object_ids for one in seen] == [{"contract": [ours.contracts[0].id]}]
    with office(insurer_id()):
        product = Product.objects.get().id
    sent = {"product": str(product), "first_day": dutch(YEAR), "discount": "10"}
    assert "zodra een collega akkoord is" in text_of(sanne.post(page, sent, follow=True))
    assert "Wacht op een collega" in text_of(sanne.get(page))
    decided(joris)
    with office(insurer_id()):
        assert list(ContractOffer.objects.order_by("first_day").values_list("discount", "state")) == [
            (750, "agreed"), (1000, "agreed"),
        ]  # fmt: skip
    assert "7,5%" in text_of(customer.get("/contractgegevens/"))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"product": ""}, "Kies een product."),
        ({"first_day": "02-01-2099"}, "eerste van een maand"),
        ({"discount": "-1"}, "Vul een percentage in als 7,5."),
        ({"discount": "veel"}, "Vul een percentage in als 7,5."),
        ({"discount": "101"}, "hoogstens 100%"),
    ],
)
def test_what_is_wrong_with_a_proposal_for_a_contract_is_said(sanne, more, said):
    ours = agency()
    sold()
    with office(insurer_id()):
        product = Product.objects.get().id
    sent = {"product": str(product), "first_day": dutch(YEAR), "discount": "5"} | more
    response = sanne.post(f"/contractvoorwaarden/?nummer={ours.contracts[0].number}", sent)
    assert (response.status_code, said in text_of(response)) == (422, True), text_of(response)
    with office(insurer_id()):
        assert not ContractOffer.objects.exists()


def test_a_contract_that_is_not_there_is_said(sanne):
    response = sanne.get("/contractvoorwaarden/?nummer=999")
    assert (response.status_code, "Er is geen contract met dit nummer." in text_of(response)) == (422, True)
    assert sanne.post("/contractvoorwaarden/?nummer=999", {}).status_code == 422
    assert "Vul het contractnummer in." in text_of(sanne.post("/contractvoorwaarden/", {}))


def test_it_requires_maintaining_terms(sanne):
    product = added(sanne)
    for scope in (clerk(roles=("auditor",), name="Aukje"), agency(roles=("account_manager",)).scope):
        browser = client_of(scope)
        for page in ("/producten/", f"/producten/{product}/", f"/producten/{product}/premie/", "/contractvoorwaarden/"):
            assert browser.get(page).status_code == 403, page
            assert browser.post(page).status_code in (403, 405), page


def test_another_insurers_product_does_not_exist(sanne):
    product = added(sanne)
    other = agency(name="IZZ door VGZ, kantoor", segment="back_office", brand="kantoor-izz", contracts=0)
    theirs = client_of(member_of(other.organisation, roles=["case_handler"], brand="kantoor-izz"))
    for page in (f"/producten/{product}/", f"/producten/{product}/premie/"):
        assert theirs.get(page).status_code == sanne.get(page.replace(str(product), "99999")).status_code == 404
