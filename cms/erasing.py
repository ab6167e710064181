"""A person leaves: what the two administrations noted of changes to their account no longer says whose it was."""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import ModelLogEntry

from volunteers.models import User, Volunteer
from volunteers.retention import Rule


def let_go(user: User) -> None:
    """Empties the name of what was noted about their account, or under their address. Harmless twice.

    That something was changed, when and by which account stays.
    """
    account = ContentType.objects.get_for_model(User)
    about = Q(content_type=account, object_id=str(user.pk))
    if profile := Volunteer.objects.filter(user=user).values_list("pk", flat=True).first():
        about |= Q(content_type=ContentType.objects.get_for_model(Volunteer), object_id=str(profile))
    LogEntry.objects.filter(about | Q(object_repr__icontains=user.email)).update(object_repr="", change_message="")
    ModelLogEntry.objects.filter(about | Q(label__icontains=user.email)).update(label="")


KEPT = Rule(
    "wagtailcore_modellogentry",
    _("That an administrator changed your account, and under which address"),
    _("To know who changed what"),
    _("For good; without your address once you delete your account"),
    "",
)
