"""Whether a letter is ours, and which ones are kept."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from django.utils import timezone

from collectief.contracts.models import Insurer
from collectief.scope.database import office, signing_in
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from . import vault
from .models import Document
from .rules import LetterKind, asked_for, offered_by
from .store import Place, Store, current_store

_log = logging.getLogger(__name__)

# How many of somebody's letters a page shows: the latest.
_MOST = 50


class NoDocument(LookupError):
    """There is no letter with that number that whoever asks may see."""


@dataclass(frozen=True, slots=True)
class KeptView:
    """A letter that was made before and can be had as it was."""

    id: int
    kind: LetterKind
    made_at: datetime
    name: str


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


def kept_letters(
    organisation_id: int, *, facts: Iterable[bytes] = (), document_id: int | None = None
) -> list[Document]:
    """Letters of an organisation that say just this, or the one with this id, whose file is kept.

    Must run inside `opened` or `working_for` of it.
    """
    own = Document.objects.filter(organisation_id=organisation_id, key_sealed__isnull=False)
    own = own.filter(keep_until__gte=timezone.localdate())
    if document_id is not None:
        return list(own.filter(id=document_id))
    wanted = list(facts)
    return list(own.filter(facts__in=wanted)) if wanted else []


def kept_about(scope: Scope, participant_id: int) -> list[KeptView]:
    """The latest letters about somebody, newest first, in one query. Must run inside `opened`. Raises NotAllowed."""
    scope.require(Permission.SEE_PARTICIPANTS)
    kinds = [kind for kind in LetterKind if scope.may(asked_for(kind), offered_by(kind))]
    own = Document.objects.filter(
        organisation_id=scope.organisation_id, participant_id=participant_id, key_sealed__isnull=False,
        keep_until__gte=timezone.localdate(), kind__in=kinds,
    )  # fmt: skip
    rows = own.order_by("-made_at", "-id").values_list("id", "kind", "made_at", "name")[:_MOST]
    return [KeptView(id_, LetterKind(kind), at, name) for id_, kind, at, name in rows]


def kept_file(organisation_id: int, document_id: int) -> bytes | None:
    """The PDF of a letter, for a job that sends it; None when it is not kept. Must run inside `working_for`."""
    rows = Document.objects.filter(organisation_id=organisation_id, id=document_id, key_sealed__isnull=False)
    return readable(current_store(), rows).get(document_id)


def readable(store: Store, rows: Collection[Document]) -> dict[int, bytes]:
    """The PDFs of these letters, by their ids; without those whose file is gone or damaged, which the log names.

    A disk may fail, and a back-up be of before. Raises StoreUnavailable.
    """
    places = {row.id: Place(row.organisation_id, row.id, row.number) for row in rows}
    files = store.take(places.values()) if places else {}
    found = {}
    for row in rows:
        try:
            sealed = vault.Sealed(bytes(row.key_sealed or b""), files[places[row.id]])
            found[row.id] = vault.opened(row.number, sealed)
        except (KeyError, InvalidTag) as problem:
            what = "gone" if isinstance(problem, KeyError) else "damaged"
            _log.error("the file of kept letter %s is %s", row.id, what)
    return found
