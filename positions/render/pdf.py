"""Public interface of PDF rendering: print, check and open the position paper.

Cheap to import: only `render` loads WeasyPrint, and web processes call `render_apart`, which runs it in a child
process.
"""

from positions.render.checks import attached, attached_content, inspect
from positions.render.glyphs import obstacles
from positions.render.paper import RENDERER_VERSION, render
from positions.render.sandbox import RenderFailed, render_apart

__all__ = [
    "RENDERER_VERSION",
    "RenderFailed",
    "attached",
    "attached_content",
    "inspect",
    "obstacles",
    "render",
    "render_apart",
]
