"""A BRP on loopback that speaks Haal Centraal BRP personen bevragen 2.x about the demo population.

    python -m collectief.gateways.brp.simulator --port 8091

Answers as the real interface does, errors included; whoever's number starts with 9 exists (`inhabitants`). What it
received is at `/` and `/_simulator/received`; `POST /_simulator/behaviour` makes it fail, and
`PUT /_simulator/persons` gives it people of one's own. Protocol: brp-api.github.io/Haal-Centraal-BRP-bevragen.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

import click
import orjson
from aiohttp import web

from collectief.foundation.bsn import Bsn

from ..loopback import Behaviour, fall_silent, hang_up, refuse_production, serve
from .answers import Problem, Question, person_as_json, read_question, void_as_json, wanted
from .inhabitants import inhabitant
from .residents import Resident

PATH = "/haalcentraal/api/brp/personen"
FAULTS = ("503", "timeout", "reset", "garbage")
_KEPT = 50
_CUT_OFF = b'{"type":"RaadpleegMetBurgerservicenummer","personen":[{'


class Simulator:
    """The state of one simulator: what it received, how it behaves, and the people it was given."""

    def __init__(self) -> None:
        self.behaviour = Behaviour(FAULTS)
        self.given: dict[str, Resident] = {}
        self.statuses: Counter[int] = Counter()
        self.asked = self.found = self.at_once = self.most_at_once = 0
        self.last: deque[tuple[datetime, int, tuple[str, ...], int]] = deque(maxlen=_KEPT)

    async def personen(self, request: web.Request) -> web.StreamResponse:
        """`POST /haalcentraal/api/brp/personen`."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self._answer(request)
        finally:
            self.at_once -= 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if self.behaviour.delay:
            await asyncio.sleep(self.behaviour.delay)
        fault = self.behaviour.next_fault()
        if fault in ("timeout", "reset"):
            self._note(0, (), 0)
            return hang_up(request) if fault == "reset" else await fall_silent(request)
        if fault == "garbage":
            self._note(200, (), 0)
            return web.Response(body=_CUT_OFF, content_type="application/json")
        try:
            if fault == "503":
                raise Problem.unavailable()
            question = read_question(request.headers, await request.read())
        except Problem as problem:
            self._note(problem.status, (), 0)
            return _json(problem.as_json(PATH), problem.status, "application/problem+json")
        persons = self._persons(question)
        self._note(200, question.bsns, len(persons))
        return _json({"type": question.type, "personen": persons}, 200, "application/json")

    def _persons(self, question: Question) -> list[dict[str, Any]]:
        asked = wanted(question.fields)
        shown = []
        for digits in question.bsns:
            given = self.given.get(digits)
            if given is None:
                if digits.startswith("9"):
                    shown.append(person_as_json(inhabitant(Bsn(digits)), asked))
            elif given.void:
                shown.append(void_as_json(digits, asked))
            elif not given.unknown:
                shown.append(person_as_json(given, asked))
        return shown

    def _note(self, status: int, bsns: tuple[str, ...], found: int) -> None:
        self.statuses[status] += 1
        self.asked += len(bsns)
        self.found += found
        self.last.append((datetime.now(UTC), status, bsns, found))

    def as_json(self) -> dict[str, Any]:
        """What was received, without a BSN in it."""
        return {
            "requests": self.statuses.total(),
            "persons_asked": self.asked,
            "persons_found": self.found,
            "most_at_once": self.most_at_once,
            # 0 stands for a request that got no answer.
            "statuses": {str(status): count for status, count in sorted(self.statuses.items())},
            "behaviour": self.behaviour.as_json(),
            "persons_given": len(self.given),
            "last": [
                {
                    "at": at.isoformat(timespec="milliseconds"),
                    "status": status,
                    "count": len(bsns),
                    "found": found,
                    "burgerservicenummers": [_masked(digits) for digits in bsns],
                }
                for at, status, bsns, found in reversed(self.last)
            ],
        }

    async def received(self, request: web.Request) -> web.Response:
        """`GET /_simulator/received`."""
        return web.json_response(self.as_json())

    async def give(self, request: web.Request) -> web.Response:
        """`PUT /_simulator/persons`: these people, and no others, differ from the population."""
        try:
            people: Sequence[Any] = await request.json()
            residents = [Resident.given(line) for line in people]
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            return web.json_response({"detail": f"not a list of persons: {type(problem).__name__}"}, status=400)
        self.given = {resident.bsn.digits: resident for resident in residents}
        return web.json_response({"persons": len(self.given)})

    async def page(self, request: web.Request) -> web.Response:
        """The postbus for people."""
        return web.Response(text=_page(self.as_json()), content_type="text/html")


def _masked(digits: str) -> str:
    return f"******{digits[-3:]}"


def _json(body: dict[str, Any], status: int, content_type: str) -> web.Response:
    return web.Response(
        body=orjson.dumps(body),
        status=status,
        headers={"Content-Type": f"{content_type}; charset=utf-8", "api-version": "2.2.0"},
    )


def _page(state: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{escape(line['at'])}</td><td>{line['status'] or 'geen antwoord'}</td><td>{line['count']}</td>"
        f"<td>{line['found']}</td><td>{escape(' '.join(line['burgerservicenummers']))}</td></tr>"
        for line in state["last"]
    )
    fault = escape(state["behaviour"]["fail"] or "geen")
    return f"""<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>BRP-simulator</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body{{font:1rem/1.5 system-ui,sans-serif;margin:2rem;color:#1b1b1b}}
div{{overflow-x:auto}}table{{border-collapse:collapse}}
td,th{{border-bottom:1px solid #767676;padding:.25rem .75rem;text-align:left}}</style></head><body><main>
<h1>BRP-simulator: postbus</h1>
<p>{state["requests"]} verzoeken, {state["persons_asked"]} personen gevraagd, {state["persons_found"]} gevonden.
Ingestelde storing: {fault}.</p>
<div role="region" aria-label="Laatste verzoeken" tabindex="0"><table>
<caption>Laatste verzoeken</caption>
<thead><tr><th scope="col">Tijd (UTC)</th><th scope="col">Status</th>
<th scope="col">Gevraagd</th><th scope="col">Gevonden</th><th scope="col">BSN (gemaskeerd)</th></tr></thead>
<tbody>{rows}</tbody></table></div></main></body></html>"""


def application() -> web.Application:
    """The simulator as an application. Raises NotInProduction where it does not belong."""
    refuse_production()
    simulator = Simulator()
    app = web.Application()
    app.add_routes(
        [
            web.post(PATH, simulator.personen),
            web.get("/", simulator.page),
            web.get("/_simulator/received", simulator.received),
            web.post("/_simulator/behaviour", simulator.behaviour.told),
            web.put("/_simulator/persons", simulator.give),
        ]
    )
    return app


@click.command(help="The BRP simulator, on loopback.")
@click.option("--port", type=int, default=8091, show_default=True)
def main(port: int) -> None:
    serve(application(), port=port, name="BRP-simulator")


if __name__ == "__main__":
    main()
