"""Berichten as a page: the manual's sentences, the filters, what is new, and the trail (U29, G11, U03)."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from collectief.enrolment.family import EnrolmentFamily
from collectief.enrolment.models import Participation
from collectief.foundation.names import PersonName
from collectief.inbox.models import Message
from collectief.mutations.rules import State
from collectief.reporting.kinds import FLOW_LISTS
from collectief.reporting.rules import Span, due_month
from collectief.scope.database import housekeeping, opened
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import MessageCategory
from collectief.web.inbox.words import CATEGORIES, texts
from collectief.web.reporting.words import span_words
from tests.bulk_world import demo_file, done, file_of, row_of
from tests.terms_world import offer, product
from tests.web.visiting import client_of, crowd, doubled_ids, events, left, refused, text_of, this_moment
from tests.world import Human, agency, enrolled, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U29")]

GROOT = PersonName("D.", "", "Groot")


def groot_leaves(ours) -> int:
    participant = enrolled(ours, Human(valid_bsns(1)[0], GROOT), this_moment())
    left(ours, [participant], timezone.localdate())
    return participant


def latest_id(ours, code: str) -> int:
    with opened(ours.scope):
        return Message.objects.filter(code=code).latest("id").id


@pytest.mark.feature("G11")
def test_the_manuals_message_of_a_municipality():
    """The manual has "de heer D. Groot": whether somebody is a man nobody told us, and so nobody is called one."""
    ours = agency(segment="municipality", name="Gemeente Leiden")
    participant = enrolled(ours, Human(valid_bsns(1)[0], GROOT), this_moment())
    client = client_of(ours.scope)
    with opened(ours.scope):
        stay = Participation.objects.get(participant_id=participant).id
    body = {"last_day": f"{timezone.localdate():%d-%m-%Y}", "reason": "deceased"}
    assert client.post(f"/deelname/{stay}/afmelden/", body).status_code == 302
    text = text_of(client.get("/berichten/"))
    assert f"Afmelding D. Groot voor contract {ours.contracts[0].number} ontvangen" in text
    assert re.search(r"<td[^>]*>Bevestiging</td>", text)
    assert "Verwerkingsverslag" not in text
    assert doubled_ids(text) == set()


@pytest.mark.feature("G12")
def test_a_rejection_tells_why_and_what_to_do_in_the_list_and_behind_it():
    ours = agency(segment="municipality", name="Gemeente Leiden")
    [mutation] = refused(ours)
    client = client_of(ours.scope)
    text = text_of(client.get("/berichten/?categorie=rejection"))
    assert f"Aanmelding X. Anders000 voor contract {ours.contracts[0].number} afgewezen" in text
    assert "De naam hoort volgens de BRP niet bij dit BSN." in text
    page = text_of(client.get(f"/berichten/{latest_id(ours, 'enrol.rejected')}/"))
    assert "Neem de gegevens over van het paspoort of de ID-kaart en verstuur de aanmelding opnieuw." in page
    assert f'href="/mutaties/{mutation}/"' in page


def test_the_seven_categories_of_the_manual_can_be_chosen_in_its_order_and_two_of_ours(ours):
    both = member_of(ours.organisation, roles=["administrative", "financial"])
    manual = [
        "Beëindigingsbrief", "Bevestiging", "S1", "Financieel", "In- en uitstroom", "Verwerkingsverslag",
        "Verzekeringsverklaring", "Geplande lijst", "Van de verzekeraar",
    ]  # fmt: skip
    for scope, shown in ((both, manual), (ours.scope, [one for one in manual if one != "Financieel"])):
        choices = (
            text_of(client_of(scope).get("/berichten/")).partition('name="categorie"')[2].partition("</select>")[0]
        )
        assert re.findall(r"<option[^>]*>([^<]+)</option>", choices) == ["Alle categorieën", *shown]


def test_filters_in_the_address(ours):
    offer(ours, product(ours, "BASIS"))
    groot_leaves(ours)
    enrolled(ours, Human(valid_bsns(1, 900_000_500)[0], PersonName("A.", "", "Janse")), this_moment(), contract=1)
    client = client_of(ours.scope)
    everything = text_of(client.get("/berichten/"))
    assert "De beëindigingsbrief van D. Groot staat klaar" in everything and "4 berichten" in everything
    second = ours.contracts[1].number
    for query, shown, hidden in (
        ("categorie=termination_letter", "beëindigingsbrief van", "Aanmelding"),
        (f"contract={second}", "Aanmelding A. Janse", "Groot"),
        ("zoek=groo", "D. Groot", "Janse"),
        ("stand=ongelezen", "beëindigingsbrief van", "Aanmelding"),
        ("zoek=niemand", "Hierover zijn er geen berichten", "Groot"),
    ):
        text = text_of(client.get(f"/berichten/?{query}"))
        assert shown in text, query
        assert hidden not in text, query
    for wrong in ("categorie=money", "categorie=financial", "contract=1", "stand=x"):
        response = client.get(f"/berichten/?{wrong}")
        assert response.status_code == 422
        assert "Kies iets uit de lijst." in text_of(response)


def test_without_messages_the_page_says_so(ours):
    assert "Er zijn nog geen berichten." in text_of(client_of(ours.scope).get("/berichten/"))


def test_paging(ours):
    crowd(ours, 30)
    client = client_of(ours.scope)
    first, second = (text_of(client.get(f"/berichten/?pagina={page}")) for page in (1, 2))
    assert "30 berichten" in first and first.count("voor contract") == 25 and second.count("voor contract") == 5
    assert text_of(client.get("/berichten/?pagina=99")).count("voor contract") == 5


@pytest.mark.feature("U03")
def test_the_menu_counts_what_is_new_until_it_is_opened(ours):
    groot_leaves(ours)
    piet = client_of(member_of(ours.organisation, roles=["administrative"], name="Piet"))
    text = text_of(piet.get("/dashboard/"))
    assert '<span class="c-badge">2<span' in text
    assert "Laatste berichten" in text and "Afmelding D. Groot" in text
    piet.get(f"/berichten/{latest_id(ours, 'terminate.processed')}/")
    assert '<span class="c-badge">1<span' in text_of(piet.get("/uploads/"))
    response = piet.post("/berichten/gelezen/?zoek=groot")
    assert response["Location"] == "/berichten/?zoek=groot"
    assert "c-badge" not in text_of(piet.get("/berichten/"))
    # Who did it saw it happen.
    assert "c-badge" not in text_of(client_of(ours.scope).get("/dashboard/"))


@pytest.mark.feature("K06")
def test_reading_messages_is_in_the_trail_with_everyone_on_the_page(ours):
    participant = groot_leaves(ours)
    client = client_of(ours.scope)
    number = latest_id(ours, "terminate.processed")
    for path in ("/berichten/", f"/berichten/{number}/", "/dashboard/"):
        client.get(path)
    seen = [one for one in events(ours) if one.action in ("messages.list", "messages.see", "mutations.latest")]
    assert [one.action for one in seen] == ["messages.list", "messages.see", "mutations.latest"]
    assert all(one.participant_ids == [participant] for one in seen)
    assert all(number in one.object_ids["message"] for one in seen)


def test_a_file_leads_to_its_outcome(ours, number, register, tmp_path):
    good, bad = valid_bsns(2, 900_000_900)
    rows = [row_of(good, number), row_of(bad, number, first_day="morgen")]
    batch = done(ours.scope, file_of(tmp_path, *rows, name="maart.xlsx"))
    client = client_of(ours.scope)
    assert "Het bestand maart.xlsx is verwerkt" in text_of(client.get("/berichten/?categorie=processing_report"))
    page = text_of(client.get(f"/berichten/{latest_id(ours, 'batch.done')}/"))
    assert "Regels: 1 verwerkt, 1 afgewezen" in page
    assert f'href="/uploads/{batch.id}/"' in page


@pytest.mark.feature("U15")
def test_a_statement_is_told_once_a_day(ours):
    offer(ours, product(ours, "BASIS"))
    participant = groot_leaves(ours)
    client = client_of(ours.scope)
    for _ in range(2):
        assert client.get(f"/deelnemers/{participant}/verzekeringsverklaring/").status_code == 200
    text = text_of(client.get("/berichten/?categorie=insurance_statement"))
    assert text.count("Er is een verzekeringsverklaring van D. Groot gemaakt") == 1


@pytest.mark.feature("X14")
def test_in_english(ours):
    groot_leaves(ours)
    client = client_of(ours.scope)
    client.cookies["django_language"] = "en"
    text = text_of(client.get("/berichten/"))
    assert f"Termination of D. Groot for contract {ours.contracts[0].number} received" in text


def test_a_file_named_by_a_villain_is_text(ours, number, register, tmp_path):
    done(ours.scope, demo_file(tmp_path, number, rows=1, name="<img src=x>{contract.__class__}.xlsx"))
    text = text_of(client_of(ours.scope).get("/berichten/"))
    assert "<img src=x" not in text
    assert "&lt;img src=x&gt;{contract.__class__}.xlsx" in text


def test_that_a_list_was_fixed_leads_to_it(ours):
    begun, number = due_month(timezone.localdate()), ours.contracts[0].number
    with housekeeping():
        while FLOW_LISTS.step(ours.scope.insurer_id, f"{begun:%Y-%m}", timezone.now()):
            pass
    client = client_of(ours.scope)
    month = span_words(Span.month(begun))
    text = text_of(client.get("/berichten/"))
    assert f"De in- en uitstroomlijst van {month} voor contract {number} is vastgesteld" in text
    with opened(ours.scope):
        message = Message.objects.get(category="flow", about_id=ours.contracts[0].id)
    answer = client.get(f"/berichten/{message.id}/")
    where = f"/in-en-uitstroom/?contract={number}&amp;periode={begun:%Y-%m}&amp;stand=vastgesteld"
    assert where in answer.content.decode()
    assert "Vastgesteld op" in text_of(client.get(where.replace("&amp;", "&")))


def test_every_code_and_category_has_words():
    became = [*(str(state) for state in (State.PROCESSED, State.WAITING, State.REJECTED, State.WITHDRAWN)), "decided"]
    mutations = {f"{kind}.{state}" for kind in EnrolmentFamily.told for state in became}
    others = {
        "deductible.ready",
        "letter.termination",
        "letter.statement",
        "statement.ready",
        "s1.confirmed",
        "s1.issued",
        "s1.refused",
        "flow.fixed",
        "export.ready",
        "export.stopped",
        "question.answered",
        "batch.done",
        "plan.due",
        "batch.refused",
        "batch.stopped",
        "news",
    }
    assert set(texts()) == mutations | others
    assert set(CATEGORIES) == set(MessageCategory)
    assert any(profile.message_categories for profile in PROFILES.values())


@pytest.mark.feature("X08")
def test_when_mail_comes_is_chosen_on_ones_own_page(ours):
    client = client_of(ours.scope)
    text = text_of(client.get("/mijn-account/"))
    assert "Wanneer wilt u mail als er een bericht klaarstaat?" in text
    assert re.search(r'value="daily"[^>]* checked', text)
    assert client.post("/mijn-account/mail/", {"berichten": "never"})["Location"] == "/mijn-account/"
    text = text_of(client.get("/mijn-account/"))
    assert "Uw keuze is bewaard." in text and re.search(r'value="never"[^>]* checked', text)
    client.post("/mijn-account/mail/", {"berichten": "hourly"})
    text = text_of(client.get("/mijn-account/"))
    assert "Maak een keuze." in text and re.search(r'value="never"[^>]* checked', text)
    assert [one.detail for one in events(ours) if one.action == "account.choose_mail"] == [{"choice": "never"}]


@pytest.mark.feature("X08")
def test_where_there_are_no_messages_there_is_nothing_to_choose():
    clerk = client_of(agency(segment="employer", roles=["user"], name="De Linde").scope)
    assert "Mail over berichten" not in text_of(clerk.get("/mijn-account/"))
    assert clerk.post("/mijn-account/mail/", {"berichten": "never"}).status_code == 404
