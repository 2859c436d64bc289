"""Enrolling a household in steps, and adding relatives, as one meets it in a browser without JavaScript (G06, G07)."""

from __future__ import annotations

import re
from copy import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collectief.access import sessions
from collectief.access.models import OpenSession
from collectief.brands.catalogue import all_brands
from collectief.enrolment import actions as enrolment
from collectief.enrolment.models import HouseholdMember, Participation
from collectief.foundation.dates import dutch
from collectief.foundation.names import PersonName
from collectief.mutations.jobs import forget_before
from collectief.mutations.models import Mutation
from collectief.policies.models import PolicyTerm
from collectief.scope.database import opened, signing_in
from collectief.web.household import draft as drafts
from tests.household_world import Someone, family, town
from tests.web.visiting import client_of, doubled_ids, events, text_of, this_moment
from tests.world import agency, confirm, enrolled, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("G06")]


@pytest.fixture
def duinstad():
    return town()


@pytest.fixture
def inge(duinstad):
    return client_of(duinstad.customer.scope)


def typed(one: Someone, **more: str) -> dict[str, str]:
    human = one.human
    return {
        "bsn": human.bsn.digits, "initials": human.name.initials, "name_prefix": human.name.prefix,
        "surname": human.name.surname, "birth_date": human.birth_date.dutch, **more,
    }  # fmt: skip


def begins(client, where, one: Someone, **more: str) -> str:
    """The first step; the address of the household."""
    first_day = dutch(this_moment().today)
    answer = client.post("/gezin/nieuw/", typed(one, contract=where.contracts[0].number, first_day=first_day) | more)
    assert answer.status_code == 302, text_of(answer)
    return answer.headers["Location"]


def whole_family(client, where, people) -> str:
    """A client, a partner and children filled in; the address of the household."""
    confirm(where.scope, [one.human for one in people], this_moment())
    address = begins(client, where, people[0])
    for one in people[1:]:
        place = {"partner": "partner", "child": "kind"}[str(one.place)]
        assert client.post(f"{address}{place}/", typed(one)).status_code == 302
    return address


def test_from_the_menu_through_every_step_to_enrolled_and_insured(duinstad, inge):
    where, people = duinstad.customer, family()
    start = text_of(inge.get("/gezin/"))
    assert 'href="/gezin/"' in text_of(inge.get("/dashboard/"))
    assert "Aanmelden cliënten (en gezinsleden) voor collectiviteit en eventueel verzekering" in start
    assert "Bijschrijven gezinsleden van cliënt" in start
    address = whole_family(inge, where, people)
    listed = text_of(inge.get(address))
    assert [re.search(f"{one}. de Groot", listed) is not None for one in "ABCD"] == [True] * 4
    assert "Partner toevoegen" not in listed
    page = text_of(inge.get(f"{address}verzekering/"))
    assert "Alleen collectiviteit, elders verzekerd" in page and "150,00 per maand" in page
    assert re.findall(r"<option[^>]*>(Automatische incasso|Factuur[^<]*|Inhouding[^<]*)<", page)
    basic = str(duinstad.basic)
    chosen = {"basic_0": basic, "basic_2": basic, "dental_0": str(duinstad.products[2].id), "payment": "withheld"}
    assert inge.post(f"{address}verzekering/", chosen).headers["Location"] == f"{address}controleren/"
    check = text_of(inge.get(f"{address}controleren/"))
    assert "Inhouding op de uitkering" in check and "300,00" in check
    assert check.count("Alleen collectiviteit") == 2
    assert doubled_ids(check) == set()
    done = inge.post(f"{address}controleren/")
    assert done.status_code == 302
    told = text_of(inge.get(done.headers["Location"]))
    assert "Iedereen is aangemeld." in told and told.count("Verwerkt") == 4
    with opened(where.scope):
        assert HouseholdMember.objects.count() == Participation.objects.count() == 4
        assert PolicyTerm.objects.count() == 3
        assert set(PolicyTerm.objects.values_list("payment", flat=True)) == {"withheld"}
    # Sent is sent: going back leads to what became of it, and then to a beginning.
    assert inge.get(f"{address}controleren/").headers["Location"] == "/gezin/"


