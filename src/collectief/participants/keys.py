"""The BSN keys of the insurer a scope is at."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from collectief.foundation.sealing import BsnKeys
from collectief.scope.scope import Scope


def bsn_keys(scope: Scope) -> BsnKeys:
    """What this insurer's BSNs are indexed and sealed with."""
    return _derived(settings.SECRET_KEY, scope.insurer)


@cache
def _derived(secret: str, insurer: str) -> BsnKeys:
    return BsnKeys.derived(secret.encode(), insurer)
