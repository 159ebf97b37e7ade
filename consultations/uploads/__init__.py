"""What may come in as a file: told by its bytes, never by its name or by what a browser says it is."""

from .rejections import Refused

__all__ = ["Refused"]
