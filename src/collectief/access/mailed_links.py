"""Links by mail: to choose a new password (W03) and to confirm a new address (O06). An hour, once, by POST only."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from procrastinate.contrib.django import app as queue

from collectief.audit import actions as audit
from collectief.brands.catalogue import Brand
from collectief.brands.catalogue import brand as brand_of
from collectief.scope.database import opened, signing_in
from collectief.scope.scope import Scope

from . import notices, passwords, rules, throttle, tokens
from .models import Account, MailedLink, Membership, OpenSession, PastAddress
from .password_sign_in import confirm, members, members_at
from .queries import own_email, scope_of
from .reset_rules import OLD_ADDRESS
from .rules import AccessRefused

VALID = timedelta(hours=1)
PASSWORD, ADDRESS = "password", "address"


def ask_password(brand: Brand, email: str, *, address: str, now: datetime) -> None:
    """Somebody forgot their password: a job mails a link, if there is such an account; nothing tells whether.

    More than three in ten minutes for one mailbox are passed over in silence. Raises AccessRefused for too many from
    one network address, or from all of them: that says nothing of the mailbox.
    """
    throttle.take_turn("password", brand.insurer, address, now=now)
    mailbox = throttle.by_request(f"{brand.insurer}:{email}", 3)
    with signing_in():
        if not throttle.may_try([mailbox], now=now):
            return
        throttle.wrong([mailbox], now=now)
        member = members_at(brand, email).first()
        known = member is not None and member.account.has_usable_password()
        # By name, since jobs stand above actions; a job for who is nobody too, so that both take as long.
        queue.configure_task("access.send_link").defer(
            account_id=member.account_id if member and known else None, brand=brand.slug, purpose=PASSWORD,
            language=get_language() or "nl", sealed="",
        )  # fmt: skip


def ask_address(scope: Scope, email: str, *, now: datetime) -> None:
    """Somebody has another address: a job mails a link there, and until it is used nothing changes (O06).

    An address that is somebody's here already gets no mail, and the answer is the same. Raises AccessRefused for one
    that is not personal, or the own one.
    """
    rules.judge_address(email)
    subject = throttle.by_request(f"change:{scope.account_id}", 5)
    if own_email(scope).lower() == email.lower():
        raise AccessRefused("same_address")
    with signing_in():
        allowed = throttle.may_try([subject], now=now)
    if not allowed:
        raise AccessRefused("too_many_codes")
    with signing_in():
        throttle.wrong([subject], now=now)
        free = not Account.objects.filter(insurer_id=scope.insurer_id, email__iexact=email).exists()
        queue.configure_task("access.send_link").defer(
            account_id=scope.account_id if free else None, brand=scope.brand, purpose=ADDRESS,
            language=get_language() or "nl", sealed=notices.sealed(scope.account_id, email),
        )  # fmt: skip
    audit.record(scope, "account.ask_address")


def make(account_id: int, brand: Brand, purpose: str, *, address: str, language: str, now: datetime) -> MailedLink:
    """The link to mail; the one of before is worthless from now on."""
    with signing_in():
        MailedLink.objects.filter(account_id=account_id, purpose=purpose).delete()
        made = MailedLink.objects.create(
            account_id=account_id, purpose=purpose, brand=brand.slug, language=language, address=address,
            nonce=tokens.new_nonce(), expires_at=now + VALID,
        )  # fmt: skip
        # The letter is written outside: what it needs comes along.
        return MailedLink.objects.select_related("account").get(id=made.id)


def link_token(link: MailedLink) -> str:
    """What stands in the link."""
    return tokens.token(link.purpose, link.id, bytes(link.nonce))


def look_up(brand: Brand, purpose: str, token: str, *, now: datetime) -> MailedLink:
    """The link with this token; opening it uses nothing up. Raises AccessRefused("link_over") for anything else."""
    with signing_in():
        found = _found(brand, purpose, token, now)
    if found is None:
        raise AccessRefused("link_over")
    return found


def reset_password(brand: Brand, token: str, password: str, *, now: datetime) -> None:
    """Choose another password with a mailed link (W03): every session ends, and the second factor is asked as ever.

    Raises AccessRefused: link_over, or a password that is too easy to guess, which uses nothing up.
    """
    link = look_up(brand, PASSWORD, token, now=now)
    passwords.judge(brand, password, name=link.account.name, email=link.account.email)
    _use(link)
    with signing_in():
        Account.objects.filter(id=link.account_id).update(password=passwords.hashed(password))
        OpenSession.objects.filter(account_id=link.account_id).delete()
        throttle.right(throttle.by_email(brand.insurer, link.account.email))
        notices.tell(brand, link.account_id, "password_reset")
    _record(brand, link.account_id, "account.reset_password")


def confirm_address(brand: Brand, token: str, *, now: datetime) -> None:
    """The new address is the account's; the old one gets a letter. Raises AccessRefused("link_over")."""
    link = look_up(brand, ADDRESS, token, now=now)
    _use(link)
    # Somebody else may have got this address here since the link was mailed.
    taken = False
    with signing_in():
        try:
            with transaction.atomic():
                Account.objects.filter(id=link.account_id).update(email=link.address)
        except IntegrityError:
            taken = True
        else:
            # A link to the old mailbox must not open the account any more.
            MailedLink.objects.filter(account_id=link.account_id).delete()
            PastAddress.objects.create(account_id=link.account_id, address=link.account.email, until=now)
            notices.tell(brand, link.account_id, "address_changed", address=link.account.email)
    if taken:
        raise AccessRefused("link_over")
    _record(brand, link.account_id, "account.change_address")


