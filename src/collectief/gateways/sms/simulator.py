"""A gateway for short messages on loopback that keeps what it is given, in place of CM.com's.

    python -m collectief.gateways.sms.simulator --port 8095

What it received is at `/` and `/_simulator/received`; `POST /_simulator/behaviour` makes it fail.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from html import escape
from typing import Any

import click
from aiohttp import web

from ..loopback import Behaviour, fall_silent, hang_up, refuse_production, serve
from .client import PATH

FAULTS = ("unavailable", "unknown_number", "silent", "hang_up")
_KEPT = 200


class Telephone:
    """The state of one simulator: what it received, newest first, and how it behaves."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.behaviour = Behaviour(FAULTS)
        self.messages: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        # So that a second copy of the same message shows as what it is.
        self.copies = 0

    async def message(self, request: web.Request) -> web.Response:
        """`POST /v1.0/message`, as CM.com answers it."""
        if request.headers.get("X-CM-PRODUCTTOKEN") != self.token:
            return web.json_response({"details": "Authentication failed", "errorCode": 101}, status=401)
        fault = self.behaviour.next_fault()
        if fault == "unavailable":
            return web.json_response({"details": "Internal error", "errorCode": 999}, status=500)
        if fault == "silent":
            return await fall_silent(request)
        if fault == "hang_up":
            return hang_up(request)
        try:
            [sent] = (await request.json())["messages"]["msg"]
            [to], content, sender = sent["to"], str(sent["body"]["content"]), str(sent["from"])
            number, reference = str(to["number"]), str(sent["reference"])
        except (ValueError, KeyError, TypeError):
            return web.json_response({"details": "Invalid request", "errorCode": 201}, status=400)
        if fault == "unknown_number" or not number.startswith("00"):
            return _answer(number, reference, error=303)
        self.copies += any(one["reference"] == reference for one in self.messages)
        self.messages.appendleft(
            {
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "to": "+" + number[2:],
                "from": sender,
                "text": content,
                "reference": reference,
            }
        )
        return _answer(number, reference)

    async def received(self, request: web.Request) -> web.Response:
        """`GET /_simulator/received?to=`: everything, or what went to one number."""
        to = request.query.get("to")
        found = [one for one in self.messages if to in (None, one["to"])]
        return web.json_response({"messages": found, "copies": self.copies, "behaviour": self.behaviour.as_json()})

    async def page(self, request: web.Request) -> web.Response:
        """The telephone for people."""
        return web.Response(text=_page(list(self.messages)), content_type="text/html")


def _answer(number: str, reference: str, *, error: int = 0) -> web.Response:
    said = {
        "to": number, "status": "Rejected" if error else "Accepted", "reference": reference, "parts": 0 if error else 1,
        "messageDetails": "Invalid number" if error else None, "messageErrorCode": error,
    }  # fmt: skip
    details = "No messages were accepted" if error else "Created 1 message(s)"
    return web.json_response(
        {"details": details, "errorCode": 201 if error else 0, "messages": [said]}, status=400 if error else 200
    )


def _page(messages: list[dict[str, Any]]) -> str:
    shown = "".join(
        f"<article><h2>{escape(one['to'])}</h2><p>{escape(one['at'])} van {escape(one['from'])}</p>"
        f"<pre>{escape(one['text'])}</pre></article>"
        for one in messages
    )
    return f"""<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Telefoon</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body{{font:1rem/1.5 system-ui,sans-serif;margin:2rem;color:#1b1b1b;max-width:60rem}}
article{{border-bottom:1px solid #767676}}pre{{white-space:pre-wrap;overflow-wrap:anywhere}}</style></head><body><main>
<h1>Telefoon: {len(messages)} sms'jes</h1>{shown or "<p>Nog niets ontvangen.</p>"}</main></body></html>"""


def application(token: str) -> web.Application:
    """The telephone as an application. Raises NotInProduction where it does not belong."""
    refuse_production()
    telephone = Telephone(token)
    app = web.Application()
    app.add_routes(
        [
            web.post(PATH, telephone.message),
            web.get("/", telephone.page),
            web.get("/_simulator/received", telephone.received),
            web.post("/_simulator/behaviour", telephone.behaviour.told),
        ]
    )
    return app


@click.command(help="A gateway for short messages on loopback that keeps what it is given.")
@click.option("--port", type=int, default=8095, show_default=True)
@click.option("--token", default="demo", show_default=True, help="The product token it asks for.")
def main(port: int, token: str) -> None:
    serve(application(token), port=port, name="Telefoon")


if __name__ == "__main__":
    main()
