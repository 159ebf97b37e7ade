"""Forms of the paper's pages: every error is shown at its field, and entered values are kept."""
