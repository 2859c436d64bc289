"""The process log, sent off the machine as it is written: OTLP over HTTP with JSON (OpenTelemetry protocol, logs).

Standard error always has every line; what is sent is the same line. Nobody waits for the collector: lines go in a queue
that has an end, and a thread of each process brings them. While it is away they are kept as long as the queue has room,
and what has none is counted (ASVS 5.0, 16.4.3).
"""

from __future__ import annotations

import json
import logging
import os
import queue
import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import urllib3
from prometheus_client import Counter

from collectief.gateways.addresses import check_encrypted

_log = logging.getLogger(__name__)
_NOT_SENT = Counter("collectief_log_lines_not_sent", "Lines of the process log that its collector did not get")
_THREAD = "log-collector"
# How OpenTelemetry numbers what Python calls a level.
_SEVERITY = {"DEBUG": 5, "INFO": 9, "WARNING": 13, "ERROR": 17, "CRITICAL": 21}
# The batch itself is at fault, and would be again; anything else that is not 2xx is tried again.
_HOPELESS = frozenset({400, 413, 415, 422})


@dataclass(frozen=True, slots=True)
class Pace:
    """How many lines wait at most, how many go together, how many seconds between tries (doubled up to `longest`), and
    how long a process that ends waits for what it still has to send.
    """

    waiting: int = 10_000
    batch: int = 500
    linger: float = 0.2
    pause: float = 1.0
    longest: float = 60.0
    goodbye: float = 3.0
    timeout: float = 10.0


class CollectorHandler(logging.Handler):
    """Hands each line to the thread of this process, which is made with its first line: gunicorn's workers fork.

    Raises ValueError for an address that is neither https nor on this machine, OSError for a file of authorities that
    is none.
    """

    def __init__(self, address: str, token: str = "", authorities: str = "", pace: Pace | None = None) -> None:
        super().__init__()
        check_encrypted(address)
        self._address, self._pace = address, pace or Pace()
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._context = ssl.create_default_context(cafile=authorities or None)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._sender: _Sender | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line along. Never waits and never raises."""
        if record.threadName == _THREAD and record.name != __name__:
            # What the HTTP client tells of sending would be sent, and tell of that.
            return
        try:
            self._current().take(
                {
                    "timeUnixNano": str(int(record.created * 1e9)), "severityText": record.levelname,
                    "severityNumber": _SEVERITY.get(record.levelname, 0), "body": {"stringValue": self.format(record)},
                }
            )  # fmt: skip
        except Exception:
            self.handleError(record)

    def close(self) -> None:
        """Send what there is, for a few seconds at most."""
        if self._sender is not None and self._sender.process == os.getpid():
            self._sender.end()
        super().close()

    def _current(self) -> _Sender:
        # What a process had to send before it forked is its own to send.
        if self._sender is None or self._sender.process != os.getpid():
            http = urllib3.PoolManager(
                ssl_context=self._context, timeout=urllib3.Timeout(total=self._pace.timeout), retries=False,
                headers=self._headers,
            )  # fmt: skip
            self._sender = _Sender(self._address, http, self._pace)
        return self._sender


class _Sender:
    """The lines of one process on their way, and the thread that brings them."""

    def __init__(self, address: str, http: urllib3.PoolManager, pace: Pace) -> None:
        self.process = os.getpid()
        self._address, self._http, self._pace = address, http, pace
        self._waiting: queue.Queue[dict[str, Any]] = queue.Queue(pace.waiting)
        self._told = threading.Event()
        self._lock, self._lost, self._away = threading.Lock(), 0, False
        self._thread = threading.Thread(target=self._run, name=_THREAD, daemon=True)
        self._thread.start()

    def take(self, line: dict[str, Any]) -> None:
        try:
            self._waiting.put_nowait(line)
        except queue.Full:
            self._lose(1)

    def end(self) -> None:
        self._told.set()
        self._thread.join(self._pace.goodbye)

    def _run(self) -> None:
        while not (self._told.is_set() and self._waiting.empty()):
            if batch := self._batch():
                self._bring(batch)

    def _batch(self) -> list[dict[str, Any]]:
        """What waits, after a moment in which more may come."""
        try:
            batch = [self._waiting.get(timeout=self._pace.linger)]
        except queue.Empty:
            return []
        self._told.wait(self._pace.linger)
        while len(batch) < self._pace.batch and not self._waiting.empty():
            batch.append(self._waiting.get_nowait())
        return batch

    def _bring(self, batch: Sequence[dict[str, Any]]) -> None:
        """Send until it has arrived; a process that ends tries each batch once."""
        pause = self._pace.pause
        while problem := self._problem(batch):
            self._say_away(problem)
            if problem in _REFUSED or self._told.wait(pause):
                self._lose(len(batch))
                return
            pause = min(pause * 2, self._pace.longest)
        self._say_back()

    def _problem(self, batch: Sequence[dict[str, Any]]) -> str:
        """Why it did not arrive; empty when it did."""
        try:
            answer = self._http.request("POST", self._address, body=_request(self.process, batch), redirect=False)
        except (urllib3.exceptions.HTTPError, OSError) as problem:
            return type(problem).__name__
        if not 200 <= answer.status < 300:
            return f"status {answer.status}"
        self._lose(_rejected(answer.data))
        return ""

    def _lose(self, count: int) -> None:
        _NOT_SENT.inc(count)
        with self._lock:
            self._lost += count

    def _say_away(self, problem: str) -> None:
        if not self._away:
            self._away = True
            _log.warning("the log collector is away (%s): until it is back, look at standard error", problem)

    def _say_back(self) -> None:
        if self._waiting.full():
            # There is no room to say it yet: after the next batch.
            return
        with self._lock:
            lost, self._lost = self._lost, 0
        if self._away or lost:
            self._away = False
            _log.warning("the log collector has lines again; %d are on standard error only", lost)


_REFUSED = frozenset(f"status {status}" for status in _HOPELESS)


def _request(process: int, batch: Sequence[dict[str, Any]]) -> bytes:
    """An ExportLogsServiceRequest."""
    about = {"service.name": "collectief", "host.name": socket.gethostname(), "process.pid": str(process)}
    resource = {"attributes": [{"key": key, "value": {"stringValue": value}} for key, value in about.items()]}
    scopes = [{"scope": {"name": "collectief"}, "logRecords": list(batch)}]
    return json.dumps({"resourceLogs": [{"resource": resource, "scopeLogs": scopes}]}).encode()


def _rejected(answer: bytes) -> int:
    """How many lines of a batch that arrived were not taken (partialSuccess); what is no such answer says none."""
    try:
        return int(json.loads(answer)["partialSuccess"]["rejectedLogRecords"])
    except (ValueError, KeyError, TypeError):
        return 0
