"""A person leaves: the agenda lets go of them."""

from events import registering
from events.models import Registration
from volunteers.models import User


def let_go(user: User) -> None:
    """Gives back every seat and place in a waiting list, which tells those who are next. Harmless twice.

    What ended stays for the counts: it loses the person when the account disappears (``Registration.volunteer``).
    """
    for registration in Registration.objects.active().filter(volunteer__user=user).select_related("slot"):
        registering.cancel(registration, by=None)
