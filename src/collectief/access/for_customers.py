"""What staff of an insurer do for a customer, as that customer's trail says it."""

from __future__ import annotations

from collectief.audit.facts import InsurerActor
from collectief.brands.catalogue import brand
from collectief.scope.scope import Scope


def insurer_by(scope: Scope) -> InsurerActor:
    """The insurer, by somebody of its office: the customer reads in which function, and not who (docs/audit.md)."""
    return InsurerActor(
        scope.insurer_id, brand(scope.brand).insurer_name, scope.account_id, tuple(map(str, scope.roles)),
        f"{scope.brand}/{scope.channel}",
    )  # fmt: skip
