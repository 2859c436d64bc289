"""Who came and left in a year of one contract, and the figures of every contract since the start in one run.

Within a million people with 1.2 million stays. `flow-list`: what the page asks, counts and fifty lines by name, of
the largest contract, for its movers and for everyone. `usage`: what Contract gebruik asks of one contract, of two
thousand at once. The floor of each is one aggregate by PostgreSQL over the same rows, by the same role; that of `usage`
counts who came by contract and month, and forgets who left. The two alternate, so that whatever else the machine is
doing is in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .filling import TODAY, filled, many_contracts
from .report import Line, median, p95, seconds, watched_memory

PEOPLE, CONTRACTS = 1_000_000, 2_000
ROUNDS, WARM_UP = 15, 2

_FLOOR_OF_A_LIST = """
SELECT count(*), count(*) FILTER (WHERE first_day >= %(first)s), count(*) FILTER (WHERE end_day <= %(over)s)
  FROM participation
 WHERE organisation_id = %(organisation)s AND contract_id = %(contract)s AND first_day < %(end)s
   AND end_day > %(first)s
"""
_FLOOR_OF_ALL = """
SELECT contract_id, date_trunc('month', first_day::timestamp)::date, count(*) FROM participation GROUP BY 1, 2
"""


def flow_lists() -> Iterator[Line]:
    """A line for movers, one for everyone, and one for the figures of all contracts."""
    scope = filled(PEOPLE, former=30)
    from collectief.contracts.queries import contracts
    from collectief.reporting import flow_lists as lists
    from collectief.reporting.rules import Span
    from collectief.scope.database import opened

    with opened(scope):
        contract = min(contracts(scope), key=lambda one: one.id)
        for everyone in (False, True):
            asked = lists.Asked(contract, Span.year(TODAY), everyone)
            given = lists.given_for(scope, asked, TODAY)
            yield _alternating(
                "flow-list",
                lambda a=asked: lists.flow_page(scope, a, today=TODAY, page=1, size=50),
                lambda g=given: _fetched(_FLOOR_OF_A_LIST, g),
                everyone=everyone,
            )
    yield from _usage()


def _usage() -> Iterator[Line]:
    insurer_id = many_contracts(PEOPLE, contracts=CONTRACTS)
    from collectief.reporting.wholes import FLOWS
    from collectief.scope.database import housekeeping

    given = {"insurer": insurer_id, "today": TODAY}
    flows = FLOWS.format(own="insurer_id = %(insurer)s")
    with housekeeping():
        yield _alternating(
            "usage", lambda: _fetched(flows, given), lambda: _fetched(_FLOOR_OF_ALL, {}), contracts=CONTRACTS
        )


def _alternating(bench: str, work: Callable[[], Any], floor: Callable[[], Any], **more: Any) -> Line:
    ours, bare = [], []
    with watched_memory() as memory:
        for number in range(-WARM_UP, ROUNDS):
            pair = seconds(work), seconds(floor)
            if number >= 0:
                ours.append(pair[0])
                bare.append(pair[1])
    more |= {"ms": round(median(ours) * 1000, 1), "p95_ms": round(p95(ours) * 1000, 1)}
    return Line(bench, PEOPLE, 1 / median(ours), 1 / median(bare), memory.peak / 2**20, more)


def _fetched(query: str, given: dict[str, Any]) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return cursor.fetchall()
