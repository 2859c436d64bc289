"""The office's staff by the insurer's own provider: who gets in, who does not, and what it does not open (K05)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from collectief.access import colleagues, invitations, passwords
from collectief.access.models import Account, Invitation, Membership, Passkey
from collectief.brands.catalogue import brand
from collectief.gateways.loopback import running
from collectief.gateways.single_sign_on.client import subject_of
from collectief.gateways.single_sign_on.simulator import FLAWS, Worker, application
from collectief.scope.database import office, signing_in
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Means, Role
from collectief.web.single_sign_on import refusal_words
from tests.passkey_world import Device
from tests.web.password_world import PASSWORD, Ingrid, half_way, is_in, made, makes_passkey, told
from tests.web.visiting import stranger, text_of
from tests.work_accounts import Clock, Provider
from tests.world import agency, member_of

pytestmark = pytest.mark.feature("K05")

BEGIN, BACK = "/inloggen/werkaccount/", "/inloggen/werkaccount/terug/"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Provider]:
    clock = Clock()
    staff = [Worker("w-1", "Sanne Kok"), Worker("w-2", "Yara Smit")]
    with running(lambda address: application(staff, issuer=address, clock=clock)) as address:
        yield Provider(address, clock)


@pytest.fixture
def provider(simulator, settings, tmp_path) -> Iterator[Provider]:
    """The provider of the portal `kantoor`, and of no other."""
    (tmp_path / "secret").write_text("demo-secret")
    file = tmp_path / "connections.toml"
    file.write_text(
        f'[kantoor]\nissuer = "{simulator.address}"\nclient_id = "collectief"\nclient_secret_file = "secret"\n'
    )
    settings.SINGLE_SIGN_ON_CONNECTIONS = str(file)
    simulator.behave()
    yield simulator
    simulator.behave()


@pytest.fixture
def sanne(db, provider) -> Ingrid:
    """A case handler who comes in with a werkaccount and has no password."""
    ours = agency(name="Kantoor", segment="back_office", brand="kantoor", roles=("case_handler",))
    with office():
        Membership.objects.filter(account_id=ours.scope.account_id).update(
            acting_subject=subject_of(provider.address, "w-1")
        )
        account = Account.objects.get(id=ours.scope.account_id)
        account.set_unusable_password()
        account.save()
    return Ingrid(ours, account.email, portal="kantoor")


def comes_in(browser, provider, *, address: str = BEGIN, **how: str):
    begun = browser.get(address)
    assert begun.headers["Location"].startswith(provider.address)
    return browser.get(BACK, provider.come_back(begun.headers["Location"], **how))


def test_who_has_a_place_gets_in_and_lands_where_they_were_going(sanne, provider):
    browser = sanne.browser()
    response = comes_in(browser, provider, address=f"{BEGIN}?next=/zaken/")
    assert response.headers["Location"] == "/zaken/"
    assert is_in(browser)
    assert told(sanne)[-1] == ("account.sign_in", "success", "")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example"])
def test_nobody_is_sent_elsewhere_afterwards(sanne, provider, elsewhere):
    assert comes_in(sanne.browser(), provider, address=f"{BEGIN}?next={elsewhere}").headers["Location"] == "/dashboard/"


def test_without_a_second_factor_nobody_gets_in_and_the_office_sees_who_tried(sanne, provider):
    browser = sanne.browser()
    response = comes_in(browser, provider, method="pwd")
    assert response.status_code == 403
    assert "zonder tweede factor" in text_of(response)
    assert f'href="{BEGIN}?opnieuw=1"' in text_of(response)
    assert not is_in(browser)
    assert told(sanne)[-1] == ("account.sign_in", "failure", "no_second_factor")


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_token_with_anything_wrong_opens_nothing(sanne, provider, flaw):
    browser = sanne.browser()
    answer = provider.come_back(browser.get(BEGIN).headers["Location"])
    provider.behave(fail=flaw, for_requests=1)
    assert browser.get(BACK, answer).status_code == 403
    assert not is_in(browser)


@pytest.mark.parametrize("change", [{"state": "another"}, {"iss": "https://another.example"}, {"code": "another"}])
def test_an_answer_that_is_not_ours_opens_nothing(sanne, provider, change):
    browser = sanne.browser()
    answer = provider.come_back(browser.get(BEGIN).headers["Location"]) | change
    assert browser.get(BACK, answer).status_code == 403
    assert not is_in(browser)


def test_an_answer_counts_once_and_in_the_browser_that_asked(sanne, provider):
    browser = sanne.browser()
    answer = provider.come_back(browser.get(BEGIN).headers["Location"])
    assert sanne.browser().get(BACK, answer).status_code == 403
    assert browser.get(BACK, answer).status_code == 302
    assert browser.get(BACK, answer).status_code == 403


def test_who_has_no_place_is_told_and_gets_nowhere(sanne, provider):
    browser = sanne.browser()
    response = comes_in(browser, provider, person="1")
    assert response.status_code == 403
    assert "Uw werkaccount heeft geen toegang tot dit kantoor." in text_of(response)
    assert not is_in(browser)


@pytest.mark.parametrize("which", ["place", "account"])
def test_who_was_deactivated_is_told_and_the_office_sees_it(sanne, provider, which):
    with office():
        if which == "place":
            Membership.objects.filter(account_id=sanne.account_id).update(is_active=False)
        else:
            Account.objects.filter(id=sanne.account_id).update(is_active=False)
    browser = sanne.browser()
    assert "Uw account is gedeactiveerd." in text_of(comes_in(browser, provider))
    assert not is_in(browser)
    assert told(sanne)[-1] == ("account.sign_in", "failure", "account_inactive")


def test_at_two_offices_an_open_place_goes_before_a_closed_one(sanne, provider):
    other = agency(name="Kantoor Zuid", segment="back_office", brand="kantoor", roles=())
    with office():
        Membership.objects.filter(account_id=sanne.account_id).update(is_active=False)
    second = member_of(other.organisation, roles=("auditor",), brand="kantoor", name="Sanne")
    with office():
        Membership.objects.filter(account_id=second.account_id).update(
            acting_subject=subject_of(provider.address, "w-1")
        )
    assert comes_in(sanne.browser(), provider).status_code == 302


def test_the_subject_of_another_provider_opens_nothing(sanne, provider):
    with office():
        Membership.objects.filter(account_id=sanne.account_id).update(
            acting_subject=subject_of("https://another.example", "w-1")
        )
    assert comes_in(sanne.browser(), provider).status_code == 403


def test_the_subject_of_a_customer_opens_no_office_and_no_customers_portal(sanne, provider):
    """A place elsewhere with the same words in it: a segment takes the one way or the other."""
    customer = agency(name="De Brug", brand="mijnzz", roles=("administrative",))
    with office():
        Membership.objects.filter(account_id=sanne.account_id).update(acting_subject=None)
        Membership.objects.filter(account_id=customer.scope.account_id).update(
            acting_subject=subject_of(provider.address, "w-1")
        )
    assert comes_in(sanne.browser(), provider).status_code == 403


def test_no_segment_takes_both_ways_that_share_what_a_place_remembers():
    for profile in PROFILES.values():
        assert not {Means.EHERKENNING, Means.SINGLE_SIGN_ON} <= profile.means, profile.slug


@pytest.mark.parametrize("portal", ["mijnzz", "izz", "kantoor-izz"])
@pytest.mark.parametrize("address", [BEGIN, BACK])
def test_a_portal_without_such_a_connection_has_no_such_pages(db, provider, portal, address):
    assert stranger(portal).get(address).status_code == 404
    assert "werkaccount" not in text_of(stranger(portal).get("/inloggen/"))


def test_the_way_in_shows_both_ways(db, provider):
    text = text_of(stranger("kantoor").get("/inloggen/"))
    assert "Inloggen met werkaccount" in text
    assert 'autocomplete="current-password"' in text
    assert "eHerkenning" not in text
    assert "Vraag een account aan" not in text


def test_a_provider_that_does_not_answer_is_told_before_anyone_leaves(db, settings, tmp_path):
    (tmp_path / "secret").write_text("s")
    file = tmp_path / "nowhere.toml"
    file.write_text('[kantoor]\nissuer = "http://127.0.0.1:9"\nclient_id = "c"\nclient_secret_file = "secret"\n')
    settings.SINGLE_SIGN_ON_CONNECTIONS = str(file)
    response = stranger("kantoor").get(BEGIN)
    assert response.status_code == 403
    assert "log in met wachtwoord en passkey" in text_of(response)


# --- what such a session does not open


def test_a_session_by_werkaccount_neither_makes_nor_changes_a_password_or_passkey(sanne, provider):
    browser = sanne.browser()
    comes_in(browser, provider)
    assert "Inloggen en beveiliging" not in text_of(browser.get("/mijn-account/"))
    for page in ("", "wachtwoord/", "e-mailadres/", "passkey/", "bevestigen/", "app/", "mobiel/"):
        assert browser.get(f"/mijn-account/inloggen/{page}").status_code == 404, page
        assert browser.post(f"/mijn-account/inloggen/{page}", {"name": "x"}).status_code in (404, 405), page


def test_a_password_of_elsewhere_makes_no_first_passkey_where_one_comes_by_werkaccount(sanne, provider):
    with office():
        Account.objects.filter(id=sanne.account_id).update(password=passwords.hashed(PASSWORD))
    browser = half_way(sanne)
    refused = makes_passkey(browser, Device("http://kantoor.localhost"), "/inloggen/koppelen/passkey/")
    assert refused.status_code == 422
    assert "Dit account is gekoppeld aan een werkaccount" in text_of(refused)
    assert not is_in(browser)
    assert ("account.link_factor", "failure", "use_work_account") in told(sanne)
    with signing_in():
        assert not Passkey.objects.filter(account_id=sanne.account_id).exists()


def test_who_has_a_werkaccount_only_gets_no_password_by_mail(sanne, provider):
    browser = sanne.browser()
    browser.post("/wachtwoord-vergeten/", {"email": sanne.email})
    assert all(action != "account.reset_password" for action, *_ in told(sanne))
    with signing_in():
        assert not Account.objects.get(id=sanne.account_id).has_usable_password()


def test_signing_out_elsewhere_asks_a_sign_in_of_a_moment_ago(sanne, provider, monkeypatch):
    first, second = sanne.browser(), sanne.browser()
    comes_in(first, provider)
    comes_in(second, provider)
    begun = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: begun + timedelta(minutes=12))
    second.post("/mijn-account/sessies/")
    assert is_in(first)
    text = text_of(second.get("/mijn-account/"))
    link = f"{BEGIN}?opnieuw=1&amp;next=%2Fmijn-account%2F"
    assert link in text
    assert "prompt=login" in second.get(link.replace("&amp;", "&")).headers["Location"]


def test_after_a_sign_in_of_a_moment_ago_one_signs_out_elsewhere(sanne, provider):
    first, second = sanne.browser(), sanne.browser()
    comes_in(first, provider)
    comes_in(second, provider)
    second.post("/mijn-account/sessies/")
    assert not is_in(first)
    assert is_in(second)


def test_a_colleague_with_password_and_passkey_still_comes_in_that_way(db, provider):
    erik = made("back_office", "auditor")
    browser = half_way(erik)
    makes_passkey(browser, Device("http://kantoor.localhost"), "/inloggen/koppelen/passkey/")
    assert is_in(browser)


# --- with an invitation


@pytest.fixture
def invited(sanne) -> str:
    """The token of an invitation of Yara, by the office's manager."""
    wil = member_of(sanne.ours.organisation, roles=("office_manager",), brand="kantoor", name="Wil")
    colleagues.invite(
        wil, name="Yara Smit", email="yara@kantoor.example", roles=frozenset({Role.AUDITOR}), now=timezone.now(),
        language="nl",
    )  # fmt: skip
    with office():
        return invitations.link_token(Invitation.objects.get(membership__account__email="yara@kantoor.example"))


