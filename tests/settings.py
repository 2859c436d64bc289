"""The installation's own settings, on a database of the test run's own."""

from __future__ import annotations

import os

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ.setdefault("COLLECTIEF_STATE", ".data/test")
os.environ["COLLECTIEF_DATABASE"] = f"test_{WORKER}"
os.environ.setdefault("COLLECTIEF_ENV", "test")

from collectief.config.settings import *  # noqa: E402, F403

# Files are served as they are found: hashing them for every test process would test nothing.
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": f".data/test/files-{WORKER}"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
