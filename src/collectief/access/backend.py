"""How Django learns who signed in."""

from __future__ import annotations

from .models import Account


class EherkenningBackend:
    """Finds the account of a session; signing in itself is `access.actions.sign_in`."""

    def authenticate(self, request: object, **credentials: object) -> None:
        """No credentials of ours open this door: eHerkenning does."""
        return

    def get_user(self, user_id: int) -> Account | None:
        return Account.objects.filter(pk=user_id, is_active=True).first()
