"""The one place that knows segments by name."""

from __future__ import annotations

from . import (
    administration_office,
    back_office,
    employer,
    municipality,
    occupational_care,
    representative,
    staffing_agency,
)
from .profile import SegmentProfile

MODULES = (
    staffing_agency,
    municipality,
    employer,
    occupational_care,
    representative,
    back_office,
    administration_office,
)
PROFILES: dict[str, SegmentProfile] = {module.PROFILE.slug: module.PROFILE for module in MODULES}


def profile(slug: str) -> SegmentProfile:
    """The profile of a segment. Raises KeyError for a slug no segment has."""
    return PROFILES[slug]
