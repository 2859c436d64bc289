"""A worker killed while it reads an upload: what it had opened of it is nowhere to be found."""

from __future__ import annotations

import os
import signal
import tempfile
import time

import pytest

from collectief.bulk.sheets.columns import template_for
from collectief.bulk.sheets.reading import read_rows
from collectief.foundation.sealing import new_key
from collectief.scope import sealed_file
from collectief.segments.catalogue import profile
from tests.bulk_world import demo_file

ROWS = 3000


@pytest.mark.feature("U21")
def test_a_worker_killed_while_reading_leaves_nothing_plain(tmp_path, monkeypatch):
    key = new_key()
    with demo_file(tmp_path, "100001", rows=ROWS).open("rb") as stream:
        stored_as = sealed_file.keep("uploads", key, "7", stream)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    ear, mouth = os.pipe()
    worker = os.fork()
    if worker == 0:
        try:
            with sealed_file.plain_path(key, "7", stored_as) as path:
                rows = iter(read_rows(path, template_for(profile("staffing_agency"))))
                next(rows)
                os.write(mouth, b"+")
                time.sleep(60)
        finally:
            os._exit(1)
    os.close(mouth)
    assert os.read(ear, 1) == b"+"
    os.close(ear)
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    assert list(folder.iterdir()) == []
    # Whoever comes after it reads the same file.
    with sealed_file.plain_path(key, "7", stored_as) as path:
        found = read_rows(path, template_for(profile("staffing_agency")))
        assert sum(map(len, found)) == ROWS
    sealed_file.remove(stored_as)
