"""What a case shows once what it was about is no longer kept: that its term is over (law 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from collectief.cases.rules import About


def titles(subjects: Sequence[str], known: Mapping[str, str]) -> Mapping[str, str]:
    """A title for each of the subjects, of which only the `known` are still there."""
    return {**dict.fromkeys(subjects, _("Verwijderd")), **known}


def about() -> About:
    """In place of everything that was filled in."""
    return About(((_("Aanvraag"), gone()),))


def gone() -> str:
    """In place of one thing."""
    return _("Verwijderd: de bewaartermijn is voorbij.")
