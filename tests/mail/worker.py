"""Starts workers in processes of their own, which deliver without end.

A process that has loaded everything and opened nothing waits for lines of options such as `{"port": 2525, "lease": 1}`,
forks a worker for each, and answers with its process id: a worker to be killed is there in no time.
"""

import datetime as dt
import json
import os
import signal
import sys
import time

import django


def main():
    django.setup()

    from django.conf import settings

    from mail import kinds
    from tests.mail.conftest import TEMPLATES

    settings.TEMPLATES[0]["DIRS"].append(TEMPLATES)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    kinds.register(kinds.Kind("tests/hello", "a test"))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        if not (child := os.fork()):
            deliver_for_ever(**json.loads(line))
        print(child, flush=True)


def deliver_for_ever(*, port, lease=180.0, fence=True):
    """To the mail server at `port`. `lease` in seconds; without `fence`, a worker that trusts its claims for ever."""
    from django.conf import settings

    from mail import delivering

    settings.EMAIL_PORT = port
    delivering.LEASE = dt.timedelta(seconds=lease)
    delivering.FIRST_WAIT = dt.timedelta(seconds=0.1)
    if not fence:
        delivering.still_mine = lambda message, worker: True
    while True:
        delivering.deliver_due()
        time.sleep(0.02)


if __name__ == "__main__":
    main()
