"""Codes by SMS: to a number that was confirmed by one, ten minutes, once, five tries (W04, O03, O06)."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

import phonenumbers
from procrastinate.contrib.django import app as queue

from collectief.brands.catalogue import Brand
from collectief.scope.database import signing_in
from collectief.scope.secret import key_for
from collectief.segments.catalogue import profile

from . import notices, throttle, tokens
from .factors import attempt, first_codes
from .models import Membership, SentCode, Telephone
from .rules import AccessRefused

VALID = timedelta(minutes=10)
TRIES = 5
# For what a code is: signing in, confirming a number, using an invitation.
SIGN_IN, NUMBER, INVITATION = "sign_in", "number", "invitation"
_DIGITS = 6


def tidy_number(typed: str) -> str:
    """A mobile number as E.164, Dutch unless it says otherwise. Raises AccessRefused("no_mobile")."""
    try:
        parsed = phonenumbers.parse(typed, "NL")
    except phonenumbers.NumberParseException:
        raise AccessRefused("no_mobile") from None
    kind = phonenumbers.number_type(parsed)
    mobile = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if not phonenumbers.is_valid_number(parsed) or kind not in mobile:
        raise AccessRefused("no_mobile")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def send_code(brand: Brand, account_id: int, purpose: str, number: str, *, language: str, now: datetime) -> int:
    """Send a code to a number; its row, which the session that asked keeps. The one of before is worthless.

    Raises AccessRefused("too_many_codes"): five in ten minutes, for an account, or for a number and purpose: who asks
    to confirm somebody else's number keeps no code from its owner.
    """
    subjects = [throttle.by_message(f"account:{account_id}"), throttle.by_message(f"number:{purpose}:{number}")]
    with signing_in():
        allowed = throttle.may_try(subjects, now=now)
        if allowed:
            throttle.wrong(subjects, now=now)
            SentCode.objects.filter(account_id=account_id, purpose=purpose).delete()
            sent = SentCode.objects.create(
                account_id=account_id, purpose=purpose, number=number, nonce=tokens.new_nonce(), expires_at=now + VALID
            )
            # By name, since jobs stand above actions.
            queue.configure_task("access.send_code").defer(code_id=sent.id, brand=brand.slug, language=language)
    if not allowed:
        raise AccessRefused("too_many_codes")
    return sent.id


def code_of(sent: SentCode) -> str:
    """The six digits: derived, so that no table holds them."""
    made = hmac.digest(key_for("sent-code"), f"{sent.id}:".encode() + bytes(sent.nonce), hashlib.sha256)
    return f"{int.from_bytes(made[:8]) % 10**_DIGITS:0{_DIGITS}}"


def number_of(account_id: int) -> str:
    """The number that was confirmed; empty when none was."""
    with signing_in():
        found = Telephone.objects.filter(account_id=account_id).first()
    return found.number if found else ""


def prove(
    brand: Brand, membership_id: int, sent: int, code: str, *, now: datetime, action: str = "account.sign_in"
) -> Membership:
    """Let in who got the code that this session had sent to the confirmed number.

    Raises AccessRefused: wrong_sent_code, too_many_tries, no_longer.
    """

    def proved(member: Membership) -> str:
        return "" if taken(member.account_id, SIGN_IN, sent, code, now=now) is not None else "wrong_sent_code"

    return attempt(brand, membership_id, proved, now, action=action, factor="sms", lets_in=True)


def confirm(
    brand: Brand, membership_id: int, sent: int, code: str, *, now: datetime, replaces: bool = False
) -> tuple[Membership, list[str]]:
    """The number that this session had a code sent to is confirmed; recovery codes when it is the first factor.

    Only who `replaces` may have one already; the old number then gets a message that it no longer counts. Raises
    AccessRefused: wrong_sent_code, too_many_tries, already_linked, no_longer.
    """
    codes: list[str] = []

    def confirmed(member: Membership) -> str:
        own = Telephone.objects.filter(account_id=member.account_id)
        before = own.first()
        if before is not None and not replaces:
            return "already_linked"
        number = taken(member.account_id, NUMBER, sent, code, now=now)
        if number is None:
            return "wrong_sent_code"
        codes.extend(first_codes(brand, member.account_id, profile(member.organisation.segment)))
        if before is not None and before.number != number:
            notices.tell_number(brand, member.account_id, before.number)
        keep(member.account_id, number)
        return ""

    member = attempt(
        brand, membership_id, confirmed, now, action="account.link_factor", factor="sms", lets_in=not replaces,
        notice="telephone_linked",
    )  # fmt: skip
    return member, codes


def keep(account_id: int, number: str) -> None:
    """From now on codes go to this number. Must run inside `signing_in`."""
    Telephone.objects.filter(account_id=account_id).delete()
    Telephone.objects.create(account_id=account_id, number=number)


def forget_expired(*, now: datetime) -> None:
    """Remove codes that have had their time: their numbers need not be kept."""
    with signing_in():
        SentCode.objects.filter(expires_at__lte=now).delete()


def taken(account_id: int, purpose: str, sent: int, code: str, *, now: datetime) -> str | None:
    """The number that this code went to, if it is right: then it is used up. A wrong one costs one of five tries.

    Must run inside `signing_in`. Two at the same moment take turns by the row's lock.
    """
    held = SentCode.objects.select_for_update().filter(id=sent, account_id=account_id, purpose=purpose).first()
    if held is None or held.expires_at <= now or held.tries >= TRIES:
        return None
    if not hmac.compare_digest(code_of(held).encode(), "".join(code.split()).encode()):
        held.tries += 1
        held.save(update_fields=["tries"])
        return None
    held.delete()
    return held.number
