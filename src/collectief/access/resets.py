"""Resetting a second factor: an employee asks, a second approves, a day goes by, a job does it (W04, K05).

No single person can take an account over: docs/help-desk.md and docs/adr/0018 say how each step keeps them from it.
Every verb of an employee runs as the help desk's database role, which can neither read a secret nor unlink one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from collectief.brands.catalogue import brand as brand_of
from collectief.scope.database import helping, signing_in
from collectief.scope.once import is_first
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from . import reset_rules as rules
from . import stopping, tokens
from .factors import hosts_apart, unlink_everything
from .models import FactorReset, Invitation, OpenSession
from .queries import NoAccess, own_email, scope_again
from .reset_rules import Act, Hand, Holder, ResetState, Why
from .rules import AccessRefused
from .users import Known, NoUser, portal_for, user_facts


@dataclass(frozen=True, slots=True)
class Asked:
    """What is noted when it is asked for: with whom they spoke, at what number and how, and why."""

    spoken_with: str
    call_note: str
    reason: str


@transaction.atomic
def ask(scope: Scope, account_id: int, asked: Asked, *, now: datetime) -> int:
    """An employee asks for it, having called back; its number. Raises NotAllowed, NoUser, AccessRefused."""
    scope.require(Permission.HELP_USERS)
    reset = _asked(scope.insurer_id, account_id, hand_of(scope), asked, now, office=scope)
    stopping.record_everywhere(scope, reset, "account.ask_reset")
    return reset.id


@transaction.atomic
def approve(scope: Scope, reset_id: int, *, now: datetime) -> None:
    """A second employee approves it: the waiting time begins. Raises NotAllowed, NoUser, AccessRefused."""
    scope.require(Permission.HELP_USERS)
    reset = _approved(scope.insurer_id, reset_id, hand_of(scope), now, office=scope)
    stopping.record_everywhere(scope, reset, "account.approve_reset")


@transaction.atomic
def refuse(scope: Scope, reset_id: int, *, now: datetime) -> None:
    """A second employee refuses it. Raises NotAllowed, NoUser, AccessRefused."""
    scope.require(Permission.HELP_USERS)
    with helping(scope.insurer_id):
        reset = _locked(scope.insurer_id, reset_id)
        reset.state = rules.after(ResetState(reset.state), Act.REFUSE)
        if scope.account_id == reset.account_id:
            # Whoever it is about stops it; deciding is for others.
            raise AccessRefused("reset_yourself")
        reset.ended_at = now
        _decided(reset, hand_of(scope), now, scope)
        stopping.tell(reset.id, "refused")
    stopping.record_everywhere(scope, reset, "account.refuse_reset")


@transaction.atomic
def stop(scope: Scope, reset_id: int, *, now: datetime) -> None:
    """Anyone of the help desk stops it, whoever asked. Raises NotAllowed, NoUser, AccessRefused("reset_over")."""
    scope.require(Permission.HELP_USERS)
    with helping(scope.insurer_id):
        reset = _locked(scope.insurer_id, reset_id)
        reset.state = rules.after(ResetState(reset.state), Act.STOP)
        reset.ended_at, reset.ended_why = now, Why.BY_DESK
        reset.save(update_fields=["state", "ended_at", "ended_why"])
        stopping.tell(reset.id, "stopped")
    stopping.record_everywhere(scope, reset, "account.stop_reset", Why.BY_DESK)


@transaction.atomic
def ask_as_operator(insurer_id: int, account_id: int, operator: str, asked: Asked, *, now: datetime) -> int:
    """The same from the command line, by an operator known by name. Raises NoUser, AccessRefused."""
    reset = _asked(insurer_id, account_id, Hand(None, operator, ""), asked, now)
    stopping.record_operator(reset, "account.ask_reset", operator)
    return reset.id


@transaction.atomic
def approve_as_operator(insurer_id: int, reset_id: int, operator: str, *, now: datetime) -> datetime:
    """The second, at the command line; when it is carried out. Raises NoUser, AccessRefused."""
    reset = _approved(insurer_id, reset_id, Hand(None, operator, ""), now)
    stopping.record_operator(reset, "account.approve_reset", operator)
    assert reset.due_at is not None
    return reset.due_at


def due(now: datetime) -> list[int]:
    """What waits long enough to be carried out, and what nobody approved in time."""
    with signing_in():
        waiting = FactorReset.objects.filter(state=ResetState.WAITING, due_at__lte=now)
        stale = FactorReset.objects.filter(state=ResetState.ASKED, asked_at__lt=now - rules.APPROVED_WITHIN)
        return sorted((waiting | stale).values_list("id", flat=True))


def carry_out(reset_id: int, *, now: datetime) -> bool:
    """Unlink everything and sign out everywhere, if nothing stands in the way any more; whether it was done.

    Rights and facts are judged again: what was true when it was asked is not enough. The password stays as it is.
    """
    with signing_in():
        reset = FactorReset.objects.select_for_update().filter(id=reset_id, state__in=rules.OPEN).first()
        if reset is None:
            return False
        if reset.state == ResetState.ASKED:
            if now - reset.asked_at > rules.APPROVED_WITHIN:
                stopping.stop_by_time(reset, Why.TOO_LATE, now=now)
            return False
        if reset.due_at is None or now < reset.due_at:
            return False
        why = _why_not_now(reset)
        if why is not None:
            stopping.stop_by_time(reset, why, now=now)
            return False
        # Passkeys of an office are not what somebody lost for another portal.
        unlink_everything(reset.account_id, but_at=() if brand_of(reset.brand).only_passkeys else hosts_apart())
        OpenSession.objects.filter(account_id=reset.account_id).delete()
        done = rules.after(ResetState.WAITING, Act.CARRY_OUT)
        FactorReset.objects.filter(id=reset.id).update(state=done, ended_at=now)
        stopping.tell(reset.id, "done")
        stopping.record_for_staff(reset, "account.reset_second_factor")
    return True


def forget_ended(*, now: datetime) -> None:
    """Remove what ended a year ago, with what was noted of the call (law 9)."""
    with signing_in():
        FactorReset.objects.filter(ended_at__lte=now - rules.KEPT).delete()


def hand_of(scope: Scope) -> Hand:
    """An employee, as judging knows them."""
    with signing_in():
        own = Invitation.objects.filter(membership__account_id=scope.account_id, organisation_id=scope.organisation_id)
        here_since = own.values_list("accepted_at", flat=True).first()
    return Hand(
        scope.account_id, scope.account, own_email(scope), manages=scope.may(Permission.MANAGE_ACCOUNTS),
        here_since=here_since,
    )  # fmt: skip


def _asked(
    insurer_id: int, account_id: int, hand: Hand, asked: Asked, now: datetime, *, office: Scope | None = None
) -> FactorReset:
    with helping(insurer_id):
        known = user_facts(insurer_id, account_id)
        running = FactorReset.objects.filter(account_id=account_id, state__in=rules.OPEN).exists()
        rules.judge_asking(hand, _holder(known), running=running, now=now)
        portal = portal_for(known)
        if portal is None:
            raise AccessRefused("reset_no_password")
        reset = FactorReset(
            insurer_id=insurer_id, account_id=account_id, state=ResetState.ASKED, brand=portal.slug,
            language=known.language, spoken_with=asked.spoken_with, call_note=asked.call_note, reason=asked.reason,
            asked_by_id=hand.account_id, asked_by=hand.name, asked_email=hand.email,
            asked_office=office.organisation_id if office else None, asked_portal=office.brand if office else "",
            asked_at=now, address=known.email, password_mark=known.password_mark, nonce=tokens.new_nonce(),
        )  # fmt: skip
        # Of two at the same moment the second is not.
        if not is_first(reset):
            raise AccessRefused("reset_running")
        stopping.tell(reset.id, "asked")
    return reset


def _approved(insurer_id: int, reset_id: int, hand: Hand, now: datetime, *, office: Scope | None = None) -> FactorReset:
    with helping(insurer_id):
        reset = _locked(insurer_id, reset_id)
        reset.state = rules.after(ResetState(reset.state), Act.APPROVE)
        asker = Hand(reset.asked_by_id, reset.asked_by, reset.asked_email)
        holder = _holder(user_facts(insurer_id, reset.account_id))
        rules.judge_approving(hand, asker, holder, asked_at=reset.asked_at, now=now)
        reset.due_at = now + timedelta(hours=brand_of(reset.brand).reset_hours)
        _decided(reset, hand, now, office)
        stopping.tell(reset.id, "approved")
    return reset


def _decided(reset: FactorReset, hand: Hand, now: datetime, office: Scope | None) -> None:
    reset.decided_by_id, reset.decided_by, reset.decided_email = hand.account_id, hand.name, hand.email
    reset.decided_at = now
    if office is not None:
        reset.decided_office, reset.decided_portal = office.organisation_id, office.brand
    reset.save(
        update_fields=[
            "state", "decided_by_id", "decided_by", "decided_email", "decided_office", "decided_portal", "decided_at",
            "due_at", "ended_at",
        ]
    )  # fmt: skip


def _locked(insurer_id: int, reset_id: int) -> FactorReset:
    """The row, locked, without what the help desk may not read. Raises NoUser."""
    rows = FactorReset.objects.defer("nonce", "password_mark").select_for_update(no_key=True)
    found = rows.filter(insurer_id=insurer_id, id=reset_id).first()
    if found is None:
        raise NoUser(reset_id)
    return found


def _holder(known: Known) -> Holder:
    return Holder(known.account_id, known.email, known.enters, known.has_password, known.factors)


def _why_not_now(reset: FactorReset) -> Why | None:
    with helping(reset.insurer_id):
        known = user_facts(reset.insurer_id, reset.account_id)
    return rules.why_not_now(
        _holder(known), asked_email=reset.address, same_password=known.password_mark == bytes(reset.password_mark),
        staff_there=_still_there(reset.asked_by_id, reset.asked_office, reset.asked_portal)
        and _still_there(reset.decided_by_id, reset.decided_office, reset.decided_portal),
    )  # fmt: skip


def _still_there(account_id: int | None, office: int | None, portal: str) -> bool:
    """Whether this employee may still help users; an operator is known by name, and there is nothing to look up."""
    if account_id is None or office is None:
        return True
    try:
        # A savepoint: what is not found must not undo what is done with it.
        with transaction.atomic():
            return scope_again(account_id, office, portal, channel="job").may(Permission.HELP_USERS)
    except NoAccess:
        return False
