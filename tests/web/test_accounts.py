"""Accountbeheer and invitations as pages (U30, G13, O02)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from collectief.access import colleagues, invitations, queries
from collectief.access.models import Invitation
from collectief.access.rules import AccessRefused
from collectief.brands.catalogue import brand
from collectief.scope.database import managing_accounts
from collectief.segments.profile import Role
from collectief.web.accounts.words import access_refusal, access_refusals
from tests.web.visiting import client_of, stranger, text_of
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U30")]

NEW = {"name": "Jo  Bos", "email": "jo@debrug.example", "roles": ["administrative", "financial"], "reach": "alle"}


@pytest.fixture
def ours():
    return agency(roles=("account_manager",))


@pytest.fixture
def bas(ours):
    return client_of(ours.scope)


def colleague(ours, email="jo@debrug.example"):
    return next(one for one in queries.colleagues(ours.scope, now=timezone.now()) if one.email == email)


def link(ours, membership_id):
    with managing_accounts(ours.organisation.id, ours.organisation.insurer_id):
        return f"/uitnodiging/{invitations.link_token(Invitation.objects.get(membership_id=membership_id))}/"


def aged(ours, membership_id, by):
    with managing_accounts(ours.organisation.id, ours.organisation.insurer_id):
        found = Invitation.objects.get(membership_id=membership_id)
        Invitation.objects.filter(id=found.id).update(expires_at=found.expires_at - by)


def test_a_new_account_is_an_invitation_and_shows_in_the_overview(ours, bas):
    response = bas.post("/accountbeheer/nieuw/", NEW)
    assert response.status_code == 302
    text = text_of(bas.get("/accountbeheer/"))
    assert "We sturen Jo Bos een uitnodiging." in text
    assert "jo@debrug.example" in text
    assert "Uitgenodigd" in text
    assert "administratief, financieel" in text


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"email": "jo@gmail.com"}, "gmail.com is geen adres van een organisatie."),
        ({"email": "info@debrug.example"}, "info is een adres dat meer mensen lezen."),
        ({"email": "jo"}, "Vul een geldig e-mailadres in."),
        ({"name": " "}, "Vul de naam van uw collega in."),
        ({"roles": []}, "Kies ten minste één rol."),
        ({"roles": ["main_user"]}, "main_user"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(ours, bas, more, said):
    response = bas.post("/accountbeheer/nieuw/", NEW | more)
    assert response.status_code == 422
    text = text_of(response)
    assert said in text
    assert (more.get("name") or "Jo") in text
    assert len(queries.colleagues(ours.scope, now=timezone.now())) == 1


def test_a_colleague_gets_another_profile_goes_and_comes_back(ours, bas):
    kim = member_of(ours.organisation, roles=["administrative"], name="Kim")
    found = next(one for one in queries.colleagues(ours.scope, now=timezone.now()) if one.name == "Kim")
    page = f"/accountbeheer/{found.member.id}/"
    assert 'value="administrative" id="id_roles_0" checked' in text_of(bas.get(page))
    browser = client_of(kim)
    assert browser.get("/deelnemers/").status_code == 200
    assert bas.post(page, {"roles": ["financial"], "reach": "alle"}).status_code == 302
    assert browser.get("/deelnemers/").status_code == 403
    assert "later weer activeren" in text_of(bas.get(f"{page}deactiveren/"))
    assert browser.get("/dashboard/").status_code == 200
    assert bas.post(f"{page}deactiveren/").status_code == 302
    assert browser.get("/dashboard/").status_code == 302
    assert "Dit account is niet actief" in text_of(bas.get(f"{page}deactiveren/"))
    assert "Gedeactiveerd" in text_of(bas.get(page))
    bas.post(f"{page}activeren/")
    assert colleague(ours, found.email).member.standing == "active"


def test_ones_own_account_is_looked_at_and_not_changed(ours, bas):
    mine = queries.colleagues(ours.scope, now=timezone.now())[0].member.id
    text = text_of(bas.get(f"/accountbeheer/{mine}/"))
    assert "Uw eigen account kunt u hier niet wijzigen." in text
    assert "Profiel wijzigen" not in text
    response = bas.post(f"/accountbeheer/{mine}/", {"roles": ["financial"], "reach": "alle"})
    assert response.status_code == 422
    assert "Uw eigen account kunt u hier niet wijzigen." in text_of(response)
    assert "Uw eigen account" in text_of(bas.post(f"/accountbeheer/{mine}/deactiveren/", follow=True))


def test_the_overview_asks_as_much_for_thirty_colleagues_as_for_one(ours, bas, django_assert_num_queries, monkeypatch):
    # Whether a session is kept once more depends on how fast the machine is.
    monkeypatch.setattr("collectief.access.sessions._SAME_USE_SECONDS", 3600)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    bas.get("/accountbeheer/")
    with CaptureQueriesContext(connection) as few:
        bas.get("/accountbeheer/")
    for number in range(30):
        colleagues.invite(
            ours.scope, name=f"Collega {number}", email=f"c{number}@debrug.example", roles=[Role.FINANCIAL],
            now=timezone.now(),
        )  # fmt: skip
    with django_assert_num_queries(len(few)):
        bas.get("/accountbeheer/")


@pytest.mark.feature("O02")
def test_the_link_shows_for_what_it_is_and_does_nothing_by_itself(ours, bas):
    bas.post("/accountbeheer/nieuw/", NEW)
    found = colleague(ours)
    nobody = stranger()
    for _ in range(3):
        response = nobody.get(link(ours, found.member.id))
        assert response.status_code == 200
        assert "no-store" in response.headers["Cache-Control"]
    text = text_of(response)
    assert "Welkom, Jo Bos." in text
    assert ours.organisation.name in text
    assert "eH2+" in text
    assert colleague(ours).member.standing == "invited"


@pytest.mark.feature("O02")
def test_an_expired_link_sends_a_fresh_one_and_says_so(ours, bas):
    bas.post("/accountbeheer/nieuw/", NEW)
    found = colleague(ours)
    old = link(ours, found.member.id)
    aged(ours, found.member.id, timedelta(days=15))
    assert "Uitnodiging verlopen" in text_of(bas.get("/accountbeheer/"))
    text = text_of(stranger().get(old))
    assert "Nieuwe uitnodiging verstuurd" in text
    assert "jo@debrug.example" not in text
    assert stranger().get(old).status_code == 404
    assert stranger().get(link(ours, found.member.id)).status_code == 200


def test_resend_and_revoke(ours, bas):
    bas.post("/accountbeheer/nieuw/", NEW)
    page = f"/accountbeheer/{colleague(ours).member.id}/"
    old = link(ours, colleague(ours).member.id)
    assert "We sturen Jo Bos een nieuwe uitnodiging." in text_of(bas.post(f"{page}opnieuw/", follow=True))
    assert stranger().get(old).status_code == 404
    assert "De uitnodiging van Jo Bos is ingetrokken." in text_of(bas.post(f"{page}intrekken/", follow=True))
    assert "Uitnodiging ingetrokken" in text_of(bas.get(page))


def test_every_invitation_that_opens_nothing_gets_the_same_answer(ours, bas):
    bas.post("/accountbeheer/nieuw/", NEW)
    good = link(ours, colleague(ours).member.id)
    wrong = good[:-6] + ("AAAA=/" if not good.endswith("AAAA=/") else "BBBB=/")
    answers = {
        (response.status_code, text_of(response).replace(path, "").split("</head>")[1].split("csrfmiddlewaretoken")[0])
        for path in ("/uitnodiging/niets/", wrong)
        for response in [stranger().get(path)]
    }
    assert len(answers) == 1
    assert next(iter(answers))[0] == 404
    assert stranger("voorbeeld").get(good).status_code == 404


def test_every_refusal_of_access_has_words_that_are_filled_in():
    import ast
    import inspect

    from collectief.access import authenticator, factors, passkeys, password_sign_in, telephone
    from collectief.access import invitations as invitations_module

    codes = {
        call.args[0].value
        for path in Path("src/collectief/access").glob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and AccessRefused.__name__ in (getattr(call.func, "id", ""), getattr(call.func, "attr", ""))
        and isinstance(call.args[0], ast.Constant)
    }
    # The ways in with a password hand their codes on as texts: returned, or as `code`.
    for module in (factors, password_sign_in, authenticator, telephone, passkeys, invitations_module):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Return) or (
                isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("code", "refused")
            ):
                said = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
                codes |= {
                    one.value
                    for one in said
                    if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value
                }
    assert codes == set(access_refusals())
    given = {"domain": "x.example", "box": "info", "shortest": "12", "longest": "128"}
    for code in codes:
        for text in access_refusal(code, given, brand("mijnzz")):
            assert "–" not in text
            assert text


def test_who_reads_why_may_be_a_colleague_the_help_desk_or_whoever_it_is_about():
    given = {"domain": "x.example", "box": "info"}
    for code in ("free_mail", "shared_mailbox", "just_sent", "already_in", "no_role"):
        assert "collega" not in " ".join(access_refusal(code, given, brand("mijnzz"))).lower()


@pytest.mark.feature("O02")
def test_expired_links_renewed_too_often_from_one_place_wait(ours, monkeypatch):
    from collectief.access import throttle

    monkeypatch.setitem(throttle.PUBLIC, "invitation", (1, 300))
    links = []
    for number in range(2):
        membership = colleagues.invite(
            ours.scope, name="Jo", email=f"jo{number}@debrug.example", roles=[Role.FINANCIAL], now=timezone.now()
        )
        aged(ours, membership, timedelta(days=15))
        links.append(link(ours, membership))
    assert "verlopen" in text_of(stranger().get(links[0]))
    response = stranger().get(links[1])
    assert response.status_code == 429
    assert "Wacht tien minuten" in text_of(response)
