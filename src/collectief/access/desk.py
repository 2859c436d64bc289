"""What the insurer's help desk does for somebody who lost everything they signed in with (W04, K05)."""

from __future__ import annotations

from collectief.audit import actions as audit
from collectief.brands.catalogue import all_brands
from collectief.scope.database import opened, signing_in

from . import notices
from .factors import unlink_everything
from .models import OpenSession
from .password_sign_in import members_at
from .queries import NoAccess, scope_of


def reset_second_factor(insurer: str, email: str, *, by: str) -> None:
    """Unlink every second factor of an account, sign it out everywhere and tell its owner; the password stays.

    Whoever does it has made sure who asks. It is in the trail of each organisation of the account, with who did it.
    Raises NoAccess when nobody at this insurer signs in with a password at that address.
    """
    with signing_in():
        found = [
            (brand, member) for brand in all_brands() if brand.insurer == insurer for member in members_at(brand, email)
        ]
        account_id = found[0][1].account_id if found else 0
        unlink_everything(account_id)
        OpenSession.objects.filter(account_id=account_id).delete()
    if not found:
        raise NoAccess
    for brand, member in found:
        with opened(scope_of(member, brand, channel="command")) as scope:
            audit.record(scope, "account.reset_second_factor", detail={"by": by})
    with signing_in():
        notices.tell(found[0][0], account_id, "factors_reset")
