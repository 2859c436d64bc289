"""The shape of an application, judged in plain Python (G01, O01, W01)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from collectief.access import rules as access
from collectief.access.rules import AccessRefused, Member
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
    """Roles that one can apply for here: chosen, or exactly those that whoever applies gets. Raises AccessRefused."""
    wanted = frozenset(roles)
    given = frozenset(profile.applies_for)
    if not wanted or not wanted <= frozenset(profile.applicable) or (given and wanted != given):
        raise AccessRefused("no_role")


def judge_first(profile: SegmentProfile, members: Collection[Member]) -> None:
    """Whether an application may be granted beside these members. Raises AccessRefused("managed_already").

    Where only the first of an organisation applies, somebody there who manages accounts lets the others in (O01):
    also who was invited to, and has not come yet.
    """
    if profile.first_only and any(access.will_manage(profile, one) for one in members):
        raise AccessRefused("managed_already")


def askable(profile: SegmentProfile, members: Collection[Member], own_id: int) -> frozenset[Role]:
    """The roles that a member may ask the insurer for: those they lack, where nobody there can give them (U02).

    None for the insurer's own staff, who would ask themselves.
    """
    own = next(one for one in members if one.id == own_id)
    if profile.is_office or any(access.will_manage(profile, one) for one in members):
        return frozenset()
    return frozenset(profile.applicable) - own.roles
