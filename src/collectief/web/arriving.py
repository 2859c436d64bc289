"""Files on their way in: what is too large for memory waits on the disk without a name (law 5)."""

from __future__ import annotations

import tempfile
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class NamelessUploadHandler(FileUploadHandler):
    """Keeps a file that arrives where nobody else can open it, and where it is gone with the process.

    Django's own gives it a name in the folder for temporary files, where it stays, BSNs and all, when the process is
    killed before the request is over.
    """

    def new_file(self, *args: Any, **more: Any) -> None:
        super().new_file(*args, **more)
        # Closed with the request, by Django.
        held = tempfile.TemporaryFile()  # noqa: SIM115
        self.file: UploadedFile[Any] = UploadedFile(
            held, self.file_name, self.content_type, 0, self.charset, self.content_type_extra
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any]:
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
