"""The help desk's pages: who is found, what is shown and what is not, and who may do what (K05)."""

from __future__ import annotations

from contextlib import contextmanager
from copy import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectief.access import colleagues, jobs, resets, sessions, stopping, telephone, throttle, users
from collectief.access.models import Account, Authenticator, FactorReset, Invitation, Membership
from collectief.audit import actions as audit
from collectief.audit.models import AuditEvent
from collectief.brands.catalogue import brand
from collectief.contracts.models import Organisation
from collectief.scope import database
from collectief.scope.database import office as as_office
from collectief.scope.database import opened, signing_in
from collectief.scope.scope import Scope
from collectief.segments.profile import Role
from tests.help_world import CALLED, asked, equip, holds, office, state_of, trail, user
from tests.web.password_world import half_way, is_in, links, made, signed_in
from tests.web.visiting import client_of, doubled_ids, stranger, text_of
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K05")]

TYPED = {
    "called_back": ["yes"], "spoken_with": "Ingrid Vermeer", "call_note": "Centrale, uit de administratie",
    "reason": "Telefoon kwijt",
}  # fmt: skip


@pytest.fixture
def desk():
    return office()


@pytest.fixture
def murat(desk):
    return client_of(desk.murat)


@pytest.fixture
def ingrid():
    return user()


def _email(scope) -> str:
    with signing_in():
        return Account.objects.get(id=scope.account_id).email


def _seek(client, text: str) -> str:
    response = client.post("/helpdesk/", {"zoek": text})
    assert response.status_code == 302 and "?" not in response["Location"]
    return text_of(client.get("/helpdesk/"))


def _page(client, scope) -> str:
    return text_of(client.get(f"/helpdesk/gebruikers/{scope.account_id}/"))


def test_a_user_is_found_by_address_name_organisation_and_kvk_number(desk, murat, ingrid):
    with opened(ingrid):
        kvk = Organisation.objects.get().kvk
    address = _email(ingrid)
    for text in (
        address,
        address.upper(),
        address[:-3],
        "ingr",
        "INGRÍD",
        "zorggroep ing",
        kvk,
        f"{kvk[:4]} {kvk[4:]}",
    ):
        assert address in _seek(murat, text), text
    for text in ("ngrid", "iemand@elders.example", "12345678"):
        shown = _seek(murat, text)
        assert address not in shown and "Niemand gevonden" in shown, text


def test_a_second_word_of_a_name_is_enough(desk, murat):
    whole = user("Ingrid")
    with as_office():
        Account.objects.filter(id=whole.account_id).update(name="Ingrid van der Véér")
    assert _email(whole) in _seek(murat, "veer")


def test_another_insurers_users_are_nobody(desk, murat, ingrid):
    elsewhere = client_of(office("kantoor").murat)
    assert "Niemand gevonden" in _seek(elsewhere, _email(ingrid))
    for path in (
        f"/helpdesk/gebruikers/{ingrid.account_id}/",
        f"/helpdesk/gebruikers/{ingrid.account_id}/tweede-stap/",
    ):
        assert elsewhere.get(path).status_code == 404
        assert murat.get(path).status_code == 200
    assert elsewhere.get("/helpdesk/gebruikers/2000000000/").status_code == 404


def test_only_the_help_desk_comes_here(desk, ingrid):
    for scope in (
        ingrid,
        member_of(desk.agency.organisation, roles=["auditor", "office_manager"], brand="kantoor-izz"),
    ):
        client = client_of(scope)
        assert client.get("/helpdesk/").status_code == 403
        assert client.post(f"/helpdesk/gebruikers/{ingrid.account_id}/tweede-stap/", TYPED).status_code == 403


def test_what_cannot_be_looked_for_is_told(murat):
    for text in ("", "  ", "ab"):
        response = murat.post("/helpdesk/", {"zoek": text})
        assert response.status_code == 422


def test_few_are_shown_and_the_page_says_there_are_more(desk, murat):
    made = agency(name="Grote Zorg", segment="employer", brand="izz", roles=())
    for _ in range(users.MOST + 3):
        member_of(made.organisation, roles=["user"], brand="izz", name="Velen")
    shown = _seek(murat, "velen")
    assert shown.count("@example.nl") == users.MOST
    assert "meer dan 20" in shown


def test_every_search_and_every_look_is_in_the_trail_without_what_was_typed(desk, murat, ingrid):
    address = _email(ingrid)
    _seek(murat, address)
    _page(murat, ingrid)
    with opened(desk.murat):
        events = list(AuditEvent.objects.filter(action__startswith="helpdesk").order_by("id"))
    assert [e.action for e in events] == ["helpdesk.search", "helpdesk.see"]
    sought, seen = events
    assert sought.object_ids == {"account": [ingrid.account_id]}
    assert sought.detail == {"by": "email", "sought": users.digest_of(address.lower()), "found": 1, "more": False}
    assert seen.object_ids == {"account": [ingrid.account_id]}
    assert address not in str([e.detail for e in events])


