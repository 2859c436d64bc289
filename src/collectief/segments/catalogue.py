"""The one place that knows segments by name."""

from __future__ import annotations

from . import municipality, staffing_agency
from .profile import SegmentProfile

MODULES = (staffing_agency, municipality)
PROFILES: dict[str, SegmentProfile] = {module.PROFILE.slug: module.PROFILE for module in MODULES}


def profile(slug: str) -> SegmentProfile:
    """The profile of a segment. Raises KeyError for a slug no segment has."""
    return PROFILES[slug]
