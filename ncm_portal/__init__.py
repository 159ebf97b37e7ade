"""NCM Portal: consultations and position papers of the National Coordination Mechanism on Migration."""

__version__ = "0.2.0"
# The oldest version whose code may go on serving on the tables that this version's migrations make.
OLDEST_BESIDE = "0.2.0"
