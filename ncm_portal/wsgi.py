"""The door for the production server: gunicorn ncm_portal.wsgi."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ncm_portal.settings")

application = get_wsgi_application()
