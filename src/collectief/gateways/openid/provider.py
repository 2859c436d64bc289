"""A simulated provider's half of OpenID Connect, on loopback: who signs in is chosen on a page of whoever uses this."""

from __future__ import annotations

import asyncio
import base64
import hmac
import secrets
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus, urlencode, urlsplit

from aiohttp import web

from ..addresses import on_this_machine
from ..loopback import Behaviour, fall_silent, hang_up
from .client import challenge
from .minting import LIFETIME, Mint
from .serving import HEADERS, MOST_PENDING, PAGE_LIFETIME, html_page

# What can go wrong on the way, whatever the token.
FAULTS = ("503", "timeout", "reset", "garbage")
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
    acr_values: str
    at: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who signed in: what a token says about them, and what of it stands in the postbus."""

    claims: Mapping[str, Any]
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for."""

    asked: Asked
    chosen: Chosen
    at: float


class Provider(ABC):
    """The state of one simulated provider; what is particular to it, a subclass says."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str, faults: Collection[str], clock: Callable[[], float]
    ) -> None:
        self.issuer, self.clock = issuer, clock
        self.client_id, self.client_secret = client_id, client_secret
        self.mint = Mint(issuer)
        self.behaviour = Behaviour(faults)
        self.pending: dict[str, Asked] = {}
        self.codes: dict[str, Grant] = {}
        self.counts: Counter[str] = Counter()
        self.last: deque[dict[str, str]] = deque(maxlen=50)

    # What a subclass says.

    @abstractmethod
    def sign_in_page(self, asked: Asked, pending: str) -> str:
        """The page on which one chooses who signs in; its form goes to /authorize with `pending` as `request`."""

    @abstractmethod
    def chosen(self, form: Mapping[str, Any]) -> Chosen:
        """Who was chosen. Raises KeyError, ValueError, IndexError when nobody was."""

    @abstractmethod
    def refusal_page(self, reason: str) -> str:
        """A request that cannot even be answered by sending the browser back."""

    @abstractmethod
    def postbus_page(self) -> str:
        """What was received, for people."""

    def question(self, asked: Asked) -> dict[str, str]:
        """What of a question stands in the postbus."""
        return {}

    def bent(self, claims: dict[str, Any], flaw: str | None) -> dict[str, Any]:
        """The claims with a flaw that only this provider's can have."""
        return claims

    def says_more(self) -> dict[str, Any]:
        """What this provider's discovery document says besides."""
        return {}

    # What every provider does.

    def note(self, what: str, **about: str) -> None:
        at = datetime.fromtimestamp(self.clock(), UTC).isoformat(timespec="seconds")
        self.counts[what] += 1
        self.last.appendleft({"at": at, "what": what, **about})

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
                "authorization_response_iss_parameter_supported": True,
                **self.says_more(),
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
            return html_page(self.refusal_page("De aanvragende website is hier niet bekend."), 400)
        state = query.get("state", "")
        if (error := _wrong(query)) is not None:
            self.note("refused")
            return self._back(redirect_uri, {"error": error, "state": state})
        self._clear()
        pending = secrets.token_urlsafe(24)
        asked = Asked(
            self.client_id, redirect_uri, state, query["nonce"], query["code_challenge"], query.get("acr_values", ""),
            self.clock(),
        )  # fmt: skip
        self.pending[pending] = asked
        self.note("authorize", **self.question(asked))
        return html_page(self.sign_in_page(asked, pending))

    async def choose(self, request: web.Request) -> web.Response:
        """`POST /authorize`: back to the website with a code, or with the news that it was cancelled."""
        form = await request.post()
        asked = self.pending.pop(str(form.get("request", "")), None)
        if asked is None or self.clock() - asked.at > PAGE_LIFETIME:
            return html_page(self.refusal_page("Deze pagina is verlopen."), 400)
        if form.get("action") == "cancel":
            self.note("cancelled")
            return self._back(asked.redirect_uri, {"error": "access_denied", "state": asked.state})
        try:
            chosen = self.chosen(form)
        except (KeyError, ValueError, IndexError):
            return html_page(self.refusal_page("Er is niet goed gekozen wie er inlogt."), 400)
        code = secrets.token_urlsafe(32)
        self.codes[code] = Grant(asked, chosen, self.clock())
        self.note("signed in", **chosen.about)
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
        self.note("token", **grant.chosen.about)
        token = self.mint.id_token(
            self.bent(dict(grant.chosen.claims), fault), audience=grant.asked.client_id, nonce=grant.asked.nonce,
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
        return html_page(self.postbus_page())

    def routes(self, style: str) -> list[web.RouteDef]:
        """Every address, with `style` as the pages' style sheet."""

        async def sheet(request: web.Request) -> web.Response:
            return web.Response(text=style, content_type="text/css")

        return [
            web.get("/", self.page),
            web.get("/style.css", sheet),
            web.get("/.well-known/openid-configuration", self.discovery),
            web.get("/jwks", self.jwks),
            web.get("/authorize", self.authorize),
            web.post("/authorize", self.choose),
            web.post("/token", self.token),
            web.get("/_simulator/received", self.received),
            web.post("/_simulator/behaviour", self.behaviour.told),
        ]


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
