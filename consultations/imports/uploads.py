"""Where an uploaded spreadsheet lies between its preview and its confirmation: a day, and no longer."""

import re
import time
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from import_export.tmp_storages import BaseStorage

from consultations.uploads.disk_space import NoRoom, room_to_write

A_DAY = 24 * 60 * 60


class UploadFolder(BaseStorage):
    """Files under a random name in a folder of their own, readable by the portal only."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.name = self.name or uuid.uuid4().hex

    def _path(self) -> Path:
        """Raises FileNotFoundError for a name that this class never gave."""
        if not re.fullmatch("[0-9a-f]{32}", self.name):
            raise FileNotFoundError(self.name)
        return _folder() / self.name

    def save(self, data: bytes) -> None:
        """Keep `data`, and throw away what was left behind by imports that nobody confirmed. Raises NoRoom."""
        for path in _folder().iterdir():
            if path.stat().st_mtime < time.time() - A_DAY:
                path.unlink(missing_ok=True)
        try:
            with room_to_write():
                self._path().touch(mode=0o600)
                self._path().write_bytes(data)
        except NoRoom:
            self.remove()
            raise

    def read(self) -> bytes:
        """Give back what was kept. Raises FileNotFoundError when it is gone."""
        return self._path().read_bytes()

    def remove(self) -> None:
        """Throw the file away."""
        self._path().unlink(missing_ok=True)


def _folder() -> Path:
    folder = Path(settings.VAR_DIR) / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
