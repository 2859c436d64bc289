"""Hands short messages to CM.com's Business Messaging gateway (JSON over HTTPS, `POST /v1.0/message`).

Nothing here logs a number or a text: only kinds of failure.
"""

from __future__ import annotations

import json
from functools import cache

import urllib3

from ..addresses import check_encrypted
from .port import NumberRefused, ShortMessage, Sms, SmsUnavailable

_TIMEOUT = 10.0
PATH = "/v1.0/message"
# What CM says of a number it will never reach: messageErrorCode of the one message that was sent.
_NEVER = (302, 303, 402, 403)


class CmSms(Sms):
    """The real thing. `url` is the gateway's, such as https://gw.cmtelecom.com; `token` is the product token.

    Raises ValueError for an address that is neither https nor on this machine.
    """

    def __init__(self, url: str, token: str) -> None:
        check_encrypted(url)
        self._url, self._token = url.rstrip("/") + PATH, token
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(total=_TIMEOUT), retries=False)

    def send(self, message: ShortMessage) -> None:
        try:
            answer = self._http.request(
                "POST", self._url, json=written(message), headers={"X-CM-PRODUCTTOKEN": self._token}
            )
            said = json.loads(answer.data or b"{}")
        except (urllib3.exceptions.HTTPError, ValueError, OSError) as problem:
            raise SmsUnavailable(type(problem).__name__) from None
        if answer.status == 200 and isinstance(said, dict) and said.get("errorCode") == 0:
            return
        if _refused(said):
            raise NumberRefused(str(answer.status))
        raise SmsUnavailable(str(answer.status))


def written(message: ShortMessage) -> dict[str, object]:
    """The message as CM takes it: numbers with 00 in front, `type: auto` so that it chooses the alphabet."""
    one = {
        "allowedChannels": ["SMS"], "from": message.sender[:11], "to": [{"number": "00" + message.to.lstrip("+")}],
        "body": {"type": "auto", "content": message.text}, "minimumNumberOfMessageParts": 1,
        "maximumNumberOfMessageParts": 3, "reference": message.key,
    }  # fmt: skip
    return {"messages": {"msg": [one]}}


def _refused(said: object) -> bool:
    messages = said.get("messages") if isinstance(said, dict) else None
    return isinstance(messages, list) and any(
        isinstance(one, dict) and one.get("messageErrorCode") in _NEVER for one in messages
    )


@cache
def sms_at(url: str, token: str) -> Sms:
    """The gateway at this address."""
    return CmSms(url, token)
