"""A chart of bars as a drawing: whole numbers only, and no style in it (the content policy allows none)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT, STEP, BAR = 100, 10, 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, from the top left corner."""

    x: int
    y: int
    height: int
    width: int = BAR


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars beside each other, and how wide they are together."""

    bars: tuple[Bar, ...]
    width: int
    most: int
    height: int = HEIGHT


def chart(numbers: Sequence[int]) -> Chart:
    """A bar for each number, the highest as high as the drawing; anybody at all is seen."""
    most = max(numbers, default=0)
    heights = [max(1, one * HEIGHT // most) if one > 0 else 0 for one in numbers]
    bars = tuple(Bar(place * STEP, HEIGHT - height, height) for place, height in enumerate(heights))
    return Chart(bars, len(bars) * STEP, most)
