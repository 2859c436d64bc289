"""What access does in the background: letters to who was invited, and sessions that are over."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.brands.catalogue import brand as brand_of
from collectief.gateways.mail.port import AddressRefused, MailUnavailable
from collectief.scope.database import managing_accounts
from collectief.scope.patience import Patience

from . import letters, password_sign_in, throttle
from .models import Invitation
from .session_store import SessionStore
from .single_use import forget_expired


@app.periodic(cron="41 * * * *")
@app.task(name="access.clear_sessions", queue="interactive", pass_context=False)
def clear_sessions(timestamp: int) -> None:
    """Each hour: sessions that are over are gone from the table, and so is what could not be used again anyway."""
    SessionStore.clear_expired()
    forget_expired(datetime.fromtimestamp(timestamp, UTC))


@app.periodic(cron="43 * * * *")
@app.task(name="access.clear_tries", queue="interactive", pass_context=False)
def clear_tries(timestamp: int) -> None:
    """Each hour: wrong tries that count no longer are gone from the table."""
    throttle.clear(now=timezone.now())


@app.task(name="access.record_wrong_password", queue="interactive")
def record_wrong_password(*, brand: str, membership_id: int | None, code: str) -> None:
    """Write a refused password into the organisation's trail; where there is no account, in nobody's.

    A job, so that the answer takes as long for an address without an account as for one with.
    """
    password_sign_in.record_wrong(brand_of(brand), membership_id, code)


@app.task(name="access.send_invitation", queue="interactive", retry=Patience(MailUnavailable, seconds=30))
def send_invitation(*, organisation_id: int, insurer_id: int, invitation_id: int) -> None:
    """Mail an invitation; one that was used, revoked or sent meanwhile is left alone. Raises MailUnavailable.

    Killed between sending and noting it, the same letter goes out again under the same number.
    """
    with managing_accounts(organisation_id, insurer_id):
        invitation = (
            Invitation.objects.select_related("membership__account", "organisation").filter(id=invitation_id).first()
        )
    if invitation is None or invitation.sent_at or invitation.accepted_at or invitation.revoked_at:
        return
    undeliverable = False
    try:
        letters.post(letters.invitation(invitation))
    except AddressRefused:
        undeliverable = True
    with managing_accounts(organisation_id, insurer_id):
        # The letter of before, if it was sent again meanwhile, says nothing of the new one.
        same = Invitation.objects.filter(id=invitation_id, nonce=invitation.nonce)
        same.update(sent_at=timezone.now(), undeliverable=undeliverable)
