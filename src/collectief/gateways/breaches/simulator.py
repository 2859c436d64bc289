"""A list of breached passwords on loopback, in place of Pwned Passwords: a few that everybody may know.

    python -m collectief.gateways.breaches.simulator --port 8096

`POST /_simulator/behaviour` makes it fail.
"""

from __future__ import annotations

import secrets

import click
from aiohttp import web

from ..loopback import Behaviour, fall_silent, hang_up, refuse_production, serve
from .client import digest_of

FAULTS = ("unavailable", "garbage", "silent", "hang_up")
# Long enough to be taken, in no list of common ones, and stolen (in the simulator's world) many times.
BREACHED = ("vijf groene paraplu's", "correct horse battery staple")
_PADDING = 20


class List:
    """The state of one simulator: what it holds, what it was asked, and how it behaves."""

    def __init__(self) -> None:
        self.behaviour = Behaviour(FAULTS)
        self.asked: list[str] = []

    async def range(self, request: web.Request) -> web.StreamResponse:
        """`GET /range/{prefix}`: what follows the prefix, and how often each was seen; padding was seen never."""
        fault = self.behaviour.next_fault()
        if fault == "unavailable":
            return web.Response(status=503)
        if fault == "garbage":
            return web.Response(text="<html>Sign in to this network</html>")
        if fault == "silent":
            return await fall_silent(request)
        if fault == "hang_up":
            return hang_up(request)
        prefix = request.match_info["prefix"].upper()
        self.asked.append(prefix)
        found = [f"{digest[5:]}:3861493" for digest in map(digest_of, BREACHED) if digest.startswith(prefix)]
        padding = [f"{secrets.token_hex(18)[:35].upper()}:0" for _ in range(_PADDING)]
        return web.Response(text="\r\n".join([*padding, *found]))

    async def received(self, request: web.Request) -> web.Response:
        """`GET /_simulator/received`: every range it was asked for."""
        return web.json_response({"asked": self.asked})


def application() -> web.Application:
    """The list as an application. Raises NotInProduction where it does not belong."""
    refuse_production()
    kept = List()
    app = web.Application()
    app.add_routes(
        [
            web.get("/range/{prefix:[0-9A-Fa-f]{5}}", kept.range),
            web.get("/_simulator/received", kept.received),
            web.post("/_simulator/behaviour", kept.behaviour.told),
        ]
    )
    return app


@click.command(help="A list of breached passwords on loopback.")
@click.option("--port", type=int, default=8096, show_default=True)
def main(port: int) -> None:
    serve(application(), port=port, name="Uitgelekte wachtwoorden")


if __name__ == "__main__":
    main()
