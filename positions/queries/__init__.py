"""Read queries on papers for pages, workflow and renderers."""
