"""Every state of every page, in both languages: complete, without doubled ids, in words of that language."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from collectief.bulk.models import Batch
from collectief.enrolment.models import Participation
from collectief.participants import register as register_module
from collectief.scope.database import opened
from collectief.web.templatetags.look import number, signed
from tests.bulk_world import Register, demo_file, done, planned, received
from tests.web.visiting import (
    client_of,
    crowd,
    doubled_ids,
    left,
    refused,
    stranger,
    text_of,
    this_moment,
    waiting,
)
from tests.world import Agency, agency, member_of

# Words that no English page has; names and what users typed are not among them.
DUTCH = re.compile(
    r"\b(?:het|een|uw|niet|deelnemers?|deelname|aanmelden|afmelden|wijzigen|geboortedatum|bestand|regels?|"
    r"verwerkt|ingelogd|uitloggen|annuleren|opnieuw|jjjj)\b",
    re.IGNORECASE,
)


@pytest.fixture
def full(ours: Agency, monkeypatch, tmp_path) -> dict[str, int]:
    """An agency in which everything has happened once."""
    monkeypatch.setattr(register_module, "current_register", Register)
    here, gone, leaving = crowd(ours, 3)
    today = this_moment().today
    [ended] = left(ours, [gone], today - timedelta(days=3))
    [pending] = left(ours, [leaving], today + timedelta(days=30))
    with opened(ours.scope):
        stays = {stay.participant_id: stay.id for stay in Participation.objects.all()}
    number = ours.contracts[0].number
    return {
        "here": here, "gone": gone, "leaving": leaving, "stay": stays[here], "former_stay": stays[gone],
        "ended": ended.mutation_id, "pending": pending.mutation_id, "waiting": waiting(ours)[0],
        "refused": refused(ours)[0],
        "received": received(ours.scope, demo_file(tmp_path, number, rows=2)).id,
        "planned": planned(ours.scope, demo_file(tmp_path, number, rows=30, bad=60, seed=3)).id,
        "done": done(ours.scope, demo_file(tmp_path, number, rows=3, bad=50, seed=4)).id,
        "unreadable": _unreadable(ours, demo_file(tmp_path, number, rows=1)),
    }  # fmt: skip


def _unreadable(ours: Agency, path: Path) -> int:
    """A file that was refused."""
    batch = received(ours.scope, path)
    with opened(ours.scope):
        Batch.objects.filter(id=batch.id).update(state="refused", code="missing_columns", params={"columns": ["BSN"]})
    return batch.id


LOOKED_AT = [
    "/dashboard/", "/in-behandeling/", "/mislukte-verwerkingen/", "/deelnemers/", "/deelnemers/?open={stay}",
    "/deelnemers/?achternaam=zzz", "/deelnemers/?geboortedatum=99-99-9999", "/deelnemers/?sorteer=-einde&per_pagina=25",
    "/oud-deelnemers/", "/oud-deelnemers/?open={former_stay}", "/deelnemers/nieuw/", "/deelnemers/nieuw/?uit={refused}",
    "/deelnemers/{here}/", "/deelnemers/{gone}/", "/deelnemers/{leaving}/", "/deelnemers/{here}/referentie/",
    "/deelname/{stay}/afmelden/", "/deelname/{former_stay}/heraanmelden/", "/deelname/{stay}/overzetten/",
    "/mutaties/{ended}/", "/mutaties/{pending}/", "/mutaties/{waiting}/", "/mutaties/{refused}/",
    "/mutaties/{pending}/intrekken/", "/mutaties/{ended}/ongedaan/", "/mutaties/{refused}/ongedaan/", "/uploads/",
    "/uploads/{received}/", "/uploads/{planned}/", "/uploads/{planned}/?toon=rejected", "/uploads/{done}/",
    "/uploads/{unreadable}/",
]  # fmt: skip
# Forms sent with mistakes: the error state of each page.
SENT_WRONG = [
    ("/deelnemers/nieuw/", {}), ("/deelnemers/nieuw/", {"bsn": "1", "first_day": "x", "birth_date": "x"}),
    ("/deelname/{stay}/afmelden/", {}), ("/deelname/{stay}/afmelden/?open={stay}", {"from": "list"}),
    ("/deelname/{former_stay}/heraanmelden/", {}),
    ("/deelname/{former_stay}/heraanmelden/?open={former_stay}", {"from": "list"}),
    ("/deelname/{stay}/overzetten/", {}), ("/deelnemers/{here}/referentie/", {"reference": "x" * 99}),
    ("/mutaties/{refused}/ongedaan/", {}),
    ("/mutaties/{ended}/intrekken/", {}), ("/uploads/", {}),
]  # fmt: skip


def _is_whole(text: str, language: str) -> None:
    assert f'<html lang="{language}"' in text
    assert text.count("<h1") == 1
    assert re.search(r"<title>[^<]{3,}</title>", text)
    assert not doubled_ids(text)
    assert "None" not in re.sub(r"<[^>]+>", " ", text)


def _words(text: str) -> str:
    """What is read on a page, and the labels that only a screen reader says; without what users named."""
    labels = " ".join(re.findall(r'(?:aria-label|placeholder|title|alt)="([^"]*)"', text))
    body = re.sub(r"<(script|style).*?</\1>|<button[^>]*lang=\"nl\".*?</button>", " ", text, flags=re.DOTALL)
    seen = re.sub(r"<[^>]+>", " ", body) + labels
    return re.sub(r"Uitzendbureau De Brug|Vestiging \d|MijnZZ Zakelijk|[\w-]+\.xlsx|Zorg en Zekerheid", " ", seen)


@pytest.mark.feature("X14")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_is_whole_and_in_one_language(anna, full, language):
    anna.post("/taal/", {"language": language})
    for address in LOOKED_AT:
        response = anna.get(address.format(**full))
        text = text_of(response)
        assert response.status_code == 200, address
        _is_whole(text, language)
        if language == "en":
            assert not DUTCH.findall(_words(text)), (address, DUTCH.findall(_words(text)))


@pytest.mark.feature("X14")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_form_sent_wrong_says_so_on_top_and_at_the_field(anna, full, language):
    anna.post("/taal/", {"language": language})
    for address, body in SENT_WRONG:
        response = anna.post(address.format(**full), body)
        text = text_of(response)
        assert response.status_code == 422, (address, body)
        _is_whole(text, language)
        assert 'class="ds-error-summary"' in text or 'data-color="danger" role="alert"' in text, address
        for target in re.findall(r'<a class="ds-link" href="#([\w-]+)"', text):
            assert f'id="{target}"' in text, (address, target)
            assert f'id="{target}-error"' in text, (address, target)
        if language == "en":
            assert not DUTCH.findall(_words(text)), (address, DUTCH.findall(_words(text)))


@pytest.mark.feature("U03")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_agency_that_just_began_sees_what_to_do_first(db, language):
    new = client_of(agency().scope)
    new.post("/taal/", {"language": language})
    for address in ("/dashboard/", "/in-behandeling/", "/mislukte-verwerkingen/", "/deelnemers/", "/oud-deelnemers/",
                    "/uploads/"):  # fmt: skip
        text = text_of(new.get(address))
        _is_whole(text, language)
        assert "<table" not in text
        if language == "en":
            assert not DUTCH.findall(_words(text)), address
    assert 'href="/deelnemers/nieuw/"' in text_of(new.get("/dashboard/"))


@pytest.mark.feature("U02")
def test_without_a_role_the_first_page_says_whom_to_ask(ours):
    nobody = client_of(member_of(ours.organisation, roles=[]))
    response = nobody.get("/dashboard/")
    text = text_of(response)
    assert response.status_code == 403
    assert "(geen rol)" in text
    assert "Hoofdmenu" not in text


@pytest.mark.feature("U01")
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/inloggen/", "Om in te loggen heeft u een eHerkenningsmiddel nodig van niveau eH2+ of hoger"),
        ("/inloggen/?beeindigd=", "Uw sessie is beëindigd"),
        ("/inloggen/?uitgelogd", "U bent uitgelogd."),
        ("/inloggen/?niet-verstuurd=", "Wat u verstuurde, is niet ontvangen"),
    ],
)
def test_the_way_in_says_what_is_needed_and_what_happened(db, address, words):
    text = text_of(stranger().get(address))
    _is_whole(text, "nl")
    assert words in text
    assert ("ds-alert" in text) == ("?" in address)


@pytest.mark.feature("X14")
@pytest.mark.parametrize("address", ["/inloggen/", "/inloggen/?beeindigd=", "/inloggen/?uitgelogd", "/nergens/"])
def test_whoever_is_not_signed_in_may_read_english_too(db, address):
    visitor = stranger()
    visitor.post("/taal/", {"language": "en"})
    text = text_of(visitor.get(address))
    _is_whole(text, "en")
    assert not DUTCH.findall(_words(text))


@pytest.mark.parametrize("wanted", ["fr", "", "nl-evil", "../"])
def test_a_language_we_do_not_speak_changes_nothing(db, wanted):
    visitor = stranger()
    visitor.post("/taal/", {"language": wanted})
    assert '<html lang="nl"' in text_of(visitor.get("/inloggen/"))


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example/", ""])
def test_choosing_a_language_leads_nowhere_else(db, where):
    assert stranger().post("/taal/", {"language": "en", "next": where}).headers["Location"] in ("/", "")


def _breaks(*args: object, **kwargs: object) -> None:
    raise RuntimeError("Geheim 123456782")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_goes_wrong_is_told_and_nothing_is_half_done(anna, ours, monkeypatch, caplog, language):
    anna.post("/taal/", {"language": language})
    monkeypatch.setattr("collectief.web.participants.dashboard.latest", _breaks)
    anna.raise_request_exception = False
    response = anna.get("/dashboard/")
    text = text_of(response)
    assert response.status_code == 500
    _is_whole(text, language)
    assert "Geheim" not in text
    assert ("Er is niets gewijzigd." in text) == (language == "nl")
    [line] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert line.getMessage() == "Internal Server Error: /dashboard/"
    assert line.exc_info[0] is RuntimeError, "with its traceback"


def test_a_form_without_its_token_says_what_to_do_and_is_in_the_log(ours, caplog):
    careful = client_of(ours.scope)
    careful.handler.enforce_csrf_checks = True
    response = careful.post("/deelnemers/nieuw/", {})
    text = text_of(response)
    assert response.status_code == 403
    _is_whole(text, "nl")
    assert "Dit formulier is niet meer geldig" in text
    [line] = [record.getMessage() for record in caplog.records if record.name == "django.security.csrf"]
    assert line == "Forbidden (CSRF cookie not set.): /deelnemers/nieuw/"


def test_a_page_that_is_nowhere(anna):
    for address in ("/nergens/", "/deelnemers/abc/", "/deelnemers/99999999/"):
        response = anna.get(address)
        assert response.status_code == 404
        _is_whole(text_of(response), "nl")


@pytest.mark.parametrize("host", ["elders.localhost", "localhost"])
def test_a_host_without_a_portal_says_so(db, host):
    response = Client(headers={"host": host}).get("/")
    text = text_of(response)
    assert response.status_code == 404
    assert "Hier is geen portaal" in text
    assert "MijnZZ" not in text


def test_a_host_that_cannot_be_ours_is_a_bad_request(db):
    response = Client(headers={"host": "evil.example"}).get("/")
    assert response.status_code == 400


def test_too_many_fields_are_a_bad_request(anna):
    response = anna.post("/deelnemers/nieuw/", {f"f{number}": "x" for number in range(2500)})
    assert response.status_code == 400
    assert "Dit verzoek klopt niet" in text_of(response)


def test_what_was_shown_to_one_person_is_kept_by_no_cache(anna, full):
    for address in ("/dashboard/", "/deelnemers/{here}/", "/uploads/{planned}/fouten/"):
        response = anna.get(address.format(**full))
        text_of(response)
        assert response.headers["Cache-Control"] == "no-store", address


@pytest.mark.feature("G02")
@pytest.mark.django_db
@pytest.mark.parametrize("segment", ["municipality", "staffing_agency"])
def test_the_menu_is_the_same_on_every_page_and_says_where_one_is(segment):
    customer = agency(segment=segment)
    client = client_of(customer.scope)

    def menu(path: str) -> list[tuple[str, bool]]:
        drawn = text_of(client.get(path)).partition('aria-label="Hoofdmenu"')[2].partition("</nav>")[0]
        return [(href, " aria-current" in more) for href, more in re.findall(r'<a href="([^"]+)"([^>]*)>', drawn)]

    entries = [href for href, _here in menu("/dashboard/")]
    assert "/deelnemers/" in entries and "/berichten/" in entries
    for page in entries:
        assert menu(page) == [(href, href == page) for href in entries], page
    for page, entry in (("/deelname/1/afmelden/", "/deelnemers/"), ("/mutaties/1/", "/dashboard/"), ("/nergens/", "")):
        assert menu(page) == [(href, href == entry) for href in entries], page


@pytest.mark.feature("X14")
@pytest.mark.parametrize(("language", "shown"), [("nl", "12.345.678"), ("en", "12,345,678")])
def test_thousands_are_grouped_as_the_language_has_it(language, shown):
    with translation.override(language):
        assert number(12_345_678) == shown
        assert signed(-12_345_678) == f"-{shown}"
        assert number(None) == "0"
