"""What the rows of a file can ask in a portal: by the catalogue that judges them, for the template too (U21)."""

from __future__ import annotations

from collectief.enrolment.facts import Kind
from collectief.enrolment.rules import CAPABILITIES
from collectief.segments.profile import SegmentProfile

from .sheets.columns import ACTIONS, COLUMNS, Action, Template


def asked_by(profile: SegmentProfile) -> tuple[Action, ...]:
    """What the rows of a segment's file can ask, where its portal has not switched that off."""
    return tuple(action for code, action in ACTIONS.items() if any(map(profile.allows, CAPABILITIES[Kind(code)])))


def template_for(profile: SegmentProfile) -> Template:
    """The template of a segment at a portal. Raises KeyError when its profile names a column there is not."""
    known = {column.key: column for column in COLUMNS}
    columns = tuple(known[key] for key in profile.upload_columns)
    return Template(columns, profile.termination_reasons, asked_by(profile))
