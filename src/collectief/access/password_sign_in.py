"""Signing in with e-mail address and own password: half the way, a second factor is the other half (W02, W04)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower, Now
from procrastinate.contrib.django import app as queue

from collectief.audit import actions as audit
from collectief.brands.catalogue import Brand
from collectief.brands.catalogue import brand as brand_of
from collectief.scope.database import opened, signing_in
from collectief.scope.scope import Scope
from collectief.segments.catalogue import profile

from . import passwords, throttle
from .models import Account, Membership
from .queries import password_segments, scope_of
from .rules import AccessRefused


def check(brand: Brand, email: str, password: str, *, address: str, now: datetime) -> Membership:
    """The membership whose password this is; nobody is signed in by it.

    Raises AccessRefused("too_many_tries") or ("wrong_password"): the same, after the same time, whether the password
    is wrong or there is no such account at this portal.
    """
    subjects = [throttle.by_address(address), throttle.by_email(brand.insurer, email)]
    with signing_in():
        membership = members_at(brand, email).first()
        code = "" if throttle.may_try(subjects, now=now) else "too_many_tries"
        if not code and not passwords.same(password, _kept(membership)):
            throttle.wrong(subjects, now=now)
            code = "wrong_password"
        if code:
            # By name, since jobs stand above actions.
            queue.configure_task("access.record_wrong_password").defer(
                brand=brand.slug, membership_id=membership.id if membership else None, code=code
            )
        else:
            throttle.right(subjects[1])
    if code or membership is None:
        raise AccessRefused(code)
    return membership


def members_at(brand: Brand, email: str) -> QuerySet[Membership]:
    """Who comes in with this address, however it is typed. Must run inside `signing_in`."""
    # As the index has it: `iexact` would read every account.
    return members(brand).alias(address=Lower("account__email")).filter(address=email.lower()).order_by("id")


def confirm(scope: Scope, password: str, *, now: datetime) -> Account:
    """One's own password once more. Raises AccessRefused: wrong_present_password, too_many_tries."""
    brand = brand_of(scope.brand)
    with signing_in():
        account = Account.objects.get(id=scope.account_id)
        subject = throttle.by_email(brand.insurer, account.email)
        code = "" if throttle.may_try([subject], now=now) else "too_many_tries"
        if not code and not passwords.same(password, account.password if account.has_usable_password() else None):
            throttle.wrong([subject], now=now)
            code = "wrong_present_password"
        if not code:
            throttle.right(subject)
    audit.record(scope, "account.password", outcome="failure" if code else "success", detail={"code": code})
    if code:
        raise AccessRefused(code)
    return account


def members(brand: Brand) -> QuerySet[Membership]:
    """Everyone who may come in at this portal with a password: no invitation that is still open, nobody inactive.

    Must run inside `signing_in`.
    """
    return Membership.objects.select_related("account", "organisation__insurer").filter(
        Q(invitation__isnull=True) | Q(invitation__accepted_at__isnull=False),
        organisation__insurer__slug=brand.insurer,
        organisation__segment__in=password_segments(brand),
        is_active=True,
        account__is_active=True,
    )


def put_off(brand: Brand, membership_id: int) -> Membership:
    """In without a second factor, in the days that this portal allows it; in the trail as such.

    The caller has seen that it may be. Raises AccessRefused("no_longer"), also where nothing but a passkey will do.
    """
    with signing_in():
        membership = members(brand).filter(id=membership_id).first()
        if membership is not None and profile(membership.organisation.segment).only_passkeys:
            membership = None
        if membership is not None:
            Account.objects.filter(id=membership.account_id).update(last_login=Now())
    if membership is None:
        raise AccessRefused("no_longer")
    with opened(scope_of(membership, brand)) as scope:
        audit.record(scope, "account.sign_in", detail={"means": "password", "factor": "none", "code": ""})
    return membership


def record_wrong(brand: Brand, membership_id: int | None, code: str) -> None:
    """A refused password in the trail of the organisation, if there is one."""
    if membership_id is None:
        return
    with signing_in():
        membership = members(brand).filter(id=membership_id).first()
    if membership is not None:
        with opened(scope_of(membership, brand)) as scope:
            audit.record(scope, "account.password", outcome="failure", detail={"code": code})


def _kept(membership: Membership | None) -> str | None:
    if membership is None or not membership.account.has_usable_password():
        return None
    return membership.account.password