def test_that_paper_cannot_come_without_an_address_is_said_before_it_is_sent(duinstad, inge):
    where, people = duinstad.customer, family()[:1]
    address = whole_family(inge, where, people)
    warning = "een polisblad en een verzekeringspas kunnen dan niet per post komen"
    alone = text_of(inge.get(f"{address}controleren/"))
    assert warning not in alone, "nobody is insured here"
    inge.post(f"{address}verzekering/", {"basic_0": str(duinstad.basic), "payment": "withheld"})
    assert warning in text_of(inge.get(f"{address}controleren/"))
    home = {"country": "Nederland", "street": "Kerkstraat", "house_number": "7", "city": "Duinstad"}
    first_day = dutch(this_moment().today)
    again = typed(people[0], contract=where.contracts[0].number, first_day=first_day)
    assert inge.post(f"{address}client/", again | home).status_code == 302
    inge.post(f"{address}verzekering/", {"basic_0": str(duinstad.basic), "payment": "withheld"})
    page = text_of(inge.get(f"{address}controleren/"))
    assert warning not in page
    assert "ontvangt een polisblad en een verzekeringspas per post" in page


def test_nothing_of_anybody_is_in_an_address_nor_readable_where_it_is_kept(duinstad, inge):
    people = family()
    address = whole_family(inge, duinstad.customer, people)
    for path in (address, f"{address}verzekering/", f"{address}controleren/"):
        links = re.findall(r'(?:href|action)="([^"]*)"', text_of(inge.get(path)))
        for one in people:
            assert not [link for link in links if one.human.bsn.digits in link or "Groot" in link]
    with signing_in():
        kept = [OpenSession.objects.get(session_key=inge.session.session_key).get_decoded()]
    assert kept[0]["households"]
    for one in people:
        assert one.human.bsn.digits not in str(kept) and "Groot" not in str(kept)


def test_going_back_finds_what_was_typed_and_a_bsn_never_comes_back_in_a_form(duinstad, inge):
    where, people = duinstad.customer, family()
    address = whole_family(inge, where, people)
    for path, one in ((f"{address}client/", people[0]), (f"{address}lid/2/", people[2])):
        page = text_of(inge.get(path))
        assert one.human.birth_date.dutch in page and "Groot" in page
        assert one.human.bsn.digits not in page
        assert "Al ingevuld. Laat dit leeg als het zo blijft." in page
    # Without a BSN it stays the same person; what else was changed is.
    body = typed(people[2]) | {"bsn": "", "birth_date": "06-05-2014"}
    assert inge.post(f"{address}lid/2/", body).status_code == 302
    listed = text_of(inge.get(address))
    assert "06-05-2014" in listed and people[2].human.bsn.digits in listed
    assert inge.post(f"{address}lid/3/", {"remove": "1"}).status_code == 302
    assert "D. de Groot" not in text_of(inge.get(address))
    # The client stays: another is another household.
    assert inge.get(f"{address}lid/0/").headers["Location"] == address
    assert inge.get(f"{address}lid/9/").headers["Location"] == address


@pytest.mark.parametrize(
    ("place", "change", "said"),
    [
        ("kind", {"birth_date": "01-01-2000"}, "Dit kind is op de ingangsdatum 18 jaar of ouder."),
        ("partner", {"birth_date": "01-01-2015"}, "De partner is op de ingangsdatum jonger dan 18 jaar."),
        ("partner", {"surname": "Anders"}, "De naam hoort volgens de BRP niet bij dit BSN."),
        ("kind", {"bsn": ""}, "Vul het burgerservicenummer in."),
        ("kind", {"bsn": "123456789"}, "Dit is geen geldig BSN."),
    ],
)
def test_a_mistake_is_told_at_its_field_and_nobody_is_added(duinstad, inge, place, change, said):
    where, people = duinstad.customer, family()
    confirm(where.scope, [one.human for one in people], this_moment())
    address = begins(inge, where, people[0])
    one = people[1] if place == "partner" else people[2]
    answer = inge.post(f"{address}{place}/", typed(one) | change)
    text = text_of(answer)
    assert answer.status_code == 422
    assert said in text and "Er is een probleem" in text
    assert one.human.bsn.digits not in text
    assert "B. de Groot" not in text_of(inge.get(address)) and "C. de Groot" not in text_of(inge.get(address))
    with opened(where.scope):
        assert Mutation.objects.count() == 0


