"""What the simulators share: they run on loopback only, never in production, and can be told to fail."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from aiohttp import web

HOST = "127.0.0.1"

# How long a simulator that plays dead keeps the line open at most, in seconds.
LONGEST_SILENCE = 600


class NotInProduction(RuntimeError):
    """A simulator was asked to start where real people sign in or are looked up."""


def refuse_production() -> None:
    """Raises NotInProduction when this installation is a production one."""
    if os.environ.get("COLLECTIEF_ENV", "").strip().lower() == "production":
        raise NotInProduction("a simulator does not start with COLLECTIEF_ENV=production")


def serve(application: web.Application, *, port: int, name: str) -> None:
    """Run a simulator until it is told to stop (SIGINT, SIGTERM)."""
    refuse_production()
    sys.stdout.write(f"{name}: http://{HOST}:{port}/\n")
    sys.stdout.flush()
    web.run_app(application, host=HOST, port=port, print=None, access_log=None, shutdown_timeout=0.5)


@contextmanager
def running(make: Callable[[str], web.Application]) -> Iterator[str]:
    """Run a simulator in a thread of this process, on a free port, as long as the block lasts; gives its address.

    `make` gets that address and makes the application. For tests; the demo starts processes.
    """
    listening = socket.create_server((HOST, 0))
    address = f"http://{HOST}:{listening.getsockname()[1]}"
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner = web.AppRunner(make(address), access_log=None, shutdown_timeout=0.1)

    async def start() -> None:
        await runner.setup()
        await web.SockSite(runner, listening).start()

    async def stop() -> None:
        await runner.cleanup()
        # Whoever was kept waiting on purpose still waits.
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    asyncio.run_coroutine_threadsafe(start(), loop).result()
    try:
        yield address
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Behaviour:
    """How a simulator misbehaves: `fail` names the fault, for so many requests (None: until told otherwise)."""

    def __init__(self, faults: Collection[str]) -> None:
        self.faults = frozenset(faults)
        self.fail: str | None = None
        self.for_requests: int | None = None
        self.delay = 0.0

    def set(self, wish: dict[str, Any]) -> None:
        """Take over `{"fail": ..., "for_requests": n, "delay_ms": d}`. Raises ValueError for anything else."""
        fail, count, delay = wish.get("fail"), wish.get("for_requests"), wish.get("delay_ms", 0)
        if wish.keys() - {"fail", "for_requests", "delay_ms"} or (fail is not None and fail not in self.faults):
            raise ValueError(f"fail is null or one of {sorted(self.faults)}")
        if count is not None and (not isinstance(count, int) or count < 1):
            raise ValueError("for_requests is null or a number above 0")
        if not isinstance(delay, int | float) or not 0 <= delay <= 60_000:
            raise ValueError("delay_ms is a number of 0 to 60000")
        self.fail, self.for_requests, self.delay = fail, count, delay / 1000

    def next_fault(self) -> str | None:
        """The fault of this request, if any; counts down."""
        fault = self.fail
        if fault is not None and self.for_requests is not None:
            self.for_requests -= 1
            if not self.for_requests:
                self.fail = self.for_requests = None
        return fault

    def as_json(self) -> dict[str, Any]:
        return {"fail": self.fail, "for_requests": self.for_requests, "delay_ms": round(self.delay * 1000)}

    async def told(self, request: web.Request) -> web.Response:
        """`POST /_simulator/behaviour`."""
        try:
            wish = await request.json()
            if not isinstance(wish, dict):
                raise ValueError("an object is expected")
            self.set(wish)
        except ValueError as problem:
            return web.json_response({"detail": str(problem)}, status=400)
        return web.json_response(self.as_json())


async def fall_silent(request: web.Request) -> web.Response:
    """Never answer: what a client sees as a timeout."""
    await asyncio.sleep(LONGEST_SILENCE)
    return web.Response(status=504)


def hang_up(request: web.Request) -> web.Response:
    """Break the connection off, as a crashed proxy does."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
