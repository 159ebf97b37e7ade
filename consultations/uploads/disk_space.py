"""A full disk, said in words to whoever sends something: it is not their file that is wrong."""

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
    """The disk is full; nothing of what was to be written is kept."""

    def __init__(self) -> None:
        super().__init__(str(WORDS))


def is_full(error: OSError) -> bool:
    """Whether this error says that the disk is full, or what the portal may use of it. The technicians' log tells."""
    if error.errno in FULL:
        log.critical("No room on the disk: %s", error)
    return error.errno in FULL


@contextmanager
def room_to_write() -> Iterator[None]:
    """Raises NoRoom where the disk is full."""
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        raise NoRoom from error


class NotKept(UploadedFile):
    """A file for whose bytes there was no room while they arrived."""


def has_room(file: UploadedFile) -> None:
    """A validator of file fields: raises ValidationError for a file that was not kept."""
    if isinstance(file, NotKept):
        raise ValidationError(WORDS)