def test_a_second_partner_and_the_same_bsn_twice_are_refused(duinstad, inge):
    people = family()
    address = whole_family(inge, duinstad.customer, people)
    other = replace(people[1], human=family(start=931_000_000)[1].human)
    assert "Een cliënt heeft hooguit één partner." in text_of(inge.post(f"{address}partner/", typed(other)))
    again = text_of(inge.post(f"{address}kind/", typed(people[3])))
    assert "Dit BSN staat al bij een ander in dit gezin." in again


def test_a_day_that_is_too_far_is_told_at_the_first_step(duinstad, inge):
    where, [one, *_] = duinstad.customer, family()
    body = typed(one, contract=where.contracts[0].number, first_day="01-01-2021")
    answer = inge.post("/gezin/nieuw/", body)
    assert answer.status_code == 422
    assert "De ingangsdatum ligt te ver terug." in text_of(answer)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"basic_0": "basic"}, "De betalingswijze ontbreekt."),
        ({"dental_0": "dental", "payment": "invoice"}, "kan alleen samen met de basisverzekering"),
        ({"basic_0": "123", "payment": "invoice"}, "Selecteer een geldige keuze"),
    ],
)
def test_what_cannot_be_insured_is_told_there(duinstad, inge, chosen, said):
    address = whole_family(inge, duinstad.customer, family()[:1])
    numbers = {"basic": str(duinstad.basic), "dental": str(duinstad.products[2].id)}
    answer = inge.post(f"{address}verzekering/", {name: numbers.get(one, one) for name, one in chosen.items()})
    assert answer.status_code == 422
    assert said in text_of(answer)


def test_a_contract_that_sells_nothing_is_for_the_contract_alone(duinstad, inge):
    where, people = duinstad.customer, family()[:1]
    confirm(where.scope, [one.human for one in people], this_moment())
    address = begins(inge, where, people[0], contract=where.contracts[1].number)
    assert "Dit contract biedt op deze ingangsdatum geen verzekering." in text_of(inge.get(f"{address}verzekering/"))
    assert inge.post(f"{address}verzekering/").status_code == 302
    assert inge.post(f"{address}controleren/").status_code == 302
    with opened(where.scope):
        assert (Participation.objects.count(), PolicyTerm.objects.count()) == (1, 0)


@pytest.mark.feature("G12")
def test_a_rejection_says_why_and_what_to_do_at_the_form(duinstad, inge):
    where, people = duinstad.customer, family()
    wrong = replace(people[2], human=replace(people[2].human, name=PersonName("X.", "", "Anders")))
    # The BRP has not been asked yet, and then does not know the child by that name.
    address = begins(inge, where, people[0])
    assert inge.post(f"{address}kind/", typed(wrong)).status_code == 302
    assert inge.post(f"{address}verzekering/").status_code == 302
    confirm(where.scope, [one.human for one in people], this_moment())
    answer = inge.post(f"{address}controleren/")
    text = text_of(answer)
    assert answer.status_code == 422
    assert "Er is niemand aangemeld" in text and "De naam hoort volgens de BRP niet bij dit BSN." in text
    with opened(where.scope):
        assert Mutation.objects.count() == 0


