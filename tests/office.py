"""Somebody inside the back office, a second factor shown. The door itself: tests/volunteers/test_backoffice.py."""

import time
from contextlib import contextmanager

import time_machine
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as METHODS
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone


@contextmanager
def still():
    """The clock stands: what pages keep for a second (menus, settings) stays kept while queries are counted."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


def inside(user):
    """A client of this person, as after signing in with a code and an authenticator."""
    app, _ = Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {}})
    client = Client()
    client.force_login(user)
    session = client.session
    session[METHODS] = [{"method": "mfa", "at": time.time(), "id": app.pk, "type": app.type}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client
