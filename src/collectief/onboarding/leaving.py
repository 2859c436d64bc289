"""Leaving the portal: a user through whoever manages accounts, a manager and the last one through the insurer (O16)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from procrastinate.contrib.django import app as queue

from collectief.access import sessions
from collectief.access.models import Account, Invitation, LeaveWish, Mandate, Membership
from collectief.access.queries import member_of, members_here
from collectief.access.rules import AccessRefused, Member, Route, Standing, Wish, WishState, judge_leaving, manages
from collectief.access.tokens import new_nonce
from collectief.access.wishes import own_wish, own_wishes
from collectief.audit import actions as audit
from collectief.brands.catalogue import brand as brand_of
from collectief.cases import actions as cases
from collectief.cases.rules import CaseRefused, Deciding, Decision, due_on
from collectief.scope.database import managing_accounts
from collectief.scope.once import is_first
from collectief.scope.scope import Scope
from collectief.segments.catalogue import profile

from .taking_back import close_case

KIND = "leaving"


@transaction.atomic
def ask(scope: Scope, wish: Wish, *, now: datetime) -> Route:
    """Say that one wants to leave; whoever carries it out is told, and until then nothing changes.

    Raises AccessRefused: leaving_already, no_such_wish.
    """
    present = own_wish(scope)
    if present is not None and present.state == WishState.OPEN:
        raise AccessRefused("leaving_already")
    route = own_wishes(scope, now=now).get(wish)
    if route is None:
        raise AccessRefused("no_such_wish")
    with managing_accounts(scope.organisation_id, scope.insurer_id):
        own = Membership.objects.get(organisation_id=scope.organisation_id, account_id=scope.account_id)
        made = LeaveWish(
            insurer_id=scope.insurer_id, organisation_id=scope.organisation_id, membership=own, wish=wish, route=route,
            brand=scope.brand, language=get_language() or "nl", asked_at=now,
        )  # fmt: skip
        # Of two at the same moment the second is not.
        first = is_first(made)
        if first:
            # By name, since jobs stand above actions.
            job = "onboarding.tell_managers" if route == Route.MANAGERS else "onboarding.receive_leaving"
            queue.configure_task(job).defer(wish_id=made.id, insurer=scope.insurer)
    if not first:
        raise AccessRefused("leaving_already")
    audit.record(scope, "account.ask_to_leave", objects={"membership": [own.id]}, detail={"wish": wish, "by": route})
    return route


@transaction.atomic
def take_back(scope: Scope, *, now: datetime) -> None:
    """Stay after all. Raises AccessRefused("no_such_wish") when there is no open wish."""
    with managing_accounts(scope.organisation_id, scope.insurer_id):
        own = LeaveWish.objects.select_for_update().filter(
            organisation_id=scope.organisation_id, membership__account_id=scope.account_id, state=WishState.OPEN
        )
        found = own.first()
        if found is not None:
            found.state, found.decided_at = WishState.WITHDRAWN, now
            found.save(update_fields=["state", "decided_at"])
            close_case(scope, KIND, found.id)
    if found is None:
        raise AccessRefused("no_such_wish")
    audit.record(scope, "account.stay", objects={"membership": [found.membership_id]})


def due(asked_at: datetime) -> date:
    """The day by which the insurer answers."""
    return due_on(KIND, timezone.localdate(asked_at))


def managers(wish: LeaveWish, *, now: datetime) -> list[tuple[int, str, str]]:
    """Who manages accounts there: account, address, name. Must run as staff."""
    manages_there = profile(wish.organisation.segment)
    ids = [one.account_id for one in members_here(wish.organisation_id, now=now) if manages(manages_there, one)]
    return list(Account.objects.filter(id__in=ids).order_by("id").values_list("id", "email", "name"))


def decided(deciding: Deciding) -> None:
    """What the insurer's decision does, as staff: the place, the role or the whole organisation is gone from now on.

    Raises CaseRefused when nobody would manage the organisation's accounts, or the wish was taken back.
    """
    own = LeaveWish.objects.filter(id=deciding.subject, insurer_id=deciding.insurer_id)
    # Everyone of the organisation before the wish, as a colleague who deactivates locks them: none waits for the other.
    memberships = _everyone_locked(own.values_list("organisation_id", flat=True).get())
    wish = own.select_for_update().get()
    if wish.state != WishState.OPEN:
        # Taken back, or done by a colleague: refusing it closes the case and tells nobody.
        if deciding.decision == Decision.APPROVED:
            raise CaseRefused("taken_back" if wish.state == WishState.WITHDRAWN else "done_already")
        return
    if deciding.decision == Decision.APPROVED:
        try:
            _carry_out(wish, memberships, deciding)
        except AccessRefused as refused:
            raise CaseRefused(refused.code) from None
        wish.state = WishState.DONE
    else:
        wish.state, wish.reason = WishState.REFUSED, deciding.reason
    wish.decided_at = deciding.now
    wish.save(update_fields=["state", "reason", "decided_at"])
    queue.configure_task("onboarding.tell_leaver").defer(wish_id=wish.id, insurer=brand_of(wish.brand).insurer)


def _everyone_locked(organisation_id: int) -> dict[int, Membership]:
    own = Membership.objects.select_for_update(of=("self",)).filter(organisation_id=organisation_id).order_by("id")
    return {one.id: one for one in own.select_related("account", "organisation__insurer", "invitation")}


def _carry_out(wish: LeaveWish, memberships: dict[int, Membership], deciding: Deciding) -> None:
    """Everyone judged as they stand at this moment, and changed. Raises AccessRefused before anything is."""
    before = [member_of(one, now=deciding.now) for one in memberships.values()]
    segment = memberships[wish.membership_id].organisation.segment
    after = judge_leaving(profile(segment), before, wish.membership_id, Wish(wish.wish))
    changed = [one for one, was in zip(after, before, strict=True) if one != was]
    cases.record_for_customer(
        deciding, wish.organisation_id, "account.leave", objects={"membership": [one.id for one in changed]},
        detail={"wish": wish.wish},
    )  # fmt: skip
    for one in changed:
        _change(memberships[one.id], one, deciding.now)
    gone = [one.account_id for one in changed if one.standing != Standing.ACTIVE]
    sessions.end_at(wish.organisation_id, gone)
    done = LeaveWish.objects.filter(membership__in=[one.id for one in changed], state=WishState.OPEN)
    done.exclude(id=wish.id).update(state=WishState.DONE, decided_at=deciding.now)
    if wish.wish == Wish.ORGANISATION:
        # Nobody is left to revoke them, and nobody acts for who has left (X07).
        given = Mandate.objects.filter(principal_id=wish.organisation_id, revoked_at__isnull=True)
        given.update(revoked_at=deciding.now, revoked_by=deciding.by.insurer)


def _change(membership: Membership, after: Member, now: datetime) -> None:
    membership.roles, membership.is_active = sorted(after.roles), after.standing != Standing.INACTIVE
    membership.save(update_fields=["roles", "is_active"])
    if after.standing == Standing.REVOKED:
        Invitation.objects.filter(membership=membership).update(revoked_at=now, nonce=new_nonce())
