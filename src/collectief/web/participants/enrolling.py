"""Where enrolling begins, for whoever may."""

from __future__ import annotations

from django.urls import reverse

from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

_DOORS = {Capability.ENROL_HOUSEHOLD: "household", Capability.ENROL: "new_participant"}


def enrolling_at(scope: Scope) -> str:
    """The address of Nieuwe deelnemer; empty for who enrols nobody."""
    change = Permission.CHANGE_PARTICIPANTS
    return next((reverse(name) for one, name in _DOORS.items() if scope.may(change, one)), "")
