"""The process log: read by a processor, with the zone of its times, and no secret in it (ASVS 5.0, 16.2)."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime

import pytest

from collectief.config.logs import HEADS, JsonLine, TextLine, logging_settings
from collectief.config.settings import LOGGING
from tests.web.addresses import NO_TOKEN

FORMATTERS = [JsonLine(), TextLine()]


def record(message: str, *values: object, exc_info: object = None) -> logging.LogRecord:
    return logging.LogRecord("django.request", logging.WARNING, "", 0, message, values, exc_info)


@pytest.mark.parametrize("formatter", FORMATTERS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("path", ["uitnodiging", "inloggen/wachtwoord-vergeten", "inloggen/e-mailadres"])
def test_the_secret_of_a_mailed_link_is_not_in_it(formatter, path):
    line = formatter.format(record("Unprocessable Content: %s", f"/{path}/{NO_TOKEN}/"))
    assert f"/{path}/…/" in line
    assert NO_TOKEN.rstrip("=") not in line


@pytest.mark.parametrize("formatter", FORMATTERS, ids=lambda one: type(one).__name__)
def test_nor_in_a_traceback(formatter):
    try:
        raise ValueError(NO_TOKEN)
    except ValueError:
        line = formatter.format(record("Internal Server Error", exc_info=sys.exc_info()))
    assert "ValueError" in line
    assert NO_TOKEN.rstrip("=") not in line


def test_an_address_without_a_secret_stays_readable():
    assert "/deelnemers/123/referentie/" in JsonLine().format(record("Not Found: %s", "/deelnemers/123/referentie/"))


def test_a_line_is_one_object_whatever_was_sent():
    line = JsonLine().format(record("Not Found: %s", "/x\n2026-11-25 ERROR forged"))
    assert "\n" not in line
    assert json.loads(line) | {"at": "", "process": 0} == {
        "at": "", "level": "WARNING", "logger": "django.request", "process": 0,
        "message": "Not Found: /x\n2026-11-25 ERROR forged",
    }  # fmt: skip


def test_times_say_their_zone():
    written = json.loads(JsonLine().format(record("x")))["at"]
    assert datetime.fromisoformat(written).utcoffset() is not None
    assert datetime.fromisoformat(TextLine().format(record("x")).split(" ")[0]).utcoffset() is not None


def test_every_handler_writes_so():
    address = "https://collector.example/v1/logs"
    everywhere = logging_settings("WARNING", "text", address)
    for made in (LOGGING, everywhere, logging_settings("WARNING", "json", "")):
        assert made["root"]["handlers"] == list(made["handlers"])
        assert {made["formatters"][one["formatter"]]["()"] for one in made["handlers"].values()} <= {JsonLine, TextLine}
    # What a collector gets is for a processor, whatever stands on the screen.
    assert everywhere["formatters"][everywhere["handlers"]["collector"]["formatter"]]["()"] is JsonLine


@pytest.mark.parametrize(
    ("form", "collector", "told"), [("json", "", True), ("text", "https://c.example", True), ("text", "", False)]
)
def test_heads_are_told_wherever_somebody_can_keep_them(form, collector, told):
    assert (logging_settings("ERROR", form, collector)["loggers"][HEADS]["level"] == "INFO") is told
