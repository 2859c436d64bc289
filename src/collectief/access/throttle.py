"""Tries and requests, counted in PostgreSQL in a sliding window: per account and per address (STANDARDS, sessions).

Who tries takes turns with everyone else who tries the same: ten guesses at the same moment are ten guesses.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address

from django.db import connection

from collectief.scope.database import signing_in
from collectief.scope.secret import key_for

from .models import WrongTry
from .rules import AccessRefused

WINDOW = timedelta(minutes=10)

# What anybody may send, whoever they are, within the window: from one network address, and from all of them together
# at one insurer.
# An organisation can be behind one address; the total keeps a crowd of machines from filling a queue or mailboxes.
PUBLIC = {"application": (10, 300), "password": (100, 1000), "invitation": (20, 300)}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is counted, and how many wrong tries within ten minutes lock it."""

    key: bytes
    limit: int


def by_email(insurer: str, email: str) -> Subject:
    """Passwords for this e-mail address, whether it has an account or not."""
    return _subject(f"email:{insurer}:{email.lower()}", 10)


def by_code(account_id: int) -> Subject:
    """Codes of a second factor."""
    return _subject(f"code:{account_id}", 10)


def by_address(address: str) -> Subject:
    """Passwords from one network address: an organisation can be behind it."""
    return _subject(f"address:{_network(address)}", 100)


def by_message(whom: str) -> Subject:
    """Messages that are sent to a telephone, for an account or a number."""
    return _subject(f"message:{whom}", 5)


def by_request(what: str, limit: int) -> Subject:
    """Something that is asked for and costs a letter."""
    return _subject(f"request:{what.lower()}", limit)


def take_turn(what: str, insurer: str, address: str, *, now: datetime) -> None:
    """One more use of a public form of an insurer, whatever was filled in.

    Raises AccessRefused: too_many_requests from there, too_many_at_once from all together.
    """
    per_address, in_total = PUBLIC[what]
    own = by_request(f"{what}:from:{_network(address)}", per_address)
    total = by_request(f"{what}:all:{insurer}", in_total)
    with signing_in():
        allowed = may_try([own], now=now)
        room = allowed and may_try([total], now=now)
        if room:
            wrong([own, total], now=now)
    if not allowed:
        raise AccessRefused("too_many_requests")
    if not room:
        raise AccessRefused("too_many_at_once")


def may_try(subjects: Sequence[Subject], *, now: datetime) -> bool:
    """Whether another try is allowed, holding everyone else's until the end of this transaction.

    Must run inside `signing_in`; subjects in the same order everywhere, so that none waits for the other.
    """
    for subject in subjects:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(subject.key[:8], signed=True)])
        if WrongTry.objects.filter(key=subject.key, at__gt=now - WINDOW).count() >= subject.limit:
            return False
    return True


def locked_until(subjects: Sequence[Subject], *, now: datetime) -> list[datetime]:
    """Until when these are locked, for the ones that are. Must run inside `helping` or `signing_in`."""
    found = []
    for subject in subjects:
        tries = (
            WrongTry.objects.filter(key=subject.key, at__gt=now - WINDOW).order_by("-at").values_list("at", flat=True)
        )
        # The tries before the last so many count no longer once the first of these leaves the window.
        counted = list(tries[: subject.limit])
        if len(counted) == subject.limit:
            found.append(counted[-1] + WINDOW)
    return found


def wrong(subjects: Sequence[Subject], *, now: datetime) -> None:
    """That was a wrong try, or one more request. Must run inside `signing_in`, after `may_try`."""
    WrongTry.objects.bulk_create([WrongTry(key=subject.key, at=now) for subject in subjects])


def right(subject: Subject) -> None:
    """That was right: what went wrong before counts no longer. Must run inside `signing_in`."""
    WrongTry.objects.filter(key=subject.key).delete()


def clear(*, now: datetime) -> None:
    """Remove what counts no longer."""
    with signing_in():
        WrongTry.objects.filter(at__lte=now - WINDOW).delete()


def _network(address: str) -> str:
    """What counts as one address: of IPv6 the network, since whoever has one address there has all of its /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return address
    return str(parsed.ipv4_mapped or IPv6Network((int(parsed), 64), strict=False))


def _subject(text: str, limit: int) -> Subject:
    return Subject(hmac.digest(key_for("tries"), text.encode(), hashlib.sha256)[:16], limit)
