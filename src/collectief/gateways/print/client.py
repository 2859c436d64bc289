"""Hands letters to a service that speaks the API of NotifyNL and GOV.UK Notify (JSON over HTTPS, `/v2/notifications`).

A letter goes as a PDF that is ready (`POST /v2/notifications/letter`). Its reference is asked for first: a letter that
was taken while its answer got lost is found by it, and does not go twice. Nothing here logs a letter: only kinds of
failure.
"""

from __future__ import annotations

import base64
import json
import time
from functools import cache
from typing import Any
from urllib.parse import quote

import urllib3
from joserfc import jwt
from joserfc.jwk import OctKey

from ..addresses import check_encrypted
from .port import PrintJob, PrintRefused, PrintService, PrintUnavailable, Progress

_TIMEOUT = 20.0
PATH = "/v2/notifications"
# What the service says of a letter, from the first day to the last.
_UNDER_WAY = {"created", "pending-virus-check", "accepted", "sending"}
_POSTED = {"received", "delivered", "sent"}


class NotifyPrint(PrintService):
    """The real thing. `url` is the service's API; `service` and `secret` are the two halves of its key.

    Raises ValueError for an address that is neither https nor on this machine.
    """

    def __init__(self, url: str, service: str, secret: str) -> None:
        check_encrypted(url)
        self._url, self._service, self._key = url.rstrip("/") + PATH, service, OctKey.import_key(secret)
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(total=_TIMEOUT), retries=False)

    def hand_over(self, job: PrintJob) -> str:
        if there := self._found(job.key):
            return there
        content = base64.b64encode(job.pdf).decode()
        status, said = self._ask("POST", "/letter", {"reference": job.key, "content": content})
        if status == 201 and isinstance(said.get("id"), str):
            return str(said["id"])
        if status == 400:
            raise PrintRefused(_error(said))
        raise PrintUnavailable(str(status))

    def progress(self, number: str) -> Progress:
        status, said = self._ask("GET", f"/{quote(number, safe='')}")
        if status == 404:
            return Progress.FORGOTTEN
        if status != 200:
            raise PrintUnavailable(str(status))
        if said.get("status") in _UNDER_WAY:
            return Progress.UNDER_WAY
        return Progress.POSTED if said.get("status") in _POSTED else Progress.REFUSED

    def _found(self, key: str) -> str:
        """The service's number of the letter with this key; empty when it has none."""
        status, said = self._ask("GET", f"?template_type=letter&reference={quote(key, safe='')}")
        found = said.get("notifications")
        if status != 200 or not isinstance(found, list):
            raise PrintUnavailable(str(status))
        return next((str(one["id"]) for one in found if isinstance(one, dict) and one.get("reference") == key), "")

    def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        # A token is good for half a minute: one for each request.
        claims = {"iss": self._service, "iat": int(time.time())}
        token = jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, self._key)
        try:
            answer = self._http.request(
                method, self._url + path, json=body, headers={"Authorization": f"Bearer {token}"}
            )
            said = json.loads(answer.data or b"{}")
        except (urllib3.exceptions.HTTPError, ValueError, OSError) as problem:
            raise PrintUnavailable(type(problem).__name__) from None
        return answer.status, said if isinstance(said, dict) else {}


def _error(said: dict[str, Any]) -> str:
    """The code of what is wrong; its words may quote the letter."""
    errors = said.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    return str(first.get("error", "")) if isinstance(first, dict) else ""


@cache
def print_service_at(url: str, service: str, secret: str) -> PrintService:
    """The service at this address."""
    return NotifyPrint(url, service, secret)
