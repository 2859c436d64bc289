"""Where the sealed files of letters lie: in the database, or wherever a storage of Django's puts them.

`COLLECTIEF_LETTERS` names a folder, or a bucket of an object store (S3). Whatever else keeps files is a storage named
"letters" in the settings; nothing here knows which.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from .models import DocumentFile

# Folders by the first symbols of a number: a thousand of them, with a thousandth of the letters each.
_PREFIX = 2


class StoreUnavailable(RuntimeError):
    """Where letters lie cannot be reached now: nothing was kept, and nothing is lost."""


@dataclass(frozen=True, slots=True)
class Place:
    """Of which letter a file is."""

    organisation_id: int
    document_id: int
    number: str


class Store(Protocol):
    """Keeps files that are sealed already."""

    def put(self, files: Mapping[Place, bytes]) -> None:
        """Keep these, in the transaction that keeps their letters. Must run inside `opened`."""

    def take(self, places: Collection[Place]) -> dict[Place, bytes]:
        """The files that are there. Must run inside `opened`."""

    def remove(self, places: Collection[Place]) -> None:
        """Nothing is left of these. Must run inside `housekeeping`."""

    def sweep(self, known: Callable[[Collection[str]], set[str]], *, before: datetime) -> None:
        """Remove files from before `before` of numbers that are not among `known`: of whose making nothing came.

        Must run inside `housekeeping`.
        """


class InTable:
    """Beside the letters, in the database: one thing to back up."""

    def put(self, files: Mapping[Place, bytes]) -> None:
        DocumentFile.objects.bulk_create(
            DocumentFile(document_id=one.document_id, organisation_id=one.organisation_id, sealed=content)
            for one, content in files.items()
        )

    def take(self, places: Collection[Place]) -> dict[Place, bytes]:
        by_id = {one.document_id: one for one in places}
        rows = DocumentFile.objects.filter(document_id__in=by_id).values_list("document_id", "sealed")
        return {by_id[id_]: bytes(content) for id_, content in rows}

    def remove(self, places: Collection[Place]) -> None:
        DocumentFile.objects.filter(document_id__in=[one.document_id for one in places]).delete()

    def sweep(self, known: Callable[[Collection[str]], set[str]], *, before: datetime) -> None:
        """Nothing: a file that is in a table came with its letter."""


class InStorage:
    """In a storage of Django's, a file per letter, named by its number. Everything raises StoreUnavailable."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        # What it says when it cannot be reached, or will not do as it is told: a disk, or whatever it names itself.
        self._away: tuple[type[Exception], ...] = (OSError, *getattr(storage, "away", ()))

    def put(self, files: Mapping[Place, bytes]) -> None:
        with self._reaching():
            for one, content in files.items():
                self._storage.save(_path(one.number), ContentFile(content))

    def take(self, places: Collection[Place]) -> dict[Place, bytes]:
        found = {}
        for one in places:
            try:
                with self._reaching(), self._storage.open(_path(one.number), "rb") as stream:
                    found[one] = stream.read()
            except FileNotFoundError:
                continue
        return found

    def remove(self, places: Collection[Place]) -> None:
        with self._reaching():
            for one in places:
                self._storage.delete(_path(one.number))

    def sweep(self, known: Callable[[Collection[str]], set[str]], *, before: datetime) -> None:
        try:
            with self._reaching():
                self._sweep(known, before)
        except FileNotFoundError:
            """No letter was ever kept here."""

    def _sweep(self, known: Callable[[Collection[str]], set[str]], before: datetime) -> None:
        for folder in self._storage.listdir("")[0]:
            names = self._storage.listdir(folder)[1]
            for number in set(names) - known(names):
                if self._storage.get_modified_time(_path(number)) < before:
                    self._storage.delete(_path(number))

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Whatever the storage says is said as we do; that a file is not there, as everywhere."""
        try:
            yield
        except FileNotFoundError:
            raise
        except self._away as problem:
            raise StoreUnavailable(type(problem).__name__) from problem


def _path(number: str) -> str:
    return f"{number[:_PREFIX]}/{number}"


def current_store() -> Store:
    """The one that this installation was given."""
    return InStorage(storages["letters"]) if "letters" in settings.STORAGES else InTable()
