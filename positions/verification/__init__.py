"""Is this file ours? Its hash is looked up first; a file that is not exactly ours is looked into."""

from .examining import LARGEST, State, Verdict, examine
from .seals import Seal, Standing, seals_of_ours

__all__ = ["LARGEST", "Seal", "Standing", "State", "Verdict", "examine", "seals_of_ours"]
