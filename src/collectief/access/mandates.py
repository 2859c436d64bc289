"""Giving and revoking mandates, and saying who acts under one that was received (X07, docs/mandates.md).

Both sides work as the role for accounts: the principal sees what it gave, the other what was given to its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from collectief.audit import actions as audit
from collectief.contracts.models import Organisation
from collectief.contracts.queries import contracts as contracts_of
from collectief.scope.database import managing_accounts, opened, signing_in
from collectief.scope.scope import Scope
from collectief.segments.catalogue import profile
from collectief.segments.profile import Capability, Permission, Role

from . import notices, rules
from .models import Mandate, MandatePerson, Membership
from .queries import reach
from .rules import AccessRefused, Reach

_MANAGE = Permission.MANAGE_ACCOUNTS


class NoMandate(LookupError):
    """The organisation gave, or was given, no mandate with that number."""


@dataclass(frozen=True, slots=True)
class Given:
    """A mandate as its principal sees it."""

    id: int
    kvk: str
    name: str
    roles: frozenset[Role]
    contracts: Reach
    first_day: date
    end_day: date | None
    given_by: str
    revoked_at: datetime | None
    revoked_by: str


@dataclass(frozen=True, slots=True)
class Received:
    """A mandate as whoever was given it sees it: in whose name, and who of them acts; by membership, their roles."""

    id: int
    principal: str
    roles: frozenset[Role]
    first_day: date
    end_day: date | None
    people: Mapping[int, frozenset[Role]]


@transaction.atomic
def give(
    scope: Scope,
    *,
    kvk: str,
    name: str,
    roles: Iterable[Role],
    contracts: Reach,
    first_day: date,
    end_day: date | None,
    today: date,
) -> int:
    """Let whoever has this KvK number act for the scope's organisation; the number of the mandate.

    What comes of it is the same whether that company is known or not. Raises NotAllowed, AccessRefused.
    """
    scope.require(_MANAGE, Capability.GIVE_MANDATES)
    wanted = frozenset(roles)
    with _managing(scope):
        own = Organisation.objects.get(id=scope.organisation_id)
    rules.judge_mandate(
        scope.profile, scope.roles, wanted, own_kvk=own.kvk, kvk=kvk, first_day=first_day, end_day=end_day, today=today
    )
    with opened(scope):
        known = {contract.id for contract in contracts_of(scope)}
    rules.judge_contracts(scope.contracts, known, contracts)
    with _managing(scope):
        made = Mandate.objects.create(
            insurer_id=scope.insurer_id, principal_id=scope.organisation_id, kvk=kvk, name=name, roles=sorted(wanted),
            contracts=None if contracts is None else sorted(contracts), first_day=first_day, end_day=end_day,
            given_by=scope.account,
        )  # fmt: skip
    _record(
        scope, "mandate.give", made.id, contracts, roles=sorted(wanted), first_day=first_day.isoformat(),
        end_day=end_day.isoformat() if end_day else "",
    )  # fmt: skip
    return made.id


@transaction.atomic
def revoke(scope: Scope, mandate_id: int, *, now: datetime) -> None:
    """End a mandate at once: who acts under it is out at the next click, and is mailed. Raises NotAllowed, NoMandate.

    Whoever revokes is not told whether anybody acted.
    """
    scope.require(_MANAGE)
    with _managing(scope):
        own = Mandate.objects.filter(principal_id=scope.organisation_id, id=mandate_id)
        found = own.first()
        if found is None or not rules.within(scope.contracts, reach(found.contracts)):
            raise NoMandate(mandate_id)
        if found.revoked_at is not None:
            return
        own.filter(revoked_at__isnull=True).update(revoked_at=now, revoked_by=scope.account)
    if found.end_day is None or timezone.localdate(now) < found.end_day:
        notices.tell_mandataries(scope, mandate_id)
    _record(scope, "mandate.revoke", mandate_id, reach(found.contracts))


def given(scope: Scope) -> list[Given]:
    """What the scope's organisation gave, the latest first; for who works in some contracts those of these only.

    Raises NotAllowed.
    """
    scope.require(_MANAGE)
    with _managing(scope):
        rows = list(Mandate.objects.filter(principal_id=scope.organisation_id).order_by("-id"))
    return [
        Given(
            row.id, row.kvk, row.name, frozenset(map(Role, row.roles)), reach(row.contracts), row.first_day,
            row.end_day, row.given_by, row.revoked_at, row.revoked_by,
        )
        for row in rows
        if rules.within(scope.contracts, reach(row.contracts))
    ]  # fmt: skip


def received(scope: Scope, *, today: date) -> list[Received]:
    """What was given to the scope's organisation and has not ended, by principal. Raises NotAllowed.

    Who works in some contracts of their own organisation does not manage what it does for others.
    """
    scope.require(_MANAGE)
    if scope.contracts is not None:
        return []
    with _managing(scope):
        # Nobody's number is empty, where an organisation has none.
        own = Organisation.objects.filter(id=scope.organisation_id).exclude(kvk="").values("kvk")
        going = Q(end_day__isnull=True) | Q(end_day__gt=today)
        asked = Mandate.objects.filter(going, insurer_id=scope.insurer_id, kvk__in=own, revoked_at__isnull=True)
        rows = list(asked.exclude(principal_id=scope.organisation_id).order_by("id"))
        people: dict[int, dict[int, frozenset[Role]]] = {row.id: {} for row in rows}
        for one in MandatePerson.objects.filter(organisation_id=scope.organisation_id, mandate_id__in=people):
            people[one.mandate_id][one.membership_id] = frozenset(map(Role, one.roles))
    with signing_in():
        principals = Organisation.objects.in_bulk([row.principal_id for row in rows])
    found = [
        Received(
            row.id, principals[row.principal_id].name,
            rules.mandatable(profile(principals[row.principal_id].segment), map(Role, row.roles)), row.first_day,
            row.end_day, people[row.id],
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.principal.casefold(), one.id))


@transaction.atomic
def assign(scope: Scope, mandate_id: int, people: Mapping[int, Iterable[Role]], *, today: date) -> None:
    """Say which members act under a mandate that was received, and in which of its roles; nobody else does.

    Raises NotAllowed, NoMandate, AccessRefused for a role that the mandate does not hold or somebody of elsewhere.
    """
    mandate = next((one for one in received(scope, today=today) if one.id == mandate_id), None)
    if mandate is None:
        raise NoMandate(mandate_id)
    wanted = {id_: frozenset(roles) for id_, roles in people.items() if roles}
    if any(roles - mandate.roles for roles in wanted.values()):
        raise AccessRefused("role_not_mandated")
    with _managing(scope):
        own = Membership.objects.filter(organisation_id=scope.organisation_id, id__in=wanted)
        members = set(own.values_list("id", flat=True))
        if wanted.keys() - members:
            raise AccessRefused("not_a_colleague")
        here = MandatePerson.objects.filter(mandate_id=mandate_id, organisation_id=scope.organisation_id)
        here.exclude(membership_id__in=wanted).delete()
        for id_, roles in sorted(wanted.items()):
            MandatePerson.objects.update_or_create(
                mandate_id=mandate_id, membership_id=id_,
                defaults={"roles": sorted(roles)},
                create_defaults={"roles": sorted(roles), "organisation_id": scope.organisation_id},
            )  # fmt: skip
    with opened(scope):
        audit.record(
            scope, "mandate.assign", objects={"mandate": [mandate_id], "membership": sorted(wanted)},
            detail={"people": len(wanted)},
        )  # fmt: skip


def _managing(scope: Scope) -> AbstractContextManager[None]:
    return managing_accounts(scope.organisation_id, scope.insurer_id)


def _record(scope: Scope, action: str, mandate_id: int, contracts: Reach, **detail: object) -> None:
    objects = {"mandate": [mandate_id], "contract": sorted(contracts or ())}
    with opened(scope):
        audit.record(scope, action, objects=objects, detail=detail)
