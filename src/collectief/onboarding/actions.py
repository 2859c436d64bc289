"""Applying, receiving the application, and what deciding it does."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from procrastinate.contrib.django import app as queue

from collectief.access import invitations, throttle
from collectief.access.queries import door, members_here
from collectief.access.rules import AccessRefused, will_manage
from collectief.brands.brand import Brand
from collectief.brands.catalogue import brand as brand_of
from collectief.cases import actions as cases
from collectief.cases.rules import CaseRefused, Deciding, Decision
from collectief.contracts.models import Organisation
from collectief.scope.database import signing_in
from collectief.segments.profile import Role, SegmentProfile

from . import rules
from .models import AccountApplication
from .rules import Applied

KIND = "account_application"


def apply(brand: Brand, applied: Applied, *, address: str, language: str, now: datetime) -> None:
    """Send an application in; the insurer gets it, and whoever applied a receipt.

    Says nothing of whether organisation or mailbox are known. Raises AccessRefused for what can be seen to be wrong and
    for too many from one network `address`, KeyError for a segment the portal does not serve.
    """
    profile = door(brand, applied.segment).profile
    if not profile.takes_applications:
        raise KeyError(applied.segment)
    rules.judge(profile, applied)
    throttle.take_turn("application", brand.insurer, address, now=now)
    with signing_in():
        application = AccountApplication(
            insurer=brand.insurer, brand=brand.slug, language=language, segment=applied.segment,
            organisation=applied.organisation, kvk=applied.kvk, name=applied.name, email=applied.email,
            phone=applied.phone, roles=[str(role) for role in applied.roles], applied_at=now,
        )  # fmt: skip
        application.save(force_insert=True)
        # By name, since jobs stand above actions.
        queue.configure_task("onboarding.receive").defer(application_id=str(application.id), insurer=brand.insurer)


def decided(deciding: Deciding) -> None:
    """What a decision does, as staff: an invitation for a place at the organisation, or a letter with the reason.

    Raises CaseRefused when the insurer has no such customer, or the person has a place there already.
    """
    application = AccountApplication.objects.get(id=deciding.subject)
    if deciding.decision == Decision.APPROVED:
        _let_in(application, deciding)
    application.decision, application.reason = deciding.decision, deciding.reason
    application.decided_at = deciding.now
    application.save(update_fields=["decision", "reason", "decided_at"])
    if deciding.decision == Decision.REFUSED:
        queue.configure_task("onboarding.tell").defer(application_id=str(application.id), insurer=application.insurer)


def customer(application: AccountApplication, insurer_id: int) -> Organisation | None:
    """The customer an application is for, if there is one: the whole company before any of its branches.

    Must run as staff.
    """
    found = Organisation.objects.filter(insurer_id=insurer_id, kvk=application.kvk, segment=application.segment)
    return found.order_by("branch").first()


def managed(organisation: Organisation, profile: SegmentProfile, *, now: datetime) -> bool:
    """Whether somebody there can let colleagues in. Must run as staff."""
    return any(will_manage(profile, one) for one in members_here(organisation.id, now=now))


def _let_in(application: AccountApplication, deciding: Deciding) -> None:
    brand = brand_of(application.brand)
    profile = door(brand, application.segment).profile
    organisation = customer(application, deciding.insurer_id)
    if organisation is None:
        if not profile.applying_makes_customer:
            raise CaseRefused("organisation_unknown", kvk=application.kvk)
        organisation, _ = Organisation.objects.get_or_create(
            insurer_id=deciding.insurer_id, kvk=application.kvk, branch="", segment=application.segment,
            defaults={"name": application.organisation},
        )  # fmt: skip
    if organisation.end_day is not None and organisation.end_day <= timezone.localdate(deciding.now):
        raise CaseRefused("organisation_ended")
    roles = sorted(map(Role, application.roles))
    try:
        rules.judge_first(profile, members_here(organisation.id, now=deciding.now))
        membership_id = invitations.place(
            organisation_id=organisation.id, insurer_id=deciding.insurer_id, brand=brand, name=application.name,
            email=application.email, mobile=application.phone, roles=roles, language=application.language,
            invited_by=brand.insurer_name, now=deciding.now,
        )  # fmt: skip
    except AccessRefused as refused:
        raise CaseRefused(refused.code) from None
    cases.record_for_customer(
        deciding, organisation.id, "account.invite", objects={"membership": [membership_id]},
        detail={"roles": list(map(str, roles))},
    )  # fmt: skip
