"""A crowd for tests/forking.py, for races between processes and for killing one half-way."""


def sign_up(line, slot_pk, first, last, *, stop_inside=False):
    """Says "ready", waits for a word, registers the volunteers `first` to `last` and says each key once committed.

    With `stop_inside` it stands still inside the first transaction, all written and nothing committed.
    """
    from django.db import transaction

    from events import registering
    from events.models import Slot
    from volunteers.models import Volunteer

    volunteers = Volunteer.objects.filter(pk__range=(first, last)).select_related("user").order_by("pk")
    people = list(volunteers)
    line.send("ready")
    line.recv()
    for volunteer in people:
        with transaction.atomic():
            registration = registering.register(volunteer, slot=Slot.objects.get(pk=slot_pk), by=None)
            if stop_inside:
                line.send("inside")
                line.recv()
        line.send(registration.pk)
