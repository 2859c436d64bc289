"""A household that is being filled in: kept between the steps, sealed, in the session of who fills it in.

So nothing of anybody stands in an address or in a hidden field, going back loses nothing, and when the session ends it
is gone. It is bound to account and organisation: in the name of another there is no such draft. A secret that is
renewed takes it along: then one begins again.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import date

from cryptography.exceptions import InvalidTag
from django.contrib.sessions.backends.base import SessionBase

from collectief.enrolment.facts import Application, Joins, Kind, Place
from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.foundation.sealing import seal, unseal
from collectief.mutations.corridor import Request, Subject
from collectief.participants.keys import bsn_keys
from collectief.scope.scope import Scope
from collectief.scope.secret import key_for

_PURPOSE = "household"
_KEY = "households"
# The oldest makes room: somebody who leaves one half done and begins again does not fill the session.
_MOST = 5


@dataclass(slots=True)
class Person:
    """One of the household as typed; `born` is the text form of a birth date."""

    place: str
    bsn: str
    initials: str
    prefix: str
    surname: str
    born: str
    products: list[int] = field(default_factory=list)

    @property
    def name(self) -> PersonName:
        return PersonName.typed(self.initials, self.prefix, self.surname)

    @property
    def birth_date(self) -> BirthDate:
        return BirthDate.parse(self.born)


@dataclass(slots=True)
class Draft:
    """What was filled in so far. The client comes first, unless relatives are added to the client `client`."""

    contract: str
    first_day: str
    people: list[Person] = field(default_factory=list)
    address: dict[str, str] = field(default_factory=dict)
    payment: str = ""
    # Whoever takes part already and gets relatives (G07).
    client: int | None = None
    # The first mutation of those it was sent as.
    sent: int | None = None

    @property
    def day(self) -> date:
        return date.fromisoformat(self.first_day)

    @property
    def has_partner(self) -> bool:
        return any(one.place == Place.PARTNER for one in self.people)

    def requests(self, scope: Scope) -> list[Request]:
        """What is asked, one enrolment for each, as `enrolment.actions.enrol_household` takes it."""
        keys = bsn_keys(scope)
        made = []
        for one in self.people:
            bsn = Bsn(one.bsn)
            payment = self.payment if one.products else ""
            application = Application(
                Kind.ENROL, contract=self.contract, name=one.name, birth_date=one.birth_date, first_day=self.day,
                address=self.address, joins=Joins(Place(one.place), tuple(one.products), payment, self.client),
            )  # fmt: skip
            made.append(Request(application, Subject(bsn_index=keys.blind_index(bsn), bsn=bsn)))
        return made


def begin(session: SessionBase, scope: Scope, draft: Draft) -> str:
    """Keep a new draft; what it is called."""
    name = secrets.token_urlsafe(16)
    keep(session, scope, name, draft)
    return name


def keep(session: SessionBase, scope: Scope, name: str, draft: Draft) -> None:
    """Keep a draft as it stands now."""
    kept = {one: text for one, text in session.get(_KEY, {}).items() if one != name}
    while len(kept) >= _MOST:
        del kept[next(iter(kept))]
    kept[name] = seal(key_for(_PURPOSE), json.dumps(asdict(draft)).encode(), _owner(scope, name)).hex()
    session[_KEY] = kept


def found(session: SessionBase, scope: Scope, name: str) -> Draft | None:
    """A draft of this scope; None where there is none of that name."""
    sealed = session.get(_KEY, {}).get(name)
    if sealed is None:
        return None
    try:
        told = json.loads(unseal(key_for(_PURPOSE), bytes.fromhex(sealed), _owner(scope, name)))
    except InvalidTag:
        return None
    return Draft(**told | {"people": [Person(**one) for one in told["people"]]})


def sent_as(session: SessionBase, scope: Scope, mutation_ids: set[int]) -> tuple[str, Draft] | None:
    """The draft that was sent as one of these mutations."""
    for name in session.get(_KEY, {}):
        draft = found(session, scope, name)
        if draft is not None and draft.sent in mutation_ids:
            return name, draft
    return None


def drop(session: SessionBase, name: str) -> None:
    """Forget a draft; nothing where there is none."""
    session[_KEY] = {one: text for one, text in session.get(_KEY, {}).items() if one != name}


def _owner(scope: Scope, name: str) -> bytes:
    return f"{scope.account_id}:{scope.organisation_id}:{name}".encode()
