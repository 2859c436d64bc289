"""Speaks to an EESSI access point: JSON over HTTPS (docs/abroad.md), circuit broken; callers try again.

Nothing here logs a BSN, a name or an address: only kinds of failure.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

import urllib3

from ..addresses import check_encrypted
from ..breaker import Breaker
from .port import DocumentRefused, Eessi, EessiUnavailable, Entitlement, Institution, Reply

CASES = "/v1/cases"
DOCUMENTS = "/v1/documents"
INSTITUTIONS = "/v1/institutions"
BUC = "S_BUC_01a"
# How many documents or institutions come at once.
PAGE = 200
_TIMEOUT = 5.0
_FAILURES, _REST = 3, 30.0
# Of a document that is sent, it is the document that is wrong: everything else may be well in a while.
_REFUSED = (400, 409, 413, 422)

_log = logging.getLogger(__name__)


class AccessPoint(Eessi):
    """The real thing. `url` is the access point's, `key` what it knows us by.

    Not for several threads at once: a worker does one job at a time. Raises ValueError for an address that is neither
    https nor on this machine.
    """

    def __init__(self, url: str, key: str) -> None:
        check_encrypted(url)
        self._url, self._headers = url.rstrip("/"), {"Authorization": f"Bearer {key}"}
        # A redirect is not followed: what is in a document goes to the access point and nowhere else.
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(total=_TIMEOUT), retries=False)
        self._breaker = Breaker(failures=_FAILURES, rest=_REST)

    def institutions(self) -> Sequence[Institution]:
        found = self._pages(INSTITUTIONS, {"buc": BUC}, "institutions")
        return [Institution(_text(one, "id"), _text(one, "country"), _text(one, "name")) for one in found]

    def send(self, entitlement: Entitlement) -> str:
        headers = {"Idempotency-Key": entitlement.key}
        return _text(self._asked("POST", CASES, json=written(entitlement), headers=headers), "case")

    def replies(self, to: str) -> Sequence[Reply]:
        found = []
        for document in self._pages(DOCUMENTS, {"receiver": to, "sed": "S073"}, "documents"):
            try:
                found.append(read(document))
            except ValueError:
                # Left there: whoever looks at the access point finds it, and the others are not kept waiting.
                _log.error("a document of EESSI cannot be read")
        return found

    def received(self, reply: Reply) -> None:
        self._asked("POST", f"{DOCUMENTS}/{quote(reply.id, safe='')}/received")

    def _pages(self, path: str, fields: Mapping[str, str], what: str) -> Iterator[Mapping[str, Any]]:
        """Everything of a list: each page begins after the last one's end."""
        after = ""
        while True:
            answer = self._asked("GET", path, fields={**fields, "after": after, "limit": str(PAGE)})
            found = answer.get(what)
            if not isinstance(found, list):
                raise EessiUnavailable("unreadable")
            yield from found
            if len(found) < PAGE:
                return
            after = _text(found[-1], "id")

    def _asked(self, method: str, path: str, **sent: Any) -> Mapping[str, Any]:
        """One request, if the circuit lets it. Raises EessiUnavailable, and DocumentRefused for what is sent."""
        if not self._breaker.rested:
            raise EessiUnavailable("left alone")
        try:
            answer = self._request(method, path, **sent)
        except EessiUnavailable as problem:
            if self._breaker.failed():
                _log.warning("EESSI does not answer (%s): left alone for %g s", problem, _REST)
            raise
        except DocumentRefused:
            self._breaker.succeeded()
            raise
        if self._breaker.succeeded():
            _log.warning("EESSI answers again")
        return answer

    def _request(self, method: str, path: str, **sent: Any) -> Mapping[str, Any]:
        headers = self._headers | sent.pop("headers", {})
        try:
            answer = self._http.request(method, self._url + path, headers=headers, redirect=False, **sent)
            said = json.loads(answer.data or b"{}")
        except (urllib3.exceptions.HTTPError, ValueError, OSError) as problem:
            raise EessiUnavailable(type(problem).__name__) from None
        if not isinstance(said, dict):
            raise EessiUnavailable("unreadable")
        if 200 <= answer.status < 300:
            return said
        if path == CASES and answer.status in _REFUSED:
            raise DocumentRefused(str(said.get("code", answer.status))[:60])
        raise EessiUnavailable(f"status {answer.status}")


def written(one: Entitlement) -> dict[str, Any]:
    """An S072 as the wire has it; what is not known is left out."""
    insured: dict[str, Any] = {
        "pin": {"country": "NL", "number": one.bsn.digits},
        "surname": " ".join(filter(None, (one.name.prefix, one.name.surname))),
        "initials": one.name.initials,
    }
    if one.birth_date is not None:
        insured["birthDate"] = str(one.birth_date)
    home = one.residence
    residence = {
        "country": home.country, "street": home.street, "houseNumber": home.house_number, "town": home.city,
        "postalCode": home.postcode,
    }  # fmt: skip
    period = {"start": one.first_day.isoformat(), "end": one.last_day.isoformat() if one.last_day else ""}
    return {
        "buc": BUC,
        "sender": {"id": one.sender.id, "name": one.sender.name},
        "receiver": {"id": one.receiver.id, "name": one.receiver.name},
        "sed": {
            "type": "S072",
            "drawnUpOn": one.drawn_up_on.isoformat(),
            "insured": insured,
            "residence": {name: value for name, value in residence.items() if value},
            "entitlement": {"ground": one.ground, **{name: value for name, value in period.items() if value}},
        },
    }


def read(document: Mapping[str, Any]) -> Reply:
    """An S073 of the wire. Raises ValueError for what is none."""
    match document:
        case {
            "id": str(id_),
            "case": str(case),
            "sed": {"type": "S073", "registration": {"registered": bool(is_)} as said},
        }:
            reason, text = str(said.get("reason", "")), str(said.get("text", ""))
            return Reply(id_, case, is_, reason[:40], text[:500])
    raise ValueError("no S073")


def _text(answer: Mapping[str, Any], name: str) -> str:
    """A text that must be there. Raises EessiUnavailable."""
    found = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(found, str) or not found:
        raise EessiUnavailable("unreadable")
    return found


@cache
def eessi_at(url: str, key: str) -> Eessi:
    """The access point at this address; one per process, so that connections and breaker are shared."""
    return AccessPoint(url, key)
