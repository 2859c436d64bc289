"""The form with which one applies (G01, O01)."""

from __future__ import annotations

import pytest
from django.utils import timezone

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
