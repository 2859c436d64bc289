"""The process log at another system: over TLS, whole, and at nobody's cost while that is away (ASVS 5.0, 16.4)."""

from __future__ import annotations

import json
import logging
import os
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from collectief.config import collector
from collectief.config.collector import CollectorHandler, Pace
from collectief.config.logs import JsonLine

FAST = Pace(waiting=50, batch=10, linger=0.02, pause=0.05, longest=0.05, goodbye=1, timeout=2)


@dataclass
class Collector:
    """A receiver of OTLP over TLS that keeps what it gets, or answers as it is told."""

    address: str = ""
    status: int = 200
    answer: bytes = b"{}"
    requests: list[dict] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    tries: int = 0

    @property
    def records(self) -> list[dict]:
        return [
            record for request in self.requests for resource in request["resourceLogs"]
            for scope in resource["scopeLogs"] for record in scope["logRecords"]
        ]  # fmt: skip

    @property
    def lines(self) -> list[str]:
        return [record["body"]["stringValue"] for record in self.records]

    @property
    def messages(self) -> list[str]:
        return [json.loads(line)["message"] for line in self.lines]


def until(true: Callable[[], bool]) -> None:
    for _ in range(3000):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("not within a minute")


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> tuple[trustme.CA, str]:
    made, file = trustme.CA(), tmp_path_factory.mktemp("authority") / "authority.pem"
    made.cert_pem.write_to_path(str(file))
    return made, str(file)


