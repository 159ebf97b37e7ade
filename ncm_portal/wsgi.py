"""WSGI entry point for the production server: gunicorn ncm_portal.wsgi."""

import atexit
import os
import sys

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.base import DatabaseWrapper

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ncm_portal.settings")

application = get_wsgi_application()
if "gunicorn" in sys.modules:
    from consultations.integrity.gate import gate
    from ncm_portal import server

    server.keep_quiet()
    server.load()
    gate.look_at_start()


def _close_pool() -> None:
    """Close the database connection pool at exit; otherwise it delays the exit by some seconds."""
    database = connections[DEFAULT_DB_ALIAS]
    if "pool" in settings.DATABASES["default"]["OPTIONS"] and isinstance(database, DatabaseWrapper):
        database.close_pool()


_close_pool()  # before workers are started: they would share its connections
atexit.register(_close_pool)
