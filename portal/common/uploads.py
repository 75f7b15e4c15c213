"""Uploaded files: how large they may be, whoever sends them and wherever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MAX_FILE_BYTES = 25 * 2**20
# The file, a small one beside it, and the fields of a form.
MAX_BODY_BYTES = MAX_FILE_BYTES + 2 * 2**20


class BoundedUpload(FileUploadHandler):
    """Refuses a form with files that is too large before it is read: nothing of it reaches memory or disk."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Mapping[str, Any],  # Django calls it by this name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        """Looks at the length only; who lies about it sends no more than was told.

        Raises:
            RequestDataTooBig: the body is too large.
        """
        if content_length > MAX_BODY_BYTES:
            raise RequestDataTooBig(f"A form with files may have {MAX_BODY_BYTES // 2**20} MiB.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Hands the data on."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Another handler keeps the file."""
