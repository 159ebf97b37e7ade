"""Upload handler that limits what a request can write to disk."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from .disk_space import NotKept, is_full


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Stores the files of a request up to LARGEST_UPLOAD bytes in total and discards the rest.

    A truncated file reports its true size, so that the error can say how much too large it is. If the disk is full the
    file arrives as NotKept, so that the error can say that.
    """

    kept = 0

    @property
    def most(self) -> int:
        """Return the number of bytes to store."""
        return settings.LARGEST_UPLOAD

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Start a file."""
        self.has_room = True
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._give_up(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Store a chunk; returns None because it is consumed."""
        self.kept += len(raw_data)
        if not self.has_room or self.kept > self.most:
            return
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        if not is_full(error):
            raise error
        self.has_room = False
        self.upload_interrupted()

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """Return the file, or a NotKept."""
        if self.has_room:
            try:
                return super().file_complete(file_size)
            except OSError as error:  # the last bytes are flushed only when the file is read again
                self._give_up(error)
        return NotKept(BytesIO(), self.file_name, self.content_type, file_size, self.charset)
