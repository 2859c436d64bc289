"""A print service on loopback that keeps what it is given, in place of NotifyNL's.

    python -m collectief.gateways.print.simulator --port 8097

What it received is at `/`, each letter as it would be printed; `/_simulator/received` has it for programs, and
`POST /_simulator/behaviour` makes it fail.
"""

from __future__ import annotations

import base64
import binascii
from collections import OrderedDict
from datetime import UTC, datetime
from html import escape
from typing import Any
from uuid import uuid4

import click
from aiohttp import web
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from ..loopback import Behaviour, fall_silent, hang_up, refuse_production, serve
from .client import PATH

# `takes_and_hangs_up`: the letter is taken and nobody is told. `unprintable`: it is taken, and refused later.
FAULTS = ("unavailable", "silent", "hang_up", "takes_and_hangs_up", "invalid", "unprintable")
_KEPT = 500
# A letter is some tens of kB; as base64 in JSON a third more.
_LARGEST = 16 * 1024 * 1024


class Printer:
    """The state of one simulator: what it received, and how it behaves."""

    def __init__(self, service: str, secret: str) -> None:
        self.service, self.key = service, OctKey.import_key(secret)
        self.behaviour = Behaviour(FAULTS)
        self.letters: OrderedDict[str, dict[str, Any]] = OrderedDict()
        # So that a second copy of the same letter shows as what it is.
        self.copies = 0

    async def take(self, request: web.Request) -> web.Response:
        """`POST /v2/notifications/letter`, as Notify answers it."""
        if refused := self._refused(request):
            return refused
        fault = self.behaviour.next_fault()
        if fault == "unavailable":
            return _said(500, "Exception", "Internal server error")
        if fault == "silent":
            return await fall_silent(request)
        if fault == "hang_up":
            return hang_up(request)
        try:
            body = await request.json()
            reference, pdf = str(body["reference"]), base64.b64decode(body["content"], validate=True)
        except (ValueError, KeyError, TypeError, binascii.Error):
            return _said(400, "ValidationError", "reference and content are required")
        if fault == "invalid" or not pdf.startswith(b"%PDF"):
            return _said(400, "BadRequestError", "Letter content is not a valid PDF")
        number = str(uuid4())
        self.copies += any(one["reference"] == reference for one in self.letters.values())
        self.letters[number] = {
            "id": number, "reference": reference, "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "status": "validation-failed" if fault == "unprintable" else "accepted", "pdf": pdf,
        }  # fmt: skip
        if len(self.letters) > _KEPT:
            self.letters.popitem(last=False)
        if fault == "takes_and_hangs_up":
            return hang_up(request)
        return web.json_response({"id": number, "reference": reference, "postage": "second"}, status=201)

    async def find(self, request: web.Request) -> web.Response:
        """`GET /v2/notifications?reference=`."""
        if refused := self._refused(request):
            return refused
        if self.behaviour.fail == "unavailable":
            return _said(500, "Exception", "Internal server error")
        wanted = request.query.get("reference")
        found = [_told(one) for one in self.letters.values() if wanted in (None, one["reference"])]
        return web.json_response({"notifications": found, "links": {}})

    async def one(self, request: web.Request) -> web.Response:
        """`GET /v2/notifications/{id}`: each time it is asked, it is a step further."""
        if refused := self._refused(request):
            return refused
        letter = self.letters.get(request.match_info["number"])
        if letter is None:
            return _said(404, "NoResultFound", "No result found")
        answer = web.json_response(_told(letter))
        if letter["status"] == "accepted":
            letter["status"] = "received"
        return answer

    async def received(self, request: web.Request) -> web.Response:
        """`GET /_simulator/received`: everything, the latest first."""
        found = [_told(one) | {"size": len(one["pdf"])} for one in reversed(self.letters.values())]
        return web.json_response({"letters": found, "copies": self.copies, "behaviour": self.behaviour.as_json()})

    async def paper(self, request: web.Request) -> web.Response:
        """A letter as it would be printed."""
        letter = self.letters.get(request.match_info["number"])
        if letter is None:
            raise web.HTTPNotFound
        return web.Response(body=letter["pdf"], content_type="application/pdf")

    async def page(self, request: web.Request) -> web.Response:
        """The pile for people."""
        return web.Response(text=_page(list(reversed(self.letters.values()))), content_type="text/html")

    def _refused(self, request: web.Request) -> web.Response | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            issuer = jwt.decode(token, self.key, algorithms=["HS256"]).claims.get("iss") if scheme == "Bearer" else ""
        except (JoseError, ValueError):
            issuer = ""
        return None if issuer == self.service else _said(403, "AuthError", "Invalid token")


def _told(letter: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": letter["id"], "reference": letter["reference"], "type": "letter", "status": letter["status"],
        "created_at": letter["at"],
    }  # fmt: skip


def _said(status: int, error: str, message: str) -> web.Response:
    return web.json_response({"status_code": status, "errors": [{"error": error, "message": message}]}, status=status)


def _page(letters: list[dict[str, Any]]) -> str:
    shown = "".join(
        f'<li><a href="/_simulator/paper/{escape(one["id"])}">{escape(one["reference"])}</a>, {escape(one["at"])},'
        f" {escape(one['status'])}</li>"
        for one in letters
    )
    return f"""<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Drukkerij</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body{{font:1rem/1.5 system-ui,sans-serif;margin:2rem;color:#1b1b1b;max-width:60rem}}
li{{overflow-wrap:anywhere}}</style></head><body><main>
<h1>Drukkerij: {len(letters)} brieven</h1>{f"<ul>{shown}</ul>" if shown else "<p>Nog niets ontvangen.</p>"}
</main></body></html>"""


def application(service: str, secret: str) -> web.Application:
    """The print service as an application. Raises NotInProduction where it does not belong."""
    refuse_production()
    printer = Printer(service, secret)
    app = web.Application(client_max_size=_LARGEST)
    app.add_routes(
        [
            web.post(f"{PATH}/letter", printer.take),
            web.get(PATH, printer.find),
            web.get(PATH + "/{number}", printer.one),
            web.get("/", printer.page),
            web.get("/_simulator/paper/{number}", printer.paper),
            web.get("/_simulator/received", printer.received),
            web.post("/_simulator/behaviour", printer.behaviour.told),
        ]
    )
    return app


@click.command(help="A print service on loopback that keeps what it is given.")
@click.option("--port", type=int, default=8097, show_default=True)
@click.option("--service", default="demo", show_default=True, help="The service whose letters it takes.")
@click.option("--secret", default="demo-secret-of-the-print-service", show_default=True, help="What signs its tokens.")
def main(port: int, service: str, secret: str) -> None:
    serve(application(service, secret), port=port, name="Drukkerij")


if __name__ == "__main__":
    main()
