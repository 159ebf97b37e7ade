"""NCM Portal: consultations and position papers of the National Coordination Mechanism on Migration."""
