"""A worker for tests/forking.py, which delivers without end."""

import datetime as dt
import time


def deliver_for_ever(line, *, port, lease=180.0, fence=True):
    """To the mail server at `port`. `lease` in seconds; without `fence`, a worker that trusts its claims for ever."""
    from django.conf import settings

    from mail import delivering, kinds
    from tests.mail.conftest import TEMPLATES

    settings.TEMPLATES[0]["DIRS"].append(TEMPLATES)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    kinds.register(kinds.Kind("tests/hello", "a test"))
    delivering.LEASE = dt.timedelta(seconds=lease)
    delivering.FIRST_WAIT = dt.timedelta(seconds=0.1)
    if not fence:
        delivering.still_mine = lambda message, worker: True
    while True:
        delivering.deliver_due()
        time.sleep(0.02)
