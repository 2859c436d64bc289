"""Letters as PDF: Typst sets them, by the standards for everyone (PDF/UA-1) and for later (PDF/A-2a)."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

LETTERS = Path(__file__).parent / "letters"
STANDARDS: list[Any] = ["a-2a", "ua-1"]
_own = threading.local()


class LetterFailed(RuntimeError):
    """A letter could not be set: a fault of its layout, or letters of a script that no font has."""


def typeset(letter: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of a letter; `letter` is what letters/letter.typ reads. Raises LetterFailed."""
    try:
        pdf = _compiler().compile(
            LETTERS / "letter.typ",
            format="pdf",
            sys_inputs={"letter": json.dumps(letter, ensure_ascii=False)},
            pdf_standards=STANDARDS,
            timestamp=at.replace(microsecond=0),
        )
    except typst.TypstError as error:
        raise LetterFailed(error.message) from error
    assert isinstance(pdf, bytes)
    return pdf


def _compiler() -> typst.Compiler:
    """One that stays, with its fonts read, for each thread: it is not made to be shared. No font of the machine."""
    if not hasattr(_own, "compiler"):
        _own.compiler = typst.Compiler(root=LETTERS, ignore_system_fonts=True)
    return _own.compiler
