"""A worker for tests/forking.py, which reminds and delivers, as if it were another time."""

import time


def remind_and_deliver(line, *, at, port, batch, for_ever):
    """`at` is the moment of its start (ISO 8601); mail goes to the server at `port`, reminders by so small a batch.

    Ends when nothing is left to send, unless `for_ever`.
    """
    import datetime as dt

    import time_machine
    from django.conf import settings

    from events import reminding
    from mail import delivering
    from mail.models import Message

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    delivering.LEASE = dt.timedelta(seconds=1)
    reminding.BATCH = batch
    with time_machine.travel(dt.datetime.fromisoformat(at), tick=True):
        reminding.remind()
        while for_ever or Message.objects.filter(state__in=Message.UNSENT).exists():
            delivering.deliver_due()
            time.sleep(0.02)
            reminding.remind()
