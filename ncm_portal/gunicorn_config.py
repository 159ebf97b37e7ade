"""How gunicorn serves the portal: gunicorn --config python:ncm_portal.gunicorn_config.

The portal is loaded once, before the workers start: they share its memory and answer their first request at once. So
new code needs a restart; SIGHUP only replaces the workers. WEB_CONCURRENCY is the number of workers.
"""

import gc
from typing import Any

wsgi_app = "ncm_portal.wsgi"
preload_app = True
worker_class = "gthread"
threads = 4
max_requests, max_requests_jitter = 5_000, 500
timeout, graceful_timeout = 90, 30
control_socket_disable = True  # systemd starts, watches and ends it

gc.disable()  # while the portal is loaded nothing becomes garbage


def when_ready(arbiter: Any) -> None:
    """Keep what is loaded out of garbage collection, which would write to, and so copy, every shared page."""
    gc.freeze()
    gc.enable()
