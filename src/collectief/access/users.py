"""The users of an insurer as its help desk finds them: their places, how they sign in, and why they cannot (K05).

Everything here runs as the help desk's database role: of this insurer only, and no secret can be read.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from collectief.audit import actions as audit
from collectief.audit.queries import Refusal, latest_refusals
from collectief.brands.catalogue import Brand, all_brands
from collectief.foundation.names import tidy
from collectief.scope.database import helping
from collectief.scope.scope import Scope
from collectief.scope.secret import key_for
from collectief.segments.catalogue import profile
from collectief.segments.profile import Means, Permission, Role

from . import throttle
from .models import FactorReset, Invitation, Membership
from .queries import door
from .reset_rules import OPEN
from .rules import Standing, standing_of
from .why_not import Facts, Finding, PlaceFacts, why_not

# More than this is not read by anyone: what was typed must say more.
MOST = 20
SHORTEST = 3
# How far back refusals are told.
LATELY = timedelta(days=30)
_FEW = 10


class NoUser(LookupError):
    """The insurer has no such user, invitation or reset."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in an organisation, as the help desk sees it."""

    membership_id: int
    organisation_id: int
    organisation: str
    kvk: str
    segment: str
    roles: tuple[Role, ...]
    standing: Standing
    eherkenning: bool
    portals: tuple[str, ...]
    means: frozenset[Means]
    sent_at: datetime | None = None
    expires_at: datetime | None = None
    undeliverable: bool = False

    @property
    def waits(self) -> bool:
        """Whether an invitation to it was not used yet."""
        return self.standing in (Standing.INVITED, Standing.EXPIRED, Standing.REVOKED)

    @property
    def opens(self) -> bool:
        """Whether one comes in by it with a password."""
        return self.standing == Standing.ACTIVE and Means.PASSWORD in self.means


@dataclass(frozen=True, slots=True)
class Found:
    """A user in the list of results."""

    account_id: int
    name: str
    email: str
    active: bool
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What the help desk may know of a user."""

    account_id: int
    name: str
    email: str
    active: bool
    last_login: datetime | None
    places: tuple[Place, ...]
    has_password: bool
    app_since: datetime | None
    # The end of the confirmed mobile number: enough to recognise, not enough to call.
    number_end: str
    number_since: datetime | None
    passkeys: int
    passkey_since: datetime | None
    recovery_codes: int
    password_mark: bytes = field(repr=False)
    language: str

    @property
    def factors(self) -> int:
        """How many second factors there are."""
        return (self.app_since is not None) + bool(self.number_end) + self.passkeys

    @property
    def enters(self) -> bool:
        """Whether anything is left to come in by with a password."""
        return self.active and any(place.opens for place in self.places)


@dataclass(frozen=True, slots=True)
class User:
    """Everything on a user's page."""

    known: Known
    findings: tuple[Finding, ...]
    refusals: tuple[Refusal, ...]
    resets: tuple[FactorReset, ...]


# Letters with and without marks are the same to who hears a name on the telephone.
_MARKED = "áàäâãåāçčćéèëêēęíìïîīıłñńóòöôõøōśšúùüûūýÿžźż"
_PLAIN = "aaaaaaaccceeeeeeiiiiiilnnooooooossuuuuuyyzzz"
_FOLDED = f"translate(lower({{0}}), '{_MARKED}', '{_PLAIN}')"
_FOUND = "SELECT a.id, a.name, a.email, a.is_active FROM account a WHERE a.insurer_id = %(insurer)s AND {0}"
_FOUND += f" ORDER BY lower(a.name), a.id LIMIT {MOST + 1}"
_AT = (
    "EXISTS (SELECT 1 FROM membership m JOIN organisation o ON o.id = m.organisation_id"
    " WHERE m.account_id = a.id AND {0})"
)
_WORD = f"strpos(' ' || {_FOLDED}, ' ' || %(sought)s) > 0"
_WHERE = {
    "email": "starts_with(lower(a.email), %(sought)s)",
    "kvk": _AT.format("o.kvk = %(sought)s"),
    "name": f"({_WORD.format('a.name')} OR {_AT.format(_WORD.format('o.name'))})",
}
_FACTS = "SELECT * FROM help_desk_facts(%s)"


def sought_by(text: str) -> tuple[str, str]:
    """What was typed, and as what it is sought: an address, a KvK number, or a name of a person or organisation."""
    typed = tidy(text).lower()
    if "@" in typed:
        return "email", typed
    digits = typed.replace(" ", "").replace(".", "")
    if digits.isdigit() and len(digits) == 8:
        return "kvk", digits
    return "name", typed.translate(str.maketrans(_MARKED, _PLAIN))


