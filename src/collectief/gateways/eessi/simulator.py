"""An EESSI access point on loopback, with institutions abroad behind it that answer what they are told to.

    python -m collectief.gateways.eessi.simulator --port 8098

It speaks the wire of docs/abroad.md. What it received is at `/` and `/_simulator/received`; `POST
/_simulator/behaviour` makes it fail, `POST /_simulator/answer` says what institutions answer from now on:
`{"registered": true}`, `{"registered": false, "reason": "unknown_person", "text": "..."}` or `{"registered": null}` for
no answer; with a `case` it answers that one, now.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from itertools import count
from typing import Any

import click
from aiohttp import web

from ..loopback import Behaviour, fall_silent, hang_up, refuse_production, serve
from .client import BUC, CASES, DOCUMENTS, INSTITUTIONS
from .directory import demo_institutions

FAULTS = ("unavailable", "silent", "hang_up", "garbage", "refuse", "lost_answer")
_NEEDED = {
    "insured": ("pin", "surname", "initials"), "residence": ("country", "street", "houseNumber", "town"),
    "entitlement": ("ground", "start"),
}  # fmt: skip


class AccessPoint:
    """The state of one simulator: cases by their key, replies that wait to be fetched, and how it behaves."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.behaviour = Behaviour(FAULTS)
        self.answer: dict[str, Any] = {"registered": True}
        self.institutions = [
            {"id": one.id, "country": one.country, "name": one.name}
            for one in sorted(demo_institutions(), key=lambda one: one.id)
        ]
        self.cases: dict[str, dict[str, Any]] = {}
        self.replies: list[dict[str, Any]] = []
        # How often the same document came again.
        self.copies = 0
        self._numbers = count(1)

    async def open_case(self, request: web.Request) -> web.StreamResponse:
        """`POST /v1/cases`: a case with its first document; with a key that it knows, the same case."""
        if (fault := await self._fault(request)) is not None:
            return fault
        lost = self.behaviour.next_fault() == "lost_answer"
        key = request.headers.get("Idempotency-Key", "")
        try:
            sent = await request.json()
            wrong = problem_of(sent, key, {one["id"] for one in self.institutions})
        except ValueError:
            sent, wrong = {}, "no_json"
        if not wrong and key in self.cases and self.cases[key]["document"] != sent:
            wrong = "other_document"
        if wrong:
            return _problem(409 if wrong == "other_document" else 422, wrong)
        new = key not in self.cases
        if new:
            number = f"{BUC}-{next(self._numbers):06d}"
            self.cases[key] = {"case": number, "at": _now(), "document": sent, "answer": ""}
            self._reply(self.cases[key], self.answer)
        else:
            self.copies += 1
        if lost:
            return hang_up(request)
        return web.json_response({"case": self.cases[key]["case"]}, status=201 if new else 200)

    async def documents(self, request: web.Request) -> web.StreamResponse:
        """`GET /v1/documents?receiver=&sed=&after=&limit=`: replies that were not said to be received."""
        if (fault := await self._fault(request)) is not None:
            return fault
        wanted = request.query
        found = [
            one for one in self.replies if (one["receiver"], one["sed"]["type"]) == (wanted["receiver"], wanted["sed"])
        ]
        return web.json_response({"documents": _page(found, wanted)})

    async def received_reply(self, request: web.Request) -> web.StreamResponse:
        """`POST /v1/documents/{id}/received`."""
        if (fault := await self._fault(request)) is not None:
            return fault
        self.replies = [one for one in self.replies if one["id"] != request.match_info["id"]]
        return web.Response(status=204)

    async def directory(self, request: web.Request) -> web.StreamResponse:
        """`GET /v1/institutions?buc=&after=&limit=`."""
        if (fault := await self._fault(request)) is not None:
            return fault
        return web.json_response({"institutions": _page(self.institutions, request.query)})

    async def _fault(self, request: web.Request) -> web.StreamResponse | None:
        """What goes wrong before a request is looked at, if anything does."""
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            return _problem(401, "unknown_caller")
        await asyncio.sleep(self.behaviour.delay)
        fault = self.behaviour.fail
        if fault in (None, "lost_answer"):
            return None
        self.behaviour.next_fault()
        match fault:
            case "silent":
                return await fall_silent(request)
            case "hang_up":
                return hang_up(request)
            case "garbage":
                return web.Response(text='{"case": ', content_type="application/json")
            case "refuse":
                return _problem(422, "not_taken")
        return _problem(503, "unavailable")

    def _reply(self, case: dict[str, Any], answer: Mapping[str, Any]) -> None:
        """What the institution abroad says; nothing while it was told to keep silent."""
        if answer.get("registered") is None or case["answer"]:
            return
        registered = bool(answer["registered"])
        case["answer"] = "S073: ingeschreven" if registered else f"S073: geweigerd ({answer.get('reason', '')})"
        why = {} if registered else {"reason": answer.get("reason", "other"), "text": answer.get("text", "")}
        self.replies.append(
            {
                "id": f"{case['case']}-2", "case": case["case"], "receiver": case["document"]["sender"]["id"],
                "sed": {"type": "S073", "registration": {"registered": registered, **why}},
            }
        )  # fmt: skip

    async def told(self, request: web.Request) -> web.Response:
        """`POST /_simulator/answer`."""
        try:
            wish = await request.json()
        except ValueError:
            wish = None
        if not isinstance(wish, dict) or wish.get("registered") not in (True, False, None):
            return web.json_response({"detail": "registered is true, false or null"}, status=400)
        number = wish.pop("case", None)
        if number is None:
            self.answer = wish
        for case in self.cases.values():
            if case["case"] == number:
                self._reply(case, wish)
        return web.json_response(wish)

    def as_json(self) -> dict[str, Any]:
        """What was received, newest first, without a whole BSN in it."""
        return {
            "cases": [
                {
                    "case": one["case"], "at": one["at"], "receiver": one["document"]["receiver"],
                    "sed": _masked(one["document"]["sed"]), "answer": one["answer"],
                }
                for one in reversed(self.cases.values())
            ],
            "copies": self.copies, "waiting": len(self.replies), "behaviour": self.behaviour.as_json(),
        }  # fmt: skip

    async def received(self, request: web.Request) -> web.Response:
        """`GET /_simulator/received`."""
        return web.json_response(self.as_json())

    async def page(self, request: web.Request) -> web.Response:
        """The same for people."""
        return web.Response(text=_drawn(self.as_json()), content_type="text/html")