def test_the_page_tells_how_somebody_signs_in_and_no_secret(desk, murat, ingrid):
    with signing_in():
        telephone.keep(ingrid.account_id, "+31612345678")
        password = Account.objects.get(id=ingrid.account_id).password
    shown = _page(murat, ingrid)
    assert "•••• 678" in shown and "nog 10 over" in shown and "Gekozen" in shown
    assert "612345678" not in shown and password not in shown
    assert "niets dat inloggen in de weg staat" in shown
    assert not doubled_ids(shown)


def test_the_page_tells_of_each_refusal_and_of_the_lock(desk, murat, ingrid):
    now = timezone.now()
    with opened(ingrid):
        audit.record(ingrid, "account.password", outcome="failure", detail={"code": "wrong_password"})
        audit.record(ingrid, "account.sign_in", outcome="failure", detail={"code": "wrong_code"})
        audit.record(ingrid, "participants.see", outcome="failure", detail={"code": "geheim"})
    with signing_in():
        throttle.wrong([throttle.by_email("izz-door-vgz", _email(ingrid))] * 10, now=now - timedelta(minutes=4))
    shown = _page(murat, ingrid)
    assert "Verkeerd wachtwoord" in shown and "Verkeerde of al gebruikte code uit de app" in shown
    assert "geheim" not in shown
    until = timezone.localtime(now + timedelta(minutes=6)).strftime("%d-%m-%Y %H:%M")
    assert f"Inloggen kan weer om {until}" in shown


def test_ninth_wrong_try_locks_nobody(desk, murat, ingrid):
    with signing_in():
        throttle.wrong([throttle.by_email("izz-door-vgz", _email(ingrid))] * 9, now=timezone.now())
    assert "Inloggen kan weer om" not in _page(murat, ingrid)


def test_a_level_that_was_too_low_is_told_until_somebody_got_in():
    desk, anna = office("kantoor"), user("Anna", brand="mijnzz", segment="staffing_agency", role="administrative")
    murat = client_of(desk.murat)
    with opened(anna):
        audit.record(anna, "account.sign_in", outcome="failure", detail={"code": "level_too_low", "level": "eH2"})
    assert "had niveau eH2, en eH2+ of hoger is nodig" in _page(murat, anna)
    with signing_in():
        Account.objects.filter(id=anna.account_id).update(last_login=timezone.now())
    assert "had niveau eH2" not in _page(murat, anna)


def _invited() -> tuple[Scope, int]:
    manager = user("Beheerder")
    now = timezone.now()
    place = colleagues.invite(manager, name="Eva Smit", email="eva@delinde.example", roles=[Role.USER], now=now)
    return manager, place


def test_an_invitation_is_sent_again_to_the_same_address_by_a_managers_rules(desk, murat):
    manager, place = _invited()
    with signing_in():
        invited = Invitation.objects.select_related("membership").get(membership_id=place)
        before = bytes(invited.nonce)
    account = invited.membership.account_id
    assert "is nog niet gebruikt" in text_of(murat.get(f"/helpdesk/gebruikers/{account}/"))
    with as_office():
        Invitation.objects.filter(id=invited.id).update(sent_at=timezone.now())
    path = f"/helpdesk/uitnodigingen/{place}/versturen/"
    assert "net verstuurd" in text_of(murat.post(path, follow=True))
    with as_office():
        Invitation.objects.filter(id=invited.id).update(sent_at=timezone.now() - timedelta(minutes=3))
    assert "opnieuw verstuurd, naar het adres dat wij hebben" in text_of(murat.post(path, follow=True))
    with signing_in():
        assert bytes(Invitation.objects.get(id=invited.id).nonce) != before
    assert ("account.resend_invitation", "Murat", "") in trail(manager)
    assert ("account.resend_invitation", "Murat", "") in trail(desk.murat)


def test_what_a_manager_revoked_or_what_was_used_is_not_sent_again(desk, murat):
    manager, place = _invited()
    colleagues.revoke(manager, place, now=timezone.now())
    path = f"/helpdesk/uitnodigingen/{place}/versturen/"
    shown = text_of(murat.post(path, follow=True))
    assert "Deze uitnodiging is ingetrokken" in shown
    with signing_in():
        assert Invitation.objects.get(membership_id=place).revoked_at is not None
        account = Membership.objects.get(id=place).account_id
    page = text_of(murat.get(f"/helpdesk/gebruikers/{account}/"))
    assert "is ingetrokken" in page and path not in page
    with signing_in():
        own = Membership.objects.get(account_id=manager.account_id).id
    assert "al gebruikt" in text_of(murat.post(f"/helpdesk/uitnodigingen/{own}/versturen/", follow=True))


