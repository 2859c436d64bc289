"""Users and resets as the pages of the help desk draw them."""

from __future__ import annotations

from typing import Any

from collectief.access.reset_rules import OPEN, ResetState, Why
from collectief.access.users import Found, Known, Place, User
from collectief.access.why_not import Cause
from collectief.brands.catalogue import brand as brand_of
from collectief.segments.catalogue import profile
from collectief.segments.profile import Means

from ..accounts.words import STANDINGS
from ..shell import ROLE_NAMES
from .words import STATES, STOPPED, finding_words, refusal_words

# What only tells, and what keeps somebody out.
_COLOURS = {Cause.NOTHING: "success", Cause.ELSEWHERE: "info", Cause.RESET_RUNNING: "info"}


def found_lines(found: list[Found]) -> list[dict[str, Any]]:
    """The rows of the results."""
    return [
        {
            "id": one.account_id,
            "name": one.name,
            "email": one.email,
            "active": one.active,
            "places": [_place(place) for place in one.places],
        }
        for one in found
    ]


def page_of(user: User) -> dict[str, Any]:
    """Everything of a user's page but its buttons."""
    known = user.known
    return {
        "known": known,
        "findings": [(*finding_words(one), _COLOURS.get(one.cause, "warning")) for one in user.findings],
        "places": [_place(place) for place in known.places],
        "means": _means(known),
        "refusals": [{"at": one.at, "words": refusal_words(one.code)} for one in user.refusals],
        "resets": [reset_line(one, known.name) for one in user.resets],
        "can_ask": known.factors > 0
        and known.has_password
        and known.enters
        and not any(one.state in OPEN for one in user.resets),
    }


def reset_line(reset: Any, name: str) -> dict[str, Any]:
    """A reset: whom it is about, how far it is, and why it ended."""
    state = ResetState(reset.state)
    words, colour = STATES[state]
    why = STOPPED[Why(reset.ended_why)] if reset.ended_why else ""
    return {
        "id": reset.id, "account_id": reset.account_id, "name": name, "reset": reset, "state": words, "colour": colour,
        "why": why, "portal": brand_of(reset.brand).name, "asked": state == ResetState.ASKED, "open": state in OPEN,
    }  # fmt: skip


def _place(place: Place) -> dict[str, Any]:
    words, colour = STANDINGS[place.standing]
    order = profile(place.segment).roles
    return {
        "id": place.membership_id,
        "organisation": place.organisation,
        "kvk": place.kvk,
        "portals": ", ".join(brand_of(slug).name for slug in place.portals),
        "roles": ", ".join(str(ROLE_NAMES[role]) for role in order if role in place.roles),
        "standing": words,
        "colour": colour,
        "until": place.expires_at if place.standing == "invited" else None,
        "undeliverable": place.undeliverable,
        "resend": place.standing in ("invited", "expired"),
    }


def _means(known: Known) -> dict[str, Any]:
    """How somebody signs in: what there is and since when, nothing that opens anything."""
    kinds: frozenset[Means] = frozenset().union(*(place.means for place in known.places))
    return {
        "eherkenning": Means.EHERKENNING in kinds,
        "linked": any(place.eherkenning for place in known.places),
        "work_account": Means.SINGLE_SIGN_ON in kinds,
        "password": Means.PASSWORD in kinds,
        "app_since": known.app_since,
        "number": f"•••• {known.number_end}" if known.number_end else "",
        "number_since": known.number_since,
        "passkeys": known.passkeys,
        "passkey_since": known.passkey_since,
        "codes": known.recovery_codes,
    }
