"""A worker in a process of its own, which delivers without end: `python -m tests.mail.worker --port=... --lease=...`."""

import argparse
import datetime as dt
import time

import django


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--lease", type=float, default=180, help="seconds")
    parser.add_argument("--fence", type=int, default=1, help="0: a worker that trusts its claims for ever")
    options = parser.parse_args()
    django.setup()

    from django.conf import settings

    from mail import delivering, kinds
    from tests.mail.conftest import TEMPLATES

    settings.TEMPLATES[0]["DIRS"].append(TEMPLATES)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", options.port
    kinds.register(kinds.Kind("tests/hello"))
    delivering.LEASE = dt.timedelta(seconds=options.lease)
    delivering.FIRST_WAIT = dt.timedelta(seconds=0.1)
    if not options.fence:
        delivering.still_mine = lambda message, worker: True
    print("ready", flush=True)
    while True:
        delivering.deliver_due()
        time.sleep(0.05)


if __name__ == "__main__":
    main()
