"""The second factor, whichever it is: what somebody has, a try that is counted, and recovery codes (W04).

Each kind has a module of its own: `authenticator`, `telephone`, `passkeys`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection
from copy import replace
from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Now

from collectief.audit import actions as audit
from collectief.brands.catalogue import Brand, all_brands
from collectief.brands.catalogue import brand as brand_of
from collectief.scope.database import opened, signing_in
from collectief.scope.scope import Scope
from collectief.scope.secret import keys_for, number
from collectief.segments.catalogue import profile as profile_of
from collectief.segments.profile import Factor, SegmentProfile

from . import notices, stopping, throttle
from .models import Account, Authenticator, Membership, Passkey, RecoveryCode, Telephone
from .password_sign_in import members
from .queries import scope_of
from .rules import AccessRefused

RECOVERY_CODES = 10
# What cannot be taken for another when written down: no I, L, O, U, 0, 1.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
# What a recovery code is called in the trail.
_RECOVERY = "recovery_code"
# Giving a factor once more while signed in.
_CONFIRM = "account.confirm"
# What counts as a wrong try; anything else that stops one says nothing about who tries.
_WRONG = ("wrong_code", "wrong_sent_code", "wrong_recovery_code", "wrong_passkey")


@dataclass(frozen=True, slots=True)
class Key:
    """A passkey as its owner sees it."""

    id: int
    name: str
    host: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """What an account has by way of a second factor."""

    # When the authenticator app was linked.
    app_since: datetime | None
    # The mobile number that was confirmed.
    number: str
    passkeys: tuple[Key, ...]
    recovery_codes: int
    # Whether a recovery code counts.
    recoverable: bool = True

    @property
    def any(self) -> bool:
        return self.count > 0

    @property
    def count(self) -> int:
        """How many there are."""
        return (self.app_since is not None) + bool(self.number) + len(self.passkeys)

    @property
    def kinds(self) -> int:
        """How many kinds there are."""
        return (self.app_since is not None) + bool(self.number) + bool(self.passkeys)

    def here(self, brand: Brand, profile: SegmentProfile) -> Factors:
        """What of it counts at this portal for who comes in with this profile.

        A passkey is of one host. Where only passkeys count, only that host's do; and those are no factor elsewhere.
        """
        apart = () if profile.only_passkeys else hosts_apart()
        own = self.passkeys if Factor.PASSKEY in profile.factors else ()
        return replace(
            self,
            app_since=self.app_since if Factor.APP in profile.factors else None,
            number=self.number if Factor.SMS in profile.factors else "",
            passkeys=tuple(
                key for key in own
                if key.host in brand.hosts or not (profile.only_passkeys or key.host in apart)
            ),
            recoverable=not profile.only_passkeys,
        )  # fmt: skip

    @property
    def masked(self) -> str:
        """The number so that its owner knows it and nobody else learns it."""
        return f"•••• {self.number[-3:]}" if self.number else ""


def hosts_apart() -> frozenset[str]:
    """The hosts whose passkeys are looked after apart: no other portal counts, unlinks or recovers from them."""
    return frozenset(host for brand in all_brands() if brand.only_passkeys for host in brand.hosts)


def factors_here(account_id: int, brand: Brand, profile: SegmentProfile) -> Factors:
    """What this account has that counts at this portal, with this profile."""
    return factors_of(account_id).here(brand, profile)


def factors_of(account_id: int) -> Factors:
    """What this account has, for whichever portal."""
    with signing_in():
        app = Authenticator.objects.filter(account_id=account_id).first()
        telephone = Telephone.objects.filter(account_id=account_id).first()
        keys = Passkey.objects.filter(account_id=account_id).order_by("id")
        return Factors(
            app.linked_at if app else None,
            telephone.number if telephone else "",
            tuple(Key(key.id, key.name, key.host, key.made_at, key.used_at) for key in keys),
            RecoveryCode.objects.filter(account_id=account_id).count(),
        )


def attempt(
    brand: Brand,
    membership_id: int,
    verb: Callable[[Membership], str],
    now: datetime,
    *,
    action: str,
    factor: str,
    means: str = "password",
    lets_in: bool = False,
    notice: str = "",
) -> Membership:
    """One try at a second factor, counted and in the trail. `verb` says by code what is wrong, or nothing.

    `means` is what came before it; of a factor that stands alone, itself.

    A factor that does not count for the member's segment is refused before it is looked at, whichever page it came
    by. With a `notice` its owner is told by mail what changed. Raises AccessRefused with that code, or
    too_many_tries, no_longer, factor_not_here.
    """
    with signing_in():
        membership = members(brand).filter(id=membership_id).first()
        code = "no_longer"
        if membership is not None:
            subject = throttle.by_code(membership.account_id)
            if not _counts(factor, profile_of(membership.organisation.segment)):
                code = "factor_not_here"
            else:
                code = verb(membership) if throttle.may_try([subject], now=now) else "too_many_tries"
            if code in _WRONG:
                throttle.wrong([subject], now=now)
            elif not code:
                throttle.right(subject)
                if lets_in:
                    Account.objects.filter(id=membership.account_id).update(last_login=Now())
                    if action == _CONFIRM:
                        # Signed in already, and the factor is still there: signing in itself stops it in `sessions`.
                        stopping.stop_by_sign_in(brand, membership, now=now)
                if notice:
                    notices.tell(brand, membership.account_id, notice)
    if membership is None:
        raise AccessRefused(code)
    with opened(scope_of(membership, brand)) as scope:
        outcome = "failure" if code else "success"
        audit.record(scope, action, outcome=outcome, detail={"means": means, "factor": factor, "code": code})
    if code:
        raise AccessRefused(code)
    return membership


def _counts(factor: str, profile: SegmentProfile) -> bool:
    return not profile.only_passkeys if factor == _RECOVERY else Factor(factor) in profile.factors


def first_codes(brand: Brand, account_id: int, profile: SegmentProfile) -> list[str]:
    """Ten fresh recovery codes for who had no factor until now; none for who has some already, or where none count.

    Must run inside `signing_in`, before the factor is kept.
    """
    held = factors_here(account_id, brand, profile)
    return _fresh(account_id) if held.recoverable and not held.any else []


def new_codes(scope: Scope) -> list[str]:
    """Ten others in place of the ones there are; told this once. Raises AccessRefused("factor_not_here")."""
    if scope.profile.only_passkeys:
        raise AccessRefused("factor_not_here")
    with signing_in():
        codes = _fresh(scope.account_id)
    audit.record(scope, "account.new_recovery_codes")
    notices.tell_own(scope, "new_codes")
    return codes


def recover(brand: Brand, membership_id: int, code: str, *, now: datetime) -> Membership:
    """Use a recovery code: what was lost is unlinked and another factor must be linked before anybody gets in.

    Passkeys of a portal where nothing else counts stay: a code is no way around them. Raises AccessRefused:
    wrong_recovery_code, too_many_tries, no_longer, factor_not_here.
    """

    def recovered(member: Membership) -> str:
        digests = _digests(member.account_id, code)
        if not RecoveryCode.objects.filter(account_id=member.account_id, digest__in=digests).delete()[0]:
            return "wrong_recovery_code"
        unlink_everything(member.account_id, but_at=hosts_apart())
        return ""

    return attempt(brand, membership_id, recovered, now, action="account.recover", factor=_RECOVERY, notice="recovered")


def unlink_everything(account_id: int, *, but_at: Collection[str] = ()) -> None:
    """No factor and no recovery code is left, but for passkeys of these hosts. Must run inside `signing_in`."""
    for own in (Authenticator.objects, Telephone.objects, RecoveryCode.objects):
        own.filter(account_id=account_id).delete()
    Passkey.objects.filter(account_id=account_id).exclude(host__in=but_at).delete()


def remove(scope: Scope, kind: str, *, id_: int = 0) -> None:
    """Unlink one of one's own that counts here: "app", "telephone" or the "passkey" with this number.

    Raises AccessRefused("last_factor") for the only one there is: another must be linked first. What is not there is
    gone already.
    """
    with signing_in():
        # Two removed at the same moment: the second counts what the first left.
        Account.objects.select_for_update(of=("self",), no_key=True).get(id=scope.account_id)
        here = factors_here(scope.account_id, brand_of(scope.brand), scope.profile)
        keys = [key.id for key in here.passkeys if key.id == id_]
        there = {"app": here.app_since is not None, "telephone": bool(here.number), "passkey": bool(keys)}[kind]
        last = here.count == 1
        if there and not last:
            held = {"app": Authenticator.objects, "telephone": Telephone.objects, "passkey": Passkey.objects}[kind]
            held.filter(account_id=scope.account_id, **({"id__in": keys} if kind == "passkey" else {})).delete()
    if not there:
        return
    if last:
        raise AccessRefused("last_factor")
    audit.record(scope, "account.unlink_factor", detail={"factor": kind})
    notices.tell_own(scope, "factor_removed")


def _fresh(account_id: int) -> list[str]:
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(account_id=account_id).delete()
    RecoveryCode.objects.bulk_create(
        [
            RecoveryCode(account_id=account_id, digest=_digests(account_id, code)[0], key_number=number())
            for code in codes
        ]
    )
    return codes


def _new_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _digests(account_id: int, code: str) -> list[bytes]:
    """What is kept of a code: under the present secret, and under the former one while that counts."""
    bare = "".join(sign for sign in code.upper() if sign.isalnum())
    return [hmac.digest(key, f"{account_id}:{bare}".encode(), hashlib.sha256) for key in keys_for("recovery")]
