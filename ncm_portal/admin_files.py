"""Stylesheet and scripts of the admin, each in one file: what its pages use of Django's, and our own.

Django's pages load up to thirty files. A finder makes the bundles from the installed ones, so they change with Django
and no copy is kept. Icons of stylesheets are written into them. templates/admin/ names the bundles instead of the
files, and a test compares them with what Django's forms ask for.
"""

import atexit
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage

BUNDLES = {
    "css/administration.css": [
        "admin/css/base.css",
        "admin/css/dashboard.css",
        "admin/css/changelists.css",
        "admin/css/widgets.css",
        "admin/css/forms.css",
        "admin/css/vendor/select2/select2.min.css",
        "admin/css/autocomplete.css",
        "admin/css/responsive.css",
        "css/frame.css",
        "css/admin.css",
        "css/admin_lists.css",
    ],
    "js/admin_list.js": ["admin/js/actions.js"],
    "js/admin_form.js": [
        "admin/js/vendor/jquery/jquery.min.js",
        "admin/js/vendor/select2/select2.full.min.js",
        "admin/js/jquery.init.js",
        "admin/js/admin/RelatedObjectLookups.js",
        "admin/js/autocomplete.js",
        "admin/js/inlines.js",
        "admin/js/urlify.js",
        "admin/js/prepopulate.js",
        "admin/js/prepopulate_init.js",
        "js/admin.js",
        "admin/js/change_form.js",
    ],
}
# What Django's pages ask for besides, for slugs in other alphabets, for widgets that are not used here, and for filters
# that stay open.
LEFT_OUT = {"admin/js/vendor/xregexp/xregexp.min.js", "admin/js/core.js", "admin/js/filters.js"}
SAFE = " /:=;,.'()!?+-"  # characters that need no escaping in a data: URL between quotation marks
COMMENT = re.compile(r"/\*(?!!).*?\*/\s*", re.DOTALL)
INDENT = re.compile(r"\n\s+")
ICON = re.compile(r"url\([\"']?(?:\.\./)+(?:admin/)?img/([a-z-]+\.svg)[\"']?\)")


class AdminFilesFinder(finders.BaseFinder):
    """Makes and finds the bundles: for collectstatic, and for a server that serves files without it."""

    def check(self, **kwargs: Any) -> list[Any]:
        """Return no problems: there is nothing to set."""
        return []

    def find(self, path: str, find_all: bool = False) -> Any:
        """Return the path of a bundle, or an empty list."""
        if path not in BUNDLES:
            return []
        return [self._storage.path(path)] if find_all else self._storage.path(path)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, FileSystemStorage]]:
        """Return the bundles and where they are."""
        return [(name, self._storage) for name in BUNDLES]

    @cached_property
    def _storage(self) -> FileSystemStorage:
        """Write the bundles to a folder that is deleted when the process ends."""
        folder = TemporaryDirectory(prefix="ncm-admin-files-")
        atexit.register(folder.cleanup)
        for name, parts in BUNDLES.items():
            target = Path(folder.name, name)
            target.parent.mkdir(exist_ok=True)
            target.write_text("\n".join(map(_text, parts)), "utf-8")
        return FileSystemStorage(location=folder.name)


def _text(name: str) -> str:
    """Return the text of a static file; a stylesheet without comments and indents, with its icons written into it."""
    text = _read(name)
    return ICON.sub(_icon, INDENT.sub("\n", COMMENT.sub("", text))) if name.endswith(".css") else text


def _icon(match: re.Match[str]) -> str:
    svg = " ".join(_read(f"admin/img/{match[1]}").split())
    return f'url("data:image/svg+xml,{quote(svg, safe=SAFE)}")'


def _read(name: str) -> str:
    path = finders.find(name)
    assert path, name  # a file of the installed Django, or our own
    return Path(path).read_text("utf-8")
