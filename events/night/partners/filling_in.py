"""The contact of an organisation names its people, corrects what was said of them, and takes them off."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from events.night.editions.opening import SignUpRefused
from events.night.models import NamedPerson, Participant, Partner
from events.night.partners.inviting import hold
from events.night.people import bringing
from events.night.people.bringing import Named
from volunteers.models import User

NAMED_ALREADY = _("You have named this person already: their address is in your list.")
MOST_PEOPLE = 1_000  # whom an organisation names: a link in wrong hands is no way to write to the whole city
OBJECTED = _("This person has asked us not to be signed up by you.")


def name(partner: Partner, said: Named, *, by: User | None = None) -> NamedPerson:
    """Adds somebody to the organisation's people, who is told so. See ``bringing.bring``, which refuses and holds.

    Refuses as well an address that is in the list, and whoever has objected. Locks the partner's row first.
    """
    with transaction.atomic():
        held = hold(partner)
        if there := held.people.filter(email=said.email).first():
            raise SignUpRefused(OBJECTED if there.objected_at else NAMED_ALREADY)
        if held.people.count() >= MOST_PEOPLE:
            raise SignUpRefused(_("Your list is full: it holds 1,000 people at most."))
        (row,) = bringing.bring([said], edition=held.edition, kind=Participant.Kind.PROFESSIONAL, partner=held, by=by)
    return row


def correct(person: NamedPerson, said: Named, *, by: User | None = None) -> NamedPerson:
    """Says otherwise of somebody of the list; with another address it is another person, and both are told.

    Harmless twice. Refuses once teams are composed, whoever has objected, and an address that is in the list. Locks the
    partner's row first.
    """
    with transaction.atomic():
        held = hold(_partner(person))
        row = _row(held, person)
        if row is None:
            raise SignUpRefused(_("This person is not in your list any more."))
        if row.objected_at:
            raise SignUpRefused(OBJECTED)
        if row.email != said.email:
            _take_off(row, held, by=by)
            return name(held, said, by=by)
        return bringing.change(row, said, by=by)


def take_off(person: NamedPerson, *, by: User | None = None) -> None:
    """The person is none of the organisation's any more, and told so. Harmless twice.

    Refuses once teams are composed. Whoever has objected stays in the list, so as not to be named again. Locks the
    partner's row first.
    """
    with transaction.atomic():
        held = hold(_partner(person))
        row = _row(held, person)
        if row is not None and not row.objected_at:
            _take_off(row, held, by=by)


def _take_off(row: NamedPerson, partner: Partner, *, by: User | None) -> None:
    note = _("%(name)s has taken you off its list for this Night.") % {"name": partner.name}
    bringing.take_off(row, note=str(note), by=by)


def _row(partner: Partner, person: NamedPerson) -> NamedPerson | None:
    rows = partner.people.select_related("participant__volunteer__user", "participant__registration")
    return rows.select_related("participant__edition").filter(pk=person.pk).first()


def _partner(person: NamedPerson) -> Partner:
    if person.partner is None:
        raise ValueError(f"{person} is of no organisation")
    return person.partner
