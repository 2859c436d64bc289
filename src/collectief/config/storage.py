"""Where files lie, from an address in the environment."""

from __future__ import annotations

from typing import Any

from botocore.config import Config

# Somebody waits for a page meanwhile.
_IMPATIENT = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2, "mode": "standard"})


def storage(address: str) -> dict[str, Any]:
    """The storage of an address, as Django's settings name one: a folder, or `s3://bucket/prefix`.

    Where the object store is, and with which key, boto3 has from the environment as elsewhere (`AWS_...`).
    """
    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    if not address.startswith("s3://"):
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": address}}
    # A name is used once: nobody need ask whether it is free.
    options = {"bucket_name": bucket, "location": prefix, "client_config": _IMPATIENT, "file_overwrite": True}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
