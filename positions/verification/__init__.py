"""Is this file ours? Its hash is looked up first; a file that is not exactly ours is looked into."""

from .examining import LARGEST, State, Verdict, examine
from .restricted import RestrictedCopy, find_restricted
from .seals import Seal, Standing, seals_of_ours

__all__ = [
    "LARGEST",
    "RestrictedCopy",
    "Seal",
    "Standing",
    "State",
    "Verdict",
    "examine",
    "find_restricted",
    "seals_of_ours",
]
