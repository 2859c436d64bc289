"""An insurer's own identity provider on loopback, with a page to choose which of its staff signs in.

    python -m collectief.gateways.single_sign_on.simulator --port 8096 --people staff.json

`staff.json` is a list of `{"subject", "name", "does"}`. What it received is at `/` and `/_simulator/received`;
`POST /_simulator/behaviour` makes it fail or give out bad tokens (`FLAWS`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import click
from aiohttp import web

from ..loopback import HOST, refuse_production, serve
from ..openid import minting, provider
from ..openid.pages import STYLE, choice, received, shell
from ..openid.provider import Asked, Chosen, Provider

# What can be wrong with a token; the client must refuse each of these.
FLAWS = (*minting.FLAWS, "no_auth_time", "old_sign_in")
FAULTS = (*provider.FAULTS, *FLAWS)
_LONG_AGO = 5 * 60 * 60
# How somebody signed in, as the token says it (RFC 8176).
_METHODS = {"mfa": ["pwd", "mfa", "hwk"], "pwd": ["pwd"]}


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who works for the insurer."""

    subject: str
    name: str
    does: str = ""


class Simulator(Provider):
    """The state of one simulator."""

    def __init__(
        self, staff: Sequence[Worker], issuer: str, client_id: str, client_secret: str, clock: Callable[[], float]
    ) -> None:
        super().__init__(issuer, client_id, client_secret, FAULTS, clock)
        self.staff = staff

    def sign_in_page(self, asked: Asked, pending: str) -> str:
        people = "".join(
            choice("person", str(index), one.name, one.does, checked=index == 0) for index, one in enumerate(self.staff)
        )
        how = choice("method", "mfa", "Met een tweede factor", "Wachtwoord en beveiligingssleutel", checked=True)
        how += choice("method", "pwd", "Zonder tweede factor", "Alleen een wachtwoord", checked=False)
        return _shell(
            "Inloggen met uw werkaccount",
            f"""<p class="notice">Dit is een simulator: kies zelf wie er inlogt.</p>
<form method="post" action="/authorize">
<input type="hidden" name="request" value="{escape(pending)}">
<fieldset><legend>Wie logt in?</legend>{people}</fieldset>
<fieldset><legend>Hoe?</legend>{how}</fieldset>
<button type="submit" name="action" value="sign_in">Inloggen</button>
<button type="submit" name="action" value="cancel" class="quiet" formnovalidate>Annuleren</button>
</form>""",
        )

    def chosen(self, form: Mapping[str, Any]) -> Chosen:
        one = self.staff[int(str(form["person"]))]
        method = str(form["method"])
        return Chosen({"sub": one.subject, "amr": _METHODS[method]}, {"who": one.name, "how": method})

    def refusal_page(self, reason: str) -> str:
        return _shell(
            "Dit verzoek kan niet", f"<p>{escape(reason)}</p><p>Ga terug naar de website en begin opnieuw.</p>"
        )

    def postbus_page(self) -> str:
        columns = (("at", "Tijd (UTC)"), ("what", "Gebeurtenis"), ("who", "Wie"), ("how", "Hoe"))
        return _shell("Postbus", received(self.as_json(), columns))

    def bent(self, claims: dict[str, Any], flaw: str | None) -> dict[str, Any]:
        if flaw == "no_auth_time":
            return claims | {"auth_time": None}
        return claims | ({"auth_time": int(self.clock()) - _LONG_AGO} if flaw == "old_sign_in" else {})


def _shell(title: str, content: str) -> str:
    return shell(title, content, name="Werkaccount-simulator", real="geen echte werkgever")


def read_staff(path: Path) -> tuple[Worker, ...]:
    """The staff of a file. Raises ValueError when it is no list of them."""
    try:
        staff = tuple(Worker(**line) for line in json.loads(path.read_text("utf-8")))
    except TypeError as problem:
        raise ValueError(f"not a list of staff: {problem}") from None
    if not staff:
        raise ValueError("nobody could sign in: the list is empty")
    return staff


def application(
    staff: Sequence[Worker],
    *,
    issuer: str,
    client_id: str = "collectief",
    client_secret: str = "demo-secret",
    clock: Callable[[], float] = time.time,
) -> web.Application:
    """The simulator as an application. Raises NotInProduction where it does not belong."""
    refuse_production()
    app = web.Application()
    app.add_routes(Simulator(staff, issuer, client_id, client_secret, clock).routes(STYLE))
    return app


@click.command(help="The simulator of an insurer's own identity provider, on loopback.")
@click.option("--port", type=int, default=8096, show_default=True)
@click.option("--people", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True)
@click.option("--client-id", default="collectief", show_default=True)
@click.option("--client-secret", default="demo-secret", show_default=True)
def main(port: int, people: Path, client_id: str, client_secret: str) -> None:
    app = application(
        read_staff(people), issuer=f"http://{HOST}:{port}", client_id=client_id, client_secret=client_secret
    )
    serve(app, port=port, name="werkaccount-simulator")


if __name__ == "__main__":
    main()
