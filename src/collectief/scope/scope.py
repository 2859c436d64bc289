"""The scope of one request, job or command."""

from __future__ import annotations

from dataclasses import dataclass

from collectief.segments.profile import Capability, Permission, Role, SegmentProfile


class NotAllowed(PermissionError):
    """What was asked needs a permission or capability that the scope does not hold."""


@dataclass(frozen=True, slots=True)
class Scope:
    """An account acting for one organisation of one insurer, with its roles and the segment's profile.

    `brand` is the slug of the portal it came through; `channel` how (form, upload, command).
    """

    insurer_id: int
    insurer: str
    organisation_id: int
    organisation: str
    account_id: int
    account: str
    roles: frozenset[Role]
    profile: SegmentProfile
    brand: str
    channel: str = "form"

    def may(self, permission: Permission, capability: Capability | None = None) -> bool:
        """Whether the roles hold the permission and the segment has the capability."""
        return permission in self.profile.permissions(self.roles) and (
            capability is None or self.profile.allows(capability)
        )

    def require(self, permission: Permission, capability: Capability | None = None) -> None:
        """Raises NotAllowed unless `may`."""
        if not self.may(permission, capability):
            raise NotAllowed(permission, capability)
