"""What a benchmark prints."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil


@dataclass(frozen=True)
class Line:
    """One measurement: `ratio` is floor_per_s / per_s, 1 at the floor, lower is better."""

    bench: str
    n: int
    per_s: float
    floor_per_s: float
    peak_mb: float
    more: dict[str, Any] = field(default_factory=dict)

    def json(self) -> str:
        return json.dumps(
            {
                "bench": self.bench, "n": self.n, "per_s": round(self.per_s, 1),
                "floor_per_s": round(self.floor_per_s, 1), "ratio": round(self.floor_per_s / self.per_s, 2),
                "peak_mb": round(self.peak_mb), **self.more,
            }
        )  # fmt: skip


class Memory:
    """The largest resident size any one Python process below this one reached."""

    def __init__(self) -> None:
        self.peak = 0
        self._over = threading.Event()

    def sample(self) -> None:
        me = psutil.Process()
        while not self._over.wait(0.5):
            for process in [me, *me.children(recursive=True)]:
                try:
                    if "python" in process.name():
                        self.peak = max(self.peak, process.memory_info().rss)
                except psutil.Error:
                    continue

    def stop(self) -> None:
        self._over.set()


@contextmanager
def watched_memory() -> Iterator[Memory]:
    """Sample memory for as long as the block lasts."""
    memory = Memory()
    thread = threading.Thread(target=memory.sample, daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        memory.stop()
        thread.join()


def seconds(work: Any) -> float:
    """How long a call takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def median(numbers: Sequence[float]) -> float:
    """The middle one."""
    ordered = sorted(numbers)
    return ordered[len(ordered) // 2]


def p95(numbers: Sequence[float]) -> float:
    """Nineteen of twenty are not above it."""
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
