"""The help desk at the command line: for who has no employee at a portal, and when there are too few of them (K05).

It goes the same way as at the portal: one asks, another approves, and the waiting time goes by (docs/adr/0018).
"""

from __future__ import annotations

from datetime import datetime

from django.db.models.functions import Lower

from collectief.contracts.models import Insurer
from collectief.scope.database import signing_in

from . import resets
from .models import Account
from .queries import NoAccess
from .resets import Asked
from .users import NoUser


def ask(insurer: str, email: str, *, by: str, asked: Asked, now: datetime) -> int:
    """Ask for the reset of the account with this address; its number. Raises NoAccess for nobody, AccessRefused."""
    with signing_in():
        accounts = Account.objects.alias(address=Lower("email")).filter(insurer__slug=insurer, address=email.lower())
        found = accounts.values_list("insurer_id", "id").first()
    if found is None:
        raise NoAccess
    return resets.ask_as_operator(*found, by, asked, now=now)


def approve(insurer: str, reset_id: int, *, by: str, now: datetime) -> datetime:
    """Approve it as another; when it is carried out. Raises NoAccess for no such reset, AccessRefused."""
    with signing_in():
        found = Insurer.objects.filter(slug=insurer).values_list("id", flat=True).first()
    try:
        if found is None:
            raise NoUser
        return resets.approve_as_operator(found, reset_id, by, now=now)
    except NoUser:
        raise NoAccess from None