def test_an_invitation_is_accepted_by_werkaccount_and_that_is_the_way_in_from_then_on(sanne, provider, invited):
    text = text_of(sanne.browser().get(f"/uitnodiging/{invited}/"))
    assert f'href="{BEGIN}?uitnodiging=' in text
    browser = sanne.browser()
    assert comes_in(browser, provider, address=f"{BEGIN}?uitnodiging={invited}", person="1").status_code == 302
    assert is_in(browser)
    assert told(sanne)[-1] == ("account.accept_invitation", "success", "")
    later = sanne.browser()
    comes_in(later, provider, person="1")
    assert is_in(later)


@pytest.mark.parametrize(
    ("how", "code", "words"),
    [
        ({"person": "1", "method": "pwd"}, "no_second_factor", "zonder tweede factor"),
        ({"person": "0"}, "work_account_taken", "heeft een collega al toegang"),
    ],
)
def test_a_refused_acceptance_uses_nothing_up(sanne, provider, invited, how, code, words):
    browser = sanne.browser()
    response = comes_in(browser, provider, address=f"{BEGIN}?uitnodiging={invited}", **how)
    assert words in text_of(response)
    assert f'href="{BEGIN}?opnieuw=1&amp;uitnodiging={invited}"' in text_of(response)
    assert not is_in(browser)
    assert told(sanne)[-1] == ("account.accept_invitation", "failure", code)
    assert comes_in(browser, provider, address=f"{BEGIN}?uitnodiging={invited}", person="1").status_code == 302