def test_another_insurers_invitation_is_nobodys(desk):
    _, place = _invited()
    elsewhere = client_of(office("kantoor").murat)
    assert elsewhere.post(f"/helpdesk/uitnodigingen/{place}/versturen/").status_code == 404


@pytest.mark.feature("W04")
def test_murat_asks_lotte_approves_and_neither_can_do_both(desk, murat, ingrid):
    lotte = client_of(desk.lotte)
    path = f"/helpdesk/gebruikers/{ingrid.account_id}/tweede-stap/"
    bare = murat.post(path, {})
    assert bare.status_code == 422
    assert text_of(bare).count("Bel eerst terug") == 2
    assert murat.post(path, {**TYPED, "called_back": []}).status_code == 422
    shown = text_of(murat.post(path, TYPED, follow=True))
    assert "Een tweede medewerker van de helpdesk beslist" in shown and "Goedkeuren" not in shown
    with signing_in():
        number = FactorReset.objects.get().id
    request = f"/helpdesk/verzoeken/{number}/"
    assert "keurt het niet zelf goed" in text_of(murat.post(f"{request}goedkeuren/", follow=True))
    assert state_of(number)[0] == "asked"
    assert "Murat" in text_of(lotte.get("/helpdesk/")) and "Goedkeuren" in text_of(lotte.get(request))
    shown = text_of(lotte.post(f"{request}goedkeuren/", follow=True))
    assert "wachttijd loopt" in shown and "Centrale, uit de administratie" in shown
    again = text_of(murat.post(path, TYPED))
    assert "Er loopt al een verzoek" in again
    assert "al afgehandeld" in text_of(lotte.post(f"{request}goedkeuren/", follow=True))
    assert "Gestopt" in text_of(murat.post(f"{request}stoppen/", follow=True))
    assert state_of(number) == ("stopped", "by_desk")
    assert holds(ingrid.account_id)


def test_lotte_refuses(desk, murat, ingrid):
    number = asked(desk.murat, ingrid, timezone.now())
    assert "Afgewezen" in text_of(client_of(desk.lotte).post(f"/helpdesk/verzoeken/{number}/afwijzen/", follow=True))
    assert state_of(number) == ("refused", "")


def test_another_insurers_request_is_nobodys(desk, ingrid):
    number = asked(desk.murat, ingrid, timezone.now())
    elsewhere = client_of(office("kantoor").lotte)
    assert elsewhere.get(f"/helpdesk/verzoeken/{number}/").status_code == 404
    for act in ("goedkeuren", "afwijzen", "stoppen"):
        assert elsewhere.post(f"/helpdesk/verzoeken/{number}/{act}/").status_code == 404
    assert "Ingrid" not in text_of(elsewhere.get("/helpdesk/"))
    assert state_of(number) == ("asked", "")


def _link(number: int) -> str:
    with signing_in():
        return f"/inloggen/stoppen/{stopping.stop_token(FactorReset.objects.get(id=number))}/"


def test_the_link_stops_it_by_a_button_without_signing_in(desk, ingrid):
    number = asked(desk.murat, ingrid, timezone.now())
    visitor = stranger("izz")
    page = visitor.get(_link(number))
    assert "Stop het loskoppelen" in text_of(page)
    assert state_of(number)[0] == "asked"
    # The page tells nobody's name: who has the link may be anyone.
    assert "Ingrid" not in text_of(page)
    assert "Er wordt niets losgekoppeld" in text_of(visitor.post(_link(number)))
    assert state_of(number) == ("stopped", "by_owner")
    assert "Hier valt niets meer te stoppen" in text_of(visitor.get(_link(number)))
    assert visitor.post(_link(number)).status_code == 404


def test_any_other_link_opens_nothing(desk, ingrid):
    number = asked(desk.murat, ingrid, timezone.now())
    for portal, path in (("mijnzz", _link(number)), ("izz", "/inloggen/stoppen/AAAA/")):
        assert stranger(portal).post(path).status_code == 404
    assert state_of(number)[0] == "asked"


@pytest.mark.feature("W04")
def test_who_signs_in_meanwhile_is_told_that_it_was_stopped(desk):
    her = made()
    signed_in(her)
    number = asked(desk.murat, her.ours.scope, timezone.now())
    with signing_in():
        Authenticator.objects.update(last_step=0)
    shown = text_of(half_way(her).post("/inloggen/tweede-stap/", {"code": her.code}, follow=True))
    assert "U kunt nog inloggen, dus dat is gestopt" in shown
    assert state_of(number) == ("stopped", "signed_in")


