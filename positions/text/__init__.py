"""Texts of papers as plain values: canonical form, differences, line numbers, style. Pure: no models, no project."""
