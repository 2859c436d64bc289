"""A workbook that is written row by row, in constant memory: what of it lies on disk meanwhile has no name there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, Any

import xlsxwriter
from xlsxwriter.packager import Packager
from xlsxwriter.worksheet import Worksheet


@contextmanager
def workbook(stream: IO[bytes]) -> Iterator[Any]:
    """A workbook of XlsxWriter's that goes to `stream` at the end of the block, also when that breaks off.

    Rows wait in files, as legible as the workbook will be. These have no name in any folder: should the process be
    killed, nothing is left of them (laws 5 and 9).
    """
    with ExitStack() as held:
        folder = held.enter_context(tempfile.TemporaryDirectory())
        book = _Book(stream, {"constant_memory": True, "tmpdir": folder})
        book.held = held
        try:
            yield book
        finally:
            book.close()


def _nameless(name: str, held: ExitStack) -> None:
    """Let an empty file be without its name, which leads to it for this process alone, and only while it is held."""
    file = os.open(name, os.O_RDWR)
    held.callback(os.close, file)
    os.unlink(name)
    os.symlink(f"/dev/fd/{file}", name)


# XlsxWriter makes its files by name, each empty at first: that is where they lose it.
class _Sheet(Worksheet):
    def _initialize(self, init_data: dict[str, Any]) -> None:
        super()._initialize(init_data)
        with ExitStack() as only_now:
            # XlsxWriter has it open itself until it is read back, and then takes the name away.
            _nameless(self.row_data_filename, only_now)


class _Packager(Packager):
    def __init__(self, held: ExitStack) -> None:
        super().__init__()
        self._held = held

    def _filename(self, xml_filename: str) -> Any:
        name = super()._filename(xml_filename)
        _nameless(name, self._held)
        return name


class _Book(xlsxwriter.Workbook):
    worksheet_class = _Sheet
    held: ExitStack

    def _get_packager(self) -> _Packager:
        return _Packager(self.held)
