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

from .verdicts import Accepted, Verdict


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an application is about: any one of these finds a known participant, the BSN also a newcomer."""

    participant_id: int | None = None
    bsn_index: bytes | None = None
    bsn_sealed: bytes | None = None
    relation_number: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """An application and its subject; `source` names the row of a file it came from."""

    application: Any
    subject: Subject
    source: str = ""

    @property
    def kind(self) -> str:
        return str(self.application.kind)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a mutation says of itself once judged: whom and what it touched."""

    participant_id: int | None = None
    contract_id: int | None = None
    participation_ids: Sequence[int] = ()
    touched: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
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


class Sitting(Protocol):
    """One chunk being judged: facts of every subject, kept up to date as applications are accepted."""

    def judge(self, request: Request) -> Verdict:
        """The verdict, without carrying it out."""

    def accept(self, request: Request, verdict: Accepted) -> None:
        """Carry an accepted verdict out on the facts; the tables follow in `write`."""

    def write(self) -> None:
        """Write every effect, as sets."""

    def entry(self, request: Request, verdict: Verdict) -> Entry:
        """Whom and what the mutation touched; after `write`."""


class Family(Protocol):
    """Kinds of mutation that share their facts."""

    kinds: frozenset[str]

    def sit(self, scope: Any, requests: Sequence[Request], moment: Moment) -> Sitting:
        """Read the facts of all requests, in a fixed number of queries."""

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
