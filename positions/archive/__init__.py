"""The archive of a consultation: one package for ever, that any computer can check and an empty portal can load."""

from .bagit import BadPackage, open_package
from .checking import check
from .exporting import export

__all__ = ["BadPackage", "check", "export", "open_package"]
