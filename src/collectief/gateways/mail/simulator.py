"""A mail server on loopback that keeps what it is given: a postbus for people and for tests.

    python -m collectief.gateways.mail.simulator --port 8093 --smtp-port 8094

What it received is at `/` and `/_simulator/received`; `POST /_simulator/behaviour` makes it fail.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from html import escape
from typing import Any

import click
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from ..loopback import HOST, Behaviour, refuse_production, serve

FAULTS = ("later", "unknown_address", "hang_up")
_KEPT = 200
_REPLIES = {"later": "451 try again later", "unknown_address": "550 no such user"}
_LINK = re.compile(r"https?://[^\s<>\"]+")


class Postbus:
    """The state of one simulator: what it received, newest first, and how it behaves."""

    def __init__(self) -> None:
        self.behaviour = Behaviour(FAULTS)
        self.letters: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        # So that a second copy of the same letter shows as what it is.
        self.copies = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self.behaviour.next_fault()
        if fault == "hang_up":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if fault in _REPLIES:
            return _REPLIES[fault]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        message = message_from_bytes(content if isinstance(content, bytes) else str(content).encode(), policy=default)
        body = message.get_body(preferencelist=("plain",))
        received = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "to": list(envelope.rcpt_tos),
            "from": str(message["From"]),
            "subject": str(message["Subject"]),
            "id": str(message["Message-ID"]),
            "text": body.get_content() if body is not None else "",
        }
        self.copies += any(letter["id"] == received["id"] for letter in self.letters)
        self.letters.appendleft(received)
        return "250 OK"

    async def received(self, request: web.Request) -> web.Response:
        """`GET /_simulator/received?to=`: everything, or what went to one address."""
        to = request.query.get("to")
        letters = [letter for letter in self.letters if to is None or to in letter["to"]]
        return web.json_response({"letters": letters, "copies": self.copies, "behaviour": self.behaviour.as_json()})

    async def page(self, request: web.Request) -> web.Response:
        """The postbus for people."""
        return web.Response(text=_page(list(self.letters)), content_type="text/html")


def _page(letters: list[dict[str, Any]]) -> str:
    shown = "".join(
        f"<article><h2>{escape(letter['subject'])}</h2><p>{escape(letter['at'])} aan {escape(', '.join(letter['to']))}"
        f"</p><pre>{_with_links(letter['text'])}</pre></article>"
        for letter in letters
    )
    return f"""<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Postbus</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body{{font:1rem/1.5 system-ui,sans-serif;margin:2rem;color:#1b1b1b;max-width:60rem}}
article{{border-bottom:1px solid #767676}}pre{{white-space:pre-wrap;overflow-wrap:anywhere}}</style></head><body><main>
<h1>Postbus: {len(letters)} berichten</h1>{shown or "<p>Nog niets ontvangen.</p>"}</main></body></html>"""


def _with_links(text: str) -> str:
    return _LINK.sub(lambda found: f'<a href="{found.group()}">{found.group()}</a>', escape(text))


def application(smtp_port: int) -> web.Application:
    """Postbus and mail server as one application. Raises NotInProduction where it does not belong."""
    refuse_production()
    postbus = Postbus()

    async def mail_server(app: web.Application) -> AsyncIterator[None]:
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(postbus, hostname="postbus.localhost", enable_SMTPUTF8=True), HOST, smtp_port
        )
        yield
        server.close()
        await server.wait_closed()

    app = web.Application()
    app.cleanup_ctx.append(mail_server)
    app.add_routes(
        [
            web.get("/", postbus.page),
            web.get("/_simulator/received", postbus.received),
            web.post("/_simulator/behaviour", postbus.behaviour.told),
        ]
    )
    return app


@click.command(help="A mail server on loopback that keeps what it is given.")
@click.option("--port", type=int, default=8093, show_default=True, help="The postbus.")
@click.option("--smtp-port", type=int, default=8094, show_default=True, help="Where mail is handed over.")
def main(port: int, smtp_port: int) -> None:
    serve(application(smtp_port), port=port, name="Postbus")


if __name__ == "__main__":
    main()
