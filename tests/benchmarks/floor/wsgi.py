"""The floor as a server of its own: gunicorn tests.benchmarks.floor.wsgi."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
