"""When a contract of another number may be linked at once (W17), and how contacts are written down (U28)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

# So many requests an organisation may have waiting: more is guessing, or work for nobody's good.
MOST_ASKED = 20
_KVK = re.compile(r"[0-9]{8}")


class LinkState(StrEnum):
    """How a link stands."""

    ASKED = "asked"
    LINKED = "linked"
    REFUSED = "refused"
    UNLINKED = "unlinked"


class LinkAnswer(StrEnum):
    """What becomes of a wish to link."""

    AT_ONCE = "at_once"
    # The insurer judges it: for a number that nobody has as for one of another company.
    ASK = "ask"
    OWN = "own"
    LINKED_ALREADY = "linked_already"
    ASKED_ALREADY = "asked_already"
    TOO_MANY = "too_many"


class ChangeState(StrEnum):
    """How a change that was asked for stands (W16)."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


class ContactKind(StrEnum):
    """Whom the insurer reaches: about a contract's people, about its money, or the organisation itself."""

    ADMINISTRATIVE = "administrative"
    FINANCIAL = "financial"
    COMPANY = "company"


def is_kvk(text: str) -> bool:
    """Whether it has the shape of a KvK number: eight digits, none of which checks the others."""
    return _KVK.fullmatch(text) is not None


def tidy_phone(typed: str) -> str:
    """A telephone number as E.164, Dutch unless it says otherwise; nothing stays nothing.

    Raises ValueError, also for an extension behind it: there is no place for one, and without it somebody else answers.
    """
    if not typed.strip():
        return ""
    try:
        parsed = phonenumbers.parse(typed, "NL")
    except phonenumbers.NumberParseException:
        raise ValueError("not a telephone number") from None
    if parsed.extension or not phonenumbers.is_valid_number(parsed):
        raise ValueError("not a telephone number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def phone_text(number: str) -> str:
    """A kept number as people read it: a Dutch one without its country."""
    if not number:
        return ""
    parsed = phonenumbers.parse(number, "NL")
    dutch = parsed.country_code == 31
    form = phonenumbers.PhoneNumberFormat.NATIONAL if dutch else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


@dataclass(frozen=True, slots=True)
class Holder:
    """A customer, as far as linking asks."""

    organisation_id: int
    kvk: str
    segment: str


def judge_link(own: Holder, holder: Holder | None, *, linked: bool, asked: bool, waiting: int) -> LinkAnswer:
    """What to answer to who wants to link a contract that `holder` has (None: no customer of ours has it).

    Only what is of the same company and kind of customer is linked at once. `linked` and `asked`: it was before;
    `waiting` is how many requests of this organisation wait.
    """
    if holder is not None and holder.organisation_id == own.organisation_id:
        return LinkAnswer.OWN
    if linked:
        return LinkAnswer.LINKED_ALREADY
    if holder is not None and own.kvk and (holder.kvk, holder.segment) == (own.kvk, own.segment):
        return LinkAnswer.AT_ONCE
    if asked:
        return LinkAnswer.ASKED_ALREADY
    return LinkAnswer.TOO_MANY if waiting >= MOST_ASKED else LinkAnswer.ASK
