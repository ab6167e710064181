"""What must be true of a slot at every instant that anybody can see, and the crowd that puts it to the test."""

from collections import Counter, defaultdict

from django.db import connection

from events.models import Registration
from mail.models import Message
from volunteers.models import User, Volunteer

SEEN_AT_ONCE = """
    SELECT s.capacity, s.seats_taken,
           (SELECT count(*) FROM events_registration r
             WHERE r.slot_id = s.id AND r.state IN ('pending', 'confirmed'))
           + (SELECT count(*) FROM events_walkin w WHERE w.slot_id = s.id),
           (SELECT count(*) FROM events_registration r WHERE r.slot_id = s.id AND r.state = 'waiting')
      FROM events_slot s WHERE s.id = %s
"""


def be_patient():
    """Lets this connection wait as long as it takes: what counts is who gets a seat, not how busy the machine is."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SET lock_timeout = 0; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0"
            )


def people(count):
    """That many volunteers, written at once."""
    have = User.objects.count()
    users = [User(email=f"crowd{have + n}@example.org", first_name=f"N{n}") for n in range(count)]
    User.objects.bulk_create(users)
    return Volunteer.objects.bulk_create([Volunteer(user=user) for user in users])


def check_instant(slot_pk):
    """One statement sees one committed instant: seats sold, seats counted and people waiting belong together."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN_AT_ONCE, [slot_pk])
        capacity, seats_taken, holding, waiting = cursor.fetchone()
    assert seats_taken == holding, f"{seats_taken} seats counted, {holding} held"
    assert holding <= capacity, f"{holding} people for {capacity} seats"
    assert not waiting or seats_taken == capacity, f"{waiting} people wait while a seat is free"
    return {"capacity": capacity, "holding": holding, "waiting": waiting}


def check_numbers(slot):
    """The waiting list's numbers are each somebody's own, and offers were made in their order."""
    numbers = list(slot.registrations.exclude(queue_number=None).values_list("queue_number", flat=True))
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    offers = Message.objects.filter(key__endswith=":pending").order_by("pk").values_list("key", flat=True)
    number_of = {str(uid): number for uid, number in slot.registrations.values_list("uid", "queue_number")}
    offered = [number_of[key.split(":")[1]] for key in offers]
    assert offered == sorted(set(offered)), "somebody was promoted before, or twice"
    return offered


def check_messages(slot):
    """One message for each state that each registration has been in, the last saying what it is now."""
    told = defaultdict(list)
    for key in Message.objects.filter(kind="events/registration").order_by("pk").values_list("key", flat=True):
        _, uid, sequence, state = key.split(":")
        told[uid].append((int(sequence), state))
    for row in slot.registrations.all():
        words = told[str(row.uid)]
        assert [sequence for sequence, _ in words] == list(range(row.sequence + 1)), f"{row}: {words}"
        assert words[-1][1] == row.state


def states(slot):
    return Counter(Registration.objects.filter(slot=slot).values_list("state", flat=True))
