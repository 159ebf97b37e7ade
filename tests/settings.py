"""Settings of a test run: the development settings, apart from everything that a person keeps in var/.

A run has one folder, named after the process that began it, and (unless DATABASE_URL names another) one PostgreSQL in
it. The workers that pytest-xdist starts inherit both through the environment, and so does every run of tests/mutants.
Where the run begins, tests/conftest.py starts and ends them.
The tests run as the role that the portal runs as. On another PostgreSQL, DATABASE_URL names that role and
DATABASE_OWNER_URL one that may create databases (CREATEDB) and end sessions (a member of pg_signal_backend).
"""

import os
import tempfile
from pathlib import Path

RUN_PREFIX = f"ncm-tests-{os.getuid()}-"
BEGINS_HERE = "NCM_TEST_RUN" not in os.environ
os.environ.setdefault("NCM_TEST_RUN", str(Path(tempfile.gettempdir()) / f"{RUN_PREFIX}{os.getpid()}"))
RUN_FOLDER = Path(os.environ["NCM_TEST_RUN"])

os.environ.update(DEBUG="1", VAR_DIR=str(RUN_FOLDER), SECRET_KEY="known to everybody, so only for tests")
for name in ("DEMO", "PORTAL_ADDRESS", "EMAIL_URL", "DATABASE_POOL", "PROXY_COUNT", "CLAMD"):
    os.environ.pop(name, None)

from ncm_portal.settings import *  # noqa: E402, F403 - the environment must stand first
from tests import migrated  # noqa: E402

SUPERUSER = None

# Two runs on one server never share a database; pytest-django adds the worker's name.
DATABASES["default"]["TEST"] = {"NAME": f"test_ncm_{RUN_FOLDER.name.rsplit('-', 1)[-1]}"}  # noqa: F405
if "DATABASE_URL" not in os.environ:
    DATABASES["default"]["TEST"]["TEMPLATE"] = migrated.NAME  # noqa: F405
    SUPERUSER = DATABASE_ROLES["owner"]  # noqa: F405
    DATABASE_ROLES["owner"] = SUPERUSER | {"USER": migrated.OWNER}  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # hashing well would take half the run
ZEAL_RAISE = True  # a page that asks the database once per row is an error
PAGES_MAY_BE_LATE = 0  # tests look at once at what they added
AT_ONCE = {"export": 1000}  # tests rarely read a file to its end
