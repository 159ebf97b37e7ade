"""Texts of papers as plain values: canonical form, differences, line numbers and style. Pure: no models, no project."""