def find(scope: Scope, text: str) -> tuple[list[Found], bool]:
    """The users that answer, and whether there are more than are shown; in the trail. Raises NotAllowed.

    The trail has how it was sought and whom it showed; what was typed only as a keyed digest, with which one can see
    whether a certain name was sought, and read none (law 8).
    """
    scope.require(Permission.HELP_USERS)
    kind, sought = sought_by(text)
    with helping(scope.insurer_id):
        with connection.cursor() as cursor:
            cursor.execute(_FOUND.format(_WHERE[kind]), {"insurer": scope.insurer_id, "sought": sought})
            rows = cursor.fetchall()
        more, rows = len(rows) > MOST, rows[:MOST]
        places = _places(scope.insurer_id, scope.insurer, [row[0] for row in rows])
        found = [Found(id_, name, email, active, tuple(places.get(id_, ()))) for id_, name, email, active in rows]
        audit.record(
            scope, "helpdesk.search", objects={"account": [one.account_id for one in found]},
            detail={"by": kind, "sought": digest_of(sought), "found": len(found), "more": more},
        )  # fmt: skip
    return found, more


def digest_of(sought: str) -> str:
    """What the trail has of what was typed."""
    return hmac.digest(key_for("help-desk-search"), sought.encode(), hashlib.sha256).hex()[:24]


@transaction.atomic
def user(scope: Scope, account_id: int, *, now: datetime) -> User:
    """A user of this insurer, with everything on their page; in the trail. Raises NotAllowed, NoUser."""
    scope.require(Permission.HELP_USERS)
    with helping(scope.insurer_id):
        known = user_facts(scope.insurer_id, account_id)
        refusals = latest_refusals(
            account_id, [place.organisation_id for place in known.places], since=now - LATELY, most=_FEW
        )
        rows = FactorReset.objects.defer("nonce", "password_mark").filter(account_id=account_id).order_by("-id")
        resets = tuple(rows[:_FEW])
        locked = _locked_until(scope.insurer, known, now)
        audit.record(scope, "helpdesk.see", objects={"account": [account_id]})
    facts = _facts(scope.insurer, known, refusals, resets, locked)
    return User(known, why_not(facts), tuple(refusals), resets)


