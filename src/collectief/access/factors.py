"""The second factor: an authenticator app (TOTP, RFC 6238), and recovery codes for who lost it (W04)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime

import pyotp
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db.models.functions import Now

from collectief.audit import actions as audit
from collectief.brands.catalogue import Brand
from collectief.foundation.sealing import seal, unseal
from collectief.scope.database import opened, signing_in

from . import throttle
from .models import Account, Authenticator, Membership, RecoveryCode
from .password_sign_in import members
from .queries import scope_of
from .rules import AccessRefused

STEP_SECONDS = 30
RECOVERY_CODES = 10
# Clocks differ: the code before this half minute's and the one after are good too.
_SKEW = (-1, 0, 1)
# What cannot be taken for another when written down: no I, L, O, U, 0, 1.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def has_authenticator(account_id: int) -> bool:
    """Whether this account has linked an app."""
    with signing_in():
        return Authenticator.objects.filter(account_id=account_id).exists()


def new_secret(account_id: int) -> str:
    """A secret to link, sealed for this account: it is kept by the session that links it, until a code was right."""
    return seal(_key("authenticator"), pyotp.random_base32().encode(), str(account_id).encode()).hex()


def opened_secret(account_id: int, sealed: str) -> str:
    """The secret as an app takes it."""
    return unseal(_key("authenticator"), bytes.fromhex(sealed), str(account_id).encode()).decode()


def app_address(brand: Brand, email: str, secret: str) -> str:
    """What the QR code says to an app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=brand.name)


def link(brand: Brand, membership_id: int, sealed: str, code: str, *, now: datetime) -> tuple[Membership, list[str]]:
    """Link the app that made this code, and let its owner in: with ten recovery codes, told this once.

    Raises AccessRefused: wrong_code, too_many_tries, already_linked (another session was first), no_longer.
    """
    codes = [_new_code() for _ in range(RECOVERY_CODES)]

    def linked(account: Account) -> str:
        if Authenticator.objects.filter(account=account).exists():
            return "already_linked"
        try:
            step = _step(opened_secret(account.id, sealed), code, now)
        except (InvalidTag, ValueError):
            return "wrong_code"
        if step is None:
            return "wrong_code"
        Authenticator.objects.create(account=account, sealed=bytes.fromhex(sealed), last_step=step)
        RecoveryCode.objects.filter(account=account).delete()
        RecoveryCode.objects.bulk_create([RecoveryCode(account=account, digest=_digest(account.id, c)) for c in codes])
        return ""

    return _tried(brand, membership_id, linked, now, action="account.link_authenticator", lets_in=True), codes


def prove(brand: Brand, membership_id: int, code: str, *, now: datetime) -> Membership:
    """Let in who has the app: its code of now, which counts once.

    Raises AccessRefused: wrong_code, too_many_tries, no_longer.
    """

    def proved(account: Account) -> str:
        held = Authenticator.objects.filter(account=account).first()
        step = _step(opened_secret(account.id, bytes(held.sealed).hex()), code, now) if held else None
        if held is None or step is None or step <= held.last_step:
            return "wrong_code"
        # The same code twice at the same moment: one of them finds it taken.
        taken = Authenticator.objects.filter(id=held.id, last_step__lt=step).update(last_step=step)
        return "" if taken else "wrong_code"

    return _tried(brand, membership_id, proved, now, action="account.sign_in", lets_in=True)


def recover(brand: Brand, membership_id: int, code: str, *, now: datetime) -> Membership:
    """Use a recovery code: the lost app is unlinked and a new one must be linked before anybody gets in.

    Raises AccessRefused: wrong_recovery_code, too_many_tries, no_longer.
    """

    def recovered(account: Account) -> str:
        digest = _digest(account.id, code)
        if not RecoveryCode.objects.filter(account=account, digest=digest).delete()[0]:
            return "wrong_recovery_code"
        Authenticator.objects.filter(account=account).delete()
        return ""

    return _tried(brand, membership_id, recovered, now, action="account.recover", lets_in=False)


def _tried(
    brand: Brand, membership_id: int, verb: Callable[[Account], str], now: datetime, *, action: str, lets_in: bool
) -> Membership:
    """One try at a second factor, counted and in the trail. `verb` says by code what is wrong, or nothing."""
    with signing_in():
        membership = members(brand).filter(id=membership_id).first()
        code = "no_longer"
        if membership is not None:
            subject = throttle.by_code(membership.account_id)
            code = verb(membership.account) if throttle.may_try([subject], now=now) else "too_many_tries"
            if code in ("wrong_code", "wrong_recovery_code"):
                throttle.wrong([subject], now=now)
            elif not code:
                throttle.right(subject)
                if lets_in:
                    Account.objects.filter(id=membership.account_id).update(last_login=Now())
    if membership is None:
        raise AccessRefused(code)
    with opened(scope_of(membership, brand)) as scope:
        outcome = "failure" if code else "success"
        audit.record(scope, action, outcome=outcome, detail={"means": "password", "code": code})
    if code:
        raise AccessRefused(code)
    return membership


def _step(secret: str, code: str, now: datetime) -> int | None:
    """The half minute this code is of, if it is a code of about now."""
    typed = "".join(code.split())
    at = int(now.timestamp()) // STEP_SECONDS
    maker = pyotp.TOTP(secret, interval=STEP_SECONDS)
    fitting = [at + skew for skew in _SKEW if pyotp.utils.strings_equal(maker.generate_otp(at + skew), typed)]
    return max(fitting, default=None)


def _new_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _digest(account_id: int, code: str) -> bytes:
    bare = "".join(sign for sign in code.upper() if sign.isalnum())
    return hmac.digest(_key("recovery"), f"{account_id}:{bare}".encode(), hashlib.sha256)


def _key(purpose: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), f"collectief:{purpose}".encode(), hashlib.sha256)
