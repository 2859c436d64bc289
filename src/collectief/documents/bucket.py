"""A bucket of an object store that speaks S3; only loaded where letters lie in one, since its library is large."""

from __future__ import annotations

from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

# Somebody waits for a page meanwhile.
_IMPATIENT = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2, "mode": "standard"})


class Bucket(S3Storage):
    """Where the store is, and with which key, boto3 has from the environment as elsewhere (`AWS_...`)."""

    # What it says when it cannot be reached, or will not do as it is told.
    away = (Boto3Error, BotoCoreError, ClientError)

    def __init__(self, *, bucket_name: str, location: str) -> None:
        # A name is used once: nobody need ask whether it is free.
        options: dict[str, Any] = {"client_config": _IMPATIENT, "file_overwrite": True}
        super().__init__(bucket_name=bucket_name, location=location, **options)
