"""What the pages, the workflow and the renderers read of papers. Nothing here writes."""
