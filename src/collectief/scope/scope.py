"""The scope of one request, job or command."""

from __future__ import annotations

from dataclasses import dataclass

from collectief.segments.profile import Capability, Field, Permission, Role, SegmentProfile


class NotAllowed(PermissionError):
    """What was asked needs a permission or capability that the scope does not hold."""


@dataclass(frozen=True, slots=True)
class UnderMandate:
    """The mandate that somebody acts under, and the organisation they are of (X07)."""

    id: int
    organisation_id: int
    organisation: str


@dataclass(frozen=True, slots=True)
class Scope:
    """An account acting for one organisation of one insurer, with its roles and the segment's profile.

    `brand` is the slug of the portal it came through; `channel` how (form, upload, command). `contracts` are the ones
    the account was given to work in (G13); None is every contract of the organisation, also a later one. Under a
    `mandate` the organisation is the principal, and `account` says of which organisation somebody is.
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
    contracts: frozenset[int] | None = None
    # None for who acts for their own organisation.
    mandate: UnderMandate | None = None
    # Whether the account may act for others too.
    represents: bool = False

    @property
    def home_id(self) -> int:
        """The organisation in which the account has its place."""
        return self.mandate.organisation_id if self.mandate else self.organisation_id

    @property
    def mandate_id(self) -> int | None:
        return self.mandate.id if self.mandate else None

    def may(self, permission: Permission, capability: Capability | None = None) -> bool:
        """Whether the roles hold the permission and the segment has the capability."""
        return permission in self.profile.permissions(self.roles) and (
            capability is None or self.profile.allows(capability)
        )

    def require(self, permission: Permission, capability: Capability | None = None) -> None:
        """Raises NotAllowed unless `may`."""
        if not self.may(permission, capability):
            raise NotAllowed(permission, capability)

    def sees(self, field: Field) -> bool:
        """Whether this of a participant is shown here (U07, U19)."""
        return self.profile.sees(self.roles, field)

    def within_reach(self, column: str) -> str:
        """SQL that keeps a statement to the contracts of the scope; nothing where it reaches all of them."""
        if self.contracts is None:
            return ""
        # Whole numbers of our own, written out: a value that travels beside the statement is unknown to its plan.
        return f" AND {column} = ANY ('{{{','.join(map(str, sorted(self.contracts)))}}}'::bigint[])"
