"""Which addresses stay on this machine: only there may anything travel unencrypted."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def on_this_machine(host: str) -> bool:
    """Whether `host` is loopback by its number or by its name (RFC 6761: localhost and below)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check_encrypted(address: str) -> None:
    """Raises ValueError for an address that is neither https nor on this machine."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and on_this_machine(parts.hostname or "")):
        raise ValueError("outside this machine only https is spoken")
