"""Onderzoek: the auditor searches the trail of the whole insurer, and sees how its chain stands (K06)."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectief.access import queries as access
from collectief.access import sessions
from collectief.access.models import Account
from collectief.access.queries import own_email
from collectief.audit import actions as audit
from collectief.audit import search
from collectief.audit.facts import Finding, Problem, Walk
from collectief.audit.models import AuditEvent, AuditVerification
from collectief.audit.verification import keep
from collectief.contracts import queries as contracts
from collectief.contracts.models import Organisation
from collectief.foundation.dates import dutch
from collectief.participants import queries as participants
from collectief.participants.models import Participant
from collectief.scope.database import auditing, opened
from collectief.scope.scope import NotAllowed
from tests.office_world import applied, clerk
from tests.web.visiting import client_of, crowd, doubled_ids, text_of
from tests.world import Human, agency, enrolled, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K06")]


@pytest.fixture
def erik(db):
    return clerk(roles=("auditor",), name="Erik Blom")


@pytest.fixture
def desk(erik):
    return client_of(erik)


@pytest.fixture
def person(ours, moment):
    """Somebody at De Brug, with the BSN that finds them."""
    [bsn] = valid_bsns(1, 907_000_000)
    return bsn, enrolled(ours, Human(bsn), moment)


def ask(client, **typed):
    """What the form answers: the address it leads to, followed."""
    response = client.post("/onderzoek/", typed)
    assert response.status_code == 302, text_of(response)
    assert response["Location"].startswith("/onderzoek/?")
    return client.get(response["Location"])


def rows(response) -> list[tuple[str, ...]]:
    """The rows of the answer: who, what, whose log, about, outcome."""
    found = re.findall(r"<tr><td class=\"c-when\">(.*?)</tr>", text_of(response), re.S)
    plain = [re.sub(r"<details.*?</details>", "", row, flags=re.S) for row in found]
    return [
        tuple(re.sub(r"<.*?>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S))
        for row in plain
    ]


def told(erik) -> list[AuditEvent]:
    with opened(erik):
        return list(AuditEvent.objects.order_by("id"))


def number_of(participant: int, scope) -> str:
    with opened(scope):
        return Participant.objects.get(id=participant).relation_number


def test_before_a_question_there_is_a_form_and_how_the_chain_stands(desk, erik):
    text = text_of(desk.get("/onderzoek/"))
    assert "Is het logboek nog heel?" in text
    assert 'id="found"' not in text
    assert told(erik) == []


def test_who_saw_whom_by_bsn_that_stands_in_no_address_and_no_event(desk, erik, ours, anna, person):
    bsn, participant = person
    anna.get(f"/deelnemers/{participant}/")
    response = desk.post("/onderzoek/", {"bsn": bsn.digits})
    assert bsn.digits not in response["Location"]
    query = parse_qs(urlsplit(response["Location"]).query)
    assert query.keys() == {"zoek", "deelnemer", "tm"}
    assert query["deelnemer"] == [str(participant)]
    page = desk.get(response["Location"])
    assert [row[:3] for row in rows(page)] == [
        ("Annaadministratief", "Gegevens van een deelnemer bekeken", ours.organisation.name),
        ("Annaadministratief", "Deelnemers aangemeld", ours.organisation.name),
    ]
    text = text_of(page)
    assert f"relatienummer {number_of(participant, ours.scope)} bij {ours.organisation.name}" in text
    assert bsn.digits not in text
    assert "Janse" not in text
    looked_up, answered = told(erik)
    for event in (looked_up, answered):
        assert (event.action, event.participant_ids, event.purpose) == (
            "audit.search", [participant], "supervision_of_access",
        )  # fmt: skip
        assert bsn.digits not in str(event.detail)


def test_one_person_at_two_organisations_is_found_at_both(desk, ours, person, moment):
    bsn, _ = person
    otto = agency(name="Otto Flexkrachten")
    enrolled(otto, Human(bsn), moment)
    page = ask(desk, bsn=bsn.digits)
    assert {row[2] for row in rows(page)} == {ours.organisation.name, "Otto Flexkrachten"}


def test_by_relation_number_and_then_without_the_person(desk, ours, anna, person):
    _, participant = person
    with opened(ours.scope):
        audit.record(ours.scope, "participants.list")
    page = ask(desk, relatienummer=number_of(participant, ours.scope))
    assert len(rows(page)) == 1
    [without] = re.findall(r'href="([^"]*)">Zoek zonder deze persoon', text_of(page))
    assert len(rows(desk.get("/onderzoek/" + without.replace("&amp;", "&")))) > 1
    # The person stays when something else is filled in beside.
    assert len(rows(ask(desk, deelnemer=str(participant), wat="mutation.enrol"))) == 1


def test_by_account_organisation_act_outcome_and_period(desk, ours, anna, erik):
    crowd(ours, 1)
    anna.get("/deelnemers/")
    otto = agency(name="Otto Flexkrachten")
    with opened(otto.scope):
        audit.record(otto.scope, "account.sign_in", outcome="failure")
    today = dutch(timezone.localdate())

    def found(**typed) -> set[str]:
        return {row[1] for row in rows(ask(desk, **typed)) if "gezocht" not in row[1]}

    both = {"Deelnemers aangemeld", "Lijst met huidige deelnemers bekeken"}
    assert found(account=own_email(ours.scope)) == both
    assert found(organisatie=ours.organisation.name) == both
    assert found(organisatie=ours.organisation.kvk, wat="soort:ingezien") == {"Lijst met huidige deelnemers bekeken"}
    assert found(wat="mutation.enrol") == {"Deelnemers aangemeld"}
    assert found(resultaat="failure") == {"Inloggen geweigerd"}
    assert found(organisatie="otto") == {"Inloggen geweigerd"}
    assert found(van=today, tot=today) == both | {"Inloggen geweigerd"}
    assert found(tot="01-01-2020") == set()
    assert {event.object_ids.get("account", [0])[0] for event in told(erik)} >= {ours.scope.account_id}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"bsn": "123456789"}, "Dit is geen geldig BSN."),
        ({"bsn": "{unknown}"}, "Niemand met dit BSN is of was deelnemer."),
        ({"relatienummer": "999"}, "Niemand heeft dit relatienummer."),
        ({"relatienummer": "999", "bsn": "{unknown}"}, "niet allebei"),
        ({"account": "niemand@example.nl"}, "Er is geen account met deze naam of dit e-mailadres."),
        ({"account": "Anna"}, "Meer accounts heten zo."),
        ({"organisatie": "Bestaat niet"}, "Er is geen organisatie met deze naam of dit KvK-nummer."),
        ({"van": "31-02-2026"}, "Vul een bestaande datum in"),
        ({"van": "02-01-2026", "tot": "01-01-2026"}, "De laatste dag ligt vóór de eerste."),
        ({"wat": "niets"}, "Kies iets uit de lijst."),
    ],
    ids=str,
)
def test_what_cannot_be_found_says_what_to_do_and_keeps_the_rest(desk, ours, typed, said):
    agency(name="Nog een")
    [unknown] = valid_bsns(1, 908_000_000)
    given = {name: unknown.digits if value == "{unknown}" else value for name, value in typed.items()}
    response = desk.post("/onderzoek/", {"resultaat": "failure", **given})
    text = text_of(response)
    assert response.status_code == 422
    assert said in text.replace("&#x27;", "'")
    assert 'value="failure" selected' in text
    assert not doubled_ids(text)


def test_looking_for_somebody_who_is_not_there_is_an_event_too(desk, erik):
    [unknown] = valid_bsns(1, 908_000_000)
    desk.post("/onderzoek/", {"bsn": unknown.digits})
    [event] = told(erik)
    assert (event.action, event.outcome, event.detail) == ("audit.search", "failure", {"sought": ["bsn"]})


def test_nobody_is_looked_up_without_a_trace(desk, erik, ours, person):
    """By an address that cannot be answered, or by a question whose answer is not fetched."""
    before = len(told(erik))
    number = ours.scope.account_id
    text = text_of(desk.get(f"/onderzoek/?zoek=1&wie={number}&van=x"))
    assert "@example.nl" not in text
    assert len(told(erik)) == before
    text = text_of(desk.get(f"/onderzoek/?zoek=1&wie={number}&organisatie=Niets"))
    assert "@example.nl" in text
    assert told(erik)[-1].object_ids == {"account": [number]}
    _bsn, participant = person
    desk.post("/onderzoek/", {"relatienummer": number_of(participant, ours.scope)})
    assert told(erik)[-1].participant_ids == [participant]
    assert told(erik)[-1].detail == {"sought": ["relatienummer"]}


@pytest.mark.parametrize("query", ["wie=2000000000", "deelnemer=2000000000", "wat=niets", "van=x", "organisatie=Niets"])
def test_an_address_that_asks_what_is_not_there_shows_nothing(desk, erik, query):
    for path in ("/onderzoek/", "/onderzoek/download/"):
        assert desk.get(f"{path}?zoek=1&{query}").status_code == 422
    assert told(erik) == []


def test_an_address_that_says_what_none_may_is_left_unanswered(desk, erik, person):
    bsn, _ = person
    for told_ in (f"bsn={bsn.digits}", "account=anna@example.nl", "relatienummer=300000001"):
        response = desk.get(f"/onderzoek/?zoek=1&{told_}")
        assert (response.status_code, response["Location"]) == (302, "/onderzoek/")
    assert told(erik) == []


def test_a_workbook_of_exactly_what_was_found_as_text(desk, erik, ours):
    strange = member_of(ours.organisation, roles=["administrative"], name="=1+1")
    with opened(strange):
        audit.record(strange, "participants.list", participants=[1, 2, 3], objects={"batch": [7]})
    page = ask(desk, organisatie=ours.organisation.name)
    assert len(rows(page)) == 1
    with opened(strange):
        audit.record(strange, "participants.list")
    [link] = re.findall(r'href="(/onderzoek/download/[^"]*)"', text_of(page))
    response = desk.get(link.replace("&amp;", "&"))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    head, row = ([cell.value or "" for cell in row] for row in sheet.iter_rows())
    said = dict(zip(head, row, strict=True))
    assert (said["Wie"], said["Code"], said["Aantal personen"]) == ("=1+1", "participants.list", "3")
    assert (said["Relatienummers"], said["Over"]) == ("(1), (2), (3)", "bestand 7")
    assert said["Doel"] == "uitvoeren van de collectieve verzekering"
    assert {cell.data_type for cell in sheet[2] if cell.value} == {"s"}
    event = told(erik)[-1]
    assert (event.action, event.detail["events"]) == ("audit.export", 1)
    assert event.object_ids == {"organisation": [ours.organisation.id]}


def test_an_event_of_thousands_names_some_and_counts_all(desk, ours):
    with opened(ours.scope):
        audit.record(ours.scope, "participants.list", participants=range(1, 3001))
    text = text_of(ask(desk, wat="participants.list"))
    assert "3.000 personen" in text
    assert "en nog 2.990" in text


def test_pages_stay_with_the_answer_and_the_questions_do_not_grow(desk, ours, monkeypatch):
    monkeypatch.setattr(sessions, "_SAME_USE_SECONDS", 3600)
    monkeypatch.setattr(search, "COUNT_CAP", 100)

    def act(count: int) -> None:
        with opened(ours.scope):
            for _ in range(count):
                audit.record(ours.scope, "participants.list", participants=[1])

    def asked() -> tuple[int, str]:
        with CaptureQueriesContext(connection) as captured:
            text = text_of(desk.get("/onderzoek/?zoek=1&wat=participants.list"))
        return len(captured), text

    act(1)
    asked()
    few, _ = asked()
    act(120)
    many, text = asked()
    assert many == few <= 24
    assert "100+ gebeurtenissen" in text
    last = desk.get("/onderzoek/?zoek=1&wat=participants.list&pagina=5")
    assert len(rows(last)) == 21
    assert len(rows(desk.get("/onderzoek/?zoek=1&wat=participants.list&pagina=400"))) == 25
    [second] = (
        re.findall(r'href="(\?[^"]*pagina=2[^"]*)" >?', text)[:1] or re.findall(r'href="(\?[^"]*pagina=2)"', text)[:1]
    )
    assert "tm=" in second


@pytest.mark.feature("K07")
def test_another_insurers_trail_accounts_people_and_organisations_are_not_there(desk, moment):
    other = agency(name="Elders Flex", brand="voorbeeld")
    [bsn] = valid_bsns(1, 909_000_000)
    theirs = enrolled(other, Human(bsn), moment)
    number = number_of(theirs, other.scope)
    for typed in (
        {"bsn": bsn.digits}, {"relatienummer": number}, {"account": own_email(other.scope)},
        {"organisatie": "Elders Flex"}, {"organisatie": other.organisation.kvk},
    ):  # fmt: skip
        assert desk.post("/onderzoek/", typed).status_code == 422, typed
    for query in (f"deelnemer={theirs}", f"wie={other.scope.account_id}"):
        assert desk.get(f"/onderzoek/?zoek=1&{query}").status_code == 422
    page = text_of(desk.get("/onderzoek/?zoek=1"))
    assert "Elders Flex" not in page


@pytest.mark.feature("K07")
def test_row_security_alone_keeps_insurers_apart_and_names_from_the_auditor(erik, ours, person, moment):
    """No filter of ours: the role of the auditor sees one insurer, and of people no name."""
    other = agency(name="Elders Flex", brand="voorbeeld")
    [bsn] = valid_bsns(1, 909_000_000)
    enrolled(other, Human(bsn), moment)
    keep(other.scope.insurer_id, Walk(), [], compared=False)
    with auditing(erik.insurer_id):
        assert set(Organisation.objects.values_list("insurer_id", flat=True)) == {erik.insurer_id}
        assert set(Account.objects.values_list("insurer_id", flat=True)) == {erik.insurer_id}
        assert set(Participant.objects.values_list("id", flat=True)) == {person[1]}
        assert set(AuditEvent.objects.values_list("insurer_id", flat=True)) == {erik.insurer_id}
        assert AuditVerification.objects.count() == 0
    for column in ("surname", "birth_date"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            auditing(erik.insurer_id),
        ):
            list(Participant.objects.values_list(column))


def test_who_is_no_auditor_finds_nothing(ours, erik):
    for scope in (clerk(roles=("case_handler", "help_desk", "office_manager")), ours.scope):
        client = client_of(scope)
        assert client.get("/onderzoek/").status_code == client.post("/onderzoek/").status_code == 403
        assert client.get("/onderzoek/download/?zoek=1").status_code == 403
        for asked in (
            lambda scope=scope: search.page_of(scope, search.Question(), page=1, size=1),
            lambda scope=scope: list(search.whole_answer(scope, search.Question(), most=1)),
            lambda scope=scope: contracts.organisations_named(scope, "x", most=1),
            lambda scope=scope: access.accounts_named(scope, "x", most=1),
            lambda scope=scope: participants.sought(scope, [1]),
        ):
            with pytest.raises(NotAllowed):
                asked()


def test_how_the_chain_stands_in_words(desk, erik, ours, monkeypatch):
    text = text_of(desk.get("/onderzoek/"))
    assert "Er is nog niets verzegeld." in text
    assert "Nog nooit gecontroleerd." in text
    with opened(ours.scope):
        audit.record(ours.scope, "participants.list")
    assert re.search(r"1 gebeurtenis, van \d\d-\d\d-20\d\d", text_of(desk.get("/onderzoek/")))
    keep(erik.insurer_id, Walk(seals=1234, events=56789), [], compared=True)
    text = text_of(desk.get("/onderzoek/"))
    assert "tot en met zegel 1.234, 56.789 gebeurtenissen." in text
    assert "Alles klopte. Ook vergeleken met een zegel dat elders is bewaard." in text
    keep(
        erik.insurer_id,
        Walk(seals=9),
        [Finding(Problem.EVENTS_CHANGED, 7), Finding(Problem.TAIL_CUT, 9)],
        compared=False,
    )
    text = text_of(desk.get("/onderzoek/"))
    assert "klopte het logboek niet; het eerste bij zegel 7." in text
    assert "Er klopten 2 dingen niet." in text
    assert "niets meer verzegeld" not in text
    later = timezone.now() + timedelta(minutes=10)
    monkeypatch.setattr("collectief.web.trail.views.timezone.now", lambda: later)
    assert "niets meer verzegeld. Meld dit meteen" in text_of(desk.get("/onderzoek/"))


@pytest.mark.feature("X09")
def test_the_auditor_finds_who_it_was_that_let_somebody_in_at_a_customer(desk, ours):
    sanne = clerk(name="Sanne Kok")
    applied(ours)
    client = client_of(sanne)
    [case] = re.findall(r"/zaken/(\d+)/", text_of(client.get("/zaken/")))[:1]
    client.post(f"/zaken/{case}/beslissen/", {"decision": "approved"})
    found = rows(ask(desk, account=own_email(sanne)))
    assert [row[:2] for row in found if row[1] in ("Collega uitgenodigd", "Zaak beslist")] == [
        ("Sanne-Kokbehandelaar", "Zaak beslist"),
        ("Zorg en Zekerheidbehandelaar", "Collega uitgenodigd"),
    ]
