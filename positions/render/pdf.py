"""Public interface of PDF rendering: print, check and open the position paper.

Cheap to import: only `render` loads WeasyPrint and only checks load pikepdf; web processes call `render_apart`, which
runs `render` in a child process.
"""

from positions.render.glyphs import obstacles
from positions.render.paper import RENDERER_VERSION, render
from positions.render.sandbox import RenderFailed, render_apart

__all__ = [
    "RENDERER_VERSION",
    "RenderFailed",
    "attached",
    "inspect",
    "obstacles",
    "render",
    "render_apart",
]


def inspect(pdf: bytes) -> list[str]:
    """Return what is wrong with a printed paper, as `checks.inspect`."""
    from positions.render import checks

    return checks.inspect(pdf)


def attached(pdf: bytes, name: str) -> bytes | None:
    """Return a file embedded in a PDF, as `checks.attached`."""
    from positions.render import checks

    return checks.attached(pdf, name)
