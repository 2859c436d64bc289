"""The way in for who was invited: a link, valid for fourteen days and once, used by POST only (W01, U30, O02)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from procrastinate.contrib.django import app as queue

from collectief.audit import actions as audit
from collectief.brands.catalogue import Brand
from collectief.gateways.eherkenning.port import Identity, SignInRefused
from collectief.scope.database import managing_accounts, opened, signing_in
from collectief.segments.catalogue import profile
from collectief.segments.profile import Means, Role

from . import factors, linking, passwords, rules, telephone, throttle, tokens
from .models import Account, Invitation, Membership
from .queries import door, scope_of
from .rules import AccessRefused, Reach, Standing

_PURPOSE = "invitation"


@dataclass(frozen=True, slots=True)
class Invited:
    """What an invitation says to who holds it."""

    id: int
    membership_id: int
    account_id: int
    organisation_id: int
    insurer_id: int
    organisation: str
    segment: str
    name: str
    email: str
    mobile: str
    invited_by: str
    # Whether they have an own password at this insurer already.
    has_password: bool
    # Whether making the account asks for a code that goes to `mobile` (O03).
    asks_code: bool
    standing: Standing
    expires_at: datetime


def link_token(invitation: Invitation) -> str:
    """What stands in the link of this invitation, until it is sent again."""
    return tokens.token(_PURPOSE, invitation.id, bytes(invitation.nonce))


def look_up(brand: Brand, token: str, *, now: datetime) -> Invited:
    """The invitation with this token at this portal.

    Raises AccessRefused("invitation_unknown") for any other text: the link of a letter that was sent again since
    among them.
    """
    with signing_in():
        found = _found(brand, token)
    if found is None:
        raise AccessRefused("invitation_unknown")
    return _invited(found, now)


def place(
    *,
    organisation_id: int,
    insurer_id: int,
    brand: Brand,
    name: str,
    email: str,
    roles: Iterable[Role],
    language: str,
    invited_by: str,
    now: datetime,
    mobile: str = "",
    contracts: Reach = None,
) -> int:
    """A place in an organisation that waits for somebody, and the letter to them; the id of the membership.

    Who has an account at this insurer already gets the place with it. The caller has judged roles and contracts.
    Raises AccessRefused("already_here").
    """
    with managing_accounts(organisation_id, insurer_id):
        account = Account.objects.filter(insurer_id=insurer_id, email__iexact=email).first()
        if account is None:
            account = Account(insurer_id=insurer_id, email=email, name=name)
            account.set_unusable_password()
            account.save()
        known = Membership.objects.filter(organisation_id=organisation_id, account=account).exists()
        if not known:
            membership = Membership.objects.create(
                account=account, organisation_id=organisation_id, roles=sorted(str(role) for role in roles),
                contracts=None if contracts is None else sorted(contracts),
            )  # fmt: skip
            invitation = Invitation.objects.create(
                membership=membership,
                organisation_id=organisation_id,
                name=name,
                mobile=mobile,
                brand=brand.slug,
                language=language,
                nonce=tokens.new_nonce(),
                invited_by=invited_by,
                expires_at=now + timedelta(days=rules.INVITATION_DAYS),
            )
            send(invitation, insurer_id)
    if known:
        raise AccessRefused("already_here")
    return membership.id


def send(invitation: Invitation, insurer_id: int) -> None:
    """Put the letter in the queue, in this transaction; by name, since jobs stand above actions."""
    queue.configure_task("access.send_invitation").defer(
        organisation_id=invitation.organisation_id, insurer_id=insurer_id, invitation_id=invitation.id
    )


def renew(invitation: Invitation, insurer_id: int, *, now: datetime) -> None:
    """A fresh link for fourteen days, to the address we have. Must run inside `managing_accounts`."""
    invitation.nonce, invitation.revoked_at, invitation.sent_at = tokens.new_nonce(), None, None
    invitation.undeliverable = False
    invitation.expires_at = now + timedelta(days=rules.INVITATION_DAYS)
    invitation.save(update_fields=["nonce", "revoked_at", "sent_at", "undeliverable", "expires_at"])
    send(invitation, insurer_id)


def renew_expired(brand: Brand, token: str, *, address: str, now: datetime) -> None:
    """Who clicks an expired link gets a fresh one, at the address we have and nowhere else (O02).

    Its old token is worthless from then on: clicked again, it sends nothing. Raises AccessRefused, also for too many
    from one network `address`.
    """
    invited = look_up(brand, token, now=now)
    if invited.standing != Standing.EXPIRED:
        raise AccessRefused("invitation_unknown")
    throttle.take_turn("invitation", brand.insurer, address, now=now)
    with managing_accounts(invited.organisation_id, invited.insurer_id):
        invitation = Invitation.objects.select_for_update().get(id=invited.id)
        # Two clicks at the same moment: the second finds the token of before.
        first = tokens.belongs(token, _PURPOSE, invitation.id, bytes(invitation.nonce))
        if first:
            renew(invitation, invited.insurer_id, now=now)
    if first:
        with opened(scope_of(_member(invited), brand)) as scope:
            audit.record(scope, "account.renew_invitation", objects={"membership": [invited.membership_id]})


def accept(brand: Brand, token: str, identity: Identity, *, now: datetime) -> Membership:
    """Use the invitation: from now on this identity of eHerkenning is the member's (U30, O05), and they are let in.

    Raises AccessRefused for an invitation that is no longer good, SignInRefused for an identity that may not come in
    with it: of another company, too low, for another branch, or a colleague's. That uses nothing up, and is in the
    trail.
    """

    def refusal(invited: Invited) -> AccessRefused | SignInRefused | None:
        return linking.refusal(brand, invited.organisation_id, invited.membership_id, identity)

    return take(brand, token, identity.acting_subject, refusal, detail={"level": identity.level.label}, now=now)


def take(
    brand: Brand,
    token: str,
    subject: str,
    refusal: Callable[[Invited], AccessRefused | SignInRefused | None],
    *,
    detail: Mapping[str, str],
    now: datetime,
) -> Membership:
    """Use an invitation as whoever is known as `subject`, unless there is a `refusal`: in the trail either way.

    The refusal is asked for inside `managing_accounts`, and raised.
    """
    invited = look_up(brand, token, now=now)
    if invited.standing != Standing.INVITED:
        raise AccessRefused("invitation_over")
    with managing_accounts(invited.organisation_id, invited.insurer_id):
        refused = _take(invited, token, subject, refusal, now)
    member = _member(invited)
    if refused is None:
        with signing_in():
            Account.objects.filter(id=member.account_id).update(last_login=now)
    _record(brand, member, detail, refused)
    if refused is not None:
        raise refused
    return member


def send_code(brand: Brand, token: str, *, language: str, now: datetime) -> int:
    """Send the code that making the account asks for to the mobile number given (O03); its row, for the session.

    Raises AccessRefused: invitation_over, invitation_unknown, too_many_codes.
    """
    invited = look_up(brand, token, now=now)
    if invited.standing != Standing.INVITED or not invited.asks_code:
        raise AccessRefused("invitation_over")
    return telephone.send_code(
        brand, invited.account_id, telephone.INVITATION, invited.mobile, language=language, now=now
    )


def accept_with_password(
    brand: Brand, token: str, password: str, *, now: datetime, sent: int = 0, code: str = ""
) -> tuple[Membership, list[str]]:
    """Use the invitation and choose the password of the new account (W01, O03); the second factor comes next.

    Where the account asks for a code by SMS, `code` is the one that row `sent` is of: the number is then confirmed,
    which is a second factor already, and there are recovery codes. Who has a password at this insurer already keeps
    it, and neither is looked at: a link in a mailbox is no reason to change it. Raises AccessRefused: for an
    invitation that is no longer good, a segment that has no passwords, a password that is too easy to guess, or a
    wrong code. That uses nothing up, but for a try of the code.
    """
    invited = look_up(brand, token, now=now)
    if invited.standing != Standing.INVITED or Means.PASSWORD not in door(brand, invited.segment).profile.means:
        raise AccessRefused("invitation_over")
    codes: list[str] = []
    if not invited.has_password:
        passwords.judge(brand, password, name=invited.name, email=invited.email)
    if invited.asks_code:
        codes = _confirmed(brand, invited, sent, code, now)
    with managing_accounts(invited.organisation_id, invited.insurer_id):
        invitation = Invitation.objects.select_for_update().get(id=invited.id)
        good = tokens.belongs(token, _PURPOSE, invitation.id, bytes(invitation.nonce))
        if good:
            if not invited.has_password:
                fresh = Account.objects.filter(membership=invited.membership_id)
                fresh.update(password=passwords.hashed(password))
            invitation.accepted_at, invitation.nonce = now, tokens.new_nonce()
            invitation.save(update_fields=["accepted_at", "nonce"])
    if not good:
        raise AccessRefused("invitation_over")
    member = _member(invited)
    with opened(scope_of(member, brand)) as scope:
        audit.record(scope, "account.accept_invitation", detail={"membership": member.id, "means": "password"})
    return member, codes


def _confirmed(brand: Brand, invited: Invited, sent: int, code: str, now: datetime) -> list[str]:
    """The mobile number confirmed by its code; recovery codes with it. Raises AccessRefused."""
    codes: list[str] = []
    subject = throttle.by_code(invited.account_id)
    with signing_in():
        refused = "" if throttle.may_try([subject], now=now) else "too_many_tries"
        if not refused:
            number = telephone.taken(invited.account_id, telephone.INVITATION, sent, code, now=now)
            if number is None:
                throttle.wrong([subject], now=now)
                refused = "wrong_sent_code"
            else:
                codes = factors.first_codes(brand, invited.account_id, profile(invited.segment))
                telephone.keep(invited.account_id, number)
    if refused:
        with opened(scope_of(_member(invited), brand)) as scope:
            audit.record(scope, "account.accept_invitation", outcome="failure", detail={"code": refused})
        raise AccessRefused(refused)
    return codes


def _member(invited: Invited) -> Membership:
    with signing_in():
        memberships = Membership.objects.select_related("account", "organisation__insurer")
        return memberships.get(id=invited.membership_id)


def _take(
    invited: Invited,
    token: str,
    subject: str,
    refusal: Callable[[Invited], AccessRefused | SignInRefused | None],
    now: datetime,
) -> AccessRefused | SignInRefused | None:
    """Make the membership the subject's and the invitation used, or say why not."""
    invitation = Invitation.objects.select_for_update().get(id=invited.id)
    if not tokens.belongs(token, _PURPOSE, invitation.id, bytes(invitation.nonce)):
        return AccessRefused("invitation_over")
    if refused := refusal(invited):
        return refused
    if not linking.remembered(Membership.objects.filter(id=invited.membership_id), subject):
        # A colleague came in with it at the same moment, and is seen now.
        return refusal(invited) or AccessRefused("invitation_over")
    invitation.accepted_at, invitation.nonce = now, tokens.new_nonce()
    invitation.save(update_fields=["accepted_at", "nonce"])
    return None


