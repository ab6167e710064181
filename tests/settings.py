"""The product's settings, with what makes tests quick, private and alike on every machine."""

import os
from pathlib import Path

# Each worker process has its own var/, made by tests/conftest.py.
VAR = Path(os.environ["TESTS_FOLDER"]) / os.environ.get("PYTEST_XDIST_WORKER", "alone")
os.environ |= {"VAR_DIR": str(VAR), "DEBUG": "0", "DEMO": "0", "SECRET_KEY": "tests-only-" + "0" * 50}
os.environ |= {"LOG_LEVEL": "WARNING", "SECURE_SSL_REDIRECT": "0", "SITE_URL": "http://testserver"}
os.environ["SIGN_IN_SECONDS"] = "0"  # tests/volunteers/test_pacing.py sets it back
# A race needs a connection for each, whatever a server would allow; but for tests of that server.
os.environ["DATABASE_POOL_SIZE"] = os.environ.get("TESTS_POOL_SIZE", "0")
for name in ("REDIS_URL", "EMAIL_URL"):  # a developer's own services are left alone
    os.environ.pop(name, None)

from config.settings import *  # noqa: E402, F403
from config.settings import CACHES, DATABASES, STORAGES  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, since threads and other processes must meet in it; tests/conftest.py puts the migrated one there.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "tests.sqlite3"), "SERIALIZE": False}
else:
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ["TESTS_TEMPLATE"], "SERIALIZE": False}

KEPT_SECONDS = 1  # under a clock that stands still: no test counts queries against the time
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = CACHES | {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "default"}}
# Static files as they are: hashing them needs collectstatic first, which tests/architecture does on its own.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True  # no scan of the static folders at each start of the application
# A queue in memory: what is asked of the worker waits there until `run_queued_tasks` runs it.
CELERY_BROKER_URL = "memory://localhost"
CELERY_BROKER_TRANSPORT = None  # the one that the address says
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
