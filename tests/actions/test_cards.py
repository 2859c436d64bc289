"""Insurance cards: to everyone who is insured, once a year, whatever breaks in between (U11)."""

from __future__ import annotations

import io
from copy import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from psycopg.types.range import DateRange
from pypdf import PdfReader

from collectief.audit.models import AuditEvent
from collectief.contracts.models import Contact
from collectief.documents import actions as documents
from collectief.enrolment.facts import Application, Kind
from collectief.enrolment.models import Participation
from collectief.foundation.names import PersonName
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Moment, Request, Subject
from collectief.participants.models import Address
from collectief.policies import issuing, jobs
from collectief.policies.addressing import portal_of
from collectief.policies.cards import CardProblem, CardsRefused, card_number, judge_year, years
from collectief.policies.held_cards import card_years, cards_of
from collectief.policies.issuing import issue_cards
from collectief.policies.models import InsuranceCard, LabelCode, PolicyTerm
from collectief.post.models import Consignment
from collectief.scope.database import office, opened, working_for
from collectief.scope.scope import NotAllowed
from tests.office_world import clerk
from tests.terms_world import offer, product
from tests.world import Human, agency, enrolled, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U11")]

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
MOMENT = Moment(date(2026, 11, 24), NOW)
# Greek, Cyrillic, Georgian, Armenian, and every mark of the registers' Latin.
NAMES = ["Παπαδόπουλος", "Шевченко", "გელაშვილი", "Հակոբյան", "Łőřĩñçğšżðþøæßŵģ", "van 't Hőf"]


@pytest.fixture
def ours():
    customer = agency()
    offer(customer, product(customer))
    postal_address(customer)
    return customer


def postal_address(customer) -> None:
    with working_for(customer.organisation.id, customer.organisation.insurer_id):
        Contact.objects.create(
            insurer_id=customer.organisation.insurer_id, organisation=customer.organisation, kind="company",
            street="Hoofdweg", house_number="12a", postcode="2333AA", city="Leiden", changed_by="Anna", changed_at=NOW,
        )  # fmt: skip


def people(customer, count: int = 3, *, start: int = 942_000_000) -> list[int]:
    return [enrolled(customer, Human(bsn), MOMENT) for bsn in valid_bsns(count, start=start)]


def go_on(customer, year: int = 2027, *, now: datetime = NOW) -> int:
    return issuing.go_on(customer.organisation.insurer_id, customer.organisation.id, year, now=now)


def cards(customer) -> list[InsuranceCard]:
    with working_for(customer.organisation.id, customer.organisation.insurer_id):
        return list(InsuranceCard.objects.order_by("participant_id", "year"))


def consignments(customer) -> list[Consignment]:
    with working_for(customer.organisation.id, customer.organisation.insurer_id):
        return list(Consignment.objects.order_by("id"))


def text_on(customer, card: InsuranceCard) -> str:
    with opened(customer.scope):
        pdf = documents.reopen(customer.scope, card.document_id).pdf
    return " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())


def test_everyone_who_is_insured_gets_one_with_its_last_day_and_it_goes_to_the_agency(ours):
    someone, *_ = people(ours)
    assert go_on(ours) == 3
    first, *others = cards(ours)
    assert (first.participant_id, first.year, first.expires_on) == (someone, 2027, date(2027, 12, 31))
    assert len({first.number, *(one.number for one in others)}) == 3
    text = text_on(ours, first)
    for said in (
        f"{ours.organisation.name} Hoofdweg 12a 2333AA LEIDEN", "Verzekeringspas 2027", "A.J. Janse", "01-02-1980",
        f"Pasnummer / Card number {first.number}", "31-12-2027", "geeft de pas door", "Take the card with you",
    ):  # fmt: skip
        assert said in text, text
    # Nobody told us by which code others know this insurer.
    assert "UZOVI" not in text
    assert {(one.kind, one.to, one.state) for one in consignments(ours)} == {
        ("insurance_card", "organisation", "waiting")
    }
    with opened(ours.scope):
        event = AuditEvent.objects.get(action="cards.issue")
        assert (sorted(event.participant_ids), event.detail) == (
            [one.participant_id for one in cards(ours)],
            {"year": 2027},
        )
        [held] = cards_of(ours.scope, someone)
    assert (held.number, held.expires_on) == (first.number, date(2027, 12, 31))


@pytest.mark.feature("K02")
def test_it_has_the_code_of_who_insures_as_it_is_when_the_card_begins(ours):
    insurer_id = ours.organisation.insurer_id
    with office(insurer_id):
        for label, uzovi, first_day in (
            ("Zorg", "1111", date(2020, 1, 1)), ("Zorg", "2222", date(2027, 1, 1)), ("Zorg", "3333", date(2027, 1, 2)),
            ("Anders", "4444", date(2027, 1, 1)),
        ):  # fmt: skip
            LabelCode.objects.create(insurer_id=insurer_id, label=label, uzovi=uzovi, first_day=first_day)
    people(ours, 1)
    go_on(ours)
    [card] = cards(ours)
    assert "UZOVI 2222" in text_on(ours, card)


