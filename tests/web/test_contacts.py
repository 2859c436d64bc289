"""Contact persons of a contract and contact data of the company are changed in the portal, and in the trail (U28)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from collectief.audit.models import AuditEvent
from collectief.contracts.actions import change_contacts
from collectief.contracts.models import Contact
from collectief.contracts.queries import ContactView, NoContract
from collectief.contracts.rules import ContactKind, phone_text, tidy_phone
from collectief.scope.database import opened
from collectief.scope.scope import NotAllowed
from tests.web.visiting import client_of, text_of
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U28")]

DATA, COMPANY = "/contractgegevens/", "/contractgegevens/bedrijf/"
TYPED = {
    "administrative_name": " Anna  de Boer", "administrative_phone": "071 582 5299",
    "administrative_email": "anna@debrug.example", "financial_name": "Femke <b>Visser</b>",
    "financial_phone": "+32 2 555 12 12", "financial_email": "",
}  # fmt: skip


@pytest.fixture
def ours(db):
    return agency()


def contacts_page(ours, which: int = 0) -> str:
    return f"{DATA}{ours.contracts[which].id}/contactpersonen/"


def kept(ours) -> list[tuple[object, ...]]:
    with opened(ours.scope):
        rows = Contact.objects.order_by("kind", "contract_id")
        return list(rows.values_list("kind", "contract_id", "name", "phone", "email"))


def events(ours) -> list[tuple[str, object]]:
    with opened(ours.scope):
        found = AuditEvent.objects.filter(action="contract.change_contact").order_by("id")
        return [(one.account, one.detail["kinds"]) for one in found]


def test_contacts_of_a_contract_are_changed_and_seen_by_everyone_of_the_organisation(ours):
    anna = client_of(ours.scope)
    assert contacts_page(ours) in text_of(anna.get(DATA))
    assert "De contactgegevens zijn opgeslagen." in text_of(anna.post(contacts_page(ours), TYPED, follow=True))
    contract = ours.contracts[0].id
    assert kept(ours) == [
        ("administrative", contract, "Anna de Boer", "+31715825299", "anna@debrug.example"),
        ("financial", contract, "Femke <b>Visser</b>", "+3225551212", ""),
    ]
    femke = client_of(member_of(ours.organisation, roles=["financial"], name="Femke"))
    text = text_of(femke.get(DATA))
    for said in (
        "Anna de Boer",
        "071 582 5299",
        "anna@debrug.example",
        "Femke &lt;b&gt;Visser&lt;/b&gt;",
        "+32 2 555 12 12",
    ):
        assert said in text, said
    assert 'value="071 582 5299"' in text_of(femke.get(contacts_page(ours)))
    assert events(ours) == [("Anna", ["administrative", "financial"])]


def test_what_was_so_already_is_no_change(ours):
    anna = client_of(ours.scope)
    anna.post(contacts_page(ours), TYPED)
    anna.post(contacts_page(ours), TYPED)
    assert len(events(ours)) == 1
    anna.post(contacts_page(ours), TYPED | {"financial_email": "geld@debrug.example"})
    assert events(ours)[1:] == [("Anna", ["financial"])]
    assert len(kept(ours)) == 2


def test_the_company_is_reached_somewhere_too(ours):
    anna = client_of(ours.scope)
    anna.post(COMPANY, {"company_phone": "0715825825", "company_email": "info@debrug.example"})
    assert kept(ours) == [("company", None, "", "+31715825825", "info@debrug.example")]
    assert "info@debrug.example" in text_of(anna.get(DATA))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"administrative_phone": "12"}, "Dit is geen telefoonnummer."),
        ({"financial_phone": "geen"}, "Dit is geen telefoonnummer."),
        ({"financial_email": "femke"}, "Vul een e-mailadres in"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(ours, more, said):
    response = client_of(ours.scope).post(contacts_page(ours), TYPED | more)
    assert (response.status_code, said in text_of(response)) == (422, True)
    assert kept(ours) == []


def test_who_works_in_one_contract_changes_that_one_only(ours):
    lisa = client_of(member_of(ours.organisation, roles=["administrative"], contracts=[ours.contracts[0]], name="Lisa"))
    client_of(ours.scope).post(contacts_page(ours, 1), TYPED)
    assert lisa.post(contacts_page(ours), TYPED).status_code == 302
    text = text_of(lisa.get(DATA))
    assert ours.contracts[1].number not in text and COMPANY not in text
    for page in (contacts_page(ours, 1), COMPANY):
        assert lisa.get(page).status_code == lisa.post(page, TYPED).status_code == 404


def test_otto_changes_nothing_here_and_a_municipality_reads_only(ours):
    otto = client_of(agency(name="Otto Flex").scope)
    assert otto.get(contacts_page(ours)).status_code == otto.post(contacts_page(ours), TYPED).status_code == 404
    assert kept(ours) == []
    leiden = agency(name="Gemeente Leiden", segment="municipality")
    clerk = client_of(leiden.scope)
    assert "wijzigen" not in text_of(clerk.get(DATA))
    assert clerk.post(contacts_page(leiden), TYPED).status_code == 403


@pytest.mark.parametrize(
    ("typed", "number", "read"),
    [
        ("", "", ""), (" 071-5825299 ", "+31715825299", "071 582 5299"),
        ("0031 6 12345678", "+31612345678", "06 12345678"), ("+48 22 555 12 12", "+48225551212", "+48 22 555 12 12"),
    ],
)  # fmt: skip
def test_a_telephone_number_is_kept_whole_and_read_as_people_write_it(typed, number, read):
    assert tidy_phone(typed) == number
    assert phone_text(number) == read


@pytest.mark.parametrize("typed", ["12", "twaalf", "+99 123", "071 582", "071 5825299 ext. 12", "06-12345678;ext=9"])
def test_what_is_no_telephone_number_or_not_the_whole_of_it_is_refused(typed):
    with pytest.raises(ValueError):
        tidy_phone(typed)


@pytest.mark.feature("G13")
def test_who_works_in_some_contracts_changes_the_contacts_of_those_and_not_of_the_organisation(ours):
    lies = member_of(ours.organisation, roles=["administrative"], name="Lies", contracts=[ours.contracts[0]])
    wanted, now = {ContactKind.ADMINISTRATIVE: ContactView(name="Anna")}, timezone.now()
    with opened(lies):
        assert change_contacts(lies, ours.contracts[0].id, wanted, now=now)
        with pytest.raises(NoContract):
            change_contacts(lies, ours.contracts[1].id, wanted, now=now)
        with pytest.raises(NotAllowed):
            change_contacts(lies, None, {ContactKind.COMPANY: ContactView(email="info@debrug.example")}, now=now)
    assert [(kind, contract) for kind, contract, *_ in kept(ours)] == [("administrative", ours.contracts[0].id)]
