"""The BSN keys of the insurer a scope is at."""

from __future__ import annotations

from functools import cache

from collectief.foundation.sealing import BsnKeys
from collectief.scope import secret
from collectief.scope.scope import Scope


def bsn_keys(scope: Scope) -> BsnKeys:
    """What this insurer's BSNs are indexed and sealed with."""
    return _derived(secret.secret(), scope.insurer, secret.number())


@cache
def _derived(of: str, insurer: str, number: int) -> BsnKeys:
    return BsnKeys.derived(of.encode(), insurer, number)
