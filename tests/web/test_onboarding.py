"""The form with which one applies (G01, O01)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from collectief.access import throttle
from collectief.brands.catalogue import brand
from collectief.cases.rules import due_on
from collectief.foundation.dates import dutch
from collectief.onboarding.models import AccountApplication
from collectief.scope.database import office
from tests.office_world import insurer_id
from tests.web.visiting import stranger, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("G01")]

ASKED = {
    "segment": "municipality", "organisation": "Gemeente Delft", "kvk": "90 00.0077", "name": "Jo  Bos",
    "email": "jo.bos@delft.example", "phone": "+31 (0)15 123 45 67", "roles": ["administrative", "financial"],
}  # fmt: skip


def applications(insurer="zorg-en-zekerheid"):
    with office(insurer_id(insurer)):
        return list(AccountApplication.objects.values("segment", "organisation", "kvk", "name", "phone", "brand"))


def test_the_way_in_leads_to_the_form():
    assert 'href="/aanvragen/"' in text_of(stranger().get("/inloggen/"))
    text = text_of(stranger().get("/aanvragen/"))
    assert "Uitzendbureau" in text
    assert "Gemeente" in text


def test_sent_in_it_is_kept_and_says_when_there_will_be_an_answer():
    response = stranger().post("/aanvragen/", ASKED, follow=True)
    assert response.redirect_chain == [("/aanvragen/ontvangen/", 302)]
    assert dutch(due_on("account_application", timezone.localdate())) in text_of(response)
    assert applications() == [
        {
            "segment": "municipality", "organisation": "Gemeente Delft", "kvk": "90000077", "name": "Jo Bos",
            "phone": "+310151234567", "brand": "mijnzz",
        }
    ]  # fmt: skip


def test_a_portal_for_one_kind_of_customer_does_not_ask_which():
    client = stranger("voorbeeld")
    assert "Soort organisatie" not in text_of(client.get("/aanvragen/"))
    client.post("/aanvragen/", {key: value for key, value in ASKED.items() if key != "segment"})
    assert [one["segment"] for one in applications("voorbeeldverzekeraar")] == ["staffing_agency"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"organisation": ""}, "Vul de naam van uw organisatie in."),
        ({"kvk": "1234567"}, "Dit is geen KvK-nummer."),
        ({"name": ""}, "Vul uw naam in."),
        ({"email": "jo@hotmail.com"}, "hotmail.com is geen adres van een organisatie."),
        ({"email": "gemeente"}, "Vul een geldig e-mailadres in."),
        ({"phone": "12"}, "Vul een telefoonnummer van tien cijfers in"),
        ({"roles": []}, "Kies ten minste één rol."),
        ({"segment": "employer"}, "employer"),
        ({"segment": ""}, "Maak een keuze."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(more, said):
    response = stranger().post("/aanvragen/", ASKED | more)
    assert response.status_code == 422
    text = text_of(response)
    assert said in text
    assert "+31 (0)15 123 45 67" in text or "phone" in more
    assert applications() == []


def test_everything_wrong_is_said_at_once():
    text = text_of(stranger().post("/aanvragen/", {}))
    assert text.count("ds-validation-message") == 7


def test_nobody_applies_for_an_account_at_the_insurers_own_office():
    client = stranger("kantoor")
    assert "/aanvragen/" not in text_of(client.get("/inloggen/"))
    for address in ("/aanvragen/", "/aanvragen/ontvangen/"):
        assert client.get(address).status_code == 404
    assert client.post("/aanvragen/", ASKED | {"segment": "back_office"}).status_code == 404
    assert applications() == []


@pytest.mark.feature("W01")
@pytest.mark.feature("O01")
@pytest.mark.parametrize(
    ("portal", "role", "roles"),
    [
        ("izz", "hoofdgebruiker", ["main_user"]),
        ("bedrijfszorg", "hoofdaccount", ["main_account"]),
        ("ondersteuners", "gebruikersbeheerder", ["user_manager", "representative"]),
    ],
)
def test_at_other_portals_the_role_is_said_and_not_asked(portal, role, roles):
    client = stranger(portal)
    text = text_of(client.get("/aanvragen/"))
    assert f"als {role} van" in text
    assert 'name="roles"' not in text
    asked = ASKED | {"phone": "06 12345678", "roles": ["user", "office_manager"]}
    response = client.post("/aanvragen/", {key: value for key, value in asked.items() if key != "segment"})
    assert response.status_code == 302
    with office(insurer_id(brand(portal).insurer)):
        assert list(AccountApplication.objects.values_list("roles", flat=True)) == [roles]


@pytest.mark.feature("O03")
def test_where_the_account_asks_for_a_code_the_number_must_be_a_mobile_one():
    client = stranger("ondersteuners")
    assert "mobiele nummer" in text_of(client.get("/aanvragen/"))
    asked = {key: value for key, value in ASKED.items() if key != "segment"}
    response = client.post("/aanvragen/", asked | {"phone": "015 1234567"})
    assert response.status_code == 422
    assert "Dit is geen mobiel nummer." in text_of(response)
    assert client.post("/aanvragen/", asked | {"phone": "06-12 34 56 78"}).status_code == 302
    assert [one["phone"] for one in applications("menzis")] == ["+31612345678"]


def test_who_sends_too_many_is_told_to_wait_and_keeps_what_was_typed(monkeypatch):
    monkeypatch.setitem(throttle.PUBLIC, "application", (2, 300))
    client = stranger()
    assert [client.post("/aanvragen/", ASKED | {"email": f"jo{n}@delft.example"}).status_code for n in range(2)] == [
        302, 302,
    ]  # fmt: skip
    response = client.post("/aanvragen/", ASKED)
    assert response.status_code == 429
    text = text_of(response)
    assert "Wacht tien minuten" in text
    assert "Gemeente Delft" in text
    assert len(applications()) == 2
    # What is wrong costs nobody a turn.
    assert client.post("/aanvragen/", ASKED | {"kvk": "1"}).status_code == 422


def test_when_too_many_send_at_once_nobody_is_told_that_it_is_their_network(monkeypatch):
    monkeypatch.setitem(throttle.PUBLIC, "application", (10, 1))
    client = stranger()
    assert client.post("/aanvragen/", ASKED).status_code == 302
    response = client.post("/aanvragen/", ASKED)
    assert response.status_code == 429
    text = text_of(response)
    assert "Er komen nu te veel verzoeken tegelijk binnen." in text
    assert "Wacht tien minuten" in text
    assert "netwerk" not in text


def test_asking_for_a_password_too_often_from_one_place_is_said_whoever_it_is_about(monkeypatch):
    monkeypatch.setitem(throttle.PUBLIC, "password", (1, 1000))
    client = stranger("izz")
    assert client.post("/inloggen/wachtwoord-vergeten/", {"email": "jo@x.example"}).status_code == 200
    response = client.post("/inloggen/wachtwoord-vergeten/", {"email": "nobody@x.example"})
    assert response.status_code == 429
    assert "nobody@x.example" in text_of(response)
    assert "Wacht tien minuten" in text_of(response)
