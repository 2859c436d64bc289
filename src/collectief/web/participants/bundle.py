"""All documents of a selection in one ZIP, made and sent some people at a time (X11)."""

from __future__ import annotations

import logging
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import batched

from django.utils import timezone
from django.utils.translation import gettext as _

from collectief.brands.brand import Brand
from collectief.brands.wording import worded
from collectief.contracts.queries import ContractView, contracts
from collectief.documents.actions import Made, Wanted, make_all
from collectief.documents.framing import frame
from collectief.documents.store import StoreUnavailable
from collectief.enrolment.queries import ListRow, stays_of_all
from collectief.participants.queries import ParticipantView, participants
from collectief.policies.insured import TermView, covers_of, last_insured_days, terms_of
from collectief.policies.letters import insurance_statement, policy_schedule, termination_letter
from collectief.policies.premium import Cover, NoTariff
from collectief.scope.database import opened
from collectief.scope.scope import Scope

from .letters import known_schedules, statement_of

_log = logging.getLogger(__name__)

# More people than this are asked for in parts: setting their letters takes a minute or so.
MOST = 250
# People in one transaction: what was made of them is sent before the next are read.
_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class _Stay:
    """A stay with what somebody is insured with by it, and what that costs."""

    row: ListRow
    terms: list[TermView]
    covers: list[Cover]


@dataclass(slots=True)
class _Sink:
    """Where the ZIP is written to: what is in it is sent and forgotten."""

    parts: list[bytes] = field(default_factory=list)

    def write(self, part: bytes, /) -> int:
        self.parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing waits anywhere."""

    def close(self) -> None:
        """What was written is still to be taken."""

    def taken(self) -> bytes:
        whole = b"".join(self.parts)
        self.parts.clear()
        return whole


def zipped(
    scope: Scope, brand: Brand, language: str, participant_ids: Sequence[int], *, statements: bool
) -> Iterator[bytes]:
    """The ZIP, a part for every few people: each is a scope of its own, since the request's is over by then.

    With their insurance statements where these are wanted. What could not be made is named in a file of its own.
    """
    sink, missing = _Sink(), []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for some in batched(participant_ids, _AT_ONCE, strict=False):
            for folder, wanted, made in _made(scope, brand, language, some, statements=statements):
                if made is None:
                    missing.append(wanted.name)
                else:
                    archive.writestr(f"{folder}/{made.name}.pdf", made.pdf)
            if whole := sink.taken():
                yield whole
        if missing:
            with worded(brand, language):
                said = _("Deze documenten konden nu niet gemaakt worden:")
                archive.writestr(_("niet-gemaakt.txt"), "\r\n".join([said, *missing, ""]))
    yield sink.taken()


def _made(
    scope: Scope, brand: Brand, language: str, participant_ids: Sequence[int], *, statements: bool
) -> list[tuple[str, Wanted, Made | None]]:
    now, wanted = timezone.now(), list[tuple[str, Wanted]]()
    try:
        with worded(brand, language), opened(scope):
            wanted = wishes(scope, participant_ids, today=timezone.localdate(now), statements=statements)
            letters = [one for _folder, one in wanted]
            made = make_all(scope, letters, frame=frame(brand, today=timezone.localdate(now)), now=now)
    except StoreUnavailable:
        _log.exception("where letters lie cannot be reached")
        made = [None] * len(wanted)
    return [(folder, one, done) for (folder, one), done in zip(wanted, made, strict=True)]


def wishes(
    scope: Scope, participant_ids: Sequence[int], *, today: date, statements: bool = False
) -> list[tuple[str, Wanted]]:
    """Every letter that can be had about these people, each with their relation number, in a fixed number of queries.

    With `statements` one or two more for each of them.

    Must run inside `opened`. Raises NotAllowed.
    """
    people = participants(scope, participant_ids)
    stays = stays_of_all(scope, participant_ids, today=today)
    terms = terms_of(scope, [stay.id for own in stays.values() for stay in own])
    insured: dict[int, list[tuple[TermView, Cover]]] = defaultdict(list)
    for term, cover in zip(terms, covers_of(terms), strict=True):
        insured[term.participation_id].append((term, cover))
    last_days, known = last_insured_days(scope, participant_ids), {one.id: one for one in contracts(scope)}
    found: list[tuple[str, Wanted]] = []
    for id_ in participant_ids:
        if id_ not in people:
            continue
        own = [
            _Stay(stay, [term for term, _cover in insured[stay.id]], [cover for _term, cover in insured[stay.id]])
            for stay in stays.get(id_, [])
        ]
        person = people[id_]
        letters = [
            letter
            for stay in own
            for letter in _of_stay(scope, person, stay, known[stay.row.contract_id], last_days.get(id_), today)
        ]
        if statements:
            letters += _statement(scope, person, own, known, today)
        found += [(person.relation_number, letter) for letter in letters]
    return found


def _of_stay(
    scope: Scope, person: ParticipantView, stay: _Stay, contract: ContractView, last_day: date | None, today: date
) -> Iterator[Wanted]:
    about = frozenset({stay.row.contract_id})
    try:
        schedules = known_schedules(stay.covers, person.birth_date, today)
    except NoTariff:
        schedules = []
    for schedule in schedules:
        letter = policy_schedule(person, contract, scope.organisation, stay.terms, schedule)
        name = f"{_('polisblad')}-{person.relation_number}-{schedule.period.first_day}"
        yield Wanted(letter, person.id, name, about)
    if last_day and last_day in {term.period.last_day for term in stay.terms}:
        letter = termination_letter(person, contract, scope.organisation, stay.terms, last_day, today=today)
        yield Wanted(letter, person.id, f"{_('beeindigingsbrief')}-{person.relation_number}-{last_day}", about)


def _statement(
    scope: Scope, person: ParticipantView, stays: Sequence[_Stay], known: Mapping[int, ContractView], today: date
) -> Iterator[Wanted]:
    terms = [term for stay in stays for term in stay.terms]
    found = statement_of(scope, person.id, [stay.row for stay in stays], terms, today)
    if found and found.ready:
        labels = {id_: contract.label for id_, contract in known.items()}
        letter = insurance_statement(person, labels, scope.organisation, terms, today=today, added=found.added)
        name = f"{_('verzekeringsverklaring')}-{person.relation_number}-{today}"
        about = frozenset(term.contract_id for term in terms) or frozenset(stay.row.contract_id for stay in stays)
        yield Wanted(letter, person.id, name, about)
