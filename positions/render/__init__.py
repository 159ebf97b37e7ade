"""Renderers: each takes the frozen content of an edition and gives bytes. Nothing else in the project renders a
document.
"""
