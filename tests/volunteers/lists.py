"""Lists of people on their way in: sent, read, confirmed and written."""

from volunteers import importing
from volunteers.models import Membership, User, Volunteer

AWA = ["Awa", "Diallo", "awa@example.org", "06 12 34 56 78", "75011"]
OTHER = ["Autre", "Nom", "awa@example.org", "0699001288", "11"]


def send(content, organiser):
    network = organiser.organiser_roles.get().network
    return importing.submit(content, name="liste.xlsx", network=network, source="Forum", by=organiser)


def prepared(content, organiser):
    sent = send(content, organiser)
    importing.prepare(sent.pk)
    sent.refresh_from_db()
    return sent


def written(content, organiser):
    sent = prepared(content, organiser)
    importing.confirm(sent, by=organiser)
    importing.write(sent.pk)
    sent.refresh_from_db()
    return sent


def rows(sent, kind):
    return [row for page in sent.pages.filter(kind=kind).order_by("number") for row in page.rows]


def people():
    return User.objects.count(), Volunteer.objects.count(), Membership.objects.count()
