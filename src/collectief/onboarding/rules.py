"""The shape of an application, judged in plain Python (G01, O01, W01)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from collectief.access import rules as access
from collectief.access.rules import AccessRefused
from collectief.segments.profile import Role, SegmentProfile


@dataclass(frozen=True, slots=True)
class Applied:
    """What somebody asks: for which organisation, who they are, and which roles they want."""

    segment: str
    organisation: str
    kvk: str
    name: str
    email: str
    phone: str
    roles: tuple[Role, ...]


def judge(profile: SegmentProfile, applied: Applied) -> None:
    """Whether it can be sent in. Raises AccessRefused with what is wrong."""
    access.judge_address(applied.email)
    judge_roles(profile, applied.roles)


def judge_roles(profile: SegmentProfile, roles: Iterable[Role]) -> None:
    """Roles that this kind of customer has. Raises AccessRefused."""
    wanted = frozenset(roles)
    if not wanted or not wanted <= frozenset(profile.roles):
        raise AccessRefused("no_role")
