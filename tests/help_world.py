"""An office with a help desk, and people of the same insurer who have lost what they sign in with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from collectief.access import passwords, resets, telephone
from collectief.access.factors import first_codes
from collectief.access.models import Account, Authenticator, FactorReset, Membership, RecoveryCode
from collectief.access.resets import Asked
from collectief.audit.models import AuditEvent
from collectief.brands.catalogue import brand
from collectief.foundation.sealing import seal
from collectief.scope.database import office as as_office
from collectief.scope.database import opened, signing_in
from collectief.scope.scope import Scope
from collectief.segments.catalogue import profile
from tests.world import Agency, agency, member_of

CALLED = Asked("Ingrid Vermeer", "Centrale van De Linde, nummer uit onze administratie", "Telefoon verloren")
PASSWORD = "linde bloeit in juni"


@dataclass(frozen=True)
class Office:
    """The insurer's office: three at the help desk, and somebody who manages accounts there."""

    agency: Agency
    murat: Scope
    lotte: Scope
    wil: Scope


def office(brand: str = "kantoor-izz") -> Office:
    """An office of this portal's insurer."""
    made = agency(name="Kantoor", segment="back_office", brand=brand, roles=("help_desk",))

    def staff(name: str, *roles: str) -> Scope:
        return member_of(made.organisation, roles=roles, brand=brand, name=name)

    return Office(
        made, staff("Murat", "help_desk"), staff("Lotte", "help_desk", "case_handler"),
        staff("Wil", "office_manager", "help_desk"),
    )  # fmt: skip


def user(name: str = "Ingrid", *, brand: str = "izz", segment: str = "employer", role: str = "main_user") -> Scope:
    """Somebody with a password, an app and recovery codes at another organisation."""
    made = agency(name=f"Zorggroep {name}", segment=segment, brand=brand, roles=())
    scope = member_of(made.organisation, roles=(role,), brand=brand, name=name)
    equip(scope.account_id)
    return scope


def equip(account_id: int, *, number: str = "") -> None:
    """A password, an app and recovery codes for an account; a confirmed number when one is named."""
    with as_office():
        Account.objects.filter(id=account_id).update(password=passwords.hashed(PASSWORD))
        Membership.objects.filter(account_id=account_id).update(acting_subject=None)
    with signing_in():
        first_codes(brand("izz"), account_id, profile("employer"))
        sealed = seal(b"0" * 32, b"secret", b"x")
        Authenticator.objects.create(account_id=account_id, sealed=sealed, last_step=0)
        if number:
            telephone.keep(account_id, number)


def holds(account_id: int) -> bool:
    """Whether the account's own second factor is still there."""
    with signing_in():
        app = Authenticator.objects.filter(account_id=account_id).exists()
        assert app == RecoveryCode.objects.filter(account_id=account_id).exists()
        return app


def asked(by: Scope, whom: Scope, now: datetime) -> int:
    return resets.ask(by, whom.account_id, CALLED, now=now)


def state_of(reset_id: int) -> tuple[str, str]:
    with signing_in():
        found = FactorReset.objects.get(id=reset_id)
        return found.state, found.ended_why


def trail(scope: Scope) -> list[tuple[str, str, str]]:
    """What the trail of the scope's organisation says: action, by whom, code."""
    with opened(scope):
        return [(e.action, e.account, e.detail.get("code", "")) for e in AuditEvent.objects.order_by("id")]
