"""Keys of our own, one for each purpose, all from the installation's secret."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings


def key_for(purpose: str) -> bytes:
    """The key for one purpose: what was made with it says nothing about any other."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"collectief:{purpose}".encode(), hashlib.sha256)
