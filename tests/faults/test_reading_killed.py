"""A process killed while it has an upload open: what it had of it is nowhere to be found."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from collectief.bulk.asking import template_for
from collectief.bulk.sheets.reading import read_rows
from collectief.foundation.sealing import new_key
from collectief.scope import sealed_file
from collectief.segments.catalogue import profile
from tests.bulk_world import demo_file
from tests.faults.killing import Halt, halted

ROWS = 3000


@pytest.mark.feature("U21")
def test_a_worker_killed_while_reading_leaves_nothing_plain(tmp_path, monkeypatch):
    key = new_key()
    with demo_file(tmp_path, "100001", rows=ROWS).open("rb") as stream:
        stored_as = sealed_file.keep("uploads", key, "7", stream)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))

    def read(halt: Halt) -> None:
        with sealed_file.plain_path(key, "7", stored_as) as path:
            rows = iter(read_rows(path, template_for(profile("staffing_agency"))))
            next(rows)
            halt()

    with halted(read):
        pass
    assert list(folder.iterdir()) == []
    # Whoever comes after it reads the same file.
    with sealed_file.plain_path(key, "7", stored_as) as path:
        found = read_rows(path, template_for(profile("staffing_agency")))
        assert sum(map(len, found)) == ROWS
    sealed_file.remove(stored_as)


class _Halting(io.BytesIO):
    """A request body that stays away after so much of it."""

    def __init__(self, body: bytes, halt: Halt) -> None:
        super().__init__(body)
        self._halt = halt

    def read(self, size: int | None = -1) -> bytes:
        part = super().read(size)
        if not part:
            self._halt()
        return part


@pytest.mark.feature("U21")
def test_a_web_process_killed_while_a_file_arrives_leaves_nothing_plain(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="mensen.xlsx"\r\n\r\n'
    body = head + b"123456782;" * 300_000

    def receive(halt: Halt) -> list[str]:
        meta = {
            "REQUEST_METHOD": "POST", "CONTENT_TYPE": "multipart/form-data; boundary=x",
            "CONTENT_LENGTH": str(len(body) * 2), "wsgi.input": _Halting(body, halt),
        }  # fmt: skip
        return list(WSGIRequest(meta).FILES)

    with halted(receive) as process:
        assert any(name.startswith(str(tmp_path)) for name in _open_files(process)), "too large for memory"
    assert list(tmp_path.iterdir()) == []


def _open_files(process: int) -> list[str]:
    return [os.readlink(one) for one in Path(f"/proc/{process}/fd").iterdir()]


@pytest.mark.feature("U21")
def test_a_file_that_is_too_large_for_memory_arrives_whole():
    content = b"PK" + os.urandom(3_000_000)
    sent = RequestFactory().post("/", {"file": SimpleUploadedFile("mensen.xlsx", content)})
    file = sent.FILES["file"]
    assert (file.name, file.size, file.read() == content) == ("mensen.xlsx", len(content), True)
    sent.close()
    assert file.closed
