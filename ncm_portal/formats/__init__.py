"""Date formats for pages without explicit ones, such as lists of the admin: not American."""
