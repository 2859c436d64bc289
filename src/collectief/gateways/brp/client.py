"""Asks the BRP: Haal Centraal BRP personen bevragen 2.x, in batches of 20, in parallel, retried, circuit broken (U21).

Nothing here logs a BSN or a name: only counts, statuses and kinds of failure.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import batched
from types import MappingProxyType

import aiohttp
from yarl import URL

from collectief.foundation.bsn import Bsn

from .. import background
from ..addresses import check_encrypted
from ..breaker import Breaker
from .port import LookUp, PersonRegister, RegisteredPerson
from .reading import BadAnswer, question, read_persons

PATH = "haalcentraal/api/brp/personen"
# The interface takes no more numbers at once.
BATCH = 20

_log = logging.getLogger(__name__)

type _Batch = tuple[Bsn, ...]


class _NoAnswer(Exception):
    """No usable answer came; `again` says whether asking once more can help."""

    def __init__(self, kind: str, *, again: bool) -> None:
        super().__init__(kind)
        self.kind, self.again = kind, again


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often to try; times in seconds.

    `failures` (attempts in a row, over all batches) lies above `parallel`, so that one hiccup, which hits every
    request under way, does not open the circuit by itself.
    """

    parallel: int = 8
    timeout: float = 10.0
    attempts: int = 4
    first_pause: float = 0.2
    longest_pause: float = 5.0
    failures: int = 12
    rest: float = 10.0


class HaalCentraal:
    """The real register. One per process and address: it holds the connections and the circuit breaker.

    Safe to use from several threads at once; the bound on parallel requests holds for all of them together.
    Raises ValueError for an address where numbers would travel in the clear (http beyond this machine).
    """

    def __init__(self, base_url: str, api_key: str, *, patience: Patience | None = None) -> None:
        check_encrypted(base_url)
        self._url = URL(base_url) / PATH
        self._headers = {"X-API-KEY": api_key, "Content-Type": "application/json; charset=utf-8"}
        self._patience = patience or Patience()
        self._line: _Line | None = None

    def look_up(self, bsns: Sequence[Bsn]) -> LookUp:
        """Ask about these, whatever their number; never raises for a register that is down (see the port)."""
        asked = dict.fromkeys(bsns)
        if not asked:
            return LookUp(MappingProxyType({}), frozenset(), ())
        return background.run(self._look_up(list(asked)))

    def close(self) -> None:
        """Let go of the connections; a later question opens new ones."""
        line, self._line = self._line, None
        if line is not None and line.loop is background.loop():
            background.run(line.session.close())

    async def _look_up(self, bsns: list[Bsn]) -> LookUp:
        line = self._current_line()
        found: dict[Bsn, RegisteredPerson] = {}
        answered: set[Bsn] = set()
        batches = batched(bsns, BATCH, strict=False)
        hands = min(self._patience.parallel, -(-len(bsns) // BATCH))
        async with asyncio.TaskGroup() as group:
            for _ in range(hands):
                group.create_task(self._work(line, batches, found, answered))
        unanswered = tuple(bsn for bsn in bsns if bsn not in answered)
        return LookUp(found, frozenset(answered.difference(found)), unanswered)

    def _current_line(self) -> _Line:
        """The connections of this process; after a fork the parent's are not ours to use."""
        loop = asyncio.get_running_loop()
        if self._line is None or self._line.loop is not loop:
            self._line = _Line.opened(loop, self._headers, self._patience)
        return self._line

    async def _work(
        self, line: _Line, batches: Iterator[_Batch], found: dict[Bsn, RegisteredPerson], answered: set[Bsn]
    ) -> None:
        """One pair of hands: takes the next batch until none is left."""
        for batch in batches:
            async with line.slots:
                persons = await self._ask(line, batch)
            if persons is not None:
                found.update(persons)
                answered.update(batch)

    async def _ask(self, line: _Line, batch: _Batch) -> dict[Bsn, RegisteredPerson] | None:
        """The persons of one batch; None when the circuit is open or every attempt failed."""
        if not line.breaker.closed:
            async with line.probing:
                # Whoever waited here finds the circuit closed by the one before, or open again.
                if not line.breaker.rested:
                    return None
                if not line.breaker.closed:
                    return await self._attempts(line, batch, 1)
        return await self._attempts(line, batch, self._patience.attempts)

    async def _attempts(self, line: _Line, batch: _Batch, most: int) -> dict[Bsn, RegisteredPerson] | None:
        pause = self._patience.first_pause
        for left in reversed(range(most)):
            try:
                return await self._once(line, batch)
            except _NoAnswer as failure:
                if line.breaker.failed():
                    _log.warning("the BRP does not answer (%s): left alone for %g s", failure.kind, self._patience.rest)
                if not (failure.again and left and line.breaker.closed):
                    return None
            # Half to all of the pause, so that requests that failed together do not come back together.
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(pause * 2, self._patience.longest_pause)
            if not line.breaker.closed:
                return None
        return None

    async def _once(self, line: _Line, batch: _Batch) -> dict[Bsn, RegisteredPerson]:
        """One request. Raises _NoAnswer."""
        asked = {bsn.digits: bsn for bsn in batch}
        try:
            # A redirect is not followed: the numbers go to the register and nowhere else.
            async with line.session.post(self._url, data=question(list(asked)), allow_redirects=False) as response:
                status, body = response.status, await response.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as problem:
            raise _NoAnswer(type(problem).__name__, again=True) from None
        if status != 200:
            if status < 500 and status != 429:
                _log.error("the BRP refuses the question: status %d", status)
            raise _NoAnswer(f"status {status}", again=status >= 500 or status == 429)
        try:
            persons = read_persons(body, asked)
        except BadAnswer as problem:
            raise _NoAnswer(f"unreadable ({problem})", again=True) from None
        if line.breaker.succeeded():
            _log.warning("the BRP answers again")
        return persons


@dataclass(frozen=True, slots=True)
class _Line:
    """What belongs to one event loop: the pooled connections, and what is known of the other end."""

    loop: asyncio.AbstractEventLoop
    session: aiohttp.ClientSession
    breaker: Breaker
    slots: asyncio.Semaphore
    probing: asyncio.Lock

    @classmethod
    def opened(cls, loop: asyncio.AbstractEventLoop, headers: dict[str, str], patience: Patience) -> _Line:
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=patience.parallel, keepalive_timeout=30),
            timeout=aiohttp.ClientTimeout(total=patience.timeout),
            headers=headers,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept-Encoding"),
        )
        breaker = Breaker(failures=patience.failures, rest=patience.rest)
        return cls(loop, session, breaker, asyncio.Semaphore(patience.parallel), asyncio.Lock())


@cache
def register_at(base_url: str, api_key: str) -> PersonRegister:
    """The register at this address; one per process, so that connections and breaker are shared."""
    register = HaalCentraal(base_url, api_key)
    atexit.register(register.close)
    return register
