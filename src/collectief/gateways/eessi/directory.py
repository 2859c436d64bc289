"""The institutions that the simulator knows, and the demo world with it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from .port import Institution


def demo_institutions() -> list[Institution]:
    """Some in the countries that most people come from; nobody's in the others."""
    table = tomllib.loads(Path(__file__).with_name("directory.toml").read_text(encoding="utf-8"))
    return [Institution(id_, country, name) for country, found in table.items() for id_, name in found.items()]