@pytest.fixture
def received(authority) -> Iterator[Collector]:
    state = Collector()

    class Receiving(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            # Before the try is counted: who waits for a try may then say how the next one ends.
            status = state.status
            state.tries += 1
            if status == 200:
                state.requests.append(json.loads(body))
                state.headers.append({"path": self.path, **self.headers})
            self.send_response(status)
            self.send_header("Content-Length", str(len(state.answer)))
            self.end_headers()
            self.wfile.write(state.answer)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: what it got is what counts."""

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority[0].issue_cert("127.0.0.1").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiving)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.address = f"https://127.0.0.1:{server.server_port}/v1/logs"
    yield state
    server.shutdown()
    server.server_close()


@pytest.fixture
def log(received, authority) -> Iterator[Callable[..., logging.Logger]]:
    """A logger that goes there, and what is said of sending."""
    handlers = []

    def made(pace: Pace = FAST, authorities: str = authority[1], token: str = "") -> logging.Logger:
        handler = CollectorHandler(received.address, token, authorities, pace)
        handler.setFormatter(JsonLine())
        logger = logging.getLogger(f"to-collector-{len(handlers)}-{time.time_ns()}")
        logger.addHandler(handler)
        collector._log.addHandler(handler)
        handlers.append(handler)
        return logger

    yield made
    for handler in handlers:
        collector._log.removeHandler(handler)
        handler.close()


def said(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == collector.__name__]


def test_every_line_arrives_over_tls_in_the_form_of_the_protocol_with_our_token(received, log):
    logger = log(token="hush")
    for number in range(25):
        logger.warning("number %d", number)
    until(lambda: len(received.lines) == 25)
    assert received.messages == [f"number {number}" for number in range(25)]
    assert len(received.requests) < 25, "together, and not one by one"
    first = received.records[0]
    assert (first["severityNumber"], first["severityText"]) == (13, "WARNING")
    assert abs(int(first["timeUnixNano"]) / 1e9 - time.time()) < 60
    [resource] = [one["resource"] for one in received.requests[0]["resourceLogs"]]
    about = {one["key"]: one["value"]["stringValue"] for one in resource["attributes"]}
    assert (about["service.name"], about["process.pid"]) == ("collectief", str(os.getpid()))
    assert received.headers[0]["path"] == "/v1/logs"
    assert received.headers[0]["Authorization"] == "Bearer hush"


def test_a_collector_whose_certificate_is_of_an_authority_we_do_not_know_gets_nothing(received, log, caplog):
    logger = log(authorities="")
    logger.warning("for somebody else")
    until(lambda: bool(said(caplog)))
    assert said(caplog) == ["the log collector is away (SSLError): until it is back, look at standard error"]
    assert received.tries == 0


def test_hostile_text_stays_one_line_and_takes_no_secret_along(received, log):
    secret = "s" * 44
    log().warning("Not Found: %s", f'/x\r\n{{"message": "forged"}}"}}]}}\0 \u2028/{secret}/')
    until(lambda: bool(received.lines))
    [line] = received.lines
    assert "\n" not in line
    assert json.loads(line)["message"] == 'Not Found: /x\r\n{"message": "forged"}"}]}\0 \u2028/…/'
    assert secret not in line


@pytest.mark.parametrize("status", [401, 429, 503, 302])
def test_while_it_is_away_lines_wait_and_it_is_said_once(received, log, caplog, status):
    received.status = status
    logger = log()
    logger.warning("before")
    until(lambda: received.tries > 3)
    logger.warning("meanwhile")
    received.status = 200
    until(lambda: any("has lines again" in message for message in received.messages))
    away = f"the log collector is away (status {status}): until it is back, look at standard error"
    assert [message for message in received.messages if message in ("before", "meanwhile", away)] == [
        "before", away, "meanwhile",
    ]  # fmt: skip
    assert said(caplog) == [away, "the log collector has lines again; 0 are on standard error only"]


def test_a_full_queue_costs_whoever_logs_nothing_and_is_counted(received, log, caplog):
    received.status = 503
    logger = log()
    logger.warning("first")
    until(lambda: received.tries > 1)
    before = collector._NOT_SENT._value.get()
    begun = time.monotonic()
    for _ in range(500):
        logger.warning("many")
    assert time.monotonic() - begun < 30, "nobody waits for a collector that is away until later"
    received.status = 200
    until(lambda: len(said(caplog)) == 2)
    lost = int(collector._NOT_SENT._value.get() - before)
    assert lost >= 440
    assert said(caplog)[1] == f"the log collector has lines again; {lost} are on standard error only"
    until(lambda: received.messages.count("many") == 500 - lost)


def test_what_it_will_never_take_is_given_up_and_what_comes_after_arrives(received, log, caplog):
    received.status = 400
    logger = log()
    logger.warning("wrong")
    until(lambda: received.tries > 0)
    received.status = 200
    logger.warning("right")
    until(lambda: "right" in received.messages)
    assert "wrong" not in received.messages
    until(lambda: len(said(caplog)) == 2)
    assert said(caplog)[1].startswith("the log collector has lines again; ")


def test_what_it_says_it_did_not_take_is_counted(received, log, caplog):
    received.answer = b'{"partialSuccess": {"rejectedLogRecords": "2", "errorMessage": "too old"}}'
    log().warning("old")
    until(lambda: bool(said(caplog)))
    assert said(caplog)[0] == "the log collector has lines again; 2 are on standard error only"


def test_a_process_that_ends_does_not_wait_for_a_collector_that_is_away(received, log):
    received.status = 503
    logger = log(replace(FAST, pause=60, longest=60, goodbye=60))
    logger.warning("last words")
    until(lambda: received.tries > 0)
    begun = time.monotonic()
    logger.handlers[0].close()
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize("address", ["http://collector.example/v1/logs", "syslog://127.0.0.1", "collector.example"])
def test_nothing_leaves_the_machine_in_the_clear(address):
    with pytest.raises(ValueError, match="https"):
        CollectorHandler(address)


# Everything is sent before a process ends: also where that takes longer than an installation has for it.
_PROCESS = """
import functools, logging, os
import django
from collectief.config import collector
collector.Pace = functools.partial(collector.Pace, goodbye=30)
django.setup()
log = logging.getLogger("collectief.test")
log.warning("from the parent")
if os.fork() == 0:
    log.warning("from the child")
    logging.shutdown()
    os._exit(0)
os.wait()
log.warning("from the parent again")
log.info("below the level")
logging.getLogger("collectief.audit.heads").info("sealed", extra={"trail": {"head": "0" * 64}})
"""


def test_a_whole_installation_sends_what_stands_on_standard_error_and_a_forked_process_too(
    received, authority, tmp_path: Path
):
    environment = {name: text for name, text in os.environ.items() if not name.startswith("DJANGO_SETTINGS")} | {
        "DJANGO_SETTINGS_MODULE": "collectief.config.settings", "COLLECTIEF_LOG_FORMAT": "json",
        "COLLECTIEF_STATE": str(tmp_path), "COLLECTIEF_LOG_COLLECTOR": received.address,
        "COLLECTIEF_LOG_COLLECTOR_AUTHORITIES": authority[1],
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _PROCESS],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    written = done.stderr.splitlines()
    assert [json.loads(line)["message"] for line in written] == [
        "from the parent", "from the child", "from the parent again", "sealed",
    ]  # fmt: skip
    assert sorted(received.lines) == sorted(written)
    assert json.loads(written[-1])["trail"] == {"head": "0" * 64}
    senders = {
        one["value"]["stringValue"] for request in received.requests
        for one in request["resourceLogs"][0]["resource"]["attributes"] if one["key"] == "process.pid"
    }  # fmt: skip
    assert len(senders) == 2
