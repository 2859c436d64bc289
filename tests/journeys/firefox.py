"""A stock Firefox for the journeys: Playwright speaks WebDriver BiDi to it, which every Firefox understands.

What BiDi has no words for yet, a device that holds passkeys, is asked over Firefox's own Marionette, on a second port.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
from typing import Any

from playwright.sync_api import Browser, Playwright

_DEVICE = {
    "protocol": "ctap2_1", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserConsenting": True, "isUserVerified": True,
}  # fmt: skip


def firefox_program() -> str | None:
    """Where Firefox stands, if anywhere."""
    return os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")


def start_firefox(playwright: Playwright, program: str, *, port: int) -> Browser:
    """Firefox without a window, with passkeys of its own making; Marionette listens on the port."""
    return playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=program,
        args=["--marionette"],
        firefox_user_prefs={
            "marionette.port": port,
            "security.webauth.webauthn_enable_softtoken": True,
            "security.webauth.webauthn_enable_usbtoken": False,
        },
    )


def add_device(port: int) -> socket.socket:
    """A device that holds passkeys and asks who holds it. One is enough, whoever's browser it is.

    The connection is for the caller to keep: Firefox ends its session, and itself, when Marionette's is hung up.
    """
    marionette = _connected(port)
    _read(marionette)
    message = json.dumps([0, 1, "WebAuthn:AddVirtualAuthenticator", _DEVICE])
    marionette.sendall(f"{len(message)}:{message}".encode())
    _kind, _number, error, _answer = _read(marionette)
    assert error is None, error
    return marionette


def _connected(port: int) -> socket.socket:
    for _ in range(300):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=10)
        except ConnectionRefusedError:
            time.sleep(0.2)
    raise AssertionError("Firefox does not listen to Marionette")


def _read(marionette: socket.socket) -> Any:
    """A message of Marionette's: its length, a colon, JSON."""
    with marionette.makefile("rb", buffering=0) as stream:
        length = b""
        while (byte := stream.read(1)) != b":":
            assert byte, "Marionette hung up"
            length += byte
        message = b""
        while len(message) < int(length):
            message += stream.read(int(length) - len(message)) or b""
    return json.loads(message)
