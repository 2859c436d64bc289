"""Another release has another mark, whichever of its sources differs (ADR 11)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import collectief
from collectief.foundation.release import CODE_MARK, code_mark

PACKAGE = Path(collectief.__file__).parent


@pytest.fixture(scope="module")
def copied(tmp_path_factory) -> Path:
    """The package elsewhere, as another installation of the same release has it."""
    place = tmp_path_factory.mktemp("release") / "collectief"
    return Path(shutil.copytree(PACKAGE, place, ignore=shutil.ignore_patterns("__pycache__", "static", "locale")))


def test_the_same_release_has_the_same_mark_wherever_it_is(copied):
    assert code_mark(copied) == CODE_MARK
    (copied / "__pycache__").mkdir()
    (copied / "__pycache__" / "rules.cpython-313.pyc").write_bytes(b"compiled")
    assert code_mark(copied) == CODE_MARK


@pytest.mark.parametrize(
    "source",
    [
        "enrolment/rules.py", "enrolment/sitting.py", "enrolment/effects.py", "foundation/names.py",
        "foundation/dates.py", "foundation/period.py", "policies/rules.py", "bulk/applications.py",
        "segments/municipality.py", "brands/mijnzz/brand.toml",
    ],
)  # fmt: skip
def test_a_release_that_judges_otherwise_has_another(copied, source):
    path = copied / source
    before = path.read_bytes()
    path.write_bytes(before + b"\n# otherwise\n")
    assert code_mark(copied) != CODE_MARK
    path.write_bytes(before)
    assert code_mark(copied) == CODE_MARK


def test_a_source_that_moved_counts_too(tmp_path):
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("x = 1\n")
    before = code_mark(tmp_path)
    (tmp_path / "b.py").rename(tmp_path / "c.py")
    assert code_mark(tmp_path) != before
