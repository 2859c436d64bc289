"""What access does in the background: letters to who was invited, and sessions that are over."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.brands.catalogue import brand as brand_of
from collectief.gateways.mail.port import AddressRefused, MailUnavailable
from collectief.gateways.sms.port import NumberRefused, SmsUnavailable
from collectief.scope.database import managing_accounts, signing_in
from collectief.scope.patience import Patience

from . import letters, mailed_links, notices, password_sign_in, reset_letters, resets, telephone, throttle
from .models import Account, FactorReset, Invitation, MandatePerson, PastAddress, SentCode, Telephone
from .reset_rules import OLD_ADDRESS
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
    """Each hour: tries that count no longer are gone, and codes and links that have had their time."""
    now = timezone.now()
    throttle.clear(now=now)
    telephone.forget_expired(now=now)
    mailed_links.forget_expired(now=now)
    mailed_links.forget_addresses(now=now)
    resets.forget_ended(now=now)


@app.task(name="access.record_wrong_password", queue="interactive")
def record_wrong_password(*, brand: str, membership_id: int | None, code: str) -> None:
    """Write a refused password into the organisation's trail; where there is no account, in nobody's.

    A job, so that the answer takes as long for an address without an account as for one with.
    """
    password_sign_in.record_wrong(brand_of(brand), membership_id, code)


@app.task(name="access.send_code", queue="interactive", retry=Patience(SmsUnavailable, seconds=10))
def send_code(*, code_id: int, brand: str, language: str) -> None:
    """Send the code of a row by SMS; one that was replaced, used or has had its time is left alone.

    Killed between sending and noting it, the same message goes out again under the same reference. Raises
    SmsUnavailable.
    """
    with signing_in():
        sent = SentCode.objects.filter(id=code_id, expires_at__gt=timezone.now()).first()
    if sent is not None:
        # A number that cannot be reached is for its owner to see: no code comes, and the page says what to do.
        with suppress(NumberRefused):
            letters.send(letters.code(brand_of(brand), sent, language))


@app.task(name="access.send_number_notice", queue="interactive", retry=Patience(SmsUnavailable, seconds=30))
def send_number_notice(*, account_id: int, brand: str, language: str, sealed: str) -> None:
    """Tell a number that codes no longer go to it. Raises SmsUnavailable."""
    with suppress(NumberRefused):
        letters.send(letters.number_notice(brand_of(brand), notices.opened(account_id, sealed), sealed, language))


@app.task(name="access.send_notice", queue="interactive", retry=Patience(MailUnavailable, seconds=30))
def send_notice(*, account_id: int, brand: str, kind: str, language: str, sealed: str) -> None:
    """Tell somebody that how they sign in was changed. Raises MailUnavailable."""
    with signing_in():
        account = Account.objects.get(id=account_id)
    to = notices.opened(account_id, sealed) if sealed else account.email
    with suppress(AddressRefused):
        letters.post(letters.notice(brand_of(brand), to, account.name, kind, language))


@app.task(name="access.spread_mandate_notice", queue="interactive")
def spread_mandate_notice(*, mandate_id: int, brand: str, language: str) -> None:
    """One letter for each active person who acts under a mandate: a job each, so that each is tried by itself."""
    with signing_in():
        acting = MandatePerson.objects.filter(mandate_id=mandate_id, membership__is_active=True)
        for account_id in sorted(set(acting.values_list("membership__account_id", flat=True))):
            app.configure_task("access.send_mandate_notice").defer(
                mandate_id=mandate_id, account_id=account_id, brand=brand, language=language
            )


@app.task(name="access.send_mandate_notice", queue="interactive", retry=Patience(MailUnavailable, seconds=30))
def send_mandate_notice(*, mandate_id: int, account_id: int, brand: str, language: str) -> None:
    """Tell somebody that a mandate they act under was revoked. Raises MailUnavailable."""
    with signing_in():
        account = Account.objects.get(id=account_id)
    with suppress(AddressRefused):
        letters.post(letters.mandate_notice(brand_of(brand), mandate_id, account, language))


@app.periodic(cron="*/5 * * * *")
@app.task(name="access.carry_out_resets", queue="interactive", pass_context=False)
def carry_out_resets(timestamp: int) -> None:
    """Every five minutes: second factors whose waiting time is over are unlinked, each in a transaction of its own."""
    now = timezone.now()
    for reset_id in resets.due(now):
        resets.carry_out(reset_id, now=now)


@app.task(name="access.spread_reset_notice", queue="interactive")
def spread_reset_notice(*, reset_id: int, stage: str) -> None:
    """One notice for each way in which whoever it is about can be reached: a job each, so that each is tried by itself.

    Their address, the one it was asked for, what was theirs until a month ago, and the confirmed number.
    """
    with signing_in():
        reset = FactorReset.objects.select_related("account").filter(id=reset_id).first()
        if reset is None:
            return
        since = timezone.now() - OLD_ADDRESS
        past = PastAddress.objects.filter(account_id=reset.account_id, until__gt=since)
        addresses = [reset.account.email, reset.address, *past.values_list("address", flat=True)]
        number = Telephone.objects.filter(account_id=reset.account_id).first()
        for address in {address.lower(): address for address in reversed(addresses)}.values():
            sealed = notices.sealed(reset.account_id, address)
            app.configure_task("access.send_reset_letter").defer(reset_id=reset_id, stage=stage, sealed=sealed)
        if number is not None:
            sealed = notices.sealed(reset.account_id, number.number)
            app.configure_task("access.send_reset_message").defer(reset_id=reset_id, stage=stage, sealed=sealed)


@app.task(name="access.send_reset_letter", queue="interactive", retry=Patience(MailUnavailable, seconds=30))
def send_reset_letter(*, reset_id: int, stage: str, sealed: str) -> None:
    """Tell one address about a reset. Raises MailUnavailable."""
    with signing_in():
        reset = FactorReset.objects.select_related("account").get(id=reset_id)
    with suppress(AddressRefused):
        letters.post(reset_letters.letter(reset, stage, notices.opened(reset.account_id, sealed)))


@app.task(name="access.send_reset_message", queue="interactive", retry=Patience(SmsUnavailable, seconds=30))
def send_reset_message(*, reset_id: int, stage: str, sealed: str) -> None:
    """Tell the confirmed number about a reset. Raises SmsUnavailable."""
    with signing_in():
        reset = FactorReset.objects.select_related("account").get(id=reset_id)
    with suppress(NumberRefused):
        letters.send(reset_letters.message(reset, stage, notices.opened(reset.account_id, sealed)))


@app.task(name="access.send_link", queue="interactive", retry=Patience(MailUnavailable, seconds=30))
def send_link(*, account_id: int | None, brand: str, purpose: str, language: str, sealed: str) -> None:
    """Make a link and mail it; for who is nobody, nothing. Raises MailUnavailable.

    Tried again it is another link, and the one of before is worthless.
    """
    if account_id is None:
        return
    portal, address = brand_of(brand), notices.opened(account_id, sealed) if sealed else ""
    link = mailed_links.make(account_id, portal, purpose, address=address, language=language, now=timezone.now())
    with suppress(AddressRefused):
        letters.post(letters.mailed_link(link))


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
