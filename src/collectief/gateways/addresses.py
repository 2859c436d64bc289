"""Which addresses stay on this machine: only there may anything travel unencrypted."""

from __future__ import annotations

from ipaddress import ip_address


def on_this_machine(host: str) -> bool:
    """Whether `host` is loopback by its number or by its name (RFC 6761: localhost and below)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
