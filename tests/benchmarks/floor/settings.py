"""Settings of the floor as a server of its own: those of `startproject`, on the tables of the portal.

The admin has no pages here, because its modules are the portal's.
"""

import os

from ncm_portal import env_urls

from . import START

DEBUG = False
SECRET_KEY = os.environ["SECRET_KEY"]
PORTAL_ADDRESS = os.environ["PORTAL_ADDRESS"]
ALLOWED_HOSTS = ["127.0.0.1"]
AUTH_USER_MODEL = "consultations.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "tests.benchmarks.floor.urls"
USE_TZ, TIME_ZONE = True, "Africa/Nairobi"
DATABASES = {"default": env_urls.database(os.environ["DATABASE_URL"])}
if pool := int(os.environ.get("DATABASE_POOL", "0")):
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": pool}
MIDDLEWARE = START
INSTALLED_APPS = [
    "consultations",
    "positions",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
]
