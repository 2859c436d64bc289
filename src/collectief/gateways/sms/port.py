"""What is asked of a means of sending short messages, whichever company carries them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """One message to one mobile number (E.164, with its plus). `key` is the same each time the same one is sent."""

    key: str
    to: str
    text: str
    sender: str


class SmsUnavailable(RuntimeError):
    """The company does not take messages at the moment; sent again later, nothing is lost."""


class NumberRefused(RuntimeError):
    """The company says that nothing can be sent to this number; sending again would not help."""


class Sms(Protocol):
    """Hands short messages over."""

    def send(self, message: ShortMessage) -> None:
        """Hand over one message. Raises SmsUnavailable, NumberRefused."""
