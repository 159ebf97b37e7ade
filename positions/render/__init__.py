"""Renderers: each converts the frozen content of an edition to bytes. Only this package renders documents."""
