"""Ports on loopback that are known before anything listens on them."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from collectief.gateways.loopback import HOST

# The portal and its simulators take ports in a row (config.stack), below those that a system gives out by itself.
_ROW = 9
_ROWS = range(18_000, 18_900, _ROW)


@contextmanager
def kept_port() -> Iterator[int]:
    """A port where nobody answers until what this test starts listens on it.

    It stays bound meanwhile: a port that was merely free a moment ago is given to the next test that asks for one.
    """
    with socket.socket() as kept:
        # Whoever listens later asks for this too, as servers do; then both may have it.
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind((HOST, 0))
        yield kept.getsockname()[1]


def ports_for_a_stack() -> int:
    """The first of a row of ports that are free, looked for from a place of this process's own.

    Some seconds pass before they are taken: another run on this machine must not come to the same ones. Whoever asks
    keeps `conftest.alone("stack")` until they are: so do other lanes of this run.
    """
    begin = os.getpid() % len(_ROWS)
    for port in (*_ROWS[begin:], *_ROWS[:begin]):
        if all(_free(port + number) for number in range(_ROW)):
            return port
    raise RuntimeError(f"no {_ROW} free ports in a row")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0
