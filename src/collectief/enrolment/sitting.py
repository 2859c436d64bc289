"""One chunk of applications for participants: their facts in a handful of queries, their effects as sets.

Whoever is meant by BSN, relation number or reference becomes one `Case`; the rules see its `Member`, which each
accepted application moves on, so that a thousand rows about ten people come out as if done one by one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from copy import replace
from dataclasses import dataclass
from datetime import date
from itertools import count

from collectief.contracts.queries import ContractView, contracts
from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.mutations.corridor import Entry, Kept, Moment, Request, Subject
from collectief.mutations.verdicts import Accepted, Refused, Verdict, Waiting
from collectief.participants.keys import bsn_keys
from collectief.participants.register import recent_answers
from collectief.participants.rules import RegisterAnswer
from collectief.policies.insured import insured_kinds
from collectief.scope.scope import Scope
from collectief.scope.staging import next_ids

from . import effects, memory, relatives
from .facts import AddressChange, Application, Change, Contract, Insured, Joins, Kind, Member, Stay, StayChange, Terms
from .newcomers import kept_line
from .rules import carried_out, judge

# Kinds for which a person may be new to the organisation, and the BRP is asked.
CHECKED = frozenset({Kind.ENROL, Kind.RE_ENROL})


@dataclass(slots=True, eq=False)
class Case:
    """One person in this chunk: what the rules know, and what the tables must become."""

    # As the tables had it, and as it is by now.
    start: Member
    member: Member
    bsn_index: bytes | None = None
    participant_id: int | None = None
    relation_number: str = ""
    name: PersonName | None = None
    birth_date: str = ""
    # Given with an enrolment; kept sealed once the person is new here.
    bsn: Bsn | None = None
    newcomer: bool = False
    # Known in the organisation, by stays that the scope does not reach: nobody, as far as it is told (G13).
    out_of_reach: bool = False

    @property
    def hidden(self) -> bool:
        """Not to be told of: until they have a stay within reach."""
        return self.out_of_reach and self.member is self.start


class EnrolmentSitting:
    """Facts of a chunk; see `mutations.corridor.Sitting`."""

    def __init__(
        self,
        scope: Scope,
        requests: Sequence[Request],
        moment: Moment,
        *,
        for_real: bool,
        own: Sequence[ContractView] | None = None,
    ) -> None:
        """`own` are the contracts of the scope, where these were read already."""
        self.scope, self.moment = scope, moment
        known = {c.number: Contract(c.id, c.number, c.period) for c in (contracts(scope) if own is None else own)}
        only = next(iter(known)) if len(known) == 1 else ""
        self.terms = Terms(scope.profile, known, moment.today, only, relatives.sold(scope, requests))
        self._by_id: dict[int, Case] = {}
        self._by_index: dict[bytes, Case] = {}
        self._by_relation: dict[str, Case] = {}
        self._by_reference: dict[str, dict[int, Case]] = defaultdict(dict)
        self._cases: list[Case] = []
        # Who came with a household, and with what insurance.
        self._joined: list[tuple[Case, Stay, Joins]] = []
        self._first = requests[0].subject if requests else None
        # An accepted application makes at most one stay; what is not for real needs numbers that nobody has.
        self._stay_ids = _numbers("participation_id_seq", len(requests)) if for_real else count(-1, -1)
        self._find(requests)
        # Newly enrolled here, or come back, and what the BRP said of them not read yet.
        self._to_check = self._checked(requests)
        self._answers: dict[bytes, RegisterAnswer] = {}

    def judge(self, request: Request) -> Verdict:
        """The rules' verdict on this application as its person stands now."""
        case = self._case(request.subject)
        if isinstance(case, Refused):
            return case
        verdict = judge(request.application, case.member, self.terms)
        if isinstance(verdict, Waiting) and self._to_check:
            self._recall()
            verdict = judge(request.application, case.member, self.terms)
        if isinstance(verdict, Refused) and verdict.code == "already_terminated" and case.member is not case.start:
            before = judge(request.application, case.start, self.terms)
            verdict = verdict if before == verdict else replace(verdict, code="terminated_by_another_row")
        return verdict

    def _recall(self) -> None:
        """Read what the BRP lately said, once somebody waits for it: most who are known here are judged without."""
        self._answers = recent_answers(self.scope, self._to_check, now=self.moment.now)
        self._to_check = frozenset()
        for case in self._cases:
            if answer := self._answers.get(case.bsn_index or b""):
                self._hear(case, answer)

    def _hear(self, case: Case, answer: RegisterAnswer) -> None:
        unmoved = case.member is case.start
        case.start = replace(case.start, register=answer)
        case.member = case.start if unmoved else replace(case.member, register=answer)
        if case.newcomer:
            case.name = answer.name

    def accept(self, request: Request, verdict: Accepted) -> Accepted:
        """Move the person on; a newcomer is known from here. Gives the verdict with numbers for new stays."""
        case = self._case(request.subject)
        assert isinstance(case, Case)
        verdict = self._numbered(verdict)
        case.member = carried_out(case.member, verdict)
        if case.newcomer and case.bsn is None:
            case.bsn = request.subject.bsn
        if joins := request.application.joins:
            new = [one.after for one in verdict.changes if isinstance(one, StayChange) and one.before is None]
            self._joined += [(case, stay, joins) for stay in new if stay is not None]
        # Later applications of the same chunk may name the person by the reference this one gave.
        self._refer(case)
        return verdict

    def learn(self, said: Mapping[bytes, RegisterAnswer]) -> None:
        """Everyone is again as the tables had them, and the BRP has answered."""
        self._by_reference.clear()
        for case in self._cases:
            case.member = case.start
            self._refer(case)
            if answer := said.get(case.bsn_index or b""):
                self._hear(case, answer)
        self._joined.clear()

    def write(self) -> None:
        """Give ids to who is new and write every effect of the accepted applications."""
        changed = [case for case in self._cases if case.member is not case.start]
        new = sorted((case for case in changed if case.newcomer), key=lambda case: case.bsn_index or b"")
        if new:
            ids, numbers = next_ids("participant_id_seq", len(new)), next_ids("participant_relation_number", len(new))
            for case, id_, number in zip(new, ids, numbers, strict=True):
                case.participant_id, case.relation_number = id_, str(number)
                born = case.member.register.birth_date if case.member.register else None
                case.birth_date = str(born or "")
        if changed:
            effects.write(self.scope, new, [case for case in changed if not case.newcomer])
        if self._joined:
            relatives.write(self.scope, [self._came(*one) for one in self._joined])

    def _came(self, case: Case, stay: Stay, joins: Joins) -> relatives.Newcomer:
        """Somebody of a household once written; without a client of its own it is that of the first of the chunk."""
        client_id = joins.client
        if client_id is None:
            first = self._case(self._first) if self._first else case
            assert isinstance(first, Case)
            client_id = first.participant_id
        assert stay.id is not None and case.participant_id is not None and client_id is not None
        return relatives.Newcomer(stay, case.participant_id, client_id, joins)

    def entry(self, request: Request, verdict: Verdict) -> Entry:
        """What the mutation's record says it touched."""
        case = self._case(request.subject)
        if isinstance(case, Refused):
            return Entry()
        participant_id = None if case.hidden else case.participant_id
        if not isinstance(verdict, Accepted):
            contract_id, also = self._named(request.application)
            return Entry(participant_id, contract_id, bsn_index=case.bsn_index, also_contract_id=also)
        touched = [memory.change_as_json(change) for change in verdict.changes]
        stay_ids = [line["id"] for line in touched if "id" in line]
        changed = [stay.contract_id for change in verdict.changes if isinstance(change, StayChange)
                   if (stay := change.after or change.before)]  # fmt: skip
        contract_id, also = self._named(request.application)
        if changed:
            contract_id = changed[-1]
            also = next((id_ for id_ in changed if id_ != contract_id), None)
        return Entry(participant_id, contract_id, stay_ids, touched, case.bsn_index, also)

    def _named(self, application: Application) -> tuple[int | None, int | None]:
        """The contract that an application is about, and for a transfer the other one."""
        known = self.terms.contracts
        about = known.get(application.contract or self.terms.default_contract)
        other = known.get(application.to_contract)
        return about.id if about else None, other.id if other and other is not about else None

    def keep(self, requests: Sequence[Request], verdicts: Sequence[Verdict]) -> Kept:
        """Who is new here and enrolled, by the only row about them: nothing else in the chunk can touch that."""
        times = Counter(request.subject.bsn_index for request in requests)
        keys = bsn_keys(self.scope)
        places: list[int] = []
        lines: list[str] = []
        for place, (request, verdict) in enumerate(zip(requests, verdicts, strict=True)):
            subject = request.subject
            index = subject.bsn_index
            if isinstance(verdict, Accepted) and index and subject.bsn and times[index] == 1:
                case = self._by_index[index]
                if case.newcomer:
                    lines.append(kept_line(keys, place, request, case.member, verdict))
                    places.append(place)
        return Kept(places, "".join(lines))

    def _numbered(self, verdict: Accepted) -> Accepted:
        return Accepted(verdict.effective_day, tuple(map(self._with_number, verdict.changes)))

    def _with_number(self, change: Change) -> Change:
        if isinstance(change, StayChange) and (after := change.after) is not None and after.id is None:
            stay = Stay(after.contract_id, after.period, after.reason, next(self._stay_ids))
            return StayChange(change.before, stay)
        return change

    def _case(self, subject: Subject) -> Case | Refused:
        """The one person meant. A reference that two participants share names nobody."""
        if subject.bsn_index is not None:
            case = self._by_index.get(subject.bsn_index) or self._newcomer(subject.bsn_index)
            if subject.reference and not self._has_had(case, subject.reference):
                return Refused("reference_not_given")
            return case
        if subject.participant_id is not None:
            found = self._by_id.get(subject.participant_id)
        elif subject.relation_number:
            found = self._by_relation.get(subject.relation_number)
        else:
            candidates = self._by_reference.get(subject.reference, {})
            if len(candidates) > 1:
                return Refused("reference_ambiguous", {"reference": subject.reference})
            found = next(iter(candidates.values()), None)
        return found if found is not None else Refused("participant_unknown")

    def _has_had(self, case: Case, reference: str) -> bool:
        """Whether somebody came with a reference, or was given it by what was accepted so far."""
        return case.start.reference == reference or id(case) in self._by_reference.get(reference, {})

    def _refer(self, case: Case) -> None:
        """Their reference names them from here, unless they are not to be told of."""
        if case.member.reference and not case.hidden:
            self._by_reference[case.member.reference][id(case)] = case

    def _newcomer(self, index: bytes) -> Case:
        answer = self._answers.get(index)
        member = Member(register=answer)
        case = Case(member, member, index, name=answer.name if answer else None, newcomer=True)
        self._by_index[index] = case
        self._cases.append(case)
        return case

    def _find(self, requests: Sequence[Request]) -> None:
        """Read participants and their stays for everyone the chunk is about."""
        rows = effects.find_participants(self.scope, [request.subject for request in requests])
        ids = [row.id for row in rows]
        stays = effects.find_stays(self.scope, ids)
        # An address is only ever compared with one that is brought, or put back by undoing.
        addressed = any(request.application.address or _readdresses(request.application) for request in requests)
        addresses = effects.find_addresses(self.scope, ids) if addressed else {}
        insuring = any(request.application.joins and request.application.joins.products for request in requests)
        insured = insured_kinds(self.scope, ids) if insuring else {}
        undoing = self.scope.profile.knows_households and any(request.application.undoes for request in requests)
        joined = relatives.joined(self.scope, ids) if undoing else {}
        for row in rows:
            kinds = tuple(Insured(*one) for one in insured.get(row.id, ()))
            self._know(
                row, tuple(stays.get(row.id, ())), addresses.get(row.id, {}), kinds, tuple(joined.get(row.id, ()))
            )

    def _checked(self, requests: Sequence[Request]) -> frozenset[bytes]:
        """The indexes of those for whom the BRP may be needed."""
        checked = {request.subject.bsn_index for request in requests if request.kind in CHECKED}
        # Who comes back is named otherwise too.
        named = {case.bsn_index for case in self._cases} if None in checked else set()
        return frozenset(index for index in checked | named if index is not None)

    def _know(
        self,
        row: effects.ParticipantRow,
        stays: tuple[Stay, ...],
        address: Mapping[str, str],
        insured: tuple[Insured, ...],
        joined: tuple[tuple[int, date], ...],
    ) -> None:
        born = BirthDate.parse(row.birth_date) if row.birth_date else None
        hidden = self.scope.contracts is not None and not stays
        member = Member(not hidden, row.reference, born, stays, None, address, insured, row.name, joined)
        case = Case(
            member, member, row.bsn_index, row.id, row.relation_number, row.name, row.birth_date, out_of_reach=hidden
        )
        self._cases.append(case)
        self._by_index[row.bsn_index] = case
        if hidden:
            return
        self._by_id[row.id] = case
        self._by_relation[row.relation_number] = case
        self._refer(case)


def _readdresses(application: Application) -> bool:
    """Whether undoing this would put back an address."""
    return any(isinstance(change, AddressChange) for change in application.undoes)


def _numbers(sequence: str, most: int) -> Iterator[int]:
    """Numbers of a sequence, asked for once the first is needed; those left over are nobody's."""
    yield from next_ids(sequence, most)
