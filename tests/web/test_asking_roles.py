"""Een rol aanvragen where nobody of the organisation can give one: from Mijn account to the insurer's answer (U02)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from collectief.access.models import Membership
from collectief.access.rules import AccessRefused
from collectief.audit.models import AuditEvent
from collectief.brands.catalogue import brand
from collectief.cases.rules import CaseRefused, Decision
from collectief.onboarding import asking_roles, jobs, requests
from collectief.onboarding.models import RoleRequest
from collectief.scope.database import managing_accounts, office, opened
from collectief.segments.profile import Role
from collectief.web.accounts.words import access_refusal
from tests.office_world import insurer_id
from tests.web.visiting import client_of, stranger, text_of
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U02")]

ASK, MINE = "/mijn-account/rollen/", "/mijn-account/"
INSURER = "zorg-en-zekerheid"


@pytest.fixture
def otto():
    """Of an agency in which nobody manages accounts."""
    return agency(name="Otto Flexkrachten").scope


@pytest.fixture(autouse=True)
def post(monkeypatch):
    sent = []
    monkeypatch.setattr(jobs, "post", sent.append)
    return sent


def roles_of(scope) -> list[str]:
    with office(insurer_id()):
        return list(Membership.objects.values_list("roles", flat=True).get(account_id=scope.account_id))


def row() -> RoleRequest:
    with office(insurer_id()):
        return RoleRequest.objects.latest("id")


def case():
    jobs.receive_role_request(request_id=row().id, insurer=INSURER)
    jobs.receive_role_request(request_id=row().id, insurer=INSURER)
    [one] = requests.waiting(INSURER)
    return one


def test_roles_are_asked_for_and_there_once_the_insurer_agrees(otto, post):
    client = client_of(otto)
    assert ASK in text_of(client.get(MINE))
    page = text_of(client.get(ASK))
    assert "financieel" in page and "accountbeheer" in page
    assert 'value="administrative"' not in page, "that role is there already"
    empty = client.post(ASK, {})
    assert empty.status_code == 422 and "Kies ten minste één rol." in text_of(empty)
    said = text_of(client.post(ASK, {"roles": ["financial", "account_manager"]}, follow=True))
    assert "We hebben uw verzoek ontvangen." in said
    assert "U heeft gevraagd om: accountbeheer, financieel." in said and f'href="{ASK}"' not in said
    assert roles_of(otto) == ["administrative"], "nothing changes before that"
    found = case()
    facts = dict(found.about.facts)
    assert (facts["Heeft nu"], facts["Gevraagde rollen"]) == ("administratief", "accountbeheer, financieel")
    requests.decide(INSURER, found.case_id, Decision.APPROVED, by="Sanne")
    assert roles_of(otto) == ["account_manager", "administrative", "financial"]
    jobs.tell_asker_of_roles(request_id=row().id, insurer=INSURER)
    assert "U heeft er vanaf nu deze rollen bij: accountbeheer, financieel." in post[-1].text
    assert "U heeft gevraagd om" not in text_of(client.get(MINE))
    assert client.get("/accountbeheer/").status_code == 200
    with opened(otto):
        actions = list(AuditEvent.objects.filter(action__endswith="_roles").values_list("action", "account"))
    assert actions == [("account.ask_roles", otto.account), ("account.change_roles", INSURER)]


def test_refused_the_reason_is_read_and_one_can_ask_again(otto, post):
    client = client_of(otto)
    client.post(ASK, {"roles": ["financial"]})
    requests.decide(INSURER, case().case_id, Decision.REFUSED, by="Sanne", reason="Bel ons even.")
    jobs.tell_asker_of_roles(request_id=row().id, insurer=INSURER)
    assert "De reden: Bel ons even." in post[-1].text
    page = text_of(client.get(MINE))
    assert "Dat kon niet. De reden: Bel ons even." in page and ASK in page
    assert roles_of(otto) == ["administrative"]


def test_one_asks_once_at_a_time(otto):
    with opened(otto):
        asking_roles.ask(otto, [Role.FINANCIAL], now=timezone.now())
        with pytest.raises(AccessRefused, match="asked_already"):
            asking_roles.ask(otto, [Role.ACCOUNT_MANAGER], now=timezone.now())
    assert "U heeft al om rollen gevraagd." in text_of(client_of(otto).post(ASK, {"roles": ["financial"]}))


TAKE_BACK = "/mijn-account/rollen/intrekken/"


def test_it_can_be_taken_back_and_its_case_is_closed(otto):
    client = client_of(otto)
    client.post(ASK, {"roles": ["financial"]})
    found = case()
    page = text_of(client.get(MINE))
    assert TAKE_BACK in page
    said = text_of(client.post(TAKE_BACK, follow=True))
    assert "Uw verzoek om een rol is ingetrokken." in said and "U heeft gevraagd om" not in said and ASK in said
    with opened(otto):
        assert AuditEvent.objects.filter(action="account.take_back_roles").count() == 1
    # Whoever judges it at that very moment is told, and nothing comes of it.
    with pytest.raises(CaseRefused, match="taken_back"):
        requests.decide(INSURER, found.case_id, Decision.APPROVED, by="Sanne")
    jobs.take_back(insurer=INSURER, kind=asking_roles.KIND, subject=str(row().id), by_id=otto.account_id)
    assert requests.waiting(INSURER) == []
    assert roles_of(otto) == ["administrative"]
    again = text_of(client.post(TAKE_BACK, follow=True))
    assert "Dit verzoek kan nu niet." in again
    # One can ask again.
    assert "U heeft gevraagd om: financieel." in text_of(client.post(ASK, {"roles": ["financial"]}, follow=True))


def test_taken_back_before_its_case_there_is_none(otto):
    client = client_of(otto)
    client.post(ASK, {"roles": ["financial"]})
    client.post(TAKE_BACK)
    jobs.receive_role_request(request_id=row().id, insurer=INSURER)
    assert requests.waiting(INSURER) == []


def test_a_colleague_takes_back_nothing_of_mine(otto):
    client_of(otto).post(ASK, {"roles": ["financial"]})
    with office():
        organisation = Membership.objects.select_related("organisation__insurer").get(account_id=otto.account_id)
    dirk = member_of(organisation.organisation, roles=["administrative"], name="Dirk")
    assert "Dit verzoek kan nu niet." in text_of(client_of(dirk).post(TAKE_BACK, follow=True))
    assert row().decision == ""


@pytest.mark.parametrize("roles", [["administrative"], ["help_desk"], ["everything"], []])
def test_what_is_not_offered_is_not_asked(otto, roles):
    assert client_of(otto).post(ASK, {"roles": roles}).status_code == 422
    with office(insurer_id()):
        assert not RoleRequest.objects.exists()


def test_where_a_colleague_gives_roles_it_is_said_and_nothing_is_asked():
    ours = agency()
    bas = member_of(ours.organisation, roles=["account_manager"], name="Bas")
    for scope in (ours.scope, bas):
        client = client_of(scope)
        assert ASK not in text_of(client.get(MINE))
        assert "een collega die accounts beheert geeft ze" in text_of(client.get(ASK))
        assert client.post(ASK, {"roles": ["financial"]}).status_code == 422
    with opened(ours.scope), pytest.raises(AccessRefused, match="managed_here"):
        asking_roles.ask(ours.scope, [Role.FINANCIAL], now=timezone.now())


def test_the_insurers_own_staff_ask_each_other():
    staff = agency(name="Kantoor", segment="back_office", contracts=0, roles=("case_handler",))
    assert asking_roles.own_askable(staff.scope, now=timezone.now()) == ()


def test_who_has_no_access_any_more_gets_no_role(otto):
    with opened(otto):
        asking_roles.ask(otto, [Role.FINANCIAL], now=timezone.now())
    found = case()
    with office(insurer_id()):
        Membership.objects.filter(account_id=otto.account_id).update(is_active=False)
    with pytest.raises(CaseRefused, match="no_access_now"):
        requests.decide(INSURER, found.case_id, Decision.APPROVED, by="Sanne")
    assert roles_of(otto) == ["administrative"]


def test_another_organisation_sees_nothing_of_it_and_nobody_signed_in_gets_no_page(otto):
    with opened(otto):
        asking_roles.ask(otto, [Role.FINANCIAL], now=timezone.now())
    other = agency(name="Anders").scope
    assert asking_roles.own_request(other) is None
    with managing_accounts(other.organisation_id, other.insurer_id):
        assert not RoleRequest.objects.exists()
    assert stranger().get(ASK).status_code == 302


@pytest.mark.parametrize("code", ["asked_already", "managed_here", "no_such_request"])
def test_a_refusal_says_what_to_do(code):
    reason, remedy = access_refusal(code, {}, brand("mijnzz"))
    assert reason and remedy