@pytest.mark.feature("W04")
def test_who_is_signed_in_already_and_gives_the_factor_once_more_stops_it_too(desk):
    her = made()
    browser = signed_in(her)
    number = asked(desk.murat, her.ours.scope, timezone.now())
    with signing_in():
        Authenticator.objects.update(last_step=0)
    browser.post("/mijn-account/inloggen/bevestigen/", {"code": "000000"})
    assert state_of(number)[0] == "asked"
    browser.post("/mijn-account/inloggen/bevestigen/", {"code": her.code})
    assert state_of(number) == ("stopped", "signed_in")


@pytest.mark.feature("W04")
def test_after_the_day_the_password_leads_to_linking_another_app(desk, monkeypatch):
    her = made()
    browser = signed_in(her)
    now = timezone.now()
    number = asked(desk.murat, her.ours.scope, now)
    resets.approve(desk.lotte, number, now=now)
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=24, minutes=1))
    jobs.carry_out_resets(timestamp=0)
    assert not is_in(browser)
    fresh = half_way(her)
    assert fresh.get("/inloggen/tweede-stap/").headers["Location"] == "/inloggen/koppelen/"
    links(fresh, her)
    assert is_in(fresh)


@pytest.fixture
def crowded(monkeypatch):
    """An office with one of everything to show, and one with many."""
    monkeypatch.setattr(sessions, "_SAME_USE_SECONDS", 3600)

    def fill(count: int):
        desk = office()
        now = timezone.now()
        made = agency(name=f"Zorg {count}", segment="employer", brand="izz", roles=())
        people = [member_of(made.organisation, roles=["user"], brand="izz", name=f"Druk{count}x") for _ in range(count)]
        for one in people[:3]:
            equip(one.account_id)
            resets.stop(desk.murat, asked(desk.murat, one, now), now=now)
            asked(desk.murat, one, now)
        busy = people[0]
        for number in range(count - 1):
            elsewhere = agency(name=f"Ook {number}", segment="employer", brand="izz", roles=())
            with as_office():
                Membership.objects.create(
                    account_id=busy.account_id, organisation=elsewhere.organisation, roles=["user"]
                )
        with opened(busy):
            for _ in range(count):
                audit.record(busy, "account.password", outcome="failure", detail={"code": "wrong_password"})
        with signing_in():
            number = FactorReset.objects.filter(account_id=busy.account_id).latest("id").id
        client = client_of(desk.lotte)
        client.post("/helpdesk/", {"zoek": f"druk{count}x"})
        return client, busy.account_id, number

    return fill(1), fill(15)


def test_no_page_asks_more_of_the_database_when_there_is_more_to_see(crowded):
    asked_for = []
    for client, account, number in crowded:
        counts = []
        for path in (
            "/helpdesk/", f"/helpdesk/gebruikers/{account}/", f"/helpdesk/gebruikers/{account}/tweede-stap/",
            f"/helpdesk/verzoeken/{number}/",
        ):  # fmt: skip
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path).status_code == 200
            counts.append(len(captured))
        asked_for.append(counts)
    assert asked_for[0] == asked_for[1]
    assert max(asked_for[0]) <= 24, asked_for


def test_our_own_filters_gone_row_security_still_hides_another_insurers_users(monkeypatch, ingrid):
    """Murat's database role at one insurer, but every filter of ours is told that he is at Ingrid's."""
    elsewhere = office("kantoor").murat
    number = asked(office().murat, ingrid, timezone.now())
    lying = replace(elsewhere, insurer_id=ingrid.insurer_id, insurer=ingrid.insurer)

    @contextmanager
    def helping_elsewhere(_):
        with database.helping(elsewhere.insurer_id):
            yield

    client = client_of(elsewhere)
    for module in ("users", "resets", "resending", "stopping"):
        monkeypatch.setattr(f"collectief.access.{module}.helping", helping_elsewhere)
    monkeypatch.setattr("collectief.web.middleware.sessions.scope_of", lambda *args, **kwargs: lying)
    monkeypatch.setattr("collectief.audit.actions.record", lambda *args, **kwargs: None)
    with signing_in():
        place = Membership.objects.get(account_id=ingrid.account_id).id
    address = _email(ingrid)
    assert "Niemand gevonden" in _seek(client, address)
    for method, path in (
        ("get", f"/helpdesk/gebruikers/{ingrid.account_id}/"),
        ("post", f"/helpdesk/gebruikers/{ingrid.account_id}/tweede-stap/"),
        ("post", f"/helpdesk/uitnodigingen/{place}/versturen/"),
        ("get", f"/helpdesk/verzoeken/{number}/"),
        ("post", f"/helpdesk/verzoeken/{number}/goedkeuren/"),
    ):
        response = getattr(client, method)(path, TYPED if method == "post" else None)
        assert response.status_code == 404, path
        assert address not in text_of(response)
    assert state_of(number) == ("asked", "")
    assert brand("kantoor").insurer != ingrid.insurer
    assert CALLED.reason not in text_of(client.get("/helpdesk/"))
