"""Nieuwe deelnemer: what is typed, what comes back, and what waits for the BRP (U18, law 4, law 5)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from collectief.enrolment.models import Participation
from collectief.foundation.dates import dutch
from collectief.mutations.jobs import forget_before
from collectief.mutations.rules import KEPT
from collectief.scope.database import opened
from tests.web.visiting import crowd, left, refused, text_of, this_moment, waiting
from tests.world import valid_bsns

BSN = valid_bsns(1, 900_900_000)[0].digits


def _typed(ours, **more: str) -> dict[str, str]:
    today = this_moment().today
    return {
        "contract": ours.contracts[0].number, "first_day": dutch(today), "bsn": BSN, "initials": "A.J.",
        "surname": "Janse", "birth_date": "01-02-1980", **more,
    }  # fmt: skip


@pytest.mark.feature("U19")
@pytest.mark.parametrize(
    "wrong",
    [
        {"surname": ""},
        {"first_day": "31-02-2026"},
        {"bsn": "123456789"},
        {"contract": "99999"},
        {"first_day": "1-1-2010"},
    ],
    ids=["something missing", "no such day", "no BSN", "no contract of ours", "refused by a rule"],
)
def test_a_form_with_errors_keeps_what_was_typed_but_not_the_bsn(anna, ours, wrong):
    typed = _typed(ours, **wrong)
    response = anna.post("/deelnemers/nieuw/", typed)
    text = text_of(response)
    assert response.status_code == 422
    assert 'value="A.J."' in text
    assert typed["bsn"] not in text
    assert 'id="id_bsn-error"' in text, "an empty field must say why it is empty"


def _work_on_dashboard(client) -> str:
    """The dashboard without its messages, which tell of the same people."""
    text = text_of(client.get("/dashboard/"))
    return re.sub(r'<section aria-labelledby="messages">.*?</section>', "", text, flags=re.DOTALL)


@pytest.mark.feature("U18")
def test_who_waits_for_the_brp_is_found_on_the_dashboard_and_above_the_list_and_can_be_withdrawn(anna, ours):
    [mutation] = waiting(ours)
    address = f"/mutaties/{mutation}/"
    for page in ("/dashboard/", "/in-behandeling/"):
        text = text_of(anna.get(page))
        assert "W. Wachtende000" in text
        assert f'href="{address}"' in text
    assert "In behandeling (1)" in text_of(anna.get("/dashboard/"))
    text = text_of(anna.get("/deelnemers/"))
    assert "1 nieuwe deelnemer wordt nog gecontroleerd bij de BRP" in text
    assert 'href="/in-behandeling/"' in text
    assert f'href="{address}intrekken/"' in text_of(anna.get(address))
    assert anna.post(f"{address}intrekken/").status_code == 302
    assert "Wachtende" not in _work_on_dashboard(anna)
    for page in ("/in-behandeling/", "/deelnemers/"):
        assert "Wachtende" not in text_of(anna.get(page))
    assert "Er is niets in behandeling." in text_of(anna.get("/in-behandeling/"))
    assert "nieuwe deelnemer wordt" not in text_of(anna.get("/deelnemers/"))


@pytest.mark.feature("U18")
def test_however_many_wait_the_dashboard_stays_short_and_each_is_found(anna, ours):
    waiting(ours, 30)
    text = _work_on_dashboard(anna)
    assert "In behandeling (30)" in text
    assert text.count("Wachtende") == 5
    found = {name for page in (1, 2) for name in range(30) if f"Wachtende{name:03}" in text_of(
        anna.get("/in-behandeling/", {"pagina": page}))}  # fmt: skip
    assert found == set(range(30))


@pytest.mark.feature("U26")
def test_the_dashboard_shows_failures_of_the_same_thirty_days_as_the_list(anna, ours):
    refused(ours, 1, days_ago=31)
    refused(ours, 2, days_ago=29, start=900_800_000)
    dashboard, listed = _work_on_dashboard(anna), text_of(anna.get("/mislukte-verwerkingen/"))
    assert "laatste 30 dagen (2)" in dashboard
    assert "2 mislukte verwerkingen" in listed
    for text in (dashboard, listed):
        assert text.count("X. Anders00") == 2


@pytest.mark.feature("U03")
def test_a_failure_that_is_too_old_for_the_list_is_not_on_the_dashboard_either(anna, ours):
    refused(ours, 1, days_ago=31)
    assert "Er is in de laatste 30 dagen niets mislukt." in text_of(anna.get("/dashboard/"))
    assert "Er is in de laatste 30 dagen niets mislukt." in text_of(anna.get("/mislukte-verwerkingen/"))


@pytest.mark.feature("U18")
def test_a_refused_application_fills_in_the_form_again(anna, ours):
    [mutation] = refused(ours)
    text = text_of(anna.get("/deelnemers/nieuw/", {"uit": mutation}))
    assert 'value="Anders000"' in text
    assert f'value="{dutch(this_moment().today)}"' in text


@pytest.mark.feature("U20")
def test_a_wrong_date_says_so_at_its_field_and_in_the_summary(anna, ours):
    later = dutch(this_moment().today + timedelta(days=800))
    text = text_of(anna.post("/deelnemers/nieuw/", _typed(ours, first_day=later)))
    assert 'href="#id_first_day"' in text
    assert 'id="id_first_day-error"' in text


@pytest.mark.feature("U26")
def test_what_was_refused_is_shown_without_what_was_asked_once_that_is_forgotten(anna, ours):
    mutation, kept = refused(ours, days_ago=31) + refused(ours, start=900_800_000)
    forget_before(this_moment().now - KEPT)
    address = f"/mutaties/{mutation}/"
    text = text_of(anna.get(address))
    assert "Wat hier is gevraagd, is na 30 dagen verwijderd." in text
    assert "Anders" not in text
    assert "Opnieuw aanmelden" not in text
    assert anna.get(f"{address}intrekken/").status_code == 200
    form = anna.get("/deelnemers/nieuw/", {"uit": mutation})
    assert form.status_code == 200
    assert "Anders" not in text_of(form)
    text = text_of(anna.get(f"/mutaties/{kept}/"))
    assert "na 30 dagen verwijderd" not in text
    assert "Opnieuw aanmelden" in text


@pytest.mark.feature("U19")
@pytest.mark.parametrize("field", ["surname", "initials", "name_prefix", "street", "city", "reference"])
def test_a_bsn_in_another_field_is_refused_there_and_not_sent_back(anna, ours, field):
    response = anna.post("/deelnemers/nieuw/", _typed(ours, **{field: BSN}))
    text = text_of(response)
    assert response.status_code == 422
    assert f'id="id_{field}-error"' in text
    assert BSN not in text


@pytest.mark.feature("U19")
def test_a_reference_that_passes_the_test_of_a_bsn_may_be_genuine(anna, ours):
    other = valid_bsns(1, 900_950_000)[0].digits
    assert anna.post("/deelnemers/nieuw/", _typed(ours, reference=other)).status_code == 302


@pytest.mark.feature("U19")
def test_nobodys_own_bsn_becomes_their_reference_later(anna, ours):
    [participant] = crowd(ours, 1, start=900_100_000)
    own, other = valid_bsns(1, 900_100_000)[0].digits, valid_bsns(1, 900_950_000)[0].digits
    address = f"/deelnemers/{participant}/referentie/"
    response = anna.post(address, {"reference": f"{own[:4]}.{own[4:]}"})
    assert response.status_code == 422
    assert "Dit is het BSN van deze persoon." in text_of(response)
    assert own[4:] not in text_of(response)
    assert anna.post(address, {"reference": other}).status_code == 302
    left(ours, [participant], this_moment().today - timedelta(days=3))
    with opened(ours.scope):
        stay = Participation.objects.get(participant_id=participant).id
    typed = {"contract": ours.contracts[0].number, "first_day": dutch(this_moment().today), "reference": own}
    response = anna.post(f"/deelname/{stay}/heraanmelden/", typed)
    assert response.status_code == 422
    assert own not in text_of(response)
