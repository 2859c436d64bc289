"""The simulator of an insurer's own identity provider, as tests use it."""

from __future__ import annotations

import html
import json
import re
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit


@dataclass
class Clock:
    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


_BROWSER = urllib.request.build_opener(_NoRedirect)


@dataclass
class Provider:
    """A running simulator."""

    address: str
    clock: Clock

    def behave(self, **wish: Any) -> None:
        """Fail as told, or (with nothing) never."""
        request = urllib.request.Request(
            self.address + "/_simulator/behaviour", json.dumps(wish).encode(), method="POST"
        )
        urllib.request.urlopen(request).close()

    def visit(self, url: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Status, and the page or where it leads."""
        try:
            response = _BROWSER.open(url, urlencode(form).encode() if form else None)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            return response.status, response.headers.get("Location") or response.read().decode()

    def come_back(self, url: str, *, person: str = "0", method: str = "mfa", action: str = "sign_in") -> dict[str, str]:
        """What somebody does at the provider, and the answer the browser brings."""
        status, page = self.visit(url)
        assert status == 200, page
        pending = html.unescape(re.search(r'name="request" value="([^"]+)"', page)[1])
        form = {"request": pending, "person": person, "method": method, "action": action}
        status, location = self.visit(self.address + "/authorize", form)
        assert status == 303
        return {key: values[0] for key, values in parse_qs(urlsplit(location).query).items()}
