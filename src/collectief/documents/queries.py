"""Whether a letter is ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from collectief.contracts.models import Insurer
from collectief.scope.database import office, signing_in

from .models import Document
from .rules import LetterKind


@dataclass(frozen=True, slots=True)
class MadeView:
    """What anybody may know of a letter whose number they have: what it is and when it was made, not about whom."""

    kind: LetterKind
    made_at: datetime


def made(insurer: str, number: str) -> MadeView | None:
    """The letter with this number, if this insurer made it and its term is not over."""
    with office():
        insurers = list(Insurer.objects.filter(slug=insurer).values_list("id", flat=True))
    with signing_in():
        rows = Document.objects.filter(
            number=number, insurer_id__in=insurers, keep_until__gte=timezone.localdate()
        ).values_list("kind", "made_at")
        return next((MadeView(LetterKind(kind), at) for kind, at in rows), None)
