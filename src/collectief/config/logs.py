"""How the process log is written: a JSON object a line in production, a line of text elsewhere; never a live link.

The trail (audit) is another thing: who saw and did what. This says what the programs themselves met with.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import datetime
from typing import Any

# Who tells each new head of the trail; always written, whatever the level of the rest.
HEADS = "collectief.audit.heads"

# A link that was mailed is in the address that was asked for, and the framework logs addresses that go wrong.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,}={0,2}")


def without_tokens(text: str) -> str:
    """The text with an ellipsis for whatever is long enough to be a mailed link's secret."""
    return _TOKEN.sub("…", text)


class TextLine(logging.Formatter):
    """Time with its zone, level, logger, message; a traceback below."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return moment_of(record)

    def format(self, record: logging.LogRecord) -> str:
        return without_tokens(super().format(record))


class JsonLine(logging.Formatter):
    """The same for a processor: one object a line, so that nothing that was sent can begin a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": moment_of(record), "level": record.levelname, "logger": record.name, "process": record.process,
            "message": without_tokens(record.getMessage()),
        }  # fmt: skip
        # A head is as long as a link's secret, and is what the line is for.
        if trail := getattr(record, "trail", None):
            line["trail"] = trail
        if record.exc_info:
            line["exception"] = without_tokens(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def moment_of(record: logging.LogRecord) -> str:
    """When it was, with the zone."""
    return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")


def logging_settings(
    level: str, form: str, collector: str, *, token: str = "", authorities: str = ""
) -> dict[str, Any]:
    """Django's LOGGING: lines in this form on standard error, and as objects to a collector where one is named."""
    handlers: dict[str, Any] = {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}}
    if collector:
        handlers["collector"] = {
            "()": "collectief.config.collector.CollectorHandler", "formatter": "object", "address": collector,
            "token": token, "authorities": authorities,
        }  # fmt: skip
    line = JsonLine if form == "json" else TextLine
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": line}, "object": {"()": JsonLine}},
        "handlers": handlers,
        # A text says no head, and nobody keeps it.
        "loggers": {HEADS: {"level": "INFO" if form == "json" or collector else "WARNING"}},
        "root": {"handlers": list(handlers), "level": level},
    }
