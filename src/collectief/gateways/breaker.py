"""A circuit breaker: who does not answer is left alone for a while, so that the asking stops costing time."""

from __future__ import annotations

import time
from collections.abc import Callable


class Breaker:
    """Opens after `failures` in a row and stays open for `rest` seconds; then one try decides.

    Not thread-safe: used from one event loop, or by a worker that does one job at a time.
    """

    def __init__(self, *, failures: int, rest: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._rest, self._clock = failures, rest, clock
        self._in_a_row = 0
        self._open_until: float | None = None

    @property
    def closed(self) -> bool:
        """Whether all is well, as far as known."""
        return self._open_until is None

    @property
    def rested(self) -> bool:
        """Whether a try makes sense: closed, or open long enough."""
        return self._open_until is None or self._clock() >= self._open_until

    def succeeded(self) -> bool:
        """Note an answer; True when this closed the circuit."""
        reopened = self._open_until is not None
        self._in_a_row, self._open_until = 0, None
        return reopened

    def failed(self) -> bool:
        """Note that no answer came; True when this opened the circuit (again)."""
        self._in_a_row += 1
        if self._open_until is None and self._in_a_row < self._limit:
            return False
        if self._open_until is not None and self._clock() < self._open_until:
            return False  # a straggler that was under way when the circuit opened
        self._open_until = self._clock() + self._rest
        return True
