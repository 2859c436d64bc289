"""Every kind of letter, of every brand, in both languages, can be read by everyone (PDF/UA-1), and is PDF/A-2a."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, BooleanObject, ContentStream, NameObject, TextStringObject

from collectief.brands.catalogue import all_brands
from collectief.brands.wording import worded
from collectief.contracts.queries import ContractView
from collectief.deductible.letters import yearly_overview
from collectief.deductible.queries import UseLine
from collectief.deductible.rules import Use
from collectief.documents.framing import frame
from collectief.documents.rules import Letter, LetterKind, numbered, shown
from collectief.documents.typesetting import typeset
from collectief.enrolment.letters import confirmation
from collectief.foundation.money import Money
from collectief.foundation.names import PersonName
from collectief.foundation.period import Period
from collectief.mutations.queries import MutationView
from collectief.participants.queries import ParticipantView
from collectief.policies.insured import TermView
from collectief.policies.letters import insurance_card, insurance_statement, policy_schedule, termination_letter
from collectief.policies.rules import ProductKind
from collectief.policies.schedules import Price, Schedule
from collectief.statements.letters import s1_form
from collectief.statements.queries import FormView
from collectief.statements.rules import Ground
from tests.pdf_ua import faults

pytestmark = [pytest.mark.feature("K07"), pytest.mark.feature("X14")]

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
TODAY = AT.date()
NAME = PersonName("A.J.", "van der", "Łukaszewicz")
PERSON = ParticipantView(1, NAME, "300123", "1980-02-01", "AB-12", None)
CONTRACT = ContractView(7, "100000001", "Uitzendkrachten", Period(date(2020, 1, 1), None))
TERMS = [
    TermView(1, 7, product, name, kind, "Zorg en Zekerheid", Period(date(2025, 1, 1), date(2027, 1, 1)))
    for product, name, kind in ((1, "Basis", ProductKind.BASIC), (2, "AV Top", ProductKind.SUPPLEMENTARY))
]
PRICE = Price("Basis", Money(15995), Money(1200), Money(0), Money(14795))
TOUCHED = {
    "id": 1, "before": {"contract_id": 7, "first_day": "2025-01-01", "end_day": None, "reason": ""},
    "after": {"contract_id": 7, "first_day": "2025-01-01", "end_day": "2027-01-01", "reason": "deceased"},
}  # fmt: skip
MUTATION = MutationView(
    5, "terminate", "processed", "", {}, str(NAME), 1, 7, {}, [TOUCHED], [], date(2027, 1, 1), AT, AT, "Anna", "form"
)
USED = Use(2026, Money(38500), Money(1000), TODAY)
FORM = FormView("S1", NAME, "1980-02-01", "300123", Ground.FAMILY, "PL", ("ul. Długa 1", "Łódź"), TODAY, None, (7,))

KINDS: dict[LetterKind, Callable[[Any], Letter]] = {
    LetterKind.POLICY_SCHEDULE: lambda _: policy_schedule(
        PERSON, CONTRACT, "De Brug", TERMS, Schedule(Period(date(2026, 1, 1), None), (PRICE,) * 60)
    ),
    LetterKind.TERMINATION: lambda _: termination_letter(
        PERSON, CONTRACT, "De Brug", TERMS, date(2026, 12, 31), today=TODAY
    ),
    LetterKind.INSURANCE_STATEMENT: lambda _: insurance_statement(
        PERSON, {7: CONTRACT.label}, "De Brug", TERMS, today=TODAY, added="In 2024 was alles verzekerd."
    ),
    LetterKind.INSURANCE_CARD: lambda brand: insurance_card(
        brand, NAME, "1980-02-01", "300123", "Zorg en Zekerheid", "De Brug", "1234 5678 9", 2027,
        uzovi="7085", address=("De Brug", "Hoofdweg 1", "2333 AA  LEIDEN"), to_home=False,
    ),
    LetterKind.DEDUCTIBLE: lambda brand: yearly_overview(
        UseLine(1, NAME, "300123", "1980-02-01", "", USED), brand.insurer_name, "De Brug"
    ),
    LetterKind.S1: lambda brand: s1_form(FORM, insurer=brand.insurer_name, organisation="De Brug", country="Polen"),
    LetterKind.CONFIRMATION: lambda _: confirmation(
        PERSON, MUTATION, TERMS, contracts={7: CONTRACT.label}, organisation="De Brug", reason="Overleden", undoes="",
        references=("AB-12", ""), today=TODAY,
    ),
}  # fmt: skip


def made(kind: LetterKind, slug: str, language: str) -> bytes:
    [brand] = [one for one in all_brands() if one.slug == slug]
    with worded(brand, language):
        framed = frame(brand, today=TODAY)
        check = framed["check"].replace("{number}", shown(numbered(b"0123456789")))
        return typeset({**asdict(KINDS[kind](brand)), **framed, "check": check}, at=AT)


def test_every_kind_there_is_is_looked_at():
    assert KINDS.keys() == set(LetterKind)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("slug", [one.slug for one in all_brands()])
@pytest.mark.parametrize("kind", LetterKind)
def test_it_can_be_read_by_everyone(kind, slug, language):
    assert faults(made(kind, slug, language), language) == []


def _untagged(writer: PdfWriter) -> None:
    page = writer.pages[0]
    stream = ContentStream(page.get_contents(), writer)
    stream.operations = [one for one in stream.operations if one[1] not in (b"BDC", b"BMC", b"EMC")]
    page[NameObject("/Contents")] = stream


def _without(*path: str) -> Callable[[PdfWriter], None]:
    def tamper(writer: PdfWriter) -> None:
        where: Any = writer.root_object
        for name in path[:-1]:
            where = where[name]
        del where[path[-1]]

    return tamper


def _every(kind: str, change: Callable[[Any], None]) -> Callable[[PdfWriter], None]:
    def tamper(writer: PdfWriter) -> None:
        for number in range(1, len(writer._objects) + 1):
            one = writer.get_object(number)
            if isinstance(one, dict) and kind in (one.get("/S"), one.get("/Type")):
                change(one)

    return tamper


def _named(name: str) -> Callable[[Any], None]:
    return lambda node: node.update({NameObject("/S"): NameObject(name)})


TAMPERED: dict[str, Callable[[PdfWriter], None]] = {
    "01-005 there is no structure": _without("/StructTreeRoot"),
    "01-005 TJ paints": _untagged,
    "01-005 what is painted and what is in the structure differ": _every(
        "/Strong", lambda node: node.update({NameObject("/K"): ArrayObject()})
    ),
    "02-001 /Kop is no structure type": _every("/H1", _named("/Kop")),
    "06-001": lambda writer: writer.root_object["/MarkInfo"].update({NameObject("/Marked"): BooleanObject(False)}),
    "its metadata do not say 06-002 PDF/UA-1": _without("/Metadata"),
    "07-001": _without("/ViewerPreferences", "/DisplayDocTitle"),
    "09-004 a cell stands in no row": _every("/TR", _named("/Div")),
    "11-006 its language is None": _without("/Lang"),
    "11-006 its language is en": lambda writer: writer.root_object.update(
        {NameObject("/Lang"): TextStringObject("en")}
    ),
    "13-004": _every("/Strong", _named("/Figure")),
    "14-002": _every("/H1", _named("/H2")),
    "14-003": _every("/H2", _named("/H3")),
    "15-003 a table has no header row": _every("/TH", _named("/TD")),
    "15-003 a header cell does not say of what": _every("/TH", lambda node: node.pop("/A", None)),
    "15-005": _every("/TR", lambda row: row["/K"].pop() if row["/K"][0]["/S"] == "/TD" else None),
    "31-009": _every("/FontDescriptor", lambda node: [node.pop(name, None) for name in ("/FontFile2", "/FontFile3")]),
    "31-027": _every("/Font", lambda node: node.pop("/ToUnicode", None)),
}


@pytest.mark.parametrize("fault", TAMPERED)
def test_what_is_wrong_is_found(fault):
    good = made(LetterKind.POLICY_SCHEDULE, "mijnzz", "nl")
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(good)))
    TAMPERED[fault](writer)
    out = io.BytesIO()
    writer.write(out)
    assert any(fault in one for one in faults(out.getvalue(), "nl")), faults(out.getvalue(), "nl")


def test_written_back_as_it_was_it_is_still_good():
    """So that what is found above was the tampering, not the writing."""
    out = io.BytesIO()
    PdfWriter(clone_from=PdfReader(io.BytesIO(made(LetterKind.POLICY_SCHEDULE, "mijnzz", "nl")))).write(out)
    assert faults(out.getvalue(), "nl") == []
