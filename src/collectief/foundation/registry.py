"""Kinds that higher rooms register with a lower one at start-up (DESIGN, The house)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


class Named(Protocol):
    """What can be registered: it has a name of its own that is kept with what is of its kind."""

    @property
    def slug(self) -> str: ...


@dataclass(slots=True)
class Registry[K: Named]:
    """Every kind there is, by its name; filled at start-up."""

    kinds: dict[str, K] = field(default_factory=dict)

    def register(self, kind: K) -> None:
        self.kinds[kind.slug] = kind

    def kind(self, slug: str) -> K:
        """Raises KeyError for a kind nobody registered."""
        return self.kinds[slug]
