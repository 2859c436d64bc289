"""One chunk of applications for participants: their facts in five queries, their effects in seven statements.

Whoever is meant by BSN, relation number or reference becomes one `_Case`; the rules see its `Member`, which
each accepted application moves on, so that a thousand rows about ten people come out as if done one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from collectief.contracts.queries import contracts
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.mutations.corridor import Entry, Moment, Request, Subject
from collectief.mutations.verdicts import Accepted, Refused, Verdict
from collectief.participants.register import recent_answers
from collectief.scope.scope import Scope
from collectief.scope.staging import next_ids

from . import effects, memory
from .rules import Contract, Kind, Member, RegisterAnswer, Stay, StayChange, Terms, carried_out, judge

# Kinds for which a person may be new to the organisation, and the BRP is asked.
CHECKED = frozenset({Kind.ENROL, Kind.RE_ENROL})


@dataclass(slots=True, eq=False)
class Case:
    """One person in this chunk: what the rules know, and what the tables must become."""

    member: Member
    participant_id: int | None = None
    relation_number: str = ""
    name: PersonName | None = None
    before: tuple[Stay, ...] = ()
    bsn_index: bytes | None = None
    bsn_sealed: bytes | None = None
    address: dict[str, str] = field(default_factory=dict)
    accepted: bool = False
    newcomer: bool = False
    # Participation ids by contract and first day: a stay keeps both for as long as it exists.
    stay_ids: dict[tuple[int, str], int] = field(default_factory=dict)


class EnrolmentSitting:
    """Facts of a chunk; see `mutations.corridor.Sitting`."""

    def __init__(self, scope: Scope, requests: Sequence[Request], moment: Moment) -> None:
        self.scope, self.moment = scope, moment
        known = {c.number: Contract(c.id, c.number, c.period) for c in contracts(scope)}
        only = next(iter(known)) if len(known) == 1 else ""
        self.terms = Terms(scope.profile, known, moment.today, default_contract=only)
        self._find(requests)

    def judge(self, request: Request) -> Verdict:
        """The rules' verdict on this application as its person stands now."""
        case = self._case(request.subject)
        if isinstance(case, Refused):
            return case
        return judge(request.application, case.member, self.terms)

    def accept(self, request: Request, verdict: Accepted) -> None:
        """Move the person on; a newcomer is known from here."""
        case = self._case(request.subject)
        assert isinstance(case, Case)
        case.member = carried_out(case.member, verdict)
        case.accepted = True
        case.bsn_sealed = case.bsn_sealed or request.subject.bsn_sealed
        if request.application.address:
            case.address = dict(request.application.address)
        # Later rows of the same file may name the person by the reference this one gave.
        if case.member.reference:
            self._by_reference[case.member.reference][id(case)] = case

    def write(self) -> None:
        """Give ids to what is new and write every effect of the accepted applications."""
        changed = [case for case in self._cases if case.accepted]
        if changed:
            self._number(changed)
            effects.write(self.scope, changed)

    def entry(self, request: Request, verdict: Verdict) -> Entry:
        """What the mutation's record says it touched."""
        case = self._case(request.subject)
        if isinstance(case, Refused):
            return Entry()
        named = self.terms.contracts.get(request.application.contract or self.terms.default_contract)
        contract_id = named.id if named else None
        if not isinstance(verdict, Accepted):
            return Entry(case.participant_id, contract_id)
        touched = [memory.change_as_json(change, case.stay_ids) for change in verdict.changes]
        stays = [
            stay
            for change in verdict.changes
            if isinstance(change, StayChange) and (stay := change.after or change.before)
        ]
        return Entry(
            case.participant_id,
            stays[-1].contract_id if stays else contract_id,
            [line["id"] for line in touched if "id" in line],
            touched,
        )

    def _case(self, subject: Subject) -> Case | Refused:
        """The one person meant. A reference that two participants share names nobody."""
        if subject.participant_id is not None:
            found = self._by_id.get(subject.participant_id)
        elif subject.bsn_index is not None:
            found = self._by_index.get(subject.bsn_index)
            if found is None:
                found = self._newcomer(subject)
        elif subject.relation_number:
            found = self._by_relation.get(subject.relation_number)
        else:
            candidates = self._by_reference.get(subject.reference, {})
            if len(candidates) > 1:
                return Refused("reference_ambiguous", {"reference": subject.reference})
            found = next(iter(candidates.values()), None)
        return found if found is not None else Refused("participant_unknown")

    def _newcomer(self, subject: Subject) -> Case:
        assert subject.bsn_index is not None
        answer = self._answers.get(subject.bsn_index)
        case = Case(Member(register=answer), bsn_index=subject.bsn_index, newcomer=True)
        if answer is not None:
            case.name = answer.name
        self._by_index[subject.bsn_index] = case
        self._cases.append(case)
        return case

    def _find(self, requests: Sequence[Request]) -> None:
        """Read participants, their stays and the BRP's recent answers for everyone the chunk is about."""
        self._by_id: dict[int, Case] = {}
        self._by_index: dict[bytes, Case] = {}
        self._by_relation: dict[str, Case] = {}
        self._by_reference: dict[str, dict[int, Case]] = defaultdict(dict)
        self._cases: list[Case] = []
        subjects = [request.subject for request in requests]
        rows = effects.find_participants(self.scope, subjects)
        stays = effects.find_stays([row.id for row in rows])
        indexes = {request.subject.bsn_index for request in requests if request.kind in CHECKED}
        if indexes:
            indexes |= {row.bsn_index for row in rows}
        self._answers = {
            index: RegisterAnswer(a.found, a.deceased, a.name, a.birth_date)
            for index, a in recent_answers([i for i in indexes if i], now=self.moment.now).items()
        }
        for row in rows:
            self._know(row, tuple(stays.get(row.id, ())))

    def _know(self, row: effects.ParticipantRow, stays: tuple[Stay, ...]) -> None:
        member = Member(
            known=True,
            reference=row.reference,
            birth_date=BirthDate.parse(row.birth_date),
            stays=stays,
            register=self._answers.get(row.bsn_index),
        )
        case = Case(member, row.id, row.relation_number, row.name, stays, row.bsn_index)
        case.stay_ids = {memory.stay_key(stay): stay.id for stay in stays if stay.id is not None}
        self._cases.append(case)
        self._by_id[row.id] = case
        self._by_index[row.bsn_index] = case
        self._by_relation[row.relation_number] = case
        if row.reference:
            self._by_reference[row.reference][id(case)] = case

    def _number(self, changed: Iterable[Case]) -> None:
        """Ids for new participants and new stays, one question per sequence."""
        new = [case for case in changed if case.newcomer]
        ids = next_ids("participant_id_seq", len(new)) if new else []
        numbers = next_ids("participant_relation_number", len(new)) if new else []
        for case, id_, number in zip(new, ids, numbers, strict=True):
            case.participant_id, case.relation_number = id_, str(number)
        unnumbered = [
            (case, memory.stay_key(stay))
            for case in changed
            for stay in case.member.stays
            if memory.stay_key(stay) not in case.stay_ids
        ]
        stay_ids = next_ids("participation_id_seq", len(unnumbered)) if unnumbered else []
        for (case, key), id_ in zip(unnumbered, stay_ids, strict=True):
            case.stay_ids[key] = id_
        for case in changed:
            case.member = replace(
                case.member,
                stays=tuple(replace(stay, id=case.stay_ids[memory.stay_key(stay)]) for stay in case.member.stays),
            )
