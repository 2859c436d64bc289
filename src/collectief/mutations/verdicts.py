"""What judging can come to; plain Python, the same for every kind of mutation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from typing import Any

from collectief.foundation.value import value


@value()
class Refused:
    """Not possible; `code` and `params` are turned into a reason and a remedy by the locale."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


@value()
class Unchanged:
    """What was asked is already so."""


@value()
class Waiting:
    """No judgement yet: the BRP must be asked first."""


@value()
class Accepted:
    """Possible, with what it changes. `effective_day` is the first day that differs because of it.

    `changes` belong to the family of kinds that judged.
    """

    effective_day: date
    changes: tuple[Any, ...] = ()


Verdict = Accepted | Unchanged | Waiting | Refused