def user_facts(insurer_id: int, account_id: int) -> Known:
    """What is known of a user. Must run inside `helping`. Raises NoUser."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.name, a.email, a.is_active, a.last_login, i.slug FROM account a"
            " JOIN insurer i ON i.id = a.insurer_id WHERE a.insurer_id = %s AND a.id = %s",
            [insurer_id, account_id],
        )
        row: Any = cursor.fetchone()
        if row is None:
            raise NoUser(account_id)
        cursor.execute(_FACTS, [account_id])
        has_password, mark, app, end, number, passkeys, passkey, codes = cursor.fetchone()
    name, email, active, last_login, insurer = row
    places = _places(insurer_id, insurer, [account_id]).get(account_id, [])
    return Known(
        account_id, name, email, active, last_login, tuple(places), has_password, app, end or "", number, passkeys,
        passkey, codes, bytes(mark), _language(account_id),
    )  # fmt: skip


def open_resets(scope: Scope) -> list[tuple[FactorReset, str]]:
    """What waits for a second employee or for its time, oldest first, with whom it is about. Raises NotAllowed."""
    scope.require(Permission.HELP_USERS)
    with helping(scope.insurer_id):
        return _with_names(FactorReset.objects.filter(insurer_id=scope.insurer_id, state__in=OPEN).order_by("id"))


@transaction.atomic
def reset(scope: Scope, reset_id: int) -> tuple[FactorReset, str]:
    """One of them, and whom it is about; in the trail. Raises NotAllowed, NoUser."""
    scope.require(Permission.HELP_USERS)
    with helping(scope.insurer_id):
        found = _with_names(FactorReset.objects.filter(insurer_id=scope.insurer_id, id=reset_id))
        if not found:
            raise NoUser(reset_id)
        about = {"account": [found[0][0].account_id], "reset": [reset_id]}
        audit.record(scope, "helpdesk.see_reset", objects=about)
    return found[0]


def portal_for(known: Known) -> Brand | None:
    """The portal where somebody comes in with a password; None when there is none.

    A customer's portal before an office: what is lost for the one must not open the other (docs/adr/0016).
    """
    segments = {place.segment for place in known.places if place.opens}
    slugs = {slug for place in known.places if place.opens for slug in place.portals}
    brands = sorted(all_brands(), key=lambda brand: brand.only_passkeys)
    return next((brand for brand in brands if brand.slug in slugs and segments & set(brand.segments)), None)


def _with_names(resets: Any) -> list[tuple[FactorReset, str]]:
    rows = resets.defer("nonce", "password_mark").annotate(account_name=F("account__name"))
    return [(one, one.account_name) for one in rows]


def _places(insurer_id: int, insurer: str, accounts: list[int]) -> dict[int, list[Place]]:
    """The places of these accounts, by account."""
    rows = (
        Membership.objects.filter(account_id__in=accounts, account__insurer_id=insurer_id)
        .order_by("organisation__name", "id")
        .values(
            "id", "account_id", "organisation_id", "organisation__name", "organisation__kvk", "organisation__segment",
            "roles", "is_active", "account__is_active", "acting_subject", "invitation__id", "invitation__sent_at",
            "invitation__expires_at", "invitation__undeliverable", "invitation__accepted_at", "invitation__revoked_at",
        )
    )  # fmt: skip
    found: dict[int, list[Place]] = {}
    for row in rows:
        found.setdefault(row["account_id"], []).append(_place(row, insurer))
    return found


def _place(row: Mapping[str, Any], insurer: str) -> Place:
    segment = row["organisation__segment"]
    portals = [brand for brand in all_brands() if brand.insurer == insurer and segment in brand.segments]
    standing = standing_of(
        active=row["is_active"], invited=row["invitation__id"] is not None,
        accepted=row["invitation__accepted_at"] is not None, revoked=row["invitation__revoked_at"] is not None,
        expires_at=row["invitation__expires_at"], now=timezone.now(),
    )  # fmt: skip
    waits = standing in (Standing.INVITED, Standing.EXPIRED, Standing.REVOKED)
    return Place(
        row["id"], row["organisation_id"], row["organisation__name"], row["organisation__kvk"], segment,
        tuple(map(Role, row["roles"])), standing, row["acting_subject"] is not None,
        tuple(brand.slug for brand in portals), profile(segment).means,
        row["invitation__sent_at"], row["invitation__expires_at"], bool(row["invitation__undeliverable"]) and waits,
    )  # fmt: skip


def _language(account_id: int) -> str:
    """The language somebody was invited in; Dutch for who was not."""
    said = Invitation.objects.filter(membership__account_id=account_id).order_by("-id")
    return said.values_list("language", flat=True).first() or "nl"


def _locked_until(insurer: str, known: Known, now: datetime) -> datetime | None:
    ends = throttle.locked_until([throttle.by_email(insurer, known.email), throttle.by_code(known.account_id)], now=now)
    return max(ends) if ends else None


def _facts(
    insurer: str,
    known: Known,
    refusals: list[Refusal],
    resets: tuple[FactorReset, ...],
    locked: datetime | None,
) -> Facts:
    running = next((one for one in resets if one.state in OPEN), None)
    ours = {slug for place in known.places for slug in place.portals}
    customers = [brand for brand in all_brands() if brand.insurer == insurer and not _is_office(brand)]
    closed = [brand.name for brand in customers if brand.slug not in ours]
    return Facts(
        active=known.active,
        places=tuple(_place_facts(place) for place in known.places),
        has_password=known.has_password,
        factors=known.factors,
        locked_until=locked,
        low_level=_low_level(known, refusals),
        reset_due=running.due_at if running else None,
        reset_asked=running is not None,
        closed_portals=tuple(closed),
    )


def _is_office(brand: Brand) -> bool:
    """Whether a portal is the insurer's own: no customer looks for it."""
    roles = [held for segment in brand.segments for held in profile(segment).roles.values()]
    return any(Permission.HELP_USERS in held for held in roles)


def _place_facts(place: Place) -> PlaceFacts:
    names = {brand.slug: brand.name for brand in all_brands()}
    return PlaceFacts(
        place.organisation, place.standing, tuple(names[slug] for slug in place.portals),
        takes_password=Means.PASSWORD in place.means, takes_eherkenning=Means.EHERKENNING in place.means,
        eherkenning_linked=place.eherkenning, undeliverable=place.undeliverable, invited_until=place.expires_at,
    )  # fmt: skip


def _low_level(known: Known, refusals: list[Refusal]) -> tuple[str, str] | None:
    """The level that was too low the last time, and the one asked for; None when they came in since."""
    last = refusals[0] if refusals else None
    if last is None or last.code != "level_too_low" or (known.last_login and known.last_login > last.at):
        return None
    place = next((one for one in known.places if one.organisation_id == last.organisation_id), None)
    if place is None or not place.portals:
        return None
    brand = next(one for one in all_brands() if one.slug == place.portals[0])
    return last.level, door(brand, place.segment).level.label
