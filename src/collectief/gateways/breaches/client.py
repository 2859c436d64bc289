"""Asks a list of breached passwords by range (Pwned Passwords, `GET /range/{five hex digits}`; k-anonymity).

Five digits of a SHA-1 go out, hundreds of digests that begin with them come back, padded so that their number tells
nothing either; comparing is done here. Nothing logs a password or a digest: only kinds of failure.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache

import urllib3

from ..addresses import check_encrypted
from .port import Breaches, BreachesUnavailable

# Somebody waits for it with a form sent.
_TIMEOUT = 2.0
_PREFIX = 5
# Some thousand lines of 40 characters is what a range has; more is nobody's list.
_LONGEST = 1024 * 1024
_LINE = re.compile(r"([0-9A-F]{35}):(\d+)")


class RangeList(Breaches):
    """The real thing. `url` is the list's, such as https://api.pwnedpasswords.com.

    Raises ValueError for an address that is neither https nor on this machine.
    """

    def __init__(self, url: str) -> None:
        check_encrypted(url)
        self._url = url.rstrip("/") + "/range/"
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(total=_TIMEOUT), retries=False)

    def holds(self, password: str) -> bool:
        digest = digest_of(password)
        try:
            answer = self._http.request(
                "GET", self._url + digest[:_PREFIX], headers={"Add-Padding": "true"}, preload_content=False
            )
            with answer:
                text = answer.read(_LONGEST + 1).decode("ascii")
        except (urllib3.exceptions.HTTPError, ValueError, OSError) as problem:
            raise BreachesUnavailable(type(problem).__name__) from None
        if answer.status != 200 or len(text) > _LONGEST:
            raise BreachesUnavailable(str(answer.status))
        found = [_LINE.fullmatch(line) for line in text.split()]
        if not found or None in found:
            raise BreachesUnavailable("no list")
        # What pads the answer has been seen zero times.
        return any(line[1] == digest[_PREFIX:] and int(line[2]) > 0 for line in found if line)


def digest_of(password: str) -> str:
    """As such lists keep them."""
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


@cache
def breaches_at(url: str) -> Breaches:
    """The list at this address."""
    return RangeList(url)
