"""Where the sealed files of letters lie: in the database, or wherever a storage of Django's puts them.

`COLLECTIEF_LETTERS` names a folder. Whatever else keeps files, such as an object store, is a storage named "letters" in
the settings; nothing here knows which.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from .models import DocumentFile

# Folders by the first symbols of a number: a thousand of them, with a thousandth of the letters each.
_PREFIX = 2


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
    """In a storage of Django's, a file per letter, named by its number."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def put(self, files: Mapping[Place, bytes]) -> None:
        for one, content in files.items():
            self._storage.save(_path(one.number), ContentFile(content))

    def take(self, places: Collection[Place]) -> dict[Place, bytes]:
        found = {}
        for one in places:
            if self._storage.exists(_path(one.number)):
                with self._storage.open(_path(one.number), "rb") as stream:
                    found[one] = stream.read()
        return found

    def remove(self, places: Collection[Place]) -> None:
        for one in places:
            self._storage.delete(_path(one.number))

    def sweep(self, known: Callable[[Collection[str]], set[str]], *, before: datetime) -> None:
        if not self._storage.exists(""):
            return
        for folder in self._storage.listdir("")[0]:
            names = self._storage.listdir(folder)[1]
            for number in set(names) - known(names):
                if self._storage.get_modified_time(_path(number)) < before:
                    self._storage.delete(_path(number))


def _path(number: str) -> str:
    return f"{number[:_PREFIX]}/{number}"


def current_store() -> Store:
    """The one that this installation was given."""
    return InStorage(storages["letters"]) if "letters" in settings.STORAGES else InTable()
