"""What is typed into the paper's pages: checked beside each field, kept as typed whatever is wrong with it."""
