"""The messages that tell an organisation what became of a mutation (U29, G11, G12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from collectief.foundation.names import PersonName
from collectief.inbox.facts import About, Tiding
from collectief.segments.profile import MessageCategory, SegmentProfile

from .corridor import registry
from .rules import State

# What a confirmation says beside who and where: the days that were asked.
_DAYS = ("first_day", "last_day")


def told(
    profile: SegmentProfile,
    mutation_id: int,
    kind: str,
    state: str,
    asked: Mapping[str, Any],
    *,
    contracts: Sequence[int],
    participant_id: int | None,
    refused: tuple[str, Mapping[str, Any]] | None = None,
    late: bool = False,
) -> list[Tiding]:
    """The message that this mutation came to this state; none for a kind that is nobody's news.

    `refused` is the reason as code and parameters. `late`: decided after it had waited, which was told of before.
    """
    if kind not in registry.family(kind).told:
        return []
    facts: dict[str, Any] = {name: asked[name] for name in _DAYS if name in asked}
    if not contracts and (named := asked.get("to_contract") or asked.get("contract")):
        facts["contract"] = named
    if refused:
        facts |= {"refused": refused[0], "params": dict(refused[1])}
    name = asked.get("name")
    return [
        Tiding(
            profile.rejections_in if state == State.REJECTED else MessageCategory.CONFIRMATION,
            f"{kind}.decided" if late and state == State.PROCESSED else f"{kind}.{state}",
            About.MUTATION,
            mutation_id,
            contracts or None,
            participant_id,
            PersonName(*name) if name else None,
            facts,
        )
    ]