def _found(brand: Brand, token: str) -> Invitation | None:
    id_ = tokens.row_of(token)
    found = None
    if id_ is not None:
        invitations = Invitation.objects.select_related("membership__account", "organisation__insurer")
        found = invitations.filter(id=id_, brand=brand.slug).first()
    # Whether there is no such row or another nonce in it, takes the same time and says the same.
    nonce = bytes(found.nonce) if found else tokens.new_nonce()
    return found if tokens.belongs(token, _PURPOSE, id_ or 0, nonce) else None


def _invited(invitation: Invitation, now: datetime) -> Invited:
    membership = invitation.membership
    account: Account = membership.account
    standing = rules.standing_of(
        active=membership.is_active and account.is_active,
        invited=True,
        accepted=invitation.accepted_at is not None,
        revoked=invitation.revoked_at is not None,
        expires_at=invitation.expires_at,
        now=now,
    )
    mobile = _mobile(invitation)
    confirms = profile(invitation.organisation.segment).confirms_mobile
    return Invited(
        id=invitation.id,
        membership_id=membership.id,
        account_id=account.id,
        organisation_id=invitation.organisation_id,
        insurer_id=invitation.organisation.insurer_id,
        organisation=invitation.organisation.name,
        segment=invitation.organisation.segment,
        name=invitation.name,
        email=account.email,
        mobile=mobile,
        invited_by=invitation.invited_by,
        has_password=account.has_usable_password(),
        asks_code=bool(mobile) and confirms and not account.has_usable_password(),
        standing=standing,
        expires_at=invitation.expires_at,
    )


def _mobile(invitation: Invitation) -> str:
    """The number that was given, if it is a mobile one: who applied may have given another."""
    try:
        return telephone.tidy_number(invitation.mobile)
    except AccessRefused:
        return ""


def _record(
    brand: Brand, member: Membership, detail: Mapping[str, str], refused: AccessRefused | SignInRefused | None
) -> None:
    with opened(scope_of(member, brand)) as scope:
        audit.record(
            scope, "account.accept_invitation", outcome="failure" if refused else "success",
            objects={"membership": [member.id]},
            detail={**detail, "code": refused.code if refused else ""},
        )  # fmt: skip
