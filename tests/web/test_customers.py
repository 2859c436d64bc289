"""Organisations and contracts at the office: found, added, changed, opened and ended by two (K02)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectief.access import invitations, sessions
from collectief.access.models import Invitation
from collectief.access.queries import scope_again
from collectief.audit.models import AuditEvent
from collectief.brands.catalogue import brand
from collectief.contracts.models import Contact, ContractLink, GroupContract, Organisation
from collectief.customers.models import ContractProposal
from collectief.enrolment.models import Participation
from collectief.foundation.assurance import AssuranceLevel
from collectief.foundation.dates import dutch
from collectief.gateways.eherkenning.port import Identity
from collectief.mutations.models import Mutation
from collectief.policies.models import LabelCode, Product
from collectief.scope.database import auditing, office, opened
from collectief.scope.scope import Scope
from tests.customers_world import decided
from tests.office_world import applied, clerk, insurer_id, product_of
from tests.web.visiting import client_of, crowd, left, linked, text_of, this_moment
from tests.world import Agency, Human, agency, enrolled, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K02")]

LIST, CONTRACTS = "/organisaties/", "/collectiviteiten/"
NEW = {"name": " Flexkracht  <b>Leiden</b>", "segment": "staffing_agency", "kvk": "2801 2345"}
TODAY = timezone.localdate()


@pytest.fixture
def sanne(db):
    return client_of(clerk(name="Sanne Kok"))


@pytest.fixture
def joris(db):
    own = agency(name="Zorg en Zekerheid, tweede kantoor", segment="back_office", contracts=0)
    return client_of(clerk(name="Joris van Dam", office_of=own))


def added(browser, **more: str) -> str:
    """The address of an organisation that was added."""
    response = browser.post(f"{LIST}nieuw/", NEW | more)
    assert response.status_code == 302, text_of(response)
    assert re.fullmatch(r"/organisaties/\d+/", response.url)
    return str(response.url)


def contract_page(contract: GroupContract, more: str = "") -> str:
    return f"{CONTRACTS}{contract.id}/{more}"


def actions_of(organisation_id: int | None = None, account: str = "") -> list[str]:
    with auditing(insurer_id()):
        found = AuditEvent.objects.order_by("id")
        found = found.filter(account=account) if account else found.filter(organisation_id=organisation_id)
        return list(found.values_list("action", flat=True))


def test_an_organisation_is_added_found_and_seen(sanne):
    page = added(sanne)
    with office():
        row = Organisation.objects.get(kvk="28012345")
    assert (row.name, row.segment, row.insurer_id) == ("Flexkracht <b>Leiden</b>", "staffing_agency", insurer_id())
    text = text_of(sanne.get(page))
    for said in (
        "Flexkracht &lt;b&gt;Leiden&lt;/b&gt;",
        row.customer_number,
        "28012345",
        "Uitzendbureau",
        "nog geen contracten",
    ):
        assert said in text, said
    agency(name="Otto")
    for wanted in ("28012345", "2801.2345", row.customer_number, "flexkracht"):
        text = text_of(sanne.get(LIST, {"zoek": wanted}))
        assert "1 organisatie" in text and page in text and "Otto" not in text, wanted
    assert "2 organisaties" in text_of(sanne.get(LIST))
    assert "Er is geen organisatie die hieraan voldoet." in text_of(sanne.get(LIST, {"zoek": "99999999"}))
    assert actions_of(account="Sanne-Kok")[:3] == ["customer.add", "customer.see", "customer.list"]
    assert actions_of(row.id) == ["customer.add"]


@pytest.mark.feature("X14")
def test_kinds_of_customer_have_their_english_names_on_english_pages(sanne):
    ours = agency(segment="municipality")
    sanne.post("/taal/", {"language": "en"})
    for page in (LIST, f"{LIST}nieuw/", f"{LIST}{ours.organisation.id}/", contract_page(ours.contracts[0]), "/labels/"):
        text = text_of(sanne.get(page))
        assert "Municipality" in text and "Gemeente" not in text.replace(ours.organisation.name, ""), page


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": ""}, "Vul de naam in."),
        ({"segment": ""}, "Kies de soort klant."),
        ({"segment": "back_office"}, "back_office"),
        ({"segment": "occupational_care"}, "occupational_care"),
        ({"kvk": ""}, "Vul het KvK-nummer in, of het RSIN"),
        ({"kvk": "1234567"}, "Een KvK-nummer heeft acht cijfers."),
        ({"kvk": "", "rsin": "999990018"}, "geen geldig RSIN"),
        ({"branch": "1"}, "Een vestigingsnummer heeft twaalf cijfers."),
    ],
)
def test_what_is_wrong_with_an_organisation_is_said_and_nothing_is_kept(sanne, more, said):
    with office():
        before = Organisation.objects.count()
    response = sanne.post(f"{LIST}nieuw/", NEW | more)
    text = text_of(response)
    assert response.status_code == 422 and said in text, text
    with office():
        assert Organisation.objects.count() == before


def test_an_organisation_is_a_customer_once_and_its_branches_apart(sanne):
    added(sanne)
    again = sanne.post(f"{LIST}nieuw/", NEW)
    assert (again.status_code, "Deze organisatie is al klant" in text_of(again)) == (422, True)
    added(sanne, branch="000012345678")
    added(sanne, segment="municipality")
    added(sanne, kvk="", rsin="999990019")
    again = sanne.post(f"{LIST}nieuw/", NEW | {"kvk": "", "rsin": "999990019"})
    assert (again.status_code, "Deze organisatie is al klant" in text_of(again)) == (422, True)


def test_name_and_contacts_change_at_once_and_the_customer_sees_it(sanne):
    ours = agency(roles=("account_manager", "administrative"))
    page = f"{LIST}{ours.organisation.id}/"
    assert "Vul de naam in." in text_of(sanne.post(f"{page}naam/", {"name": "  "}))
    assert "De naam is opgeslagen." in text_of(sanne.post(f"{page}naam/", {"name": "De Overkant"}, follow=True))
    sanne.post(f"{page}naam/", {"name": "De Overkant"})
    half = sanne.post(f"{page}contactgegevens/", {"company_street": "Dorpsstraat", "company_phone": "12"})
    assert half.status_code == 422
    assert "Vul het hele adres in." in text_of(half) and "Dit is geen telefoonnummer." in text_of(half)
    typed = {
        "company_phone": "071 582 5299", "company_email": "info@overkant.example", "company_street": "Dorpsstraat",
        "company_house_number": "1", "company_postcode": "2333aa", "company_city": "Leiden",
    }  # fmt: skip
    text = text_of(sanne.post(f"{page}contactgegevens/", typed, follow=True))
    assert "De contactgegevens zijn opgeslagen." in text and "Dorpsstraat 1, 2333 AA Leiden" in text
    contract = ours.contracts[0]
    typed = {"administrative_name": "Anna", "financial_email": "geld@overkant.example"}
    text = text_of(sanne.post(contract_page(contract, "contactpersonen/"), typed, follow=True))
    assert "Anna" in text and "geld@overkant.example" in text
    assert 'value="Anna"' in text_of(sanne.get(contract_page(contract, "contactpersonen/")))
    customer = client_of(ours.scope)
    text = text_of(customer.get("/contractgegevens/"))
    assert "Dorpsstraat 1" in text and "Anna" in text and "071 582 5299" in text
    with opened(ours.scope):
        assert set(Contact.objects.values_list("changed_by", flat=True)) == {"Zorg en Zekerheid"}
    assert [one for one in actions_of(ours.organisation.id) if "." in one and not one.startswith("account")][-3:] == [
        "customer.rename", "contract.change_contact", "contract.change_contact",
    ]  # fmt: skip
    log = text_of(customer.get("/logboek/"))
    assert "Naam van de organisatie gewijzigd" in log and "Sanne" not in log


def test_a_contract_is_renamed_also_for_who_linked_it(sanne):
    ours, other = agency(), agency(name="De Eik")
    contract = ours.contracts[0]
    row = linked(other, contract.number)
    with office(insurer_id()):
        ContractLink.objects.filter(id=row).update(state="linked", contract=contract, contract_name=contract.name)
    text = text_of(sanne.post(contract_page(contract, "naam/"), {"name": "Hoofdkantoor"}, follow=True))
    assert "De naam is opgeslagen." in text and "Hoofdkantoor" in text
    with office(insurer_id()):
        assert GroupContract.objects.get(id=contract.id).name == "Hoofdkantoor"
        assert ContractLink.objects.get(id=row).contract_name == "Hoofdkantoor"
    assert actions_of(ours.organisation.id)[-1] == "contract.rename"
    assert sanne.post(contract_page(contract, "naam/"), {"name": "x" * 121}).status_code == 422


def test_a_new_organisation_gets_a_contract_and_its_people_come_in(sanne, joris):
    """Added at the office, its contract agreed to by a colleague; who applies is let in, and enrols somebody."""
    page = added(sanne)
    sent = {"number": "7788.01", "name": "Vestiging Leiden", "first_day": dutch(TODAY), "last_day": ""}
    text = text_of(sanne.post(f"{page}contract/", sent, follow=True))
    assert "zodra een collega akkoord is" in text and "Wacht op een collega" in text and "778801" in text
    for browser, stands in ((sanne, False), (joris, True)):
        decided(browser, "contract_opening")
        with office():
            assert GroupContract.objects.filter(number="778801").exists() == stands
    with office():
        made = GroupContract.objects.select_related("organisation").get(number="778801")
    assert (made.name, made.first_day, made.end_day) == ("Vestiging Leiden", TODAY, None)
    text = text_of(sanne.get(page))
    assert "Akkoord" in text and contract_page(made) in text
    assert actions_of(made.organisation_id)[-1] == "contract.open"
    noor = let_in(made.organisation, joris)
    assert re.search(r"Mensen met een account</dt><dd>1<", text_of(sanne.get(page)))
    assert "778801" in text_of(client_of(noor).get("/contractgegevens/"))
    enrolled(Agency(made.organisation, [made], noor), Human(valid_bsns(1)[0]), this_moment(), since=TODAY)
    assert "Janse" in text_of(client_of(noor).get("/deelnemers/"))
    assert re.search(r"Deelnemers vandaag</dt><dd>1<", text_of(sanne.get(contract_page(made))))


def let_in(organisation: Organisation, desk) -> Scope:
    """Somebody of an organisation without accounts applies for one, and comes in with eHerkenning."""
    applied(Agency(organisation, [], desk))
    decided(desk, "account_application")
    with office():
        invitation = Invitation.objects.select_related("membership").get(organisation=organisation)
    identity = Identity(organisation.kvk, "subject-noor", AssuranceLevel.EH3, organisation.name)
    invitations.accept(brand("mijnzz"), invitations.link_token(invitation), identity, now=timezone.now())
    return scope_again(invitation.membership.account_id, organisation.id, "mijnzz", channel="form")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"number": ""}, "Vul het contractnummer in."),
        ({"number": "7/8"}, "Dit is geen geldig nummer."),
        ({"name": ""}, "Vul de naam in."),
        ({"first_day": ""}, "Vul de begindatum in."),
        ({"first_day": "01-01-2020"}, "meer dan een jaar van vandaag"),
        ({"last_day": dutch(TODAY - timedelta(days=1))}, "De einddatum ligt voor de begindatum."),
    ],
)
def test_what_is_wrong_with_a_contract_is_said_and_nothing_is_kept(sanne, more, said):
    page = added(sanne)
    sent = {"number": "1", "name": "Leiden", "first_day": dutch(TODAY), "last_day": ""} | more
    response = sanne.post(f"{page}contract/", sent)
    assert (response.status_code, said in text_of(response)) == (422, True), text_of(response)
    with office(insurer_id()):
        assert not ContractProposal.objects.exists()


def test_a_number_is_of_one_contract_whoever_proposes_it(sanne, joris):
    ours, page = agency(), added(sanne)
    sent = {"number": ours.contracts[0].number, "name": "Leiden", "first_day": dutch(TODAY)}
    response = sanne.post(f"{page}contract/", sent)
    assert (response.status_code, "Er is al een contract met nummer" in text_of(response)) == (422, True)
    sent |= {"number": "778801"}
    sanne.post(f"{page}contract/", sent)
    response = joris.post(f"{page}contract/", sent)
    assert (response.status_code, "wacht al een voorstel" in text_of(response)) == (422, True)
    with office():
        GroupContract.objects.create(
            insurer_id=insurer_id(), organisation=ours.organisation, number="778801", name="Eerder", first_day=TODAY
        )
    assert "Er is inmiddels een contract met nummer 778801." in decided(joris, "contract_opening")
    decided(joris, "contract_opening", "refused", reason="Dubbel <b>nummer</b>")
    text = text_of(sanne.get(page))
    assert "Niet akkoord" in text and "Dubbel &lt;b&gt;nummer&lt;/b&gt;" in text


def test_a_contract_ends_once_nobody_takes_part_after_that_day(sanne, joris):
    ours = agency()
    contract, last = ours.contracts[0], TODAY + timedelta(days=40)
    people = crowd(ours, 3)
    page = contract_page(contract, "einde/")
    assert re.search(r"Deelnemers vandaag</dt><dd>3<", text_of(sanne.get(contract_page(contract))))
    response = sanne.post(page, {"last_day": dutch(last)})
    assert response.status_code == 422
    assert f"Na {dutch(last)} nemen nog deelnemers aan dit contract deel: 3." in text_of(response)
    left(ours, people, last)
    assert "zodra een collega akkoord is" in text_of(sanne.post(page, {"last_day": dutch(last)}, follow=True))
    assert "wacht al een voorstel" in text_of(joris.post(page, {"last_day": dutch(last)}))
    # Somebody comes meanwhile, without a last day.
    [late] = crowd(ours, 1, start=906_000_000)
    assert f"Na {dutch(last)} nemen nog deelnemers aan dit contract deel: 1." in decided(joris, "contract_ending")
    left(ours, [late], last - timedelta(days=1))
    decided(sanne, "contract_ending")
    with office():
        assert GroupContract.objects.get(id=contract.id).end_day is None
    decided(joris, "contract_ending")
    with office():
        assert GroupContract.objects.get(id=contract.id).end_day == last + timedelta(days=1)
    text = text_of(sanne.get(contract_page(contract)))
    assert f"Tot en met {dutch(last)}" in text and "Akkoord" in text
    assert actions_of(ours.organisation.id)[-1] == "contract.end"
    # Who comes after that takes part until the contract ends, and leaving cannot be undone beyond it.
    crowd(ours, 1, start=907_000_000)
    with opened(ours.scope):
        stay = Participation.objects.filter(contract=contract).latest("id")
        undone = Mutation.objects.filter(kind="terminate", participant_id=late).latest("id")
    assert (stay.period.upper, stay.reason) == (last + timedelta(days=1), "")
    anna = client_of(ours.scope)
    text = text_of(anna.post(f"/mutaties/{undone.id}/ongedaan/", {}, follow=True))
    assert f"loopt t/m {dutch(last)}" in text, text


@pytest.mark.parametrize(
    ("last_day", "said"),
    [
        ("", "heeft deze einddatum al"),
        (dutch(TODAY - timedelta(days=1)), "De einddatum is al geweest."),
        ("01-01-2019", "Het contract begint op 01-01-2020."),
        ("31-02-2027", "Vul een bestaande datum in"),
    ],
)
def test_what_is_wrong_with_an_end_is_said(sanne, last_day, said):
    contract = agency().contracts[0]
    response = sanne.post(contract_page(contract, "einde/"), {"last_day": last_day})
    assert (response.status_code, said in text_of(response)) == (422, True), text_of(response)


def test_an_organisation_ends_after_its_contracts_and_nothing_begins_then(sanne, joris):
    ours = agency(contracts=1)
    page = f"{LIST}{ours.organisation.id}/"
    response = sanne.post(f"{page}einde/", {"last_day": dutch(TODAY)})
    said = f"Na die dag loopt nog een contract: {ours.contracts[0].number}."
    assert (response.status_code, said in text_of(response)) == (422, True)
    sanne.post(contract_page(ours.contracts[0], "einde/"), {"last_day": dutch(TODAY)})
    assert "wacht al een voorstel" in text_of(sanne.post(f"{page}einde/", {"last_day": dutch(TODAY)}))
    decided(joris, "contract_ending")
    yesterday = TODAY - timedelta(days=1)
    with office():
        GroupContract.objects.filter(id=ours.contracts[0].id).update(end_day=TODAY)
    text = text_of(sanne.post(f"{page}einde/", {"last_day": dutch(yesterday)}, follow=True))
    assert "De einddatum is opgeslagen." in text and "Beëindigd" in text and dutch(yesterday) in text
    assert "Nieuw contract voorstellen" not in text
    assert "Andere einddatum voorstellen" not in text_of(sanne.get(contract_page(ours.contracts[0])))
    response = sanne.post(f"{page}contract/", {"number": "1", "name": "Weer", "first_day": dutch(TODAY)})
    assert (response.status_code, f"is klant t/m {dutch(yesterday)}" in text_of(response)) == (422, True)
    applied(ours)
    assert "Deze organisatie is geen klant meer." in decided(joris, "account_application")
    # Nobody is shut out of what was.
    assert client_of(ours.scope).get("/deelnemers/").status_code == 200
    assert "De einddatum is opgeslagen." in text_of(sanne.post(f"{page}einde/", {"last_day": ""}, follow=True))
    decided(joris, "account_application")
    done = [one for one in actions_of(ours.organisation.id) if one != "participants.list"]
    assert done[-3:] == ["customer.end", "customer.stay", "account.invite"]


def test_a_contract_that_waits_is_not_opened_for_who_is_no_customer_any_more(sanne, joris):
    page = added(sanne)
    sanne.post(f"{page}contract/", {"number": "1", "name": "Leiden", "first_day": dutch(TODAY)})
    with office():
        Organisation.objects.filter(kvk="28012345").update(end_day=TODAY)
    assert "De organisatie is geen klant meer." in decided(joris, "contract_opening")
    with office():
        assert not GroupContract.objects.filter(number="1").exists()


def test_labels_and_portals_are_seen_and_a_label_is_renamed(sanne):
    assert "nog geen labels" in text_of(sanne.get("/labels/"))
    product_of(name="Zorg <b>A</b>")
    text = text_of(sanne.get("/labels/"))
    for said in (
        "Zorg &lt;b&gt;A&lt;/b&gt;",
        "brands/mijnzz/brand.toml",
        "brands/kantoor/brand.toml",
        "mijnzz.localhost",
    ):
        assert said in text, said
    assert "voorbeeld.localhost" not in text
    with office(insurer_id()):
        Product.objects.create(insurer_id=insurer_id(), code="B", name="Plus", kind="supplementary", label="Zorg B")
    page = "/labels/naam/?label=Zorg%20B"
    taken = sanne.post(page, {"name": "Zorg <b>A</b>"})
    assert (taken.status_code, "Er is al een label met de naam" in text_of(taken)) == (422, True)
    assert "Vul de naam in." in text_of(sanne.post(page, {"name": ""}))
    assert "De naam is opgeslagen." in text_of(sanne.post(page, {"name": "Zorg C"}, follow=True))
    with office(insurer_id()):
        assert set(Product.objects.values_list("code", "label")) == {("BASIS", "Zorg <b>A</b>"), ("B", "Zorg C")}
    assert sanne.get(page).url == sanne.get("/labels/naam/").url == "/labels/"


def test_a_label_gets_its_code_from_a_day_on_and_keeps_it_under_another_name(sanne):
    product_of(name="Zorg A")
    page = "/labels/code/?label=Zorg%20A"
    for body, said in (
        ({}, "Vul de UZOVI-code in."),
        ({"uzovi": "7085", "first_day": "31-02-2026"}, "Vul een bestaande datum in"),
        ({"uzovi": "708", "first_day": "01-01-2022"}, "Een UZOVI-code heeft vier cijfers."),
    ):
        wrong = sanne.post(page, body)
        assert (wrong.status_code, said in text_of(wrong)) == (422, True), said
    saved = text_of(sanne.post(page, {"uzovi": "70 85", "first_day": "01-01-2022"}, follow=True))
    assert "De UZOVI-code is opgeslagen." in saved and "7085 vanaf 01-01-2022" in saved
    taken = text_of(sanne.post(page, {"uzovi": "7086", "first_day": "01-01-2022"}))
    assert "Vanaf 01-01-2022 geldt al een andere code. Kies een latere dag." in taken
    # A mistyped year is mended by filling in the right one.
    for day in ("01-01-2062", "01-01-2061"):
        assert f"7086 vanaf {day}" in text_of(sanne.post(page, {"uzovi": "7086", "first_day": day}, follow=True))
    assert "2062" not in text_of(sanne.get("/labels/"))
    with office(insurer_id()):
        LabelCode.objects.filter(uzovi="7086").delete()
    sanne.post("/labels/naam/?label=Zorg%20A", {"name": "Zorg B"})
    assert "7085 vanaf 01-01-2022" in text_of(sanne.get("/labels/"))
    with office(insurer_id()):
        assert list(LabelCode.objects.values_list("label", "uzovi")) == [("Zorg B", "7085")]
    assert sanne.get(page).url == "/labels/"
    assert _actions().count("label.set_code") == 3


def _actions() -> list[str]:
    """What the office did, by its own trail."""
    with auditing(insurer_id()):
        return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def _pages(ours: Agency) -> list[str]:
    customer = f"{LIST}{ours.organisation.id}/"
    return [
        customer, *(f"{customer}{part}/" for part in ("naam", "contactgegevens", "einde", "contract")),
        *(contract_page(ours.contracts[0], part) for part in ("", "naam/", "contactpersonen/", "einde/")),
    ]  # fmt: skip


def test_it_requires_maintaining_customers(sanne):
    ours = agency(roles=("account_manager", "administrative"))
    pages = [LIST, f"{LIST}nieuw/", CONTRACTS, "/labels/", *_pages(ours)]
    for page in pages:
        assert sanne.get(page).status_code == 200, page
    for scope in (clerk(roles=("auditor", "help_desk", "office_manager"), name="Aukje"), ours.scope):
        browser = client_of(scope)
        assert LIST not in text_of(browser.get("/dashboard/"))
        for page in pages:
            assert browser.get(page).status_code == 403, page
            assert browser.post(page).status_code in (403, 405), page


def test_another_insurers_customers_and_the_office_itself_are_not_there(sanne):
    ours, own = agency(), clerk(name="Lotte")
    elsewhere = agency(name="IZZ door VGZ, kantoor", segment="back_office", brand="kantoor-izz", contracts=0)
    theirs = client_of(member_of(elsewhere.organisation, roles=["case_handler"], brand="kantoor-izz"))
    for page in _pages(ours):
        assert sanne.get(page).status_code == 200, page
        assert theirs.get(page).status_code == 404, page
        assert theirs.post(page, {"name": "Gekaapt"}).status_code in (404, 405), page
    with office():
        assert Organisation.objects.get(id=ours.organisation.id).name == ours.organisation.name
    assert ours.organisation.name not in text_of(theirs.get(LIST))
    assert ours.contracts[0].number not in text_of(theirs.get(CONTRACTS))
    assert sanne.get(f"{LIST}{own.organisation_id}/").status_code == 404
    assert "1 organisatie</caption>" in text_of(sanne.get(LIST))


def test_as_many_questions_however_many_there_are(sanne, monkeypatch):
    monkeypatch.setattr(sessions, "_SAME_USE_SECONDS", 3600)

    def asked(page: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert sanne.get(page).status_code == 200
        return len(captured)

    ours = agency()
    pages = (LIST, CONTRACTS, *_pages(ours))
    few = [asked(page) for page in pages if not page.endswith("nieuw/")]
    for number in range(30):
        agency(name=f"Bureau {number}")
    assert [asked(page) for page in pages] == few
    assert text_of(sanne.get(f"{LIST}?pagina=2")).count('<th scope="row"') == 6
    assert text_of(sanne.get(f"{CONTRACTS}?pagina=9")).count('<th scope="row"') == 12
    assert "1 contract" in text_of(sanne.get(CONTRACTS, {"zoek": ours.contracts[1].number}))
    assert "2 contracten" in text_of(sanne.get(CONTRACTS, {"zoek": "bureau 7"}))
    assert "Er is geen contract dat hieraan voldoet." in text_of(sanne.get(CONTRACTS, {"zoek": "nergens"}))
