"""Reading a file that came from outside: in a child process, a thousand rows at a time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import msgspec

from .answer import Answer, FileHead
from .columns import Template
from .container import FileRefused, Limits
from .rows import Rows

__all__ = ["FileHead", "FileRefused", "Limits", "Reading", "read_rows"]

_PIECE = 1 << 18
_PIPE = 1 << 20
_DECODER = msgspec.json.Decoder(Answer)


class Reading:
    """The rows of a file, some at a time; `head` is filled once the first are there, and whole once all are."""

    def __init__(self, path: Path, template: Template, limits: Limits) -> None:
        self.head = FileHead()
        self._path = path
        self._question = {
            "columns": [column.key for column in template.columns],
            "reasons": [[reason.code, reason.dutch, reason.english] for reason in template.reasons],
            "actions": [action.code for action in template.actions],
            "version": template.version,
            "limits": asdict(limits),
        }
        self._seconds = limits.seconds

    def __iter__(self) -> Iterator[Rows]:
        """Yields rows; raises FileRefused, also for a child that died or took too long."""
        try:
            file = self._path.open("rb")
        except OSError:
            raise FileRefused("unreadable") from None
        with file:
            yield from self._rows(file.fileno())

    def _rows(self, descriptor: int) -> Iterator[Rows]:
        # The child is given the open file, which need not have a name.
        question = {**self._question, "path": f"/dev/fd/{descriptor}"}
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "collectief.bulk.sheets.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
            cwd="/",
            pass_fds=[descriptor],
        )
        assert child.stdin is not None and child.stdout is not None
        # A chunk does not fit in a pipe's usual 64 kB: the child would wait for us and we for it, in turns.
        with contextlib.suppress(OSError):
            fcntl.fcntl(child.stdout.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)
        ended = False
        try:
            child.stdin.write(json.dumps(question).encode() + b"\n")
            child.stdin.close()
            for line in _lines(child.stdout.fileno(), self._seconds):
                answer = _DECODER.decode(line)
                if answer.rows is not None:
                    yield answer.rows
                elif answer.head is not None:
                    self.head = answer.head
                elif answer.refused:
                    raise FileRefused(answer.refused, **answer.params)
                else:
                    ended = True
        except (BrokenPipeError, ValueError, RecursionError, msgspec.MsgspecError):
            raise FileRefused("unreadable") from None
        finally:
            child.kill()
            child.wait()
            child.stdout.close()
        if not ended:
            raise FileRefused("unreadable")


def _lines(descriptor: int, seconds: float) -> Iterator[bytes]:
    """Lines from the child, with what is left at the end; none for `seconds` ends the reading.

    Only waiting counts: whoever takes the rows may take as long as it needs.
    """
    pending: list[bytes] = []
    while select.select([descriptor], [], [], seconds)[0] and (piece := os.read(descriptor, _PIECE)):
        *whole, rest = piece.split(b"\n")
        if whole:
            yield b"".join((*pending, whole[0]))
            yield from whole[1:]
            pending.clear()
        pending.append(rest)
    if left := b"".join(pending):
        yield left


def read_rows(path: Path, template: Template, *, limits: Limits | None = None) -> Reading:
    """The rows of the file at `path`, to iterate over once; see `Reading`."""
    return Reading(path, template, limits or Limits())
