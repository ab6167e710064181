"""A process of its own that signs people up, for races between processes and for killing it half-way.

``python -m tests.events.crowd SLOT FIRST LAST [--stop-inside]`` says "ready", waits for a line, registers the
volunteers FIRST to LAST one after the other and prints the key of each registration once it is committed. With
``--stop-inside`` it stands still inside the first transaction, all written and nothing committed.
"""

import os
import sys

import django


def sign_up(slot_pk, first, last, *, stop_inside):
    from django.db import transaction

    from events import registering
    from events.models import Slot
    from volunteers.models import Volunteer

    volunteers = Volunteer.objects.filter(pk__range=(first, last)).select_related("user").order_by("pk")
    people = list(volunteers)
    print("ready", flush=True)
    sys.stdin.readline()
    for volunteer in people:
        with transaction.atomic():
            registration = registering.register(volunteer, slot=Slot.objects.get(pk=slot_pk), by=None)
            if stop_inside:
                print("inside", flush=True)
                sys.stdin.readline()
        print(registration.pk, flush=True)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    sign_up(*map(int, sys.argv[1:4]), stop_inside="--stop-inside" in sys.argv)
