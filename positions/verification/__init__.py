"""Verify whether a file was published by the portal: by its hash, then by its content."""

from .examining import LARGEST, State, Verdict, examine
from .restricted import RESTRICTED, RestrictedCopy, find_restricted, is_restricted_print
from .signature_status import Seal, Standing, seals_of_ours

__all__ = [
    "LARGEST",
    "RESTRICTED",
    "RestrictedCopy",
    "Seal",
    "Standing",
    "State",
    "Verdict",
    "examine",
    "find_restricted",
    "is_restricted_print",
    "seals_of_ours",
]
