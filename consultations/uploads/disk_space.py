"""Turn ENOSPC into a user-facing error: the upload failed because the disk is full, not because of the file."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy

from ncm_portal.workflow import Blocked

log = logging.getLogger(__name__)
FULL = (errno.ENOSPC, errno.EDQUOT)
WORDS = gettext_lazy(
    "The portal has no disk space left. There is nothing wrong with your file. "
    "Try again later, or contact the secretariat."
)


class NoRoom(Blocked):
    """Raised if the disk is full; nothing was stored."""

    def __init__(self) -> None:
        super().__init__(str(WORDS))


def is_full(error: OSError) -> bool:
    """Return whether this error means that the disk or quota is full, and log it."""
    if error.errno in FULL:
        log.critical("No room on the disk: %s", error)
    return error.errno in FULL


@contextmanager
def room_to_write() -> Iterator[None]:
    """Context manager that raises NoRoom if the disk is full."""
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        raise NoRoom from error


class NotKept(UploadedFile):
    """Upload that could not be stored because the disk was full."""


def has_room(file: UploadedFile) -> None:
    """Validate that a file was stored: raise ValidationError if the disk was full."""
    if isinstance(file, NotKept):
        raise ValidationError(WORDS)
