"""Telling somebody that how they sign in was changed: by mail, so that a stranger's change does not go unseen.

Letters go by jobs, in the transaction of what they tell. Where an address or number is no longer the account's, the
job carries it sealed.
"""

from __future__ import annotations

from django.utils.translation import get_language
from procrastinate.contrib.django import app as queue

from collectief.brands.catalogue import Brand
from collectief.brands.catalogue import brand as brand_of
from collectief.foundation.sealing import seal, unseal
from collectief.scope.scope import Scope
from collectief.scope.secret import derived, key_for

_PURPOSE = "notice"


def tell(brand: Brand, account_id: int, kind: str, *, address: str = "") -> None:
    """A letter to the account's owner about a change of this kind; to `address` when it is no longer theirs."""
    # By name, since jobs stand above actions.
    queue.configure_task("access.send_notice").defer(
        account_id=account_id, brand=brand.slug, kind=kind, language=get_language() or "nl",
        sealed=sealed(account_id, address),
    )  # fmt: skip


def tell_own(scope: Scope, kind: str) -> None:
    """The same about oneself."""
    tell(brand_of(scope.brand), scope.account_id, kind)


def tell_number(brand: Brand, account_id: int, number: str) -> None:
    """A short message to a number that codes no longer go to."""
    queue.configure_task("access.send_number_notice").defer(
        account_id=account_id, brand=brand.slug, language=get_language() or "nl", sealed=sealed(account_id, number)
    )


def tell_mandataries(scope: Scope, mandate_id: int) -> None:
    """A letter to everyone who acts under a mandate that is revoked (X07).

    A job asks who they are: that is not for whoever gave the mandate to read.
    """
    queue.configure_task("access.spread_mandate_notice").defer(
        mandate_id=mandate_id, brand=scope.brand, language=get_language() or "nl"
    )


def opened(account_id: int, sealed: str) -> str:
    """What a job carried."""
    return unseal(key_for(_PURPOSE), bytes.fromhex(sealed), str(account_id).encode()).decode()


def sealed(account_id: int, text: str) -> str:
    """What a job carries in the queue, where others can read."""
    return seal(key_for(_PURPOSE), text.encode(), str(account_id).encode()).hex() if text else ""


def resealed(account_id: int, sealed: str, before: str, after: str) -> str:
    """What a job carries, sealed under `before`, sealed under `after`. Raises InvalidTag."""
    owner = str(account_id).encode()
    plain = unseal(derived(before, _PURPOSE), bytes.fromhex(sealed), owner)
    return seal(derived(after, _PURPOSE), plain, owner).hex()
