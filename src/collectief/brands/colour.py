"""A brand's own colour, for where no style sheet reaches."""

from __future__ import annotations

import re
from functools import cache

from .brand import THEME, BrandError
from .catalogue import FOLDER, brand

_ACCENT = re.compile(r"--ds-color-accent-base-default: (#[0-9a-fA-F]{6});")


@cache
def accent(slug: str) -> str:
    """The colour of buttons and headings of a portal, as #rrggbb. Raises BrandError when its theme has none."""
    found = _ACCENT.search((FOLDER / (brand(slug).look_of or slug) / THEME).read_text(encoding="utf-8"))
    if found is None:
        raise BrandError(f"{slug}: {THEME} has no accent colour")
    return found[1]
