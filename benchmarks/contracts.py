"""What it costs to reach some contracts only (G13, ADR 19): the lists of `search` again, as whoever has one of three.

One organisation holds 60% of 100,000 people in three contracts, of 70%, 20% and 10% of them. Every search of `search`
is asked by somebody who reaches all, and by one who reaches one contract: the same statement under other policies
and with our own filter. `ratio` is the slowest search of who reaches one over the primary-key floor, as in `search`;
`worst` says which. `over_whole` is the median, over all searches, of how much slower each is than for who reaches all.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from copy import replace
from typing import Any

from .filling import filled
from .report import Line, median, seconds, watched_memory
from .search import PAGE, PEOPLE, TODAY, _floor, _searches

SIZE = 100_000
TRIES = 12


def some_contracts() -> Iterator[Line]:
    """A line for each contract that one can be limited to, the largest first."""
    whole = filled(SIZE, former=30)
    from collectief.contracts.queries import contracts
    from collectief.scope.database import opened

    with opened(whole):
        numbers = [contract.id for contract in contracts(whole)]
    with watched_memory() as memory:
        everything = _timed(whole)
        for number, share in zip(sorted(numbers), (70, 20, 10), strict=True):
            timed = _timed(replace(whole, contracts=frozenset({number})))
            slowest = {
                which: round(1000 * max(took for name, took in timed.items() if name.startswith(which)), 1)
                for which in ("current", "former")
            }
            base = min(timed.pop("floor"), everything["floor"])
            worst = max(timed, key=lambda name: timed[name])
            more = {
                "share": share,
                "worst": worst,
                **{f"{which}_worst_ms": took for which, took in slowest.items()},
                "worst_ms": round(timed[worst] * 1000, 1),
                "typical_ms": round(median(list(timed.values())) * 1000, 2),
                "over_whole": round(median([timed[name] / everything[name] for name in timed]), 2),
                "whole_worst_ms": round(max(everything.values()) * 1000, 1),
                "whole_typical_ms": round(median(list(everything.values())) * 1000, 2),
            }
            yield Line("contracts", SIZE, 1 / timed[worst], 1 / base, memory.peak / 2**20, more)


def _timed(scope: Any) -> dict[str, float]:
    """The median time of every search, and of the floor."""
    from collectief.enrolment.queries import Search, current_participants
    from collectief.scope.database import opened

    with opened(scope):
        rows = current_participants(scope, Search(), today=TODAY, sort="referentie", size=500).rows
        chance = random.Random(SIZE)
        floors = [_floor(chance.sample([row.id for row in rows], PAGE)) for _ in range(PEOPLE)]
        searches = {**dict(_searches(scope, random.Random(SIZE))), "floor": floors}
        return {
            name: median([seconds(works[round_ % len(works)]) for round_ in range(TRIES)])
            for name, works in searches.items()
        }
