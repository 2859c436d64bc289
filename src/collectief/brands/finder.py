"""Gives the style sheet and drawings of each brand to the static files, and nothing else from its folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

from .catalogue import FOLDER, all_brands

PREFIX = "brands"


class BrandFinder(BaseFinder):
    """Finds `brands/<slug>/tokens.css` and the like."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=FOLDER)
        # Where collectstatic puts what this storage lists.
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        parts = Path(path).parts
        known = len(parts) == 3 and parts[0] == PREFIX and f"{parts[1]}/{parts[2]}" in self._names()
        found = str(FOLDER / parts[1] / parts[2]) if known else None
        if find_all:
            return [found] if found else []
        return found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, FileSystemStorage]]:
        for name in self._names():
            yield name, self.storage

    def _names(self) -> tuple[str, ...]:
        """What the brands name, below the folder; a look that two share stands there once."""
        files = (file for brand in all_brands() for file in (brand.theme, brand.wordmark, brand.icon))
        return tuple(dict.fromkeys(file.removeprefix(f"{PREFIX}/") for file in files))
