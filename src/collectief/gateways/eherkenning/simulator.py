"""An eHerkenning broker on loopback: OpenID Connect and SAML 2.0, with a page to choose who signs in.

    python -m collectief.gateways.eherkenning.simulator --port 8090 --people people.json --saml folder

`people.json` is a list of `{"acting_subject", "name", "kvk", "company_name", "branch"?, "rsin"?}`. What it received
is at `/` and `/_simulator/received`; `POST /_simulator/behaviour` makes it fail or give out bad tokens
(`tokens.FLAWS`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from aiohttp import web

from collectief.foundation.assurance import AssuranceLevel

from ..loopback import HOST, refuse_production, serve
from ..openid import provider
from ..openid.pages import STYLE
from ..openid.provider import Asked, Chosen, Provider
from .pages import postbus_page, refusal_page, sign_in_page
from .saml.connection import read_key
from .saml.issuing import Issuer, ServiceProvider
from .saml_simulator import FAULTS as SAML_FAULTS
from .saml_simulator import SamlSide
from .tokens import FLAWS, Person, bent, claims_about

FAULTS = (*provider.FAULTS, *FLAWS, *SAML_FAULTS)


class Simulator(Provider):
    """The state of one simulator."""

    def __init__(
        self, people: Sequence[Person], issuer: str, client_id: str, client_secret: str, clock: Callable[[], float]
    ) -> None:
        super().__init__(issuer, client_id, client_secret, FAULTS, clock)
        self.people = people

    def note(self, what: str, **about: str) -> None:
        """With company and level, also where there are none."""
        super().note(what, **{"kvk": "", "level": "", **about})

    def sign_in_page(self, asked: Asked, pending: str) -> str:
        return sign_in_page(self.people, pending=pending, minimum=_minimum(asked.acr_values))

    def chosen(self, form: Mapping[str, Any]) -> Chosen:
        person = self.people[int(str(form["person"]))]
        level = AssuranceLevel.from_label(str(form["level"]))
        return Chosen(claims_about(person, level), {"kvk": person.kvk, "level": level.label})

    def refusal_page(self, reason: str) -> str:
        return refusal_page(reason)

    def postbus_page(self) -> str:
        return postbus_page(self.as_json())

    def question(self, asked: Asked) -> dict[str, str]:
        minimum = _minimum(asked.acr_values)
        return {"level": minimum.label if minimum else ""}

    def bent(self, claims: dict[str, Any], flaw: str | None) -> dict[str, Any]:
        rsin = next((one.rsin for one in self.people if one.acting_subject == claims["sub"]), "")
        return bent(claims, flaw, rsin)

    def says_more(self) -> dict[str, Any]:
        return {"acr_values_supported": [level.urn for level in AssuranceLevel]}


def _minimum(acr_values: str) -> AssuranceLevel | None:
    """The lowest of the levels asked for; other words are voluntary and passed over."""
    known = {level.urn: level for level in AssuranceLevel}
    return min((known[value] for value in acr_values.split() if value in known), default=None)


def read_people(path: Path) -> tuple[Person, ...]:
    """The people of a file. Raises ValueError when it is no list of them."""
    try:
        people = tuple(Person(**line) for line in json.loads(path.read_text("utf-8")))
    except TypeError as problem:
        raise ValueError(f"not a list of people: {problem}") from None
    if not people:
        raise ValueError("nobody could sign in: the list is empty")
    return people


def application(
    people: Sequence[Person],
    *,
    issuer: str,
    client_id: str = "collectief",
    client_secret: str = "demo-secret",
    clock: Callable[[], float] = time.time,
    saml: Issuer | None = None,
) -> web.Application:
    """The simulator as an application; with `saml` it speaks that too, on the same address.

    Raises NotInProduction where it does not belong.
    """
    refuse_production()
    simulator = Simulator(people, issuer, client_id, client_secret, clock)
    app = web.Application()
    app.add_routes(simulator.routes(STYLE))
    if saml is not None:
        app.add_routes(SamlSide(simulator, saml, issuer).routes())
    return app


def read_issuer(folder: Path) -> Issuer:
    """The broker whose key, certificate, name and portal stand in a folder. Raises OSError, ValueError."""
    return Issuer(
        entity_id=(folder / "broker.entity-id").read_text("utf-8").strip(),
        key=read_key(folder / "broker.key", folder / "broker.crt"),
        provider=ServiceProvider.read((folder / "portal.xml").read_bytes()),
    )


@click.command(help="The eHerkenning simulator, on loopback.")
@click.option("--port", type=int, default=8090, show_default=True)
@click.option("--people", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True)
@click.option("--client-id", default="collectief", show_default=True)
@click.option("--client-secret", default="demo-secret", show_default=True)
@click.option("--saml", "folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Keys for SAML.")
def main(port: int, people: Path, client_id: str, client_secret: str, folder: Path | None) -> None:
    app = application(
        read_people(people), issuer=f"http://{HOST}:{port}", client_id=client_id, client_secret=client_secret,
        saml=read_issuer(folder) if folder else None,
    )  # fmt: skip
    serve(app, port=port, name="eHerkenning-simulator")


if __name__ == "__main__":
    main()