def test_run_again_it_makes_nothing_twice_and_who_came_since_gets_theirs(ours):
    people(ours)
    assert go_on(ours) == 3
    assert go_on(ours) == 0
    people(ours, 1, start=943_000_000)
    assert go_on(ours, now=NOW + timedelta(days=1)) == 1
    assert len(cards(ours)) == len(consignments(ours)) == 4
    assert go_on(ours, 2026) == 4, "of each year one"


def test_killed_halfway_it_goes_on_where_it_was(ours, monkeypatch):
    people(ours, 5)
    monkeypatch.setattr(issuing, "_AT_ONCE", 2)
    real, calls = issuing.send, []

    def killed(*given, **more):
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*given, **more)

    monkeypatch.setattr(issuing, "send", killed)
    assert issuing._issue_some(*_of(ours), 2027, NOW) == 2
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        go_on(ours)
    assert len(cards(ours)) == len(consignments(ours)) == 2
    monkeypatch.setattr(issuing, "send", real)
    go_on(ours)
    assert len(cards(ours)) == len(consignments(ours)) == 5
    assert all(one.document_id for one in cards(ours))


def _of(customer):
    organisation = customer.organisation
    return organisation, portal_of(organisation), customer.scope.profile.cards_to


def test_the_number_is_the_persons_whichever_agency_they_are_insured_through(ours):
    bsn = valid_bsns(1, start=944_000_000)[0]
    enrolled(ours, Human(bsn), MOMENT)
    go_on(ours)
    otto = agency(name="Otto")
    offer(otto, product(otto, "OTTO"))
    postal_address(otto)
    there = enrolled(otto, Human(bsn), MOMENT)
    with opened(otto.scope):
        assert cards_of(otto.scope, there) == [], "that they had one elsewhere is not told"
    go_on(otto)
    [here], [theirs] = cards(ours), cards(otto)
    assert (here.number, here.expires_on) == (theirs.number, theirs.expires_on)
    elsewhere = agency(name="Elders", brand="voorbeeld")
    offer(elsewhere, product(elsewhere, "ELDERS"))
    postal_address(elsewhere)
    enrolled(elsewhere, Human(bsn), MOMENT)
    go_on(elsewhere)
    assert cards(elsewhere)[0].number != here.number, "another insurer has its own"


def test_who_leaves_before_the_year_begins_gets_none(ours):
    [someone] = people(ours, 1)
    with opened(ours.scope):
        leave = Application(Kind.TERMINATE, last_day=date(2026, 12, 31), reason="end_of_employment")
        mutations.submit(ours.scope, [Request(leave, Subject(participant_id=someone))], MOMENT)
    assert go_on(ours) == 0
    assert go_on(ours, 2026) == 1


def test_of_a_municipality_it_goes_to_the_client_at_home(ours):
    town = agency(name="Leiden", segment="municipality")
    [at_home, nowhere] = people(town, 2, start=945_000_000)
    insured = product(town, "GEMEENTE")
    with opened(town.scope):
        for stay in Participation.objects.all():
            PolicyTerm.objects.create(
                insurer_id=town.scope.insurer_id, organisation=town.organisation, participant_id=stay.participant_id,
                participation_id=stay.id, contract_id=stay.contract_id, product=insured, kind="basic",
                period=DateRange(date(2026, 1, 1), None),
            )  # fmt: skip
        Address.objects.create(
            organisation=town.organisation, participant_id=at_home, country="Nederland", street="Breestraat",
            house_number="1", postcode="2311 CS", city="Leiden",
        )  # fmt: skip
    assert go_on(town) == 1
    done, waits = cards(town)
    assert (done.participant_id, done.problem) == (at_home, "")
    assert (waits.participant_id, waits.problem, waits.document_id) == (nowhere, CardProblem.NO_ADDRESS, None)
    assert [one.to for one in consignments(town)] == ["participant"]
    with working_for(town.organisation.id, town.organisation.insurer_id):
        pdf = _pdf(town, done.document_id)
    assert "A.J. Janse Breestraat 1 2311 CS LEIDEN" in pdf
    assert "geeft de pas door" not in pdf


def _pdf(customer, document_id: int) -> str:
    from collectief.documents.queries import kept_file

    found = kept_file(customer.organisation.id, document_id)
    assert found is not None
    return " ".join(PdfReader(io.BytesIO(found)).pages[0].extract_text().split())


