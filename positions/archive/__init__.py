"""Archive of a consultation: one package that any computer can verify and an empty portal can load."""

from .bagit import BadPackage, open_package
from .checking import check
from .exporting import export

__all__ = ["BadPackage", "check", "export", "open_package"]