def change_password(scope: Scope, present: str, password: str, *, session: str | None, now: datetime) -> None:
    """Change one's own password, knowing the present one; every other session ends (O06).

    Raises AccessRefused: wrong_present_password, too_many_tries, or a password that is too easy to guess.
    """
    brand = brand_of(scope.brand)
    account = confirm(scope, present, now=now)
    passwords.judge(brand, password, name=account.name, email=account.email)
    with signing_in():
        Account.objects.filter(id=account.id).update(password=passwords.hashed(password))
        OpenSession.objects.filter(account_id=account.id).exclude(session_key=session).delete()
        MailedLink.objects.filter(account_id=account.id, purpose=PASSWORD).delete()
    notices.tell_own(scope, "password_changed")
    audit.record(scope, "account.change_password")


def forget_expired(*, now: datetime) -> None:
    """Remove links that have had their time: their addresses need not be kept."""
    with signing_in():
        MailedLink.objects.filter(expires_at__lte=now).delete()


def forget_addresses(*, now: datetime) -> None:
    """Remove addresses that were somebody's longer ago than anyone is told of."""
    with signing_in():
        PastAddress.objects.filter(until__lte=now - OLD_ADDRESS).delete()


def _use(link: MailedLink) -> None:
    """Use a link up: of two at the same moment one finds it gone. Raises AccessRefused("link_over")."""
    with signing_in():
        gone, _ = MailedLink.objects.filter(id=link.id, nonce=link.nonce).delete()
    if not gone:
        raise AccessRefused("link_over")


def _found(brand: Brand, purpose: str, token: str, now: datetime) -> MailedLink | None:
    id_ = tokens.row_of(token)
    found = None
    if id_ is not None:
        links = MailedLink.objects.select_related("account").filter(id=id_, brand=brand.slug, purpose=purpose)
        found = links.filter(expires_at__gt=now, account__is_active=True).first()
    # Whether there is no such row or another nonce in it, takes the same time and says the same.
    nonce = bytes(found.nonce) if found else tokens.new_nonce()
    return found if tokens.belongs(token, purpose, id_ or 0, nonce) else None


def _record(brand: Brand, account_id: int, action: str) -> None:
    """In the trail of each organisation the account is in at this portal."""
    with signing_in():
        own: list[Membership] = list(members(brand).filter(account_id=account_id))
    for member in own:
        with opened(scope_of(member, brand)) as scope:
            audit.record(scope, action)
