"""What of a participant is shown to whom, and typed by whom: the profile says so, field by field (U07, U19, G03)."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import pytest

from collectief.audit.models import AuditEvent
from collectief.enrolment.queries import Search, current_participants
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.mutations import actions as mutations
from collectief.participants.models import Participant, RegisterCheck
from collectief.participants.queries import bsns, participant, sexes
from collectief.scope.database import opened
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Field, Fields, Permission, Role
from tests.web.sheets import rows_of
from tests.web.visiting import client_of, text_of, this_moment
from tests.world import Human, agency, confirm, enrol, member_of, valid_bsns

BSN = valid_bsns(1, start=911_000_000)[0]
HUMAN = Human(BSN, PersonName("A.", "", "Zichtbaar"), BirthDate(1981, 2, 3))
ADDRESS = {
    "street": "Zichtlaan",
    "house_number": "7",
    "postcode": "1234 AB",
    "city": "Kijkduin",
    "country": "Nederland",
}
# What tells of each field on a page.
SIGNS = {
    Field.BSN: BSN.digits, Field.BIRTH_DATE: "03-02-1981", Field.EXTERNAL_REFERENCE: "P-ZICHT-9",
    Field.ADDRESS: "Zichtlaan 7",
}  # fmt: skip


def _comes(customer, human: Human = HUMAN, reference: str = "P-ZICHT-9") -> int:
    moment = this_moment()
    confirm(customer.scope, [human], moment)
    since, contract = moment.today - timedelta(days=30), customer.contracts[0].number
    request = enrol(customer.scope, human, contract, since, reference=reference, address=ADDRESS)
    with opened(customer.scope):
        [outcome] = mutations.submit(customer.scope, [request], moment)
    assert outcome.participant_id is not None, outcome.verdict
    return outcome.participant_id


@pytest.fixture
def profile_with(monkeypatch):
    """Puts another set of fields into a segment's profile."""

    def put(segment: str, **fields) -> None:
        profile = PROFILES[segment]
        changed = dataclasses.replace(profile, fields=dataclasses.replace(profile.fields, **fields))
        monkeypatch.setitem(PROFILES, segment, changed)

    return put


@pytest.fixture
def town(db):
    return agency(segment="municipality", name="Gemeente Duinstad", contracts=2)


@pytest.mark.feature("U07")
@pytest.mark.feature("G03")
@pytest.mark.feature("U19")
@pytest.mark.parametrize("segment", ["staffing_agency", "municipality"])
def test_the_page_and_the_list_show_what_the_profile_shows_and_no_more(db, segment):
    customer = agency(segment=segment)
    number = _comes(customer)
    client = client_of(customer.scope)
    page, listed = text_of(client.get(f"/deelnemers/{number}/")), text_of(client.get("/deelnemers/"))
    fields = PROFILES[segment].fields
    for field, sign in SIGNS.items():
        assert (sign in page) == (field in fields.shown), field
        assert (sign in listed) == (field in fields.columns), field


@pytest.mark.feature("U07")
@pytest.mark.parametrize("hidden", SIGNS)
def test_a_field_that_the_profile_does_not_show_is_on_no_page_and_in_no_answer(db, profile_with, hidden):
    shown = dict.fromkeys(set(Field) - {hidden}, Permission.SEE_PARTICIPANTS)
    columns = [field for field in Field if field not in {hidden, Field.ADDRESS}]
    profile_with("staffing_agency", shown=shown, columns=columns)
    customer = agency()
    number = _comes(customer)
    client = client_of(customer.scope)
    for path in (f"/deelnemers/{number}/", "/deelnemers/", f"/deelnemers/?open={number}"):
        text = text_of(client.get(path))
        assert SIGNS[hidden] not in text
        assert any(sign in text for field, sign in SIGNS.items() if field is not hidden)
    with opened(customer.scope):
        seen = participant(customer.scope, number)
        [row] = current_participants(customer.scope, Search(), today=this_moment().today).rows
        numbers = bsns(customer.scope, [number])
    assert (hidden in {Field.BIRTH_DATE}) == (not seen.birth_date) == (not row.birth_date)
    assert (hidden is Field.EXTERNAL_REFERENCE) == (not seen.external_reference) == (not row.external_reference)
    assert (hidden is Field.ADDRESS) == (seen.address is None)
    assert (hidden is Field.BSN) == (not numbers)


