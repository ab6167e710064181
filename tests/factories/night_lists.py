from events.night.models import PeopleList
from events.night.people import listing_people, taking_up


def send_in(content, edition, *, by, **facts):
    """A list of an organiser, its columns as they are guessed, compared: ready to be looked at."""
    facts = {"name": "liste.csv", "source": "Courrier", "kind": "citizen"} | facts
    sent = listing_people.submit(content, edition=edition, by=by, **facts)
    sent = taken_up(sent)
    return taken_up(listing_people.say_columns(sent, columns={int(at): name for at, name in sent.columns.items()}))


def taken_up(sent):
    """The list after a worker looked at it."""
    taking_up.take_up(sent.pk)
    return PeopleList.objects.select_related("edition__network", "created_by").get(pk=sent.pk)
