"""The help desk sends an invitation again: to the address that is there, by the rules a manager has (K05, O02)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from collectief.audit import actions as audit
from collectief.scope.database import helping, managing_accounts
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from . import rules
from .invitations import renew
from .models import Invitation, Membership
from .rules import AccessRefused
from .stopping import at_organisations
from .users import NoUser


@transaction.atomic
def resend(scope: Scope, membership_id: int, *, now: datetime) -> int:
    """Send it again with a new link; the account it is for. Raises NotAllowed, NoUser, AccessRefused.

    One that was revoked stays so: whoever may give access took it back, and giving it is not the help desk's.
    """
    scope.require(Permission.HELP_USERS)
    with helping(scope.insurer_id):
        places = Membership.objects.filter(id=membership_id, account__insurer_id=scope.insurer_id)
        place = places.values_list("organisation_id", "account_id").first()
    if place is None:
        raise NoUser(membership_id)
    organisation_id, account_id = place
    with managing_accounts(organisation_id, scope.insurer_id):
        invitations = Invitation.objects.select_for_update().filter(organisation_id=organisation_id)
        invitation = invitations.filter(membership_id=membership_id, accepted_at__isnull=True).first()
        if invitation is None:
            raise AccessRefused("already_in")
        if invitation.revoked_at is not None:
            raise AccessRefused("revoked")
        rules.judge_resend(invitation.sent_at, now)
        renew(invitation, scope.insurer_id, now=now)
    with helping(scope.insurer_id):
        for one in at_organisations(scope, [organisation_id]):
            about = {"membership": [membership_id], "account": [account_id]}
            audit.record(one, "account.resend_invitation", objects=about)
    return account_id
