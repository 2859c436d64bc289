"""The authenticator app: linking one, and its codes (TOTP, RFC 6238; W04)."""

from __future__ import annotations

from datetime import datetime

import pyotp
from cryptography.exceptions import InvalidTag

from collectief.brands.catalogue import Brand
from collectief.foundation.sealing import seal, unseal
from collectief.scope.secret import derived, key_for
from collectief.segments.catalogue import profile

from .factors import attempt, first_codes
from .models import Authenticator, Membership

STEP_SECONDS = 30
_PURPOSE = "authenticator"
# Clocks differ: the code before this half minute's and the one after are good too.
_SKEW = (-1, 0, 1)


def new_secret(account_id: int) -> str:
    """A secret to link, sealed for this account: it is kept by the session that links it, until a code was right."""
    return seal(key_for(_PURPOSE), pyotp.random_base32().encode(), str(account_id).encode()).hex()


def opened_secret(account_id: int, sealed: str) -> str:
    """The secret as an app takes it."""
    return unseal(key_for(_PURPOSE), bytes.fromhex(sealed), str(account_id).encode()).decode()


def resealed(account_id: int, sealed: bytes, before: str, after: str) -> bytes:
    """The secret of an app, sealed under `before`, sealed under `after`. Raises InvalidTag."""
    owner = str(account_id).encode()
    return seal(derived(after, _PURPOSE), unseal(derived(before, _PURPOSE), sealed, owner), owner)


def app_address(brand: Brand, account: str, secret: str) -> str:
    """What the QR code says to an app."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=brand.name)


def link(
    brand: Brand, membership_id: int, sealed: str, code: str, *, now: datetime, replaces: bool = False
) -> tuple[Membership, list[str]]:
    """Link the app that made this code; with ten recovery codes, told this once, when it is the first factor.

    Only who `replaces` may have one already: the old one then makes no code that counts any more. Raises
    AccessRefused: wrong_code, too_many_tries, already_linked (another session was first), no_longer.
    """
    codes: list[str] = []

    def linked(member: Membership) -> str:
        own = Authenticator.objects.filter(account_id=member.account_id)
        if not replaces and own.exists():
            return "already_linked"
        try:
            step = _step(opened_secret(member.account_id, sealed), code, now)
        except (InvalidTag, ValueError):
            return "wrong_code"
        if step is None:
            return "wrong_code"
        codes.extend(first_codes(brand, member.account_id, profile(member.organisation.segment)))
        own.delete()
        Authenticator.objects.create(account_id=member.account_id, sealed=bytes.fromhex(sealed), last_step=step)
        return ""

    member = attempt(
        brand, membership_id, linked, now, action="account.link_factor", factor="app", lets_in=not replaces,
        notice="app_linked",
    )  # fmt: skip
    return member, codes


def prove(brand: Brand, membership_id: int, code: str, *, now: datetime, action: str = "account.sign_in") -> Membership:
    """Let in who has the app: its code of now, which counts once.

    Raises AccessRefused: wrong_code, too_many_tries, no_longer.
    """

    def proved(member: Membership) -> str:
        held = Authenticator.objects.filter(account_id=member.account_id).first()
        step = _step(opened_secret(member.account_id, bytes(held.sealed).hex()), code, now) if held else None
        if held is None or step is None or step <= held.last_step:
            return "wrong_code"
        # The same code twice at the same moment: one of them finds it taken.
        taken = Authenticator.objects.filter(id=held.id, last_step__lt=step).update(last_step=step)
        return "" if taken else "wrong_code"

    return attempt(brand, membership_id, proved, now, action=action, factor="app", lets_in=True)


def _step(secret: str, code: str, now: datetime) -> int | None:
    """The half minute this code is of, if it is a code of about now."""
    typed = "".join(code.split())
    at = int(now.timestamp()) // STEP_SECONDS
    maker = pyotp.TOTP(secret, interval=STEP_SECONDS)
    fitting = [at + skew for skew in _SKEW if pyotp.utils.strings_equal(maker.generate_otp(at + skew), typed)]
    return max(fitting, default=None)
