"""An eHerkenning broker on loopback: OpenID Connect and SAML 2.0, with a page to choose who signs in.

    python -m collectief.gateways.eherkenning.simulator --port 8090 --people people.json --saml folder

`people.json` is a list of `{"acting_subject", "name", "kvk", "company_name", "branch"?, "rsin"?}`. What it received
is at `/` and `/_simulator/received`; `POST /_simulator/behaviour` makes it fail or give out bad tokens
(`tokens.FLAWS`).
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlencode, urlsplit

import click
from aiohttp import web

from collectief.foundation.assurance import AssuranceLevel

from ..addresses import on_this_machine
from ..loopback import HOST, Behaviour, fall_silent, hang_up, refuse_production, serve
from .oidc import challenge
from .pages import STYLE, postbus_page, refusal_page, sign_in_page
from .saml.connection import read_key
from .saml.issuing import Issuer, ServiceProvider
from .saml_simulator import FAULTS as SAML_FAULTS
from .saml_simulator import SamlSide
from .serving import HEADERS, MOST_PENDING, PAGE_LIFETIME, html_page
from .tokens import FLAWS, LIFETIME, Mint, Person

FAULTS = ("503", "timeout", "reset", "garbage", *FLAWS, *SAML_FAULTS)
# Seconds a code is good for.
CODE_LIFETIME = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """A sign-in under way."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    minimum: AssuranceLevel | None
    at: float


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for."""

    asked: Asked
    person: Person
    level: AssuranceLevel
    at: float


class Simulator:
    """The state of one simulator."""

    def __init__(
        self, people: Sequence[Person], issuer: str, client_id: str, client_secret: str, clock: Callable[[], float]
    ) -> None:
        self.people, self.issuer, self.clock = people, issuer, clock
        self.client_id, self.client_secret = client_id, client_secret
        self.mint = Mint(issuer)
        self.behaviour = Behaviour(FAULTS)
        self.pending: dict[str, Asked] = {}
        self.codes: dict[str, Grant] = {}
        self.counts: Counter[str] = Counter()
        self.last: deque[dict[str, str]] = deque(maxlen=50)

    def note(self, what: str, *, kvk: str = "", level: str = "") -> None:
        at = datetime.fromtimestamp(self.clock(), UTC).isoformat(timespec="seconds")
        self.counts[what] += 1
        self.last.appendleft({"at": at, "what": what, "kvk": kvk, "level": level})

    async def discovery(self, request: web.Request) -> web.Response:
        """`GET /.well-known/openid-configuration`."""
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": ["openid"],
                "acr_values_supported": [level.urn for level in AssuranceLevel],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def jwks(self, request: web.Request) -> web.Response:
        """`GET /jwks`."""
        return web.json_response(self.mint.public_keys)

    async def authorize(self, request: web.Request) -> web.Response:
        """`GET /authorize`: the page on which one chooses."""
        query = request.query
        redirect_uri = query.get("redirect_uri", "")
        if query.get("client_id") != self.client_id or not may_return_to(redirect_uri):
            self.note("refused")
            return html_page(refusal_page("De aanvragende website is hier niet bekend."), 400)
        state = query.get("state", "")
        if (error := _wrong(query)) is not None:
            self.note("refused")
            return self._back(redirect_uri, {"error": error, "state": state})
        self._clear()
        pending = secrets.token_urlsafe(24)
        asked = Asked(
            self.client_id, redirect_uri, state, query["nonce"], query["code_challenge"],
            _minimum(query.get("acr_values", "")), self.clock(),
        )  # fmt: skip
        self.pending[pending] = asked
        self.note("authorize", level=asked.minimum.label if asked.minimum else "")
        return html_page(sign_in_page(self.people, pending=pending, minimum=asked.minimum))

    async def choose(self, request: web.Request) -> web.Response:
        """`POST /authorize`: back to the website with a code, or with the news that it was cancelled."""
        form = await request.post()
        asked = self.pending.pop(str(form.get("request", "")), None)
        if asked is None or self.clock() - asked.at > PAGE_LIFETIME:
            return html_page(refusal_page("Deze pagina is verlopen."), 400)
        if form.get("action") == "cancel":
            self.note("cancelled")
            return self._back(asked.redirect_uri, {"error": "access_denied", "state": asked.state})
        try:
            person = self.people[int(str(form["person"]))]
            level = AssuranceLevel.from_label(str(form["level"]))
        except (KeyError, ValueError, IndexError):
            return html_page(refusal_page("Er is geen persoon of niveau gekozen."), 400)
        code = secrets.token_urlsafe(32)
        self.codes[code] = Grant(asked, person, level, self.clock())
        self.note("signed in", kvk=person.kvk, level=level.label)
        return self._back(asked.redirect_uri, {"code": code, "state": asked.state})

    async def token(self, request: web.Request) -> web.StreamResponse:
        """`POST /token`: an ID token for a code, once."""
        if self.behaviour.delay:
            await asyncio.sleep(self.behaviour.delay)
        fault = self.behaviour.next_fault()
        match fault:
            case "503":
                return web.json_response({"error": "temporarily_unavailable"}, status=503)
            case "timeout":
                return await fall_silent(request)
            case "reset":
                return hang_up(request)
            case "garbage":
                return web.Response(body=b'{"id_token":', content_type="application/json")
        form = await request.post()
        if not self._is_client(request.headers.get("Authorization", "")):
            self.note("token refused")
            return web.json_response({"error": "invalid_client"}, status=401, headers={"WWW-Authenticate": "Basic"})
        if form.get("grant_type") != "authorization_code":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        grant = self._redeemed({key: str(value) for key, value in form.items()})
        if grant is None:
            self.note("token refused")
            return web.json_response({"error": "invalid_grant"}, status=400)
        self.note("token", kvk=grant.person.kvk, level=grant.level.label)
        token = self.mint.id_token(
            grant.person, grant.level, audience=grant.asked.client_id, nonce=grant.asked.nonce,
            now=int(self.clock()), flaw=fault,
        )  # fmt: skip
        body = {
            "access_token": secrets.token_urlsafe(24),
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "id_token": token,
        }
        return web.json_response(body, headers={"Cache-Control": "no-store"})

    def _redeemed(self, form: Mapping[str, str]) -> Grant | None:
        """What the code stood for. It is used up by the attempt, also by one that fails."""
        grant = self.codes.pop(form.get("code", ""), None)
        if (
            grant is None
            or self.clock() - grant.at > CODE_LIFETIME
            or form.get("redirect_uri") != grant.asked.redirect_uri
            or challenge(form.get("code_verifier", "")) != grant.asked.challenge
        ):
            return None
        return grant

    def _is_client(self, authorization: str) -> bool:
        scheme, _, value = authorization.partition(" ")
        try:
            pair = base64.b64decode(value, validate=True).decode()
        except ValueError:
            return False
        given = ":".join(unquote_plus(part) for part in pair.split(":", 1))
        wanted = f"{self.client_id}:{self.client_secret}"
        return scheme.lower() == "basic" and hmac.compare_digest(given.encode(), wanted.encode())

    def _back(self, redirect_uri: str, answer: dict[str, str]) -> web.Response:
        glue = "&" if urlsplit(redirect_uri).query else "?"
        location = f"{redirect_uri}{glue}{urlencode(answer | {'iss': self.issuer})}"
        return web.Response(status=303, headers={**HEADERS, "Location": location})

    def _clear(self) -> None:
        """Forget what has expired, and never hold more than a simulator needs."""
        now = self.clock()
        fresh = [(key, asked) for key, asked in self.pending.items() if now - asked.at <= PAGE_LIFETIME]
        self.pending = dict(fresh[-MOST_PENDING:])
        self.codes = {code: grant for code, grant in self.codes.items() if now - grant.at <= CODE_LIFETIME}

    def as_json(self) -> dict[str, Any]:
        return {"counts": dict(self.counts), "behaviour": self.behaviour.as_json(), "last": list(self.last)}

    async def received(self, request: web.Request) -> web.Response:
        """`GET /_simulator/received`."""
        return web.json_response(self.as_json())

    async def page(self, request: web.Request) -> web.Response:
        """The postbus for people."""
        return html_page(postbus_page(self.as_json()))


def may_return_to(redirect_uri: str) -> bool:
    """Whether a browser may be sent there: this machine only, or a simulator would be an open redirect."""
    try:
        parts = urlsplit(redirect_uri)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and on_this_machine(host) and not parts.fragment and not parts.username


def _wrong(query: Mapping[str, str]) -> str | None:
    """The OAuth error of a request, if it has one."""
    if query.get("response_type") != "code":
        return "unsupported_response_type"
    if "openid" not in query.get("scope", "").split():
        return "invalid_scope"
    if not query.get("nonce") or not query.get("code_challenge") or query.get("code_challenge_method") != "S256":
        return "invalid_request"
    return None


def _minimum(acr_values: str) -> AssuranceLevel | None:
    """The lowest of the levels asked for; other words are voluntary and passed over."""
    known = {level.urn: level for level in AssuranceLevel}
    return min((known[value] for value in acr_values.split() if value in known), default=None)


async def _style(request: web.Request) -> web.Response:
    return web.Response(text=STYLE, content_type="text/css")


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
    app.add_routes(
        [
            web.get("/", simulator.page),
            web.get("/style.css", _style),
            web.get("/.well-known/openid-configuration", simulator.discovery),
            web.get("/jwks", simulator.jwks),
            web.get("/authorize", simulator.authorize),
            web.post("/authorize", simulator.choose),
            web.post("/token", simulator.token),
            web.get("/_simulator/received", simulator.received),
            web.post("/_simulator/behaviour", simulator.behaviour.told),
        ]
    )
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