def test_what_cannot_be_made_waits_staff_see_it_and_the_next_run_makes_it():
    customer = agency()
    offer(customer, product(customer))
    people(customer, 2)
    assert go_on(customer) == 0
    sanne = clerk()
    this_year, next_year = card_years(sanne, today=date(2026, 11, 24))
    assert [(why, count) for *_, why, count in next_year.missing] == [(CardProblem.NO_ADDRESS, 2)]
    assert (this_year.missing, next_year.made) == ((), 0)
    postal_address(customer)
    assert go_on(customer, now=NOW + timedelta(days=1)) == 2
    assert card_years(sanne, today=date(2026, 11, 24))[1].missing == ()


def test_a_template_that_fails_leaves_every_card_open_and_none_is_lost(ours, monkeypatch):
    people(ours)
    real = documents.typeset

    def broken(said, *, at):
        raise documents.LetterFailed("missing alt text")

    monkeypatch.setattr(documents, "typeset", broken)
    assert go_on(ours) == 0
    assert [one.problem for one in cards(ours)] == [CardProblem.NOT_SET] * 3
    assert consignments(ours) == []
    monkeypatch.setattr(documents, "typeset", real)
    assert go_on(ours, now=NOW + timedelta(days=1)) == 3
    assert [one.problem for one in cards(ours)] == [""] * 3


def test_names_in_every_script_of_europe_are_on_a_card(ours):
    for bsn, name in zip(valid_bsns(len(NAMES), start=946_000_000), NAMES, strict=True):
        enrolled(ours, Human(bsn, PersonName("A.", "", name)), MOMENT)
    assert go_on(ours) == len(NAMES)
    found = [text_on(ours, card) for card in cards(ours)]
    assert all(any(name in text for text in found) for name in NAMES), found


def test_the_office_starts_a_year_once_and_nobody_else(ours):
    sanne = clerk()
    with opened(sanne):
        assert issue_cards(sanne, 2027, now=NOW) is True
        assert issue_cards(sanne, 2027, now=NOW) is False
        assert AuditEvent.objects.filter(action="cards.issue").count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT args ->> 'year' FROM procrastinate_jobs WHERE task_name = 'policies.go_on_with_cards'")
        assert cursor.fetchall() == [("2027",)]
    assert issuing.runs(date(2027, 6, 1)) == [(sanne.insurer_id, 2027)]
    assert issuing.runs(date(2028, 1, 1)) == []
    for scope in (ours.scope, replace(sanne, roles=frozenset())):
        with pytest.raises(NotAllowed):
            issue_cards(scope, 2027, now=NOW)
        with pytest.raises(NotAllowed):
            card_years(scope, today=NOW.date())


def test_every_night_each_year_that_runs_goes_on(ours, monkeypatch):
    sanne = clerk()
    with opened(sanne):
        issue_cards(sanne, 2027, now=NOW)
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2027, 3, 1))
    jobs.more_cards(0)
    jobs.go_on_with_cards(insurer_id=sanne.insurer_id, year=2027)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args ->> 'organisation_id' FROM procrastinate_jobs WHERE task_name LIKE '%.issue_cards_of'"
        )
        assert (str(ours.organisation.id),) in cursor.fetchall()


def test_who_reaches_other_contracts_sees_no_card_of_theirs(ours):
    [someone] = people(ours, 1)
    go_on(ours)
    for scope, seen in (
        (member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[:1]), 1),
        (member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[1:]), 0),
        (agency(name="Otto").scope, 0),
    ):
        with opened(scope):
            assert len(cards_of(scope, someone)) == seen
    with pytest.raises(NotAllowed):
        cards_of(member_of(ours.organisation, roles=["financial"]), someone)


def test_two_years_after_its_last_day_a_card_is_forgotten(ours, monkeypatch):
    people(ours, 1)
    go_on(ours)
    for day, left in ((date(2029, 12, 30), 1), (date(2029, 12, 31), 0)):
        monkeypatch.setattr(timezone, "localdate", lambda *_, day=day: day)
        jobs.forget(0)
        assert len(cards(ours)) == left


@pytest.mark.parametrize(
    ("year", "today", "code"),
    [
        (2027, date(2026, 11, 14), "cards_too_early"), (2028, date(2026, 12, 1), "cards_too_early"),
        (2025, date(2026, 1, 1), "cards_too_late"), (0, date(2026, 1, 1), "cards_too_late"),
        (2027, date(2026, 11, 15), ""), (2026, date(2026, 12, 31), ""),
    ],
)  # fmt: skip
def test_a_year_is_issued_from_the_middle_of_november_before_it(year, today, code):
    assert (year in years(today)) == (not code)
    if code:
        with pytest.raises(CardsRefused, match=code):
            judge_year(year, today)
    else:
        judge_year(year, today)


def test_a_mistyped_number_is_found():
    from stdnum import luhn

    number = card_number(100_000_001)
    digits = number.replace(" ", "")
    assert luhn.is_valid(digits)
    assert not any(
        luhn.is_valid(digits[:place] + str((int(digits[place]) + 1) % 10) + digits[place + 1 :])
        for place in range(len(digits))
    )
