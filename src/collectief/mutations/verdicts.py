"""What judging can come to; plain Python, the same for every kind of mutation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import Struct


class Refused(Struct, frozen=True):
    """Not possible; `code` and `params` are turned into a reason and a remedy by the locale."""

    code: str
    params: Mapping[str, str] = {}


class Unchanged(Struct, frozen=True):
    """What was asked is already so."""


class Waiting(Struct, frozen=True):
    """No judgement yet: the BRP must be asked first."""


class Accepted(Struct, frozen=True):
    """Possible, with what it changes. `effective_day` is the first day that differs because of it.

    `changes` belong to the family of kinds that judged.
    """

    effective_day: date
    changes: tuple[Any, ...] = ()


Verdict = Accepted | Unchanged | Waiting | Refused