@pytest.mark.feature("U07")
def test_a_field_can_take_a_permission_of_its_own(db, profile_with):
    shown = dict(PROFILES["municipality"].fields.shown) | {Field.BSN: Permission.SEE_INVOICES}
    profile_with("municipality", shown=shown)
    customer = agency(segment="municipality")
    number = _comes(customer)
    assert BSN.digits not in text_of(client_of(customer.scope).get(f"/deelnemers/{number}/"))
    both = member_of(customer.organisation, roles=["administrative", "financial"], name="Beide")
    assert BSN.digits in text_of(client_of(both).get(f"/deelnemers/{number}/"))


@pytest.mark.feature("U07")
def test_nothing_is_sorted_on_what_is_not_shown(db, profile_with):
    customer = agency(segment="municipality")
    humans = zip(valid_bsns(2, start=912_000_000), ["Aap", "Noot"], ["Z", "A"], strict=True)
    for bsn, name, reference in humans:
        _comes(customer, Human(bsn, PersonName("A.", "", name), BirthDate(1980, 1, 1)), reference)
    with opened(customer.scope):
        rows = current_participants(customer.scope, Search(), today=this_moment().today, sort="referentie").rows
    assert [row.name.surname for row in rows] == ["Aap", "Noot"]


@pytest.mark.feature("U07")
@pytest.mark.feature("U20")
@pytest.mark.parametrize(("segment", "typed"), [("staffing_agency", True), ("municipality", False)])
def test_a_form_asks_what_the_profile_has_typed_and_hears_nothing_else(db, segment, typed):
    customer = agency(segment=segment)
    confirm(customer.scope, [HUMAN], this_moment())
    client = client_of(customer.scope)
    door = "/deelnemers/nieuw/" if typed else "/gezin/nieuw/"
    assert ("Extern referentienummer" in text_of(client.get(door))) == typed
    sent = {
        "contract": customer.contracts[0].number, "first_day": f"{this_moment().today:%d-%m-%Y}", "bsn": BSN.digits,
        "initials": "A.", "surname": "Zichtbaar", "birth_date": "03-02-1981", "reference": "P-1", **ADDRESS,
    }  # fmt: skip
    answer = client.post(door, sent)
    assert answer.status_code == 302
    if not typed:
        # In steps: the insurance, and the check.
        for step in ("verzekering", "controleren"):
            assert client.post(f"{answer.headers['Location']}{step}/").status_code == 302
    with opened(customer.scope):
        assert Participant.objects.get().external_reference == ("P-1" if typed else "")


@pytest.mark.feature("G03")
def test_a_bsn_that_is_shown_is_in_the_trail_and_one_that_is_not_is_not(db):
    for segment, told in (("municipality", True), ("staffing_agency", None)):
        customer = agency(segment=segment)
        number = _comes(customer)
        client = client_of(customer.scope)
        client.get("/deelnemers/")
        client.get(f"/deelnemers/{number}/")
        with opened(customer.scope):
            for action in ("participants.list", "participants.see"):
                event = AuditEvent.objects.filter(action=action).latest("id")
                assert (event.detail.get("bsn"), event.participant_ids) == (told, [number])
                assert BSN.digits not in str(event.detail)


@pytest.mark.feature("G03")
def test_somebody_is_found_by_bsn_and_no_address_has_it(town):
    number = _comes(town)
    client = client_of(town.scope)
    assert "Zoek op BSN" in text_of(client.get("/deelnemers/"))
    answer = client.post("/deelnemers/bsn/", {"bsn": BSN.digits})
    assert answer.status_code == 302
    assert BSN.digits not in answer["Location"]
    assert "A. Zichtbaar" in text_of(client.get(answer["Location"]))
    with opened(town.scope):
        assert Participant.objects.get(id=number).relation_number in answer["Location"]


