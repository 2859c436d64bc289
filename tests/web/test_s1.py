"""Verdragsrecht aanvragen, where it stands, the form itself, and what the office does with one (U09)."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collectief.access import sessions
from collectief.audit.models import AuditEvent
from collectief.brands.catalogue import brand
from collectief.cases.models import Case
from collectief.enrolment.facts import Application, Kind
from collectief.foundation.dates import dutch
from collectief.foundation.workdays import after_workdays
from collectief.gateways.eessi.port import Reply
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Request, Subject
from collectief.participants.models import Address
from collectief.scope.database import office, opened
from collectief.statements import exchange, jobs, rules
from collectief.statements.models import S1Request
from collectief.statements.rules import Refusal, State
from collectief.web.abroad import words
from tests.office_world import clerk
from tests.s1_world import BSN, ask, asked, by_hand, insured, issued, row_of
from tests.web.test_letters import NUMBER, kept, read
from tests.web.visiting import client_of, doubled_ids, events, text_of, this_moment
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U09")]


@pytest.fixture
def moment():
    return this_moment()


@pytest.fixture
def world():
    return insured()


def page(participant: int) -> str:
    return f"/deelnemers/{participant}/"


def form(participant: int, land: str = "") -> str:
    return f"/deelnemers/{participant}/verdragsrecht/" + (f"?land={land}" if land else "")


def typed(moment, **more) -> dict[str, str]:
    return {
        "ground": "works_here", "first_day": dutch(moment.today - timedelta(days=30)), "street": "Długa",
        "house_number": "12/4", "postcode": "31-147", "city": "Kraków", "institution": "PL:NFZ06", "verified": "yes",
    } | more  # fmt: skip


def test_from_the_page_of_who_is_insured_it_is_asked(world, moment):
    ours, participant = world
    client = client_of(ours.scope)
    assert f'href="{form(participant)}"' in text_of(client.get(page(participant)))
    text = text_of(client.get(form(participant, "PL")))
    assert "Aanvraag voor Polen" in text
    assert "NFZ Małopolski" in text and "AOK" not in text
    assert not doubled_ids(text)
    response = client.post(form(participant, "PL"), typed(moment), follow=True)
    text = text_of(response)
    assert response.redirect_chain == [(page(participant), 302)]
    assert "Het formulier wordt digitaal verstuurd; u hoeft niets te doen." in text
    assert "Aangevraagd" in text and "NFZ Małopolski" in text
    assert f"S1 voor Polen, aangevraagd op {dutch(moment.today)}." in text
    row = row_of(ours.scope)
    assert (row.country, row.house_number, row.ground, row.state) == ("PL", "12/4", "works_here", "asked")


def test_once_asked_the_page_points_to_buitenland_and_no_second_can_be_asked(world, moment):
    ours, participant = world
    client = client_of(ours.scope)
    client.post(form(participant, "PL"), typed(moment))
    text = text_of(client.get(page(participant)))
    assert "mailto:buitenland@zorgenzekerheid.nl" in text
    assert form(participant) not in text
    again = text_of(client.get(form(participant, "PL")))
    assert "Voor deze deelnemer is al een formulier aangevraagd." in again
    assert "buitenland@zorgenzekerheid.nl" in again and "<form class=" not in again
    assert client.post(form(participant, "PL"), typed(moment)).status_code == 422
    with opened(ours.scope):
        assert S1Request.objects.count() == 1


def test_a_country_without_eessi_names_no_insurer_there_and_says_three_working_days(world, moment):
    ours, participant = world
    client = client_of(ours.scope)
    assert "Zorgverzekeraar in het woonland" not in text_of(client.get(form(participant, "TR")))
    text = text_of(client.post(form(participant, "TR"), typed(moment), follow=True))
    assert "Binnen drie werkdagen staat het formulier op deze pagina." in text
    assert f"Uiterlijk op {dutch(after_workdays(moment.today, 3))} staat het hier." in text
    assert row_of(ours.scope).institution == ""


@pytest.mark.feature("U20")
def test_the_address_that_we_have_abroad_is_filled_in(world):
    ours, participant = world
    with opened(ours.scope):
        Address.objects.create(
            organisation_id=ours.scope.organisation_id, participant_id=participant, country="polen", street="Lipowa",
            house_number="4b", postcode="30-702", city="Kraków",
        )  # fmt: skip
    text = text_of(client_of(ours.scope).get(form(participant)))
    assert "Aanvraag voor Polen" in text
    for value in ("Lipowa", "4b", "30-702"):
        assert f'value="{value}"' in text
    assert 'value="Lipowa"' not in text_of(client_of(ours.scope).get(form(participant, "DE")))


@pytest.mark.parametrize(
    ("land", "said"),
    [
        ("NL", "Voor wie in Nederland woont, is geen formulier nodig."),
        ("RS", "Voor Servië bestaat geen S1 of E106, ook al is er een verdrag."),
        ("--", "Met dit land is geen verdrag over zorg."),
        ("ZZ", "Selecteer een geldige keuze."),
    ],
)
def test_a_country_without_a_form_says_so_and_asks_nothing_more(world, moment, land, said):
    ours, participant = world
    client = client_of(ours.scope)
    response = client.get(form(participant, land))
    assert response.status_code == 422
    text = text_of(response)
    assert said in text or land == "ZZ"
    assert "Verificatie" not in text
    assert client.post(form(participant, land), typed(moment)).status_code == 422
    with opened(ours.scope):
        assert not S1Request.objects.exists()


def test_without_a_country_only_that_is_asked(world):
    ours, participant = world
    response = client_of(ours.scope).get(form(participant))
    assert response.status_code == 200
    text = text_of(response)
    assert "Kies een land" in text and "Verificatie" not in text and "Er is een probleem" not in text
    assert "Het land ontbreekt." in text_of(
        client_of(ours.scope).get(f"/deelnemers/{participant}/verdragsrecht/?land=")
    )


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("ground", "", "De reden van de aanvraag ontbreekt."),
        ("first_day", "", "De ingangsdatum ontbreekt."),
        ("first_day", "01-01-2020", "Op die dag was de deelnemer nog niet verzekerd."),
        ("first_day", "31-02-2026", "Vul een bestaande datum in als dd-mm-jjjj."),
        ("street", "", "De straat ontbreekt."),
        ("house_number", "", "Het huisnummer ontbreekt."),
        ("house_number", "bis", "Het huisnummer ontbreekt."),
        ("city", "", "De woonplaats ontbreekt."),
        ("institution", "", "De zorgverzekeraar in het woonland ontbreekt."),
        ("verified", "", "Het adres is nog niet geverifieerd."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(world, moment, field, value, said):
    ours, participant = world
    # A box that is not ticked is not sent.
    sent = {name: text for name, text in typed(moment, **{field: value}).items() if text}
    response = client_of(ours.scope).post(form(participant, "PL"), sent)
    text = text_of(response)
    assert response.status_code == 422
    assert said in text
    assert 'class="ds-error-summary"' in text and f"#id_{field}" in text
    assert 'value="31-147"' in text
    with opened(ours.scope):
        assert not S1Request.objects.exists()


def test_an_answer_from_abroad_stands_on_the_page_and_among_the_messages(world, moment, eessi):
    ours, participant = world
    client = client_of(ours.scope)
    client.post(form(participant, "PL"), typed(moment))
    jobs.send(request_id=row_of(ours.scope).id)
    assert "wij wachten op antwoord" in text_of(client.get(page(participant)))
    eessi.waiting = [Reply("r", row_of(ours.scope).eessi_case, False, "not_resident", "Ne <stanuje> {tu}.")]
    jobs.fetch(timestamp=0)
    text = text_of(client.get(page(participant)))
    assert "Afgewezen" in text
    assert "Volgens de zorgverzekeraar in Polen woont deze persoon daar niet." in text
    assert "“Ne &lt;stanuje&gt; {tu}.”" in text
    listed = text_of(client.get("/berichten/"))
    assert "Formulier S1 van A.J. van der Veen voor Polen is afgewezen" in listed
    assert "stanuje" not in listed


@pytest.mark.feature("K01")
@pytest.mark.feature("U29")
def test_the_office_makes_it_and_it_can_be_downloaded(world, moment):
    ours, participant = world
    client, desk = client_of(ours.scope), client_of(clerk())
    client.post(form(participant, "TR"), typed(moment, city="Konya", postcode=""))
    assert client.get(form(participant) + "formulier/").status_code == 404
    with office(ours.scope.insurer_id):
        case = Case.objects.get(kind="s1")
    text = text_of(desk.get(f"/zaken/{case.id}/"))
    for fact in (f"E106 Turkije, {ours.organisation.name}", "A.J. van der Veen", "01-02-1980", "Długa 12/4, Konya"):
        assert fact in text
    assert "wij wachten" not in text
    assert "is goedgekeurd." in text_of(
        desk.post(f"/zaken/{case.id}/beslissen/", {"decision": "approved"}, follow=True)
    )
    jobs.tell(request_id=row_of(ours.scope).id)
    text = text_of(client.get(page(participant)))
    assert "Klaar om te downloaden" in text and f'href="{form(participant)}formulier/"' in text
    assert "Formulier E106 van A.J. van der Veen voor Turkije staat klaar" in text_of(client.get("/berichten/"))
    response = client.get(form(participant) + "formulier/")
    letter = read(response)
    for said in (
        "Verdragsrecht: formulier E106", "A.J. van der Veen", "01-02-1980", "Zorg en Zekerheid", "Turkije",
        "Długa 12/4, Konya", dutch(moment.today - timedelta(days=30)), ours.organisation.name,
    ):  # fmt: skip
        assert said in letter, letter
    assert row_of(ours.scope).relation_number in letter
    assert response["Content-Disposition"].startswith('attachment; filename="E106-3')
    assert kept() == 1
    number = NUMBER.search(letter)[1]
    assert "Formulier verdragsrecht (S1 of E106)" in text_of(client.get("/controleren/", {"nummer": number}))
    made = [event for event in events(ours) if event.action == "documents.make"]
    assert [(one.detail, one.participant_ids) for one in made] == [({"kind": "s1"}, [participant])]


def test_the_form_speaks_english_when_the_portal_does_and_has_no_bsn(world):
    ours, participant = world
    issued(ours.scope, participant)
    client = client_of(ours.scope)
    client.post("/taal/", {"language": "en"})
    letter = read(client.get(form(participant) + "formulier/"))
    for said in ("Treaty rights: form E106", "Türkiye", "Right to care from", "Give this form to the health insurer"):
        assert said in letter, letter
    assert BSN.digits not in letter
    assert "verzekerde" not in letter
    text = text_of(client.get(page(participant)))
    assert "E106 for Türkiye" in text and "Ready to download" in text


def test_why_the_office_refused_stands_on_the_page(world, moment):
    ours, participant = world
    client, desk = client_of(ours.scope), client_of(clerk())
    client.post(form(participant, "TR"), typed(moment))
    with office(ours.scope.insurer_id):
        case = Case.objects.get(kind="s1").id
    desk.post(f"/zaken/{case}/beslissen/", {"decision": "refused", "reason": "Het {adres} bestaat niet."})
    text = text_of(client.get(page(participant)))
    assert "Reden: Het {adres} bestaat niet." in text
    assert "mailto:buitenland@zorgenzekerheid.nl" in text


def test_who_has_left_is_told_so_and_keeps_what_was_made(world, moment):
    ours, participant = world
    issued(ours.scope, participant)
    leave = Application(Kind.TERMINATE, last_day=moment.today - timedelta(days=1), reason="end_of_employment")
    with opened(ours.scope):
        mutations.submit(ours.scope, [Request(leave, Subject(participant_id=participant))], moment)
    client = client_of(ours.scope)
    assert "Klaar om te downloaden" in text_of(client.get(page(participant)))
    assert client.get(form(participant) + "formulier/").status_code == 200
    other, somebody = insured(name="Ander")
    with opened(other.scope):
        mutations.submit(other.scope, [Request(leave, Subject(participant_id=somebody))], moment)
    elsewhere = client_of(other.scope)
    assert "Verdragsrecht" not in text_of(elsewhere.get(page(somebody)))
    assert "Deze deelnemer is nu niet verzekerd." in text_of(elsewhere.get(form(somebody)))


def test_another_is_allowed_by_the_office_and_then_asked(world, moment):
    ours, participant = world
    made = issued(ours.scope, participant)
    client, sanne = client_of(ours.scope), clerk()
    desk = client_of(sanne)
    number = row_of(ours.scope).relation_number
    assert "Verdragsrecht" in text_of(desk.get("/dashboard/"))
    text = text_of(desk.get("/verdragsrecht/", {"relatienummer": number}))
    assert ours.organisation.name in text and f'href="/verdragsrecht/{made}/opnieuw/"' in text
    assert "A.J. van der Veen" in text_of(desk.get(f"/verdragsrecht/{made}/opnieuw/"))
    text = text_of(desk.post(f"/verdragsrecht/{made}/opnieuw/", follow=True))
    assert "De klant kan voor deze deelnemer een nieuw formulier aanvragen." in text
    assert "Toegestaan" in text
    assert desk.post(f"/verdragsrecht/{made}/opnieuw/").status_code == 422
    text = text_of(client.get(page(participant)))
    assert f'href="{form(participant)}"' in text and "buitenland@" not in text.partition("</main>")[0]
    client.post(form(participant, "PL"), typed(moment))
    with opened(ours.scope):
        assert [one.state for one in S1Request.objects.order_by("id")] == ["issued", "asked"]
    # The one that was made can still be downloaded from its letter's own page.
    assert client.get(form(participant) + "formulier/").status_code == 200
    with opened(sanne):
        seen = AuditEvent.objects.filter(action__startswith="s1.").order_by("id")
        assert [(one.action, one.object_ids) for one in seen] == [
            ("s1.search", {"s1": [made]}), ("s1.see", {"s1": [made]}), ("s1.allow_another", {"s1": [made]}),
            ("s1.search", {"s1": [made]}), ("s1.see", {"s1": [made]}),
        ]  # fmt: skip


def test_what_the_office_cannot_find_or_allow_it_says(world, moment):
    ours, participant = world
    ask(ours.scope, participant, by_hand(moment), moment)
    desk = client_of(clerk())
    assert "Zoek de aanvragen voor een deelnemer" in text_of(desk.get("/verdragsrecht/"))
    assert "Controleer het nummer." in text_of(desk.get("/verdragsrecht/", {"relatienummer": "12"}))
    empty = desk.get("/verdragsrecht/", {"relatienummer": ""})
    assert (empty.status_code, "Vul een relatienummer in." in text_of(empty)) == (422, True)
    waits = desk.get(f"/verdragsrecht/{row_of(ours.scope).id}/opnieuw/")
    assert "Deze aanvraag is nog niet afgehandeld." in text_of(waits)


def test_who_may_not_finds_no_way_in(world, moment):
    ours, participant = world
    for roles in (["financial"], ["account_manager"]):
        client = client_of(member_of(ours.organisation, roles=roles))
        for address in (form(participant), form(participant) + "formulier/", "/verdragsrecht/"):
            assert client.get(address).status_code == 403
    otto = client_of(agency(name="Otto").scope)
    for address in (form(participant), form(participant, "PL"), form(participant) + "formulier/"):
        assert otto.get(address).status_code == otto.post(address).status_code - (address.endswith("formulier/")) == 404
    elsewhere = member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[1:])
    assert client_of(elsewhere).get(form(participant)).status_code == 404


def test_how_much_is_asked_does_not_depend_on_how_many_there_are(world, moment, monkeypatch):
    monkeypatch.setattr(sessions, "_SAME_USE_SECONDS", 3600)
    ours, participant = world
    client, desk = client_of(ours.scope), client_of(clerk())
    counted = []
    for _ in range(3):
        made = issued(ours.scope, participant)
        number = row_of(ours.scope).relation_number
        asked_of = []
        for browser, address in (
            (client, page(participant)),
            (client, form(participant, "PL")),
            (desk, f"/verdragsrecht/?relatienummer={number}"),
        ):  # fmt: skip
            with CaptureQueriesContext(connection) as captured:
                text_of(browser.get(address))
            asked_of.append(len(captured))
        counted.append(asked_of)
        desk.post(f"/verdragsrecht/{made}/opnieuw/", follow=True)
    assert counted[0] == counted[1] == counted[2]
    assert max(counted[0]) <= 24


def test_every_refusal_and_state_has_words():
    source = Path(rules.__file__).read_text()
    codes = set(re.findall(r'Refusal\(\s*"(\w+)"', source)) | {"first_day_not_insured", "first_day_too_early"}
    assert codes <= set(words.refusals()), codes - set(words.refusals())
    for code in codes:
        params = {"from": "2026-01-01", "until": "2026-12-31"}
        said = words.said(Refusal(code, "", params), brand("mijnzz"), "RS")
        assert "{" not in said and said.count(".") >= 2, said
    assert set(exchange.TOLD) == {State.CONFIRMED, State.ISSUED, State.REFUSED}
    assert {"unknown_person", "not_resident", "insured_there", "incomplete", "other"} == set(
        words.institution_reasons()
    )


@pytest.mark.parametrize("land", ["%00", "XX", "p" * 300, ""])
def test_a_country_that_is_none_is_said_to_be_none(world, moment, land):
    ours, participant = world
    client = client_of(ours.scope)
    for answer in (client.get(form(participant) + f"?land={land}"), client.post(form(participant) + f"?land={land}")):
        assert answer.status_code == 422
        assert "Aanvraag voor" not in text_of(answer)


def test_what_is_asked_twice_by_a_double_click_is_one_request(world, moment):
    ours, participant = world
    client = client_of(ours.scope)
    assert client.post(form(participant, "PL"), typed(moment)).status_code == 302
    assert client.post(form(participant, "PL"), typed(moment)).status_code == 422
    assert asked(moment).country == row_of(ours.scope).country
