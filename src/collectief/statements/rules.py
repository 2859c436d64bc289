"""Who can have an S1 asked for, how it goes out, and where it stands; plain Python (U09)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from collectief.foundation.period import Period

from .countries import HOME, Form, treaty_on

# How long a request is kept: as long as a business keeps its papers (art. 52 AWR), and the form made of it is known.
KEEP_YEARS = 7


class Ground(StrEnum):
    """Why somebody insured here has a right to care there."""

    WORKS_HERE = "works_here"
    FAMILY = "family"


class Way(StrEnum):
    """How a request goes out."""

    EESSI = "eessi"
    # Somebody at the insurer makes the form, within the term of its case.
    BY_HAND = "by_hand"


class State(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    # The institution abroad has it, and has not answered.
    SENT = "sent"
    # The institution abroad registered them.
    CONFIRMED = "confirmed"
    # The form can be downloaded.
    ISSUED = "issued"
    REFUSED = "refused"


# From where to where, by the way it goes. What cannot be sent goes on by hand, and keeps its state.
MOVES: Mapping[tuple[Way, State], frozenset[State]] = {
    (Way.EESSI, State.ASKED): frozenset({State.SENT}),
    (Way.EESSI, State.SENT): frozenset({State.CONFIRMED, State.REFUSED}),
    (Way.BY_HAND, State.ASKED): frozenset({State.ISSUED, State.REFUSED}),
}
# An answer is there; or it lies with an institution abroad that may never give one.
_ANOTHER_AFTER = frozenset({State.SENT, State.CONFIRMED, State.ISSUED, State.REFUSED})


def may_become(way: Way, before: State, after: State) -> bool:
    """Whether a request may go from one state to another."""
    return after in MOVES.get((way, before), frozenset())


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks: on which ground, where the person lives abroad, from when, and at which institution.

    `institution` is the EESSI number of a foreign insurer, empty where none is chosen. `verified`: whoever asks went
    through the address with the person.
    """

    ground: str
    country: str
    street: str
    house_number: str
    postcode: str
    city: str
    first_day: date | None
    institution: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What we know: on which days on end, today among them, the person is insured; None for who is not insured now.

    `institutions` are those of the country that EESSI reaches, name by number; `sender` is our own number there, empty
    for none.
    """

    insured: Period | None
    asked_before: bool
    institutions: Mapping[str, str]
    sender: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why it cannot be asked so: a code that has words, and what it is about."""

    code: str
    about: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


class S1Refused(ValueError):
    """It cannot be done so; `refusals` say why, and are turned into words by whoever asked."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__(", ".join(one.code for one in refusals))
        self.refusals = refusals


def judge_person(known: Known) -> Refusal | None:
    """Why nothing can be asked for this person, whatever is filled in; None where it can."""
    if known.asked_before:
        return Refusal("already_requested")
    return Refusal("not_insured") if known.insured is None else None


def judge_country(country: str, today: date) -> Refusal | None:
    """Why there is no form for a country; None where there is one."""
    if country == HOME:
        return Refusal("home_is_here", "country")
    treaty = treaty_on(country, today)
    if treaty is None:
        return Refusal("no_treaty", "country")
    return Refusal("no_form", "country") if treaty.form == Form.NONE else None


def way_of(country: str, known: Known, today: date) -> Way:
    """How a request goes out: through EESSI where the country, we and somebody to send it to are there."""
    treaty = treaty_on(country, today)
    reached = treaty is not None and treaty.electronic and bool(known.institutions) and bool(known.sender)
    return Way.EESSI if reached else Way.BY_HAND


def judge_request(asked: Asked, known: Known, today: date) -> list[Refusal]:
    """Everything that stands in the way of a request; empty where it can be made."""
    found = [judge_person(known)]
    if found == [None]:
        found = [
            judge_country(asked.country, today),
            None if asked.ground in set(Ground) else Refusal("ground_missing", "ground"),
            *_judge_address(asked),
            _judge_first_day(asked.first_day, known.insured),
            _judge_institution(asked, known, today),
            None if asked.verified else Refusal("not_verified", "verified"),
        ]
    return [one for one in found if one is not None]


def _judge_address(asked: Asked) -> list[Refusal | None]:
    """The whole address, house number included: by it the institution abroad finds the person. Not everywhere has
    postcodes."""
    return [
        None if asked.street.strip() else Refusal("street_missing", "street"),
        None if any(sign.isdigit() for sign in asked.house_number) else Refusal("house_number_missing", "house_number"),
        None if asked.city.strip() else Refusal("city_missing", "city"),
    ]


def _judge_first_day(first_day: date | None, insured: Period | None) -> Refusal | None:
    if first_day is None:
        return Refusal("first_day_missing", "first_day")
    if insured is not None and first_day not in insured:
        days = {"from": insured.first_day.isoformat(), "until": (insured.last_day or date.max).isoformat()}
        return Refusal("first_day_not_insured" if insured.last_day else "first_day_too_early", "first_day", days)
    return None


def _judge_institution(asked: Asked, known: Known, today: date) -> Refusal | None:
    if way_of(asked.country, known, today) == Way.BY_HAND:
        return None
    return None if asked.institution in known.institutions else Refusal("institution_missing", "institution")


def judge_another(state: State, *, allowed: bool) -> Refusal | None:
    """Whether staff may let another be asked for beside this one: not twice, and not while we have not acted on it."""
    if allowed:
        return Refusal("already_allowed")
    return None if state in _ANOTHER_AFTER else Refusal("still_with_us")


def days_on_end(periods: Collection[Period], today: date) -> Period | None:
    """The days on end around today that these periods make together; None where today is in none of them."""
    around: Period | None = None
    for one in sorted(periods, key=lambda one: one.first_day):
        if around is not None and (around.end_day is None or one.first_day <= around.end_day):
            ends = None if around.end_day is None or one.end_day is None else max(around.end_day, one.end_day)
            around = Period(around.first_day, ends)
        elif around is None or today not in around:
            around = one
    return around if around is not None and today in around else None


def kept_until(asked_on: date) -> date:
    """The last day on which a request is kept (law 9)."""
    leap = (asked_on.month, asked_on.day) == (2, 29)
    return asked_on.replace(year=asked_on.year + KEEP_YEARS, day=28 if leap else asked_on.day)