@pytest.mark.feature("G12")
def test_a_rejection_by_the_brp_is_told_where_one_looks_and_in_messages_and_can_be_mended(duinstad, inge):
    where, people = duinstad.customer, family()
    wrong = replace(people[2], human=replace(people[2].human, name=PersonName("X.", "", "Anders")))
    address = begins(inge, where, people[0])
    inge.post(f"{address}kind/", typed(wrong))
    inge.post(f"{address}verzekering/")
    done = inge.post(f"{address}controleren/").headers["Location"]
    assert "We controleren de gegevens bij de Basisregistratie Personen" in text_of(inge.get(done))
    assert inge.get(f"{address}controleren/").headers["Location"] == done
    confirm(where.scope, [one.human for one in people], this_moment())
    with opened(where.scope):
        ids = list(Mutation.objects.order_by("id").values_list("id", flat=True))
        enrolment.take_answers(where.scope, ids, {}, this_moment())
    text = text_of(inge.get(done))
    reason, remedy = "De naam hoort volgens de BRP niet bij dit BSN.", "Neem de gegevens over van het paspoort"
    assert "Er is niemand aangemeld" in text and reason in text and remedy in text
    assert "Iemand anders van dit gezin kon niet worden aangemeld" in text
    messages = text_of(inge.get("/berichten/?categorie=rejection"))
    assert messages.count("afgewezen") == 2 and reason in messages
    # Mended and sent again.
    assert f'href="{address}"' in text
    assert inge.post(f"{address}lid/1/", typed(people[2])).status_code == 302
    again = inge.post(f"{address}controleren/").headers["Location"]
    assert "Iedereen is aangemeld." in text_of(inge.get(again))
    with opened(where.scope):
        assert Participation.objects.count() == 2
    # Once what was refused is forgotten the page of it still opens.
    forget_before(this_moment().now + timedelta(minutes=1))
    text = text_of(inge.get(done))
    assert "Er is niemand aangemeld" in text and reason in text and "Anders" not in text


@pytest.mark.feature("G07")
@pytest.mark.feature("G03")
def test_relatives_are_added_from_the_list(duinstad, inge):
    where, people = duinstad.customer, family()
    client = enrolled(where, people[0].human, this_moment())
    with opened(where.scope):
        stay = Participation.objects.get(participant_id=client).id
    listed = text_of(inge.get("/deelnemers/"))
    assert "Bijschrijven verzekering" in listed and f'href="/deelname/{stay}/bijschrijven/"' in listed
    assert f'href="/deelname/{stay}/bijschrijven/"' in text_of(inge.get(f"/deelnemers/{client}/"))
    assert "Bijschrijven gezinsleden: A. de Groot" in text_of(inge.get(f"/deelname/{stay}/bijschrijven/"))
    early = inge.post(f"/deelname/{stay}/bijschrijven/", {"first_day": "01-01-2021"})
    assert early.status_code == 422 and "De cliënt neemt op 01-01-2021 niet deel." in text_of(early)
    day = {"first_day": dutch(this_moment().today)}
    address = inge.post(f"/deelname/{stay}/bijschrijven/", day).headers["Location"]
    page = text_of(inge.get(address))
    assert "Gezin van" in page and "A. de Groot" in page and "Er is nog niemand toegevoegd." in page
    assert inge.get(f"{address}verzekering/").headers["Location"] == address
    assert inge.get(f"{address}client/").headers["Location"] == address
    confirm(where.scope, [one.human for one in people], this_moment())
    for one, place in ((people[1], "partner"), (people[2], "kind")):
        assert inge.post(f"{address}{place}/", typed(one)).status_code == 302
    basic = str(duinstad.basic)
    inge.post(f"{address}verzekering/", {"basic_0": basic, "basic_1": basic, "payment": "invoice"})
    done = inge.post(f"{address}controleren/")
    assert "Iedereen is aangemeld." in text_of(inge.get(done.headers["Location"]))
    page = text_of(inge.get(f"/deelnemers/{client}/"))
    assert "B. de Groot" in page and "C. de Groot" in page
    with opened(where.scope):
        assert set(PolicyTerm.objects.values_list("policyholder_id", flat=True)) == {client}
        partner = HouseholdMember.objects.get(place="partner").participant_id
        seen = [one for one in events(where) if one.action == "participants.see" and partner in one.participant_ids]
    # That others of the household were shown on the client's page is in the trail.
    assert seen
    theirs = text_of(inge.get(f"/deelnemers/{partner}/"))
    assert "Verzekeringnemer" in theirs and "Factuur, zelf overmaken" in theirs and "A. de Groot" in theirs


