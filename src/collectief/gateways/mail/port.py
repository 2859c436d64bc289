"""What is asked of a means of sending mail, whichever server carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, in plain text, to one address. `key` is the same each time the same letter is sent.

    It names nobody but whom it is for: what is about a participant stands in the portal (DESIGN, Screens).
    """

    key: str
    to: str
    subject: str
    text: str
    sender: str


class MailUnavailable(RuntimeError):
    """The server does not take mail at the moment; sent again later, nothing is lost."""


class AddressRefused(RuntimeError):
    """The server says that this address does not exist; sending again would not help."""


class Mail(Protocol):
    """Hands letters over."""

    def send(self, letter: Letter) -> None:
        """Hand over one letter. Raises MailUnavailable, AddressRefused."""
