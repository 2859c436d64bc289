"""The corridor: the one way from what is asked to what is so, for one application or ten thousand.

Shape is done by whoever calls; here facts are read (a fixed number of queries for a chunk), every application
is judged in Python in the order given, effects and mutations are written as sets, all in the caller's
transaction. What a kind of mutation means is known by its family, registered from a higher room.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from django.utils import timezone
from msgspec import Struct

from collectief.foundation.bsn import Bsn
from collectief.inbox.facts import Tiding
from collectief.participants.rules import RegisterAnswer

from .verdicts import Accepted, Verdict

# One person's changes are in one lane, so that they happen one after another; two lanes work side by side (ADR 6).
LANES = 2


def lane_of(bsn_index: bytes) -> int:
    """The lane of whoever has this blind index: always the same one."""
    return bsn_index[0] % LANES


class Subject(Struct, frozen=True):
    """Whom an application is about: any one of these finds a known participant, the BSN also a newcomer.

    The first that is there counts: the index of a BSN, a participant, a relation number, a reference. A reference
    beside an index says that they are meant for having it, or being given it. `bsn` is in memory only; tables have
    it sealed.
    """

    participant_id: int | None = None
    bsn_index: bytes | None = None
    bsn: Bsn | None = None
    relation_number: str = ""
    reference: str = ""


class Request(Struct, frozen=True):
    """An application and its subject; `source` names the row of a file it came from."""

    application: Any
    subject: Subject
    source: str = ""

    @property
    def kind(self) -> str:
        return str(self.application.kind)


class Entry(Struct, frozen=True):
    """What a mutation says of itself once judged: whom and what it touched."""

    participant_id: int | None = None
    contract_id: int | None = None
    participation_ids: Sequence[int] = ()
    touched: Sequence[Mapping[str, Any]] = ()
    bsn_index: bytes | None = None
    # The other contract it is about, for a transfer.
    also_contract_id: int | None = None

    @property
    def contracts(self) -> list[int]:
        return [id_ for id_ in (self.contract_id, self.also_contract_id) if id_ is not None]


class Outcome(Struct, frozen=True):
    """What became of one request. `mutation_id` is None where nothing needed recording."""

    verdict: Verdict
    mutation_id: int | None = None
    participant_id: int | None = None
    # Accepted when planned, but judged otherwise now: not carried out.
    changed_since: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is: passed in once, read nowhere else."""

    today: date
    now: datetime


def this_moment() -> Moment:
    """Now, for who begins something: a page, a job, a command."""
    now = timezone.now()
    return Moment(timezone.localdate(now), now)


class Kept(Struct, frozen=True):
    """Accepted applications as they were judged: carried out without judging again, while the facts are the same.

    `places` say which of the requests; `lines` hold what carrying them out needs, as their family wrote it. A BSN is
    in there only sealed, names and references are not.
    """

    places: list[int]
    lines: str


class Sitting(Protocol):
    """One chunk being judged: facts of every subject, kept up to date as applications are accepted."""

    def judge(self, request: Request) -> Verdict:
        """The verdict, without carrying it out."""

    def accept(self, request: Request, verdict: Accepted) -> Accepted:
        """Carry an accepted verdict out on the facts; the tables follow in `write`.

        Gives the verdict back with the numbers of what is new in it.
        """

    def learn(self, said: Mapping[bytes, RegisterAnswer]) -> None:
        """The BRP has answered meanwhile: facts are as they were when read, and its answers are among them."""

    def write(self) -> None:
        """Write every effect, as sets."""

    def entry(self, request: Request, verdict: Verdict) -> Entry:
        """Whom and what the mutation touched; after `write`."""

    def keep(self, requests: Sequence[Request], verdicts: Sequence[Verdict]) -> Kept:
        """What can be carried out as it was judged here, instead of `write`."""


class Family(Protocol):
    """Kinds of mutation that share their facts."""

    kinds: frozenset[str]
    # Those of which an organisation is told in a message.
    told: frozenset[str]

    def sit(self, scope: Any, requests: Sequence[Request], moment: Moment, *, for_real: bool) -> Sitting:
        """Read the facts of all requests, in a fixed number of queries; not `for_real`: nothing will be written."""

    def carry_out(self, scope: Any, lines: str) -> str:
        """Write every effect of what a sitting kept; the temporary table that `records.record_kept` takes it from."""

    def also_told(self, scope: Any, done: Sequence[tuple[str, Entry]]) -> list[Tiding]:
        """What can be had now that these kinds of mutation were carried out, in a fixed number of queries."""

    def asked(self, application: Any) -> dict[str, Any]:
        """The application as JSON, without a BSN."""

    def application(self, kind: str, asked: Mapping[str, Any]) -> Any:
        """The application that `asked` was made of."""


@dataclass(slots=True)
class Registry:
    """Which family judges which kind; filled at start-up."""

    families: dict[str, Family] = field(default_factory=dict)

    def register(self, family: Family) -> None:
        for kind in family.kinds:
            self.families[kind] = family

    def family(self, kind: str) -> Family:
        """Raises KeyError for a kind nobody registered."""
        return self.families[kind]


registry = Registry()