@pytest.mark.feature("G03")
@pytest.mark.feature("G07")
def test_where_the_portal_has_it_switched_off_the_list_says_so_and_it_is_closed(monkeypatch, duinstad):
    # As a brand says it (brand.toml, `narrowed`).
    where = duinstad.customer
    client = enrolled(where, family()[0].human, this_moment())
    portals = {one.slug: replace(one, narrowed=frozenset({"add_relatives"})) for one in all_brands()}
    monkeypatch.setattr("collectief.brands.catalogue._catalogue", lambda: portals)
    inge = client_of(where.scope)
    listed = text_of(inge.get("/deelnemers/"))
    assert '<td class="c-off">Tijdelijk niet beschikbaar</td>' in listed and "/bijschrijven/" not in listed
    assert "Bijschrijven is tijdelijk niet beschikbaar." in text_of(inge.get("/gezin/"))
    with opened(where.scope):
        stay = Participation.objects.get(participant_id=client).id
    assert inge.get(f"/deelname/{stay}/bijschrijven/").status_code == 403


@pytest.mark.feature("G12")
def test_an_agency_has_none_of_it():
    bureau = agency()
    client = client_of(bureau.scope)
    assert "/gezin/" not in text_of(client.get("/dashboard/"))
    participant = enrolled(bureau, family()[0].human, this_moment())
    with opened(bureau.scope):
        stay = Participation.objects.get(participant_id=participant).id
    for path in ("/gezin/", "/gezin/nieuw/", "/gezin/abc/", f"/deelname/{stay}/bijschrijven/"):
        for ask in (client.get, client.post):
            assert ask(path).status_code == 403, path
    assert "Bijschrijven" not in text_of(client.get("/deelnemers/"))
    # And a municipality not what is an agency's.
    assert client_of(town().customer.scope).get("/deelnemers/nieuw/").status_code == 403


def test_who_may_not_change_and_who_is_elsewhere_open_nothing(duinstad, inge):
    where, people = duinstad.customer, family()
    address = whole_family(inge, where, people)
    inge.post(f"{address}verzekering/")
    done = inge.post(f"{address}controleren/").headers["Location"]
    koen = client_of(member_of(where.organisation, roles=["financial"]))
    for path in ("/gezin/", "/gezin/nieuw/", address, done):
        assert koen.get(path).status_code == 403
    other = client_of(town("Gemeente Elders").customer.scope)
    assert other.get(done).status_code == 404
    assert other.get(address).headers["Location"] == "/gezin/"
    colleague = client_of(member_of(where.organisation, roles=["administrative"]))
    assert colleague.get(done).status_code == 200
    assert colleague.get(address).headers["Location"] == "/gezin/"
    elsewhere = client_of(member_of(where.organisation, roles=["administrative"], contracts=where.contracts[1:]))
    assert elsewhere.get(done).status_code == 404


def test_a_draft_of_another_account_or_organisation_opens_for_nobody(duinstad, inge):
    address = whole_family(inge, duinstad.customer, family())
    name = address.rstrip("/").rpartition("/")[2]
    scope = duinstad.customer.scope
    session = inge.session
    assert drafts.found(session, scope, name) is not None
    for other in (replace(scope, account_id=0), replace(scope, organisation_id=0)):
        assert drafts.found(session, other, name) is None
    assert drafts.found(session, scope, "nowhere") is None
    for _ in range(5):
        drafts.begin(session, scope, drafts.Draft("", "2026-01-01"))
    assert drafts.found(session, scope, name) is None


def test_how_many_questions_a_step_asks_does_not_depend_on_the_family(duinstad, inge, monkeypatch):
    monkeypatch.setattr(sessions, "_SAME_USE_SECONDS", 3600)
    where = duinstad.customer
    small = whole_family(inge, where, family()[:1])
    large = whole_family(inge, where, family(start=931_000_000))
    for step in ("", "verzekering/", "controleren/"):
        counts = []
        for address in (small, large):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert inge.get(f"{address}{step}").status_code == 200
            counts.append(len(asked))
        assert counts[0] == counts[1] <= 24, (step, counts)
