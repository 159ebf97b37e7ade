"""Validate uploaded files by their content, never by name or claimed type."""

from .rejections import Refused

__all__ = ["Refused"]
