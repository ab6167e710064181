"""A certificate on paper: what templates/paper/certificate.typ shows."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from events import occasions
from events.models import Slot
from trainings.models import Certificate, in_hours
from trainings.reports import minutes_of
from volunteers import papermaking, squares

TEMPLATE = "certificate.typ"


def pdf(certificate: Certificate) -> bytes:
    """The paper of a ``certifying.readable`` certificate, in the active language."""
    return papermaking.pdf(TEMPLATE, content(certificate))


def address_of(certificate: Certificate) -> str:
    """Where anybody checks it, in the active language."""
    return settings.SITE_URL + reverse("certificates:verify", args=[certificate.number])


def given_by(certificate: Certificate) -> str:
    """The association, or the city, under the name by which its messages are signed."""
    association = certificate.registration.slot.session.training.given_by
    return association.name if association else parseaddr(settings.DEFAULT_FROM_EMAIL)[0]


def content(certificate: Certificate) -> dict[str, Any]:
    """What the paper says, all of it written out."""
    slot, address = certificate.registration.slot, address_of(certificate)
    training = slot.session.training
    grant = getattr(certificate.registration, "grant", None)
    return {
        "language": get_language() or "fr",
        "title": _("Certificate of attendance"),
        "site": parseaddr(settings.DEFAULT_FROM_EMAIL)[0],
        "name": certificate.name,
        "took_part": _("took part in"),
        "training": training.title,
        "tint": slot.network.tint if slot.network else "",
        "facts": [
            [_("When"), when(slot)],
            [_("Length"), in_hours(minutes_of(slot))],
            [_("Given by"), given_by(certificate)],
            *([[_("Network"), slot.network.name]] if slot.network else []),
            *_qualification(grant),
        ],
        "issued": _("Made on %(day)s") % {"day": date_format(timezone.localtime(certificate.issued_at), "DATE_FORMAT")},
        "number_is": _("Number"),
        "number": certificate.number,
        "check": _("Check it at"),
        "address": address.partition("://")[2],
        "square": squares.svg(address),
        "square_says": _("A square for a phone's camera, which leads to %(address)s") % {"address": address},
    }


def when(slot: Slot) -> str:
    """The day and the hours; of several meetings the days."""
    times = [(timezone.localtime(one.starts_at), timezone.localtime(one.ends_at)) for one in occasions.of(slot)]
    if len(times) > 1:
        days = [date_format(starts_at, "j F Y") for starts_at, _ends_at in times]
        return ", ".join(dict.fromkeys(days))
    [(starts_at, ends_at)] = times
    return f"{date_format(starts_at, 'l j F Y')}, {time_format(starts_at)} – {time_format(ends_at)}"


def _qualification(grant: Any) -> list[list[str]]:
    if not grant or not grant.stands:
        return []
    until = date_format(grant.expires_on, "DATE_FORMAT") if grant.expires_on else ""
    validity = [_("Valid until"), until] if until else [_("Validity"), _("for good")]
    return [[_("Qualification"), grant.qualification.name], validity]
