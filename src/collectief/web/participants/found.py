"""The participant of a page, or the page that says there is none."""

from __future__ import annotations

from django.http import Http404
from django.utils import timezone

from collectief.enrolment.queries import stays_of
from collectief.participants import queries as participants
from collectief.participants.queries import ParticipantView
from collectief.scope.scope import Scope


def participant_of(scope: Scope, participant_id: int) -> ParticipantView:
    """One participant. Raises Http404 for one that is not the scope's.

    For who works in some contracts, that is whoever has no stay in one of those (G13).
    """
    try:
        found = participants.participant(scope, participant_id)
    except participants.NotFound:
        raise Http404 from None
    if not _reached(scope, participant_id):
        raise Http404
    return found


def is_seen(scope: Scope, participant_id: int | None) -> bool:
    """Whether there is a page about this participant."""
    return participant_id is not None and _reached(scope, participant_id)


def _reached(scope: Scope, participant_id: int) -> bool:
    return scope.contracts is None or bool(stays_of(scope, participant_id, today=timezone.localdate()))
