"""Nieuws at the office, and what customers see of it (K03, U03)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from collectief.foundation.dates import dutch
from collectief.inbox.models import Message
from collectief.inbox.rules import NewsState
from collectief.scope.database import opened
from collectief.web.news.words import STATES
from tests.office_world import clerk, news_of
from tests.web.visiting import client_of, doubled_ids, text_of
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K03")]


def form(**more: object) -> dict[str, object]:
    today = timezone.localdate()
    return {
        "soort": "news", "van": dutch(today), "tot": dutch(today + timedelta(days=7)), "titel_nl": "Nieuw nummer",
        "titel_en": "New number", "tekst_nl": "Bel **071**.", "tekst_en": "Call **071**.", "categorie": "from_insurer",
        "klantnummers": "", **more,
    }  # fmt: skip


def place(client, **more: object):
    """Seen beforehand and placed; what cannot be seen is not placed."""
    response = client.post("/nieuws/nieuw/", form(**more))
    mark = re.search(r'name="gezien" value="(\w+)"', text_of(response))
    return client.post("/nieuws/nieuw/", form(gezien=mark[1], **more)) if mark else response


def test_what_was_changed_since_it_was_seen_is_seen_again_first(ours):
    sanne = client_of(clerk())
    mark = re.search(r'name="gezien" value="(\w+)"', text_of(sanne.post("/nieuws/nieuw/", form())))
    for gone in ({"tekst_nl": "Iets anders."}, {"klanten": ["municipality"]}, {"soort": "message"}):
        again = sanne.post("/nieuws/nieuw/", form(gezien=mark[1], **gone))
        assert again.status_code == 200 and "Zo lezen klanten het" in text_of(again)
    assert "Er is nog niets geplaatst." in text_of(sanne.get("/nieuws/"))


def test_written_seen_placed_read_and_withdrawn(ours):
    sanne, anna = client_of(clerk()), client_of(ours.scope)
    assert "Er is nog niets geplaatst." in text_of(sanne.get("/nieuws/"))
    preview = text_of(sanne.post("/nieuws/nieuw/", form()))
    assert "<p>Bel <strong>071</strong>.</p>" in preview and "Zo lezen klanten het" in preview
    assert "alle portalen" in preview and 'name="gezien"' in preview
    assert "Nieuw nummer" not in text_of(anna.get("/dashboard/"))
    where = place(sanne)["Location"]
    shown = text_of(anna.get("/dashboard/"))
    assert "Nieuw nummer" in shown and "<p>Bel <strong>071</strong>.</p>" in shown
    anna.cookies["django_language"] = "en"
    assert "<p>Call <strong>071</strong>.</p>" in text_of(anna.get("/dashboard/"))
    listed = text_of(sanne.get("/nieuws/"))
    assert "Loopt" in listed and doubled_ids(listed) == set()
    assert "Niemand leest dit dan meer" in text_of(sanne.get(f"{where}intrekken/"))
    sanne.post(f"{where}intrekken/")
    page = text_of(sanne.get(where))
    assert "Ingetrokken: niemand leest dit meer." in page and "Ingetrokken door" in page
    assert "intrekken/" not in page
    assert "New number" not in text_of(anna.get("/dashboard/"))
    sanne.post(f"{where}intrekken/")
    assert "Dit is al voorbij of ingetrokken." in text_of(sanne.get(where))


@pytest.mark.feature("U29")
def test_a_message_stands_in_berichten_with_its_words(ours):
    sanne = client_of(clerk())
    preview = text_of(sanne.post("/nieuws/nieuw/", form(soort="message")))
    assert "1 organisatie, categorie Van de verzekeraar" in preview
    assert place(sanne, soort="message").status_code == 302
    piet = client_of(member_of(ours.organisation, roles=["account_manager"], name="Piet"))
    assert '<span class="c-badge">1<' in text_of(piet.get("/dashboard/"))
    assert "Nieuw nummer" in text_of(piet.get("/berichten/"))
    with opened(ours.scope):
        number = Message.objects.get().id
    page = text_of(piet.get(f"/berichten/{number}/"))
    assert "<p>Bel <strong>071</strong>.</p>" in page
    assert "c-badge" not in text_of(piet.get("/dashboard/"))


def test_a_hostile_colleague_writes_only_words(ours):
    sanne, anna = client_of(clerk()), client_of(ours.scope)
    villain = "<script>alert(1)</script><img src=x onerror=alert(1)>[klik](javascript:alert(1))"
    for kind in ("news", "message"):
        assert place(sanne, soort=kind, titel_nl=villain[:100], tekst_nl=villain).status_code == 302
    with opened(ours.scope):
        number = Message.objects.get().id
    pages = ["/dashboard/", "/berichten/", f"/berichten/{number}/"]
    for client, paths in ((anna, pages), (sanne, ["/nieuws/"])):
        for path in paths:
            text = text_of(client.get(path))
            assert "<script>alert" not in text and "<img src=x" not in text and 'href="javascript' not in text, path
            assert "&lt;script&gt;alert(1)" in text, path


def test_a_planned_one_is_not_there_yet(ours):
    sanne = client_of(clerk())
    soon = timezone.localdate() + timedelta(days=2)
    place(sanne, van=dutch(soon), tot=dutch(soon))
    assert "Gepland" in text_of(sanne.get("/nieuws/"))
    assert "Nieuw nummer" not in text_of(client_of(ours.scope).get("/dashboard/"))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"titel_en": ""}, "Vul de titel in."), ({"tekst_nl": " "}, "Vul de tekst in."),
        ({"tot": "01-01-2020"}, "De laatste dag ligt vóór de eerste."), ({"van": "01-01-2020"}, "in het verleden"),
        ({"tot": "morgen"}, "Vul een bestaande datum in"), ({"soort": "letter"}, "Maak een keuze."),
        ({"soort": "message", "klantnummers": "12 x"}, "Een klantnummer bestaat uit cijfers."),
        ({"soort": "message", "klantnummers": "999999"}, "Deze klantnummers kennen we niet"),
        ({"klanten": ["back_office"]}, "Kies iets uit de lijst."), ({"portalen": ["izz"]}, "Kies iets uit de lijst."),
        ({"categorie": "rejections"}, "Kies iets uit de lijst."), ({"tekst_nl": "x" * 4001}, "4000"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(ours, more, said):
    sanne = client_of(clerk())
    response = place(sanne, **more)
    text = text_of(response)
    assert response.status_code == 422 and said in text
    assert "New number" in text or "titel_en" in more
    assert "Er is nog niets geplaatst." in text_of(sanne.get("/nieuws/"))


@pytest.mark.feature("K07")
def test_each_insurer_its_own(ours):
    theirs = news_of("voorbeeldverzekeraar", title="Van een ander")
    sanne = client_of(clerk())
    assert "Van een ander" not in text_of(sanne.get("/nieuws/"))
    for path in (f"/nieuws/{theirs}/", f"/nieuws/{theirs}/intrekken/"):
        assert sanne.get(path).status_code == 404
    assert sanne.post(f"/nieuws/{theirs}/intrekken/").status_code == 404
    assert "Van een ander" not in text_of(client_of(ours.scope).get("/dashboard/"))
    assert "Van een ander" in text_of(client_of(agency(brand="voorbeeld").scope).get("/dashboard/"))


def test_paging(ours):
    for number in range(27):
        news_of(title=f"Titel {number:02}")
    sanne = client_of(clerk())
    assert text_of(sanne.get("/nieuws/")).count('<th scope="row">') == 25
    assert text_of(sanne.get("/nieuws/?pagina=2")).count('<th scope="row">') == 2
    # A dashboard is no archive.
    assert text_of(client_of(ours.scope).get("/dashboard/")).count('class="c-news"') == 5


def test_every_state_has_words():
    assert set(STATES) == set(NewsState)
