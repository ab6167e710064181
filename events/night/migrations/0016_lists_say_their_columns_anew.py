from django.db import migrations
from django.utils import timezone

WAITING = ("sorted", "comparing", "columns", "confirmed", "writing")


def ask_for_columns(apps, schema_editor):
    """Organisers' lists on which nobody has decided have no kept preview: their columns are said once more."""
    lists = apps.get_model("night", "PeopleList")
    lists.objects.filter(partner=None, state="ready").update(state="columns")


def be_looked_at(apps, schema_editor):
    """There was one open state before; a file that is not read yet, or failed, is given up."""
    lists = apps.get_model("night", "PeopleList")
    gone = {"state": "cancelled", "ended_at": timezone.now(), "rows": [], "file": ""}
    lists.objects.filter(state__in=("queued", "reading", "failed")).update(**gone)
    lists.objects.filter(state__in=WAITING).update(state="ready")


class Migration(migrations.Migration):
    dependencies = [("night", "0015_lists_of_people_off_the_request")]

    operations = [migrations.RunPython(ask_for_columns, be_looked_at)]
