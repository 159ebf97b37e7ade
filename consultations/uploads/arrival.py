"""How the bytes of an upload arrive: no request fills the disk, however large it says it is."""

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Keeps the files of a request up to LARGEST_UPLOAD bytes in all, and throws away what comes after.

    A file that was cut off tells its true size, so that the page can say how much too large it is.
    """

    kept = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """In: some bytes of the file. Out: nothing, since they are taken."""
        self.kept += len(raw_data)
        if self.kept <= settings.LARGEST_UPLOAD:
            super().receive_data_chunk(raw_data, start)
