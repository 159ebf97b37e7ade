"""Minimal Django setup for renderers, also in child processes without a project."""

import functools
from pathlib import Path

import django
from django.conf import settings
from django.template import Engine

ROOT = Path(__file__).resolve().parents[2]


def set_up_alone() -> None:
    """Configure the few settings that templates need, if Django is not configured yet: in the child process."""
    if not settings.configured:
        settings.configure(LOCALE_PATHS=[ROOT / "locale"], USE_I18N=True, USE_TZ=True)
        django.setup()


@functools.cache
def engine() -> Engine:
    """Return a template engine without context processors or database access, with autoescaping."""
    return Engine(
        dirs=[str(ROOT / "templates")],
        libraries={"i18n": "django.templatetags.i18n"},
        loaders=[
            (
                "django.template.loaders.cached.Loader",
                [("django.template.loaders.filesystem.Loader", [ROOT / "templates"])],
            )
        ],
    )
