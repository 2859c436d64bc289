"""What documents do in the background."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.scope.database import housekeeping

from .models import Document
from .store import Place, current_store

# So many letters go in one transaction.
_AT_ONCE = 1_000
# A file of which there is no letter is of one that is being made, or of one of which nothing came.
_MAKING = timedelta(days=1)


@app.periodic(cron="17 3 * * *")
@app.task(name="documents.forget", queue="interactive", queueing_lock="documents.forget")
def forget(timestamp: int) -> None:
    """Every night: of what is past its term nothing is left, nor of what never became a letter (law 9)."""
    while _forget_some():
        pass
    with housekeeping():
        current_store().sweep(_known, before=timezone.now() - _MAKING)


def _forget_some() -> bool:
    """Forget some letters; whether there were any. Broken off, the rest goes the next night."""
    with housekeeping():
        past = Document.objects.filter(keep_until__lt=timezone.localdate()).order_by("keep_until", "id")
        places = [Place(0, id_, number) for id_, number in past.values_list("id", "number")[:_AT_ONCE]]
        current_store().remove(places)
        Document.objects.filter(id__in=[one.document_id for one in places]).delete()
    return bool(places)


def _known(numbers: Collection[str]) -> set[str]:
    return set(Document.objects.filter(number__in=numbers).values_list("number", flat=True))
