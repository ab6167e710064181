"""A person leaves: the agenda lets go of them."""

from django.utils.translation import gettext_lazy as _

from events import registering
from events.models import Registration
from volunteers.models import User
from volunteers.retention import Rule


def let_go(user: User) -> None:
    """Gives back every seat and place in a waiting list, which tells those who are next. Harmless twice.

    What ended stays for the counts: it loses the person when the account disappears (``Registration.volunteer``).
    """
    for registration in Registration.objects.active().filter(volunteer__user=user).select_related("slot"):
        registering.cancel(registration, by=None)


KEPT = Rule(
    "events_registration",
    _("Seats you asked for, had and gave back"),
    _("To keep your seat, and to count afterwards"),
    _("Until you delete your account; then only the count stays, without you"),
    "",
)
