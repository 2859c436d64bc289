"""The letters to whoever asked for something about access."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override

from collectief.access.letters import address
from collectief.access.models import LeaveWish
from collectief.access.role_names import ROLE_NAMES
from collectief.access.rules import Wish, WishState
from collectief.brands.catalogue import brand as brand_of
from collectief.brands.wording import worded
from collectief.cases.rules import Decision
from collectief.foundation.dates import dutch
from collectief.gateways.mail.port import Letter
from collectief.segments.profile import Role

from .models import AccountApplication, RoleRequest

__all__ = ["Letter", "left", "received", "refused", "roles_decided", "wants_to_leave"]


def received(application: AccountApplication, due: date) -> Letter:
    """That it came in, and when there will be an answer."""
    brand = brand_of(application.brand)
    with override(application.language), worded(brand, application.language):
        return _letter(
            application, "received", _("Uw aanvraag voor {portal}").format(portal=brand.name),
            _("We hebben uw aanvraag voor een account ontvangen. U krijgt uiterlijk op {day} antwoord.").format(
                day=dutch(due)
            ),
            _("Heeft u geen account aangevraagd? Bel dan {phone}.").format(phone=brand.support_phone),
        )  # fmt: skip


def refused(application: AccountApplication) -> Letter:
    """Why there will be no account."""
    brand = brand_of(application.brand)
    with override(application.language), worded(brand, application.language):
        return _letter(
            application, "refused", _("Uw aanvraag voor {portal}").format(portal=brand.name),
            _("We kunnen uw aanvraag voor een account niet goedkeuren. De reden: {reason}").format(
                reason=application.reason
            ),
            _("Heeft u vragen? Bel dan {phone}.").format(phone=brand.support_phone),
        )  # fmt: skip


def wants_to_leave(wish: LeaveWish, account_id: int, email: str, name: str) -> Letter:
    """To who manages accounts: that somebody wants to leave, not who."""
    brand = brand_of(wish.brand)
    with override(wish.language), worded(brand, wish.language):
        lines = [
            _("Beste {name},").format(name=name),
            _("Een collega wil dit portaal niet meer gebruiken. Kijk in Accountbeheer en deactiveer het account."),
            address(brand, "/accountbeheer/"),
            brand.name,
        ]
        subject = _("Een collega wil stoppen met {portal}").format(portal=brand.name)
    return Letter(f"leaving/{wish.id}/{account_id}", email, subject, "\n\n".join(lines) + "\n", brand.sender)


def left(wish: LeaveWish) -> Letter:
    """To whoever wanted to leave: done, or why not; needs membership and account with it."""
    brand, account = brand_of(wish.brand), wish.membership.account
    with override(wish.language), worded(brand, wish.language):
        if wish.state == WishState.REFUSED:
            said = _("We kunnen nu niet doen wat u vroeg. De reden: {reason}").format(reason=wish.reason)
        elif wish.wish == Wish.ROLE:
            said = _("U beheert vanaf nu geen accounts meer. Uw eigen account blijft zoals het was.")
        else:
            said = _("U heeft vanaf nu geen toegang meer. Het logboek van wat er gebeurd is, bewaren we.")
        lines = [
            _("Beste {name},").format(name=account.name), said,
            _("Heeft u vragen? Bel dan {phone}.").format(phone=brand.support_phone), brand.name,
        ]  # fmt: skip
        subject = _("Uw verzoek om te stoppen met {portal}").format(portal=brand.name)
    return Letter(f"left/{wish.id}", account.email, subject, "\n\n".join(lines) + "\n", brand.sender)


def roles_decided(row: RoleRequest) -> Letter:
    """To whoever asked for roles: they have them, or why not; needs membership and account with it."""
    brand, account = brand_of(row.brand), row.membership.account
    with override(row.language), worded(brand, row.language):
        if row.decision == Decision.APPROVED:
            names = ", ".join(str(ROLE_NAMES[Role(role)]) for role in row.roles)
            said = _("U heeft er vanaf nu deze rollen bij: {roles}.").format(roles=names)
        else:
            said = _("We kunnen u de rollen waar u om vroeg niet geven. De reden: {reason}").format(reason=row.reason)
        lines = [
            _("Beste {name},").format(name=account.name), said,
            _("Heeft u vragen? Bel dan {phone}.").format(phone=brand.support_phone), brand.name,
        ]  # fmt: skip
        subject = _("Uw verzoek om rollen in {portal}").format(portal=brand.name)
    return Letter(f"roles/{row.id}", account.email, subject, "\n\n".join(lines) + "\n", brand.sender)


def _letter(application: AccountApplication, what: str, subject: str, *paragraphs: str) -> Letter:
    brand = brand_of(application.brand)
    text = "\n\n".join([_("Beste {name},").format(name=application.name), *paragraphs, brand.name])
    return Letter(f"application/{application.id}/{what}", application.email, subject, f"{text}\n", brand.sender)
