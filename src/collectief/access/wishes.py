"""Wishes to leave the portal, as whoever has one and whoever manages accounts see them (O16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from collectief.scope.database import managing_accounts
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .models import LeaveWish
from .queries import members_here
from .rules import Route, Wish, WishState, wishes


@dataclass(frozen=True, slots=True)
class WishView:
    """A wish to leave (O16), as whoever asked sees it."""

    id: int
    wish: Wish
    route: Route
    state: WishState
    asked_at: datetime
    reason: str


def open_wishes(scope: Scope) -> dict[int, Wish]:
    """Who of the scope's organisation wants to leave, by membership. Raises NotAllowed."""
    scope.require(Permission.MANAGE_ACCOUNTS)
    with managing_accounts(scope.organisation_id, scope.insurer_id):
        found = LeaveWish.objects.filter(organisation_id=scope.organisation_id, state=WishState.OPEN)
        return {id_: Wish(wish) for id_, wish in found.values_list("membership_id", "wish")}


def own_wish(scope: Scope) -> WishView | None:
    """One's own last wish to leave, unless it was taken back or done."""
    with managing_accounts(scope.organisation_id, scope.insurer_id):
        own = LeaveWish.objects.filter(
            organisation_id=scope.organisation_id, membership__account_id=scope.account_id
        ).order_by("-id")
        found = own.first()
    if found is None or found.state not in (WishState.OPEN, WishState.REFUSED):
        return None
    return WishView(
        found.id, Wish(found.wish), Route(found.route), WishState(found.state), found.asked_at, found.reason
    )


def own_wishes(scope: Scope, *, now: datetime) -> dict[Wish, Route]:
    """What one may wish oneself, and who does it; nothing where one has no place, but acts in another's name (X07)."""
    with managing_accounts(scope.organisation_id, scope.insurer_id):
        members = members_here(scope.organisation_id, now=now)
    own = next((one.id for one in members if one.account_id == scope.account_id), None)
    return {} if own is None else wishes(scope.profile, members, own)
