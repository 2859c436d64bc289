"""Values: small immutable things that are made by the hundred thousand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import dataclass_transform


@dataclass_transform(frozen_default=True)
def value[T](*, order: bool = False) -> Callable[[type[T]], type[T]]:
    """A frozen dataclass to the type checker, a plain one with slots at run time: made four times as fast.

    Nothing changes a value: `make check` refuses an assignment to one. Compares and hashes by its fields.
    """

    def made(cls: type[T]) -> type[T]:
        return dataclass(slots=True, unsafe_hash=True, order=order)(cls)

    return made
