"""How the bytes of an upload arrive: no request fills the disk, however large it says it is."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from .disk_space import NotKept, is_full


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Keeps the files of a request up to LARGEST_UPLOAD bytes in all, and throws away what comes after.

    A file that was cut off tells its true size, so that the page can say how much too large it is. One for which the
    disk has no room arrives as NotKept, so that the page can say that.
    """

    kept = 0

    @property
    def most(self) -> int:
        """How many bytes are kept."""
        return settings.LARGEST_UPLOAD

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """In: what the request says about the file. Out: nothing; the file is begun."""
        self.has_room = True
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._give_up(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """In: some bytes of the file. Out: nothing, since they are taken."""
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
        """In: the size of the whole file. Out: the file, or that it was not kept."""
        if self.has_room:
            try:
                return super().file_complete(file_size)
            except OSError as error:  # the last bytes are written only when the file is read again
                self._give_up(error)
        return NotKept(BytesIO(), self.file_name, self.content_type, file_size, self.charset)