def problem_of(sent: Any, key: str, institutions: set[str]) -> str:
    """Why a document is not taken; empty where it is."""
    if not key:
        return "no_key"
    sed = sent.get("sed") if isinstance(sent, dict) else None
    if not isinstance(sed, dict) or (sent.get("buc"), sed.get("type")) != (BUC, "S072"):
        return "not_of_this_case"
    for part, names in _NEEDED.items():
        if not isinstance(sed.get(part), dict) or not all(sed[part].get(name) for name in names):
            return f"{part}_incomplete"
    receiver = sent.get("receiver")
    return "" if isinstance(receiver, dict) and receiver.get("id") in institutions else "unknown_institution"


def _page(found: list[dict[str, Any]], query: Mapping[str, str]) -> list[dict[str, Any]]:
    """From after one on, so many."""
    later = [one for one in sorted(found, key=lambda one: one["id"]) if one["id"] > query.get("after", "")]
    return later[: int(query.get("limit", "100"))]


def _masked(sed: Mapping[str, Any]) -> dict[str, Any]:
    pin = sed["insured"]["pin"]
    return {**sed, "insured": {**sed["insured"], "pin": {**pin, "number": f"******{str(pin.get('number', ''))[-3:]}"}}}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _problem(status: int, code: str) -> web.Response:
    return web.json_response({"code": code}, status=status, content_type="application/problem+json")


def _drawn(state: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{escape(one['at'])}</td><td>{escape(one['case'])}</td><td>{escape(one['receiver']['name'])}</td>"
        f"<td>{escape(one['sed']['insured']['surname'])}</td>"
        f"<td>{escape(one['answer'] or 'nog geen antwoord')}</td></tr>"
        for one in state["cases"]
    )
    heads = ("Tijd (UTC)", "Zaak", "Aan", "Verzekerde", "Antwoord")
    titles = "".join(f'<th scope="col">{head}</th>' for head in heads)
    return f"""<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>EESSI-simulator</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
body{{font:1rem/1.5 system-ui,sans-serif;margin:2rem;color:#1b1b1b}}
div{{overflow-x:auto}}table{{border-collapse:collapse}}
td,th{{border-bottom:1px solid #767676;padding:.25rem .75rem;text-align:left}}</style></head><body><main>
<h1>EESSI-simulator: postbus</h1>
<p>{len(state["cases"])} keer S072 ontvangen, {state["copies"]} keer dubbel. Antwoorden die nog niet zijn opgehaald:
{state["waiting"]}. Ingestelde storing: {escape(state["behaviour"]["fail"] or "geen")}.</p>
<div role="region" aria-label="Ontvangen" tabindex="0"><table><caption>Ontvangen</caption>
<thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table></div></main></body></html>"""


def application(key: str) -> web.Application:
    """The simulator as an application. Raises NotInProduction where it does not belong."""
    refuse_production()
    point = AccessPoint(key)
    app = web.Application()
    app.add_routes(
        [
            web.post(CASES, point.open_case),
            web.get(DOCUMENTS, point.documents),
            web.post(DOCUMENTS + "/{id}/received", point.received_reply),
            web.get(INSTITUTIONS, point.directory),
            web.get("/", point.page),
            web.get("/_simulator/received", point.received),
            web.post("/_simulator/behaviour", point.behaviour.told),
            web.post("/_simulator/answer", point.told),
        ]
    )
    return app


@click.command(help="An EESSI access point, on loopback.")
@click.option("--port", type=int, default=8098, show_default=True)
@click.option("--key", default="demo", show_default=True, help="What callers are known by.")
def main(port: int, key: str) -> None:
    serve(application(key), port=port, name="EESSI-simulator")


if __name__ == "__main__":
    main()
