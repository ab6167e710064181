from django.db import migrations
from django.db.models import F


def give_back(apps, schema_editor):
    """Accounts deleted so far had their seats on dates gone by cancelled with those to come: they count again.

    Nobody can give a seat back once the date has begun, so that a seat ended "by the person" since, and without one,
    is a seat that went with an account.
    """
    Registration, Slot = apps.get_model("events", "Registration"), apps.get_model("events", "Slot")
    rows = Registration.objects.filter(
        volunteer=None,
        state="cancelled",
        end_reason="person",
        confirmed_at__isnull=False,
        ended_at__gte=F("slot__starts_at"),
    )
    for key, slot in rows.exclude(slot__state="cancelled").values_list("pk", "slot"):
        free = Slot.objects.filter(pk=slot, seats_taken__lt=F("capacity"))
        if free.update(seats_taken=F("seats_taken") + 1):
            Registration.objects.filter(pk=key).update(state="confirmed", end_reason="", ended_at=None)


class Migration(migrations.Migration):
    dependencies = [("events", "0011_cannot_come_to_one_date")]

    operations = [migrations.RunPython(give_back, migrations.RunPython.noop)]
