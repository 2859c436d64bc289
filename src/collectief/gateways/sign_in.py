"""What means of signing in share that send the browser away and see it come back."""

from __future__ import annotations

from dataclasses import dataclass


class SignInRefused(Exception):
    """Nobody was let in; `code` says why and `params` what the words on screen need.

    Codes raised by gateways: `cancelled` by the person; `level_too_low` (params `level`, `minimum`: labels);
    `expired` (took too long, or came back twice); `invalid_response` (an answer that cannot be trusted);
    `unavailable` (the means does not answer); `request_unsupported` (it cannot do what we ask);
    `unknown_principal` (it does not know who tried); `unknown_error` (it refused without saying why).
    """

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what the caller holds in its session until it comes back, once."""

    url: str
    keep: dict[str, str]