@pytest.mark.feature("G03")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (valid_bsns(1, start=913_000_000)[0].digits, "Niemand met dit BSN is deelnemer."),
        ("123456789", "Dit is geen geldig BSN."),
        ("", "Vul het burgerservicenummer in."),
    ],
)
def test_a_bsn_that_finds_nobody_is_said_at_the_field_and_not_given_back(town, typed, said):
    _comes(town)
    answer = client_of(town.scope).post("/deelnemers/bsn/", {"bsn": typed})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert said in text
    assert not typed or typed not in text


@pytest.mark.feature("G03")
def test_whoever_an_agency_knows_is_nobody_for_a_municipality_nor_beyond_ones_contracts(town):
    other = agency(segment="municipality", name="Gemeente Elders")
    _comes(other)
    assert client_of(town.scope).post("/deelnemers/bsn/", {"bsn": BSN.digits}).status_code == 422
    narrow = member_of(other.organisation, roles=["administrative"], name="Smal", contracts=[other.contracts[1]])
    assert client_of(narrow).post("/deelnemers/bsn/", {"bsn": BSN.digits}).status_code == 422


@pytest.mark.feature("U19")
def test_an_agency_has_no_search_by_bsn(db):
    ours = agency()
    client = client_of(ours.scope)
    assert "Zoek op BSN" not in text_of(client.get("/deelnemers/"))
    assert client.post("/deelnemers/bsn/", {"bsn": BSN.digits}).status_code in {403, 404}


@pytest.mark.feature("G03")
def test_the_columns_are_those_of_the_manual_in_its_order(town):
    _comes(town)
    page = client_of(town.scope).get("/deelnemers/").content.decode()
    heads = [re.sub("<[^>]+>", "", head) for head in re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)]
    assert heads == [
        "Naam",
        "Contract",
        "BSN",
        "Relatienummer",
        "Geboortedatum",
        "Geslacht",
        "Ingangsdatum",
        "Einddatum (t/m)",
        "Bijschrijven verzekering",
        "Status",
    ]


@pytest.mark.feature("G03")
def test_the_sex_that_the_brp_has_is_in_list_and_page_of_a_municipality_and_not_even_kept_for_an_agency(db):
    woman, nobody_knows = dataclasses.replace(HUMAN, sex="V"), Human(valid_bsns(1, start=912_500_000)[0])
    town, bureau = agency(segment="municipality"), agency()
    number, unknown = _comes(town, woman), _comes(town, nobody_knows)
    client = client_of(town.scope)
    listed = text_of(client.get("/deelnemers/"))
    assert (listed.count("<td>V</td>"), listed.count("<td>03-02-1981</td><td>V</td>")) == (1, 1)
    assert "<dt>Geslacht</dt><dd>V</dd>" in text_of(client.get(f"/deelnemers/{number}/"))
    assert "<dt>Geslacht</dt><dd>–</dd>" in text_of(client.get(f"/deelnemers/{unknown}/"))
    assert sorted(row["Geslacht"] or "" for row in rows_of(town.scope, "/deelnemers/download/")) == ["", "V"]
    _comes(bureau, woman)
    assert "Geslacht" not in rows_of(bureau.scope, "/deelnemers/download/")[0]
    with opened(bureau.scope):
        assert Participant.objects.get().sex == RegisterCheck.objects.get().sex == ""
    with opened(town.scope):
        assert sexes(town.scope, [number, unknown]) == {number: "V"}
        assert sexes(dataclasses.replace(town.scope, profile=bureau.scope.profile), [number]) == {}


def test_a_list_cannot_have_a_column_that_nobody_may_see():
    with pytest.raises(ValueError, match="bsn"):
        Fields(shown={Field.BIRTH_DATE: Permission.SEE_PARTICIPANTS}, columns=(Field.BSN,))


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_no_role_sees_a_field_without_seeing_participants(profile):
    for role in Role:
        seen = {field for field in Field if profile.sees(frozenset({role}), field)}
        assert not seen or Permission.SEE_PARTICIPANTS in profile.permissions(frozenset({role}))
