"""An organiser of a call's network, and the addresses of the back office of ideas."""

from django.urls import reverse

from tests.factories.volunteers import NetworkOrganiserFactory
from tests.office import inside


def organiser_of(call):
    return inside(NetworkOrganiserFactory(network=call.network).user)


def url(name, *args):
    return reverse(f"organise-ideas:{name}", args=args)


def said(answer):
    return [str(message) for message in answer.context["messages"]]
