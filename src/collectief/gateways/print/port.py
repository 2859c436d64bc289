"""What is asked of a print service, whichever company prints and posts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PrintJob:
    """A letter to print and post. `key` is the same each time the same one is handed over, and names nobody.

    The address stands on the first page, where the window of the envelope is.
    """

    key: str
    pdf: bytes = field(repr=False)


class Progress(StrEnum):
    """How far the service is with a letter that it took."""

    UNDER_WAY = "under_way"
    POSTED = "posted"
    REFUSED = "refused"
    # The service keeps what it did for some days only.
    FORGOTTEN = "forgotten"


class PrintUnavailable(RuntimeError):
    """The service does not take letters at the moment; handed over again later, nothing is lost."""


class PrintRefused(RuntimeError):
    """The service says that it cannot print this letter; handing it over again would not help."""


class PrintService(Protocol):
    """Takes letters, and tells what became of them."""

    def hand_over(self, job: PrintJob) -> str:
        """Hand over a letter, unless one with its key is there already; the service's own number of it.

        Raises PrintUnavailable, PrintRefused.
        """

    def progress(self, number: str) -> Progress:
        """How far it is with the letter that it gave this number. Raises PrintUnavailable."""
