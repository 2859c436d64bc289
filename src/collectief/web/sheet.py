"""Workbooks to download."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Callable
from contextlib import ExitStack
from typing import IO

from django.http import FileResponse

from collectief.exports.lists import PeopleList
from collectief.exports.people import Person
from collectief.scope.scope import Scope

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheet_file[Written](name: str, write: Callable[[IO[bytes]], Written]) -> tuple[FileResponse, Written]:
    """A workbook that `write` writes, to download as `name`, and what it said of that.

    It is a file of its own without a name, closed by the response, or when it could not be written: then it is gone.
    """
    with ExitStack() as unfinished:
        stream = unfinished.enter_context(tempfile.TemporaryFile())
        written = write(stream)
        stream.seek(0)
        response = FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)
        unfinished.pop_all()
    return response, written


def people_file[Row: Person](scope: Scope, which: PeopleList[Row], *, name: str) -> tuple[FileResponse, array[int]]:
    """A list of people as a workbook, and whom it is about, for the trail."""
    return sheet_file(name, lambda stream: which.write(stream, scope))
