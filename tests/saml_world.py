"""A broker of SAML that says whatever a test wants, to a client that should believe little of it."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import replace
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from aiohttp import web
from lxml import etree

from collectief.demo.eherkenning import make_key
from collectief.foundation.assurance import AssuranceLevel
from collectief.foundation.strength import SMALLEST_RSA
from collectief.gateways.eherkenning.port import Begun, Identity
from collectief.gateways.eherkenning.saml.client import SamlBroker
from collectief.gateways.eherkenning.saml.connection import Broker, SamlConnection, read_key
from collectief.gateways.eherkenning.saml.issuing import Issuer, ServiceProvider, artifact
from collectief.gateways.eherkenning.saml.metadata import service_provider
from collectief.gateways.eherkenning.saml.signatures import Key
from collectief.gateways.eherkenning.tokens import Person
from collectief.gateways.loopback import running

RETURN = "http://mijnzz.localhost:8000/inloggen/terug/"
BROKER = "urn:etoegang:HM:00000009000000090000:entities:0001"
PORTAL = "urn:etoegang:DV:00000009000000010000:entities:0001"
ANNA = Person("anna-secret-1", "Anna de Boer", "12345678", "Uitzendbureau De Brug B.V.", rsin="900000016")
BAS = Person("bas-secret-1", "Bas Bakker", "87654321", "Werk & Zo", "000012345678")
EH2, EH2_PLUS, EH3, EH4 = AssuranceLevel


@cache
def key(name: str, bits: int = SMALLEST_RSA) -> Key:
    """A key of its own for each name."""
    folder = Path(tempfile.gettempdir()) / "collectief-test-keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as own:
        make_key(Path(own), name, bits)
        return read_key(Path(own) / f"{name}.key", Path(own) / f"{name}.crt", bits)


@dataclass
class Clock:
    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Memory:
    """What was used, without a database."""

    seen: set[tuple[str, str]] = field(default_factory=set)

    def __call__(self, kind: str, value: str, *, until: float) -> bool:
        if (kind, value) in self.seen:
            return False
        self.seen.add((kind, value))
        return True


def connection(address: str, **changes: object) -> SamlConnection:
    """The portal's connection to a broker at `address`."""
    broker = Broker(BROKER, f"{address}/saml/sign-in", {0: f"{address}/saml/resolve"}, (key("broker").certificate,))
    made = SamlConnection(
        PORTAL, "00000009000000010000", 1, "3f2d1c5a-0b7e-4f0e-9a55-5d0e6c1b2a01",
        "3f2d1c5a-0b7e-4f0e-9a55-5d0e6c1b2a02", broker, (key("portal"),),
    )  # fmt: skip
    return replace(made, **changes)


def issuer(made: SamlConnection, *, signs: str = "broker", entity_id: str = BROKER) -> Issuer:
    provider = ServiceProvider.read(service_provider(made, return_url=RETURN, portal="MijnZZ"))
    return Issuer(entity_id, key(signs), provider)


@dataclass
class Stage:
    """One client and one broker; `says` makes the broker's envelope from the id of our ArtifactResolve."""

    client: SamlBroker
    issuer: Issuer
    clock: Clock
    resolved: int = 0
    says: Callable[[str], bytes] = lambda resolve: b""
    # What the last question was called.
    request: str = ""
    keep: dict[str, str] = field(default_factory=dict)

    @property
    def now(self) -> float:
        return self.clock()

    def begin(self, minimum: AssuranceLevel = EH2_PLUS) -> Begun:
        begun = self.client.begin(return_url=RETURN, minimum=minimum)
        self.keep, self.request = dict(begun.keep), begun.keep["request"]
        return begun

    def brings(self, **changes: str) -> dict[str, str]:
        """What the browser brings back."""
        return {"SAMLart": artifact(BROKER), "RelayState": self.keep["relay_state"]} | changes

    def complete(self, answer: dict[str, str] | None = None, minimum: AssuranceLevel = EH2_PLUS) -> Identity:
        return self.client.complete(return_url=RETURN, answer=answer or self.brings(), keep=self.keep, minimum=minimum)

    def assertion(self, person: Person = ANNA, level: AssuranceLevel = EH3) -> etree._Element:
        return self.issuer.assertion(person, level, request=self.request, now=self.now)

    def response(self, *assertions: etree._Element) -> etree._Element:
        return self.issuer.response(*assertions, request=self.request, now=self.now)

    def answers(self, response: etree._Element | None, *, sign: bool = False) -> None:
        """The broker will bring this; the ArtifactResponse around it is signed only when a test says so."""
        self.says = lambda resolve: self.issuer.envelope(response, resolve=resolve, now=self.now, sign=sign)


_RESOLVE_ID = re.compile(rb'ArtifactResolve[^>]* ID="([^"]+)"')


@contextmanager
def stage(**changes: object) -> Iterator[Stage]:
    """A client with a broker on loopback, which says what it is told to."""
    clock = Clock()
    held: list[Stage] = []

    async def resolve(request: web.Request) -> web.Response:
        body = await request.read()
        found = _RESOLVE_ID.search(body)
        assert found
        held[0].resolved += 1
        return web.Response(body=held[0].says(found[1].decode()), content_type="text/xml")

    def application(address: str) -> web.Application:
        made = connection(address, **changes)
        held.append(Stage(SamlBroker(made, Memory(), clock=clock), issuer(made), clock))
        app = web.Application()
        app.router.add_post("/saml/resolve", resolve)
        return app

    with running(application):
        yield held[0]


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
