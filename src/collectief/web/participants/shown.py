"""What is shown of a participant, as far and in the order that the profile says (U07, U19, G03)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from collectief.audit import actions as audit
from collectief.contracts.queries import ContractView
from collectief.enrolment.queries import ListRow
from collectief.exports.words import SEXES
from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate, dutch
from collectief.participants.queries import AddressView, ParticipantView, bsns, sexes
from collectief.scope.scope import Scope
from collectief.segments.profile import Field

_NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Known:
    """What the cells of a list need beside its rows: labels of contracts by id; BSN and sex by participant."""

    contracts: Mapping[int, str]
    bsns: Mapping[int, Bsn] = field(default_factory=dict)
    sexes: Mapping[int, str] = field(default_factory=dict)


def field_labels() -> dict[Field, str]:
    """What each field is called on screen."""
    return {
        Field.RELATION_NUMBER: _("Relatienummer"), Field.BIRTH_DATE: _("Geboortedatum"),
        Field.EXTERNAL_REFERENCE: _("Referentie"), Field.BSN: _("BSN"), Field.SEX: _("Geslacht"),
        Field.ADDRESS: _("Woonadres"),
        Field.CONTRACT: _("Contract"), Field.FIRST_DAY: _("Ingangsdatum"), Field.LAST_DAY: _("Einddatum (t/m)"),
    }  # fmt: skip


def columns_of(scope: Scope, contracts: Sequence[ContractView]) -> list[Field]:
    """The columns of a list behind the name: those of the profile that its reader sees.

    The contract has one only where there are several.
    """
    own = (column for column in scope.profile.fields.columns if scope.sees(column))
    return [column for column in own if column is not Field.CONTRACT or len(contracts) > 1]


def known_of(
    scope: Scope, columns: Sequence[Field], contracts: Sequence[ContractView], rows: Sequence[ListRow]
) -> Known:
    """What is needed for the cells of these rows; at most two queries."""
    numbers = {contract.id: contract.number for contract in contracts}
    people = {row.participant_id for row in rows}
    return Known(
        numbers,
        bsns(scope, people) if Field.BSN in columns else {},
        sexes(scope, people) if Field.SEX in columns else {},
    )


_CELLS: dict[Field, Callable[[ListRow, Known], str]] = {
    Field.RELATION_NUMBER: lambda row, _known: row.relation_number,
    Field.BIRTH_DATE: lambda row, _known: _born(row.birth_date),
    Field.EXTERNAL_REFERENCE: lambda row, _known: row.external_reference or _NOTHING,
    Field.BSN: lambda row, known: _digits(known.bsns.get(row.participant_id)),
    Field.SEX: lambda row, known: str(SEXES.get(known.sexes.get(row.participant_id, ""), "")) or _NOTHING,
    Field.CONTRACT: lambda row, known: known.contracts.get(row.contract_id, ""),
    Field.FIRST_DAY: lambda row, _known: dutch(row.first_day),
    Field.LAST_DAY: lambda row, _known: dutch(row.last_day) if row.last_day else _NOTHING,
}


def cells(row: ListRow, columns: Sequence[Field], known: Known) -> list[str]:
    """A row's text in each column."""
    return [_CELLS[column](row, known) for column in columns]


def details(scope: Scope, person: ParticipantView) -> list[tuple[str, str]]:
    """What the page of one participant says of them: label and text, of each field that its reader sees."""
    labels = {**field_labels(), Field.EXTERNAL_REFERENCE: _("Extern referentienummer")}
    said = {
        Field.BSN: lambda: _digits(bsns(scope, [person.id]).get(person.id)),
        Field.RELATION_NUMBER: lambda: person.relation_number,
        Field.BIRTH_DATE: lambda: _born(person.birth_date),
        Field.SEX: lambda: str(SEXES.get(person.sex, "")) or _NOTHING,
        Field.EXTERNAL_REFERENCE: lambda: person.external_reference or _NOTHING,
        Field.ADDRESS: lambda: _address(person.address),
    }
    return [(labels[one], text()) for one, text in said.items() if scope.sees(one)]


def record(scope: Scope, action: str, participants: Sequence[int], columns: Sequence[Field] | None = None) -> None:
    """That these were seen goes into the trail, and that their BSN was among it (law 8, U19).

    `columns` is what a list had; without, a page of everything its reader sees.
    """
    bsn = scope.sees(Field.BSN) if columns is None else Field.BSN in columns
    audit.record(scope, action, participants=participants, detail={"bsn": True} if bsn else None)


def _digits(bsn: Bsn | None) -> str:
    return bsn.digits if bsn else _NOTHING


def _born(text: str) -> str:
    return BirthDate.parse(text).dutch if text else _NOTHING


def _address(address: AddressView | None) -> str:
    if address is None:
        return _("Niet bekend")
    lines = (f"{address.street} {address.house_number}", f"{address.postcode} {address.city}", address.country)
    return format_html_join("\n", "{}<br>", ((line,) for line in lines if line.strip()))
