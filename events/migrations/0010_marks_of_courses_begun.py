from django.db import migrations
from django.utils import timezone


def mark_meetings(apps, schema_editor):
    """What was noted of a whole course becomes the mark of each of its meetings that has begun.

    Of a course under way the whole is derived again: who was at all so far was at some, and of others nothing is known.
    """
    Registration, Meeting, MeetingMark, WalkIn = (
        apps.get_model("events", name) for name in ("Registration", "Meeting", "MeetingMark", "WalkIn")
    )
    now = timezone.now()
    begun = Meeting.objects.filter(starts_at__lte=now, dropped_at=None, slot__dates__gt=1)
    marked = Registration.objects.filter(slot__dates__gt=1).exclude(attendance="")
    for meeting in begun.iterator():
        rows = marked.filter(slot=meeting.slot_id).values_list("pk", "attendance")
        MeetingMark.objects.bulk_create(
            MeetingMark(meeting=meeting, registration_id=key, attendance=mark) for key, mark in rows
        )
    under_way = marked.filter(slot__in=Meeting.objects.filter(starts_at__gt=now, dropped_at=None).values("slot"))
    under_way.filter(attendance="present").update(attendance="left_early")
    under_way.exclude(attendance="left_early").update(attendance="")
    for walk_in in WalkIn.objects.filter(slot__dates__gt=1):
        walk_in.meeting = Meeting.objects.filter(slot=walk_in.slot_id, dropped_at=None).order_by("starts_at").first()
        walk_in.save(update_fields=["meeting"])


class Migration(migrations.Migration):
    dependencies = [("events", "0009_marks_of_meetings")]

    operations = [migrations.RunPython(mark_meetings, migrations.RunPython.noop)]
