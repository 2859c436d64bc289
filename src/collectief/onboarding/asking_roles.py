"""Asking for further roles where nobody of the organisation manages accounts: the insurer decides (U02)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from procrastinate.contrib.django import app as queue

from collectief.access.models import Membership
from collectief.access.queries import members_here
from collectief.access.rules import AccessRefused
from collectief.audit import actions as audit
from collectief.brands.catalogue import brand as brand_of
from collectief.cases import actions as cases
from collectief.cases.rules import CaseRefused, Deciding, Decision, due_on
from collectief.scope.database import managing_accounts
from collectief.scope.once import is_first
from collectief.scope.scope import Scope
from collectief.segments.catalogue import profile
from collectief.segments.profile import Role

from .models import RoleRequest
from .rules import askable
from .taking_back import close_case

KIND = "role_request"
# Instead of a decision, where whoever asked took it back.
TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class AskedView:
    """What somebody asked for last, as Mijn account shows it."""

    roles: tuple[Role, ...]
    due_on: date
    decision: str
    reason: str

    @property
    def open(self) -> bool:
        return not self.decision


def own_askable(scope: Scope, *, now: datetime) -> tuple[Role, ...]:
    """The roles one may ask for, in the order of the profile; none where one acts in another's name (X07)."""
    with managing_accounts(scope.organisation_id, scope.insurer_id):
        members = members_here(scope.organisation_id, now=now)
    own = next((one.id for one in members if one.account_id == scope.account_id), None)
    found = askable(scope.profile, members, own) if own is not None else frozenset()
    return tuple(role for role in scope.profile.roles if role in found)


def own_request(scope: Scope) -> AskedView | None:
    """What one asked for last, unless that was granted or taken back."""
    with managing_accounts(scope.organisation_id, scope.insurer_id):
        own = RoleRequest.objects.filter(
            organisation_id=scope.organisation_id, membership__account_id=scope.account_id
        ).order_by("-id")
        found = own.first()
    if found is None or found.decision in (Decision.APPROVED, TAKEN_BACK):
        return None
    due = due_on(KIND, timezone.localdate(found.asked_at))
    return AskedView(tuple(map(Role, found.roles)), due, found.decision, found.reason)


@transaction.atomic
def ask(scope: Scope, roles: Iterable[Role], *, now: datetime) -> None:
    """Ask the insurer for roles; nothing changes until it decides. Raises AccessRefused: asked_already, no_role,
    managed_here."""
    wanted, offered = frozenset(roles), own_askable(scope, now=now)
    if not offered:
        raise AccessRefused("managed_here")
    if not wanted or not wanted <= frozenset(offered):
        raise AccessRefused("no_role")
    with managing_accounts(scope.organisation_id, scope.insurer_id):
        own = Membership.objects.get(organisation_id=scope.organisation_id, account_id=scope.account_id)
        made = RoleRequest(
            insurer_id=scope.insurer_id, organisation_id=scope.organisation_id, membership=own, roles=sorted(wanted),
            brand=scope.brand, language=get_language() or "nl", asked_at=now,
        )  # fmt: skip
        # Of two at the same moment the second is not.
        first = is_first(made)
        if first:
            # By name, since jobs stand above actions.
            queue.configure_task("onboarding.receive_role_request").defer(request_id=made.id, insurer=scope.insurer)
    if not first:
        raise AccessRefused("asked_already")
    audit.record(scope, "account.ask_roles", objects={"membership": [own.id]}, detail={"roles": sorted(wanted)})


@transaction.atomic
def take_back(scope: Scope, *, now: datetime) -> None:
    """Do without the roles after all. Raises AccessRefused("no_such_request") when nothing is asked for."""
    with managing_accounts(scope.organisation_id, scope.insurer_id):
        own = RoleRequest.objects.select_for_update(of=("self",)).filter(
            organisation_id=scope.organisation_id, membership__account_id=scope.account_id, decision=""
        )
        found = own.first()
        if found is not None:
            found.decision, found.decided_at = TAKEN_BACK, now
            found.save(update_fields=["decision", "decided_at"])
            close_case(scope, KIND, found.id)
    if found is None:
        raise AccessRefused("no_such_request")
    audit.record(scope, "account.take_back_roles", objects={"membership": [found.membership_id]})


def decided(deciding: Deciding) -> None:
    """What the insurer's decision does, as staff: the roles are there beside the others, or the reason why not.

    Raises CaseRefused when whoever asked has no access any more, or took it back.
    """
    own = RoleRequest.objects.filter(id=deciding.subject, insurer_id=deciding.insurer_id)
    membership_id = own.values_list("membership_id", flat=True).get()
    # The membership before the request, as a colleague who changes it locks it.
    membership = Membership.objects.select_for_update(of=("self",)).select_related("organisation").get(id=membership_id)
    row = own.select_for_update().get()
    if row.decision == TAKEN_BACK:
        # Refusing it closes the case and tells nobody.
        if deciding.decision == Decision.APPROVED:
            raise CaseRefused("taken_back")
        return
    if deciding.decision == Decision.APPROVED:
        if not membership.is_active:
            raise CaseRefused("no_access_now")
        known = profile(membership.organisation.segment).roles
        after = sorted({*membership.roles, *(role for role in row.roles if role in known)})
        cases.record_for_customer(
            deciding, row.organisation_id, "account.change_roles", objects={"membership": [membership.id]},
            detail={"before": sorted(membership.roles), "roles": after},
        )  # fmt: skip
        membership.roles = after
        membership.save(update_fields=["roles"])
    row.decision, row.reason, row.decided_at = deciding.decision, deciding.reason, deciding.now
    row.save(update_fields=["decision", "reason", "decided_at"])
    queue.configure_task("onboarding.tell_asker_of_roles").defer(request_id=row.id, insurer=brand_of(row.brand).insurer)
