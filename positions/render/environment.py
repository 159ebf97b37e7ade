"""What a renderer needs of Django, also in a child process without a project: settings and a template engine."""

import functools
from pathlib import Path

import django
from django.conf import settings
from django.template import Engine

ROOT = Path(__file__).resolve().parents[2]


def set_up_alone() -> None:
    """Give Django the few settings that templates read, where no project has set it up: in the child process."""
    if not settings.configured:
        settings.configure(LOCALE_PATHS=[ROOT / "locale"], USE_I18N=True, USE_TZ=True)
        django.setup()


@functools.cache
def engine() -> Engine:
    """A template engine of our own: no context processors, no database, every value escaped."""
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
