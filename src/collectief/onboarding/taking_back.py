"""What a customer asked and takes back before it is judged: its case is closed, and whoever judges it is told."""

from __future__ import annotations

from django.utils.translation import gettext as _
from procrastinate.contrib.django import app as queue

from collectief.scope.scope import Scope


def close_case(scope: Scope, kind: str, subject: int) -> None:
    """Nobody has to judge it any more; in the transaction that takes it back."""
    # By name, since jobs stand above actions.
    queue.configure_task("onboarding.take_back").defer(
        insurer=scope.insurer, kind=kind, subject=str(subject), by_id=scope.account_id
    )


def refusals() -> dict[str, tuple[str, str]]:
    """What whoever approves it meanwhile reads."""
    return {"taken_back": (_("De klant heeft dit verzoek ingetrokken."), _("U hoeft niets meer te doen."))}
