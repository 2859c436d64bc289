"""A process killed while it writes a workbook: what it had of people on disk is nowhere to be found (laws 5 and 9)."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import openpyxl
import pytest

from collectief.bulk.asking import template_for
from collectief.bulk.sheets.corrections import write_bad_rows
from collectief.bulk.sheets.filled import write_filled
from collectief.foundation.sheet import write_sheet
from collectief.segments.catalogue import profile
from tests.faults.killing import Halt, halted

BSN = "111222333"
# More than any buffer holds: rows are on disk long before the last.
ROWS = 20_000
TEMPLATE = template_for(profile("staffing_agency"))


def _until(last: Halt) -> Iterator[str]:
    for _ in range(ROWS):
        yield BSN
    last()


def _a_list(stream: IO[bytes], last: Halt) -> None:
    write_sheet(stream, "Deelnemers", [("BSN", 12)], ([one] for one in _until(last)))


def _bad_rows(stream: IO[bytes], last: Halt) -> None:
    write_bad_rows(stream, TEMPLATE, (({"bsn": one}, [("x", "y")]) for one in _until(last)), language="nl")


def _a_filled_template(stream: IO[bytes], last: Halt) -> None:
    write_filled(stream, TEMPLATE, ({"bsn": one} for one in _until(last)), language="nl")


class _Halting(io.BytesIO):
    """Where a workbook goes: it comes there when every part of it is on disk."""

    def __init__(self, halt: Halt) -> None:
        super().__init__()
        self._halt = halt

    def write(self, data: object, /) -> int:
        self._halt()
        return 0


def _left_by_killed(folder: Path, work: Callable[[Halt], None]) -> bytes:
    """What lies in `folder` after a process was killed where its work halts."""

    def write(halt: Halt) -> None:
        tempfile.tempdir = str(folder)
        work(halt)

    with halted(write):
        pass
    return b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file() and not one.is_symlink())


@pytest.mark.feature("X02")
@pytest.mark.parametrize("write", [_a_list, _bad_rows, _a_filled_template])
def test_who_is_killed_while_writing_rows_leaves_nobody(tmp_path, write):
    assert _left_by_killed(tmp_path, lambda halt: write(io.BytesIO(), halt)) == b""


@pytest.mark.feature("X02")
@pytest.mark.parametrize("write", [_a_list, _bad_rows, _a_filled_template])
def test_nor_who_is_killed_while_putting_it_together(tmp_path, write):
    assert _left_by_killed(tmp_path, lambda halt: write(_Halting(halt), lambda: None)) == b""


@pytest.mark.parametrize("write", [_a_list, _bad_rows, _a_filled_template])
def test_who_is_not_leaves_the_workbook_and_no_file_open(tmp_path, monkeypatch, write):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    stream, before = io.BytesIO(), len(os.listdir("/dev/fd"))
    write(stream, lambda: None)
    assert list(tmp_path.iterdir()) == [] and len(os.listdir("/dev/fd")) == before
    cells = [cell for row in openpyxl.load_workbook(stream, read_only=True).active.values for cell in row]
    assert cells.count(BSN) == ROWS


def test_a_list_that_breaks_off_leaves_no_file_open_either(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = len(os.listdir("/dev/fd"))

    def broken() -> None:
        raise OSError

    with pytest.raises(OSError):
        _a_list(io.BytesIO(), broken)
    assert list(tmp_path.iterdir()) == [] and len(os.listdir("/dev/fd")) == before
