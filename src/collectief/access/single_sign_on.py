"""The insurer's own staff by the insurer's own identity provider: who is let in, and accepting an invitation (K05).

A place remembers who may come to it as it does for eHerkenning, in `Membership.acting_subject`; a segment takes the one
or the other, and what is remembered of one cannot be what the other says.
"""

from __future__ import annotations

import logging
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db.models.functions import Now

from collectief.audit import actions as audit
from collectief.brands.catalogue import Brand
from collectief.gateways.sign_in import SignInRefused
from collectief.gateways.single_sign_on.client import Employee, OpenIdSingleSignOn, SingleSignOn
from collectief.gateways.single_sign_on.connections import Connection, read_connections
from collectief.scope.database import opened, signing_in
from collectief.segments.catalogue import profile
from collectief.segments.profile import Means

from . import invitations
from .invitations import Invited
from .models import Account, Membership
from .queries import scope_of
from .rules import AccessRefused

_log = logging.getLogger(__name__)
_MEANS = str(Means.SINGLE_SIGN_ON)


def is_offered(brand: Brand) -> bool:
    """Whether one can sign in so at this portal: a segment takes it, and the operator has connected a provider."""
    return Means.SINGLE_SIGN_ON in brand.means and brand.slug in _connections(settings.SINGLE_SIGN_ON_CONNECTIONS)


def provider_of(brand: Brand) -> SingleSignOn:
    """The provider of a portal that offers it."""
    return _provider(_connections(settings.SINGLE_SIGN_ON_CONNECTIONS)[brand.slug])


def issuer_of(brand: Brand) -> str:
    """The provider that is connected to a portal; empty for none."""
    connection = _connections(settings.SINGLE_SIGN_ON_CONNECTIONS).get(brand.slug)
    return connection.issuer if connection else ""


def admit(brand: Brand, employee: Employee) -> Membership:
    """The place that this employee comes to: at several offices of one insurer, the one they were first given.

    Raises SignInRefused: no_account, no_second_factor, account_inactive. Who was let in and who was refused is in the
    trail of the office; who has no place at all leaves a line in the log.
    """
    segments = [segment for segment in brand.segments if Means.SINGLE_SIGN_ON in profile(segment).means]
    with signing_in():
        own = Membership.objects.select_related("account", "organisation__insurer").filter(
            organisation__insurer__slug=brand.insurer, organisation__segment__in=segments,
            acting_subject=employee.subject,
        )  # fmt: skip
        # Of several the first that is open; when none is, the first tells why.
        member = min(own, key=lambda one: (not _is_open(one), one.id), default=None)
        code = "no_account" if member is None else _code(employee, member)
        if member is not None and not code:
            Account.objects.filter(id=member.account_id).update(last_login=Now())
    if member is None:
        _log.warning("single sign-on refused at %s: no_account", brand.slug)
        raise SignInRefused("no_account")
    with opened(scope_of(member, brand)) as scope:
        outcome = "failure" if code else "success"
        audit.record(scope, "account.sign_in", outcome=outcome, detail={"means": _MEANS, "code": code})
    if code:
        raise SignInRefused(code)
    return member


def accept(brand: Brand, token: str, employee: Employee, *, now: datetime) -> Membership:
    """Use an invitation: from now on this employee comes to that place by single sign-on, without an own password.

    Raises AccessRefused for an invitation that is no longer good, SignInRefused: no_second_factor, work_account_taken.
    That uses nothing up, and is in the trail.
    """

    def refusal(invited: Invited) -> AccessRefused | SignInRefused | None:
        if Means.SINGLE_SIGN_ON not in profile(invited.segment).means:
            return AccessRefused("invitation_over")
        if not employee.two_factors:
            return SignInRefused("no_second_factor")
        others = Membership.objects.filter(organisation_id=invited.organisation_id).exclude(id=invited.membership_id)
        taken = others.filter(acting_subject=employee.subject).exists()
        return SignInRefused("work_account_taken") if taken else None

    return invitations.take(brand, token, employee.subject, refusal, detail={"means": _MEANS}, now=now)


def _is_open(member: Membership) -> bool:
    return member.is_active and member.account.is_active


def _code(employee: Employee, member: Membership) -> str:
    """Why not, by code; empty when nothing stands in the way."""
    if not employee.two_factors:
        return "no_second_factor"
    return "" if _is_open(member) else "account_inactive"


@cache
def _connections(file: str) -> dict[str, Connection]:
    return read_connections(Path(file)) if file else {}


@cache
def _provider(connection: Connection) -> SingleSignOn:
    """The client of a connection: it holds lines to the provider, and its documents."""
    return OpenIdSingleSignOn(connection)
