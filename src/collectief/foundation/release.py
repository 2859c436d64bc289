"""Which release this is, by its own sources: what one release worked out another does not take for its own."""

from __future__ import annotations

import hashlib
from pathlib import Path

# A portal may narrow what its segment allows, so its file is as much part of a judgement as code is.
_SOURCES = (".py", ".toml")


def code_mark(package: Path) -> str:
    """Twelve hexadecimal digits that change with any source below this folder: with its text, its name or its place."""
    sources = sorted(path for path in package.rglob("*") if path.suffix in _SOURCES)
    found = hashlib.sha256()
    for path in sources:
        found.update(f"{path.relative_to(package).as_posix()}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return found.hexdigest()[:12]


# Read once in a process, in some hundredths of a second: a list of the sources that judge would soon miss one.
CODE_MARK = code_mark(Path(__file__).parents[1])