def test_an_invitation_that_was_used_opens_nothing(sanne, provider, invited):
    comes_in(sanne.browser(), provider, address=f"{BEGIN}?uitnodiging={invited}", person="1")
    browser = sanne.browser()
    assert comes_in(browser, provider, address=f"{BEGIN}?uitnodiging={invited}", person="1").status_code == 403
    assert not is_in(browser)


def test_an_invitation_of_a_customer_is_not_accepted_by_werkaccount(sanne, provider):
    customer = agency(name="Zorggroep De Linde", segment="employer", brand="izz", roles=("main_user",))
    colleagues.invite(
        customer.scope, name="Yara Smit", email="yara@delinde.example", roles=frozenset({Role.USER}),
        now=timezone.now(), language="nl",
    )  # fmt: skip
    with office():
        token = invitations.link_token(Invitation.objects.get(membership__account__email="yara@delinde.example"))
    response = comes_in(sanne.browser(), provider, address=f"{BEGIN}?uitnodiging={token}", person="1")
    assert response.status_code == 403


# --- words


CODES = (
    "cancelled", "expired", "invalid_response", "unavailable", "no_second_factor", "no_account", "account_inactive",
    "work_account_taken", "invitation_over",
)  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_says_why_and_what_to_do(code):
    reason, remedy = refusal_words(code, brand("kantoor"))
    assert reason.endswith(".") and remedy.endswith(".")
    assert "{" not in reason + remedy
    assert (reason, remedy) != refusal_words("unknown_error", brand("kantoor"))
