"""What is asked of a list of breached passwords, whoever keeps it."""

from __future__ import annotations

from typing import Protocol


class BreachesUnavailable(RuntimeError):
    """The list does not answer at the moment; it says nothing about the password."""


class Breaches(Protocol):
    """Knows which passwords were stolen somewhere."""

    def holds(self, password: str) -> bool:
        """Whether this password is in the list. Raises BreachesUnavailable."""
