"""Where files lie, from an address in the environment."""

from __future__ import annotations

from typing import Any


def storage(address: str) -> dict[str, Any]:
    """The storage of an address, as Django's settings name one: a folder, or `s3://bucket/prefix`."""
    if not address.startswith("s3://"):
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": address}}
    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    return {"BACKEND": "collectief.documents.bucket.Bucket", "OPTIONS": {"bucket_name": bucket, "location": prefix}}
