"""People whom somebody else names for a Night take part: one by one or a list at a time, in the same way.

What is said of them is kept beside their account and never in it: a profile is its owner's. Accounts made here have no
password, an unverified address and no consent, and each person is told who named them, and how to say no.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from events import registering
from events.models import Registration, Slot
from events.night.editions import opening
from events.night.editions.opening import SignUpRefused
from events.night.models import Choice, Edition, Headquarters, NamedPerson, Participant, Partner, PeopleList
from events.night.sign_up import enrolling, knowing
from events.night.sign_up.placing import Place, Wishes, place_for, places_of
from mail import queuing
from volunteers.models import Membership, User, Volunteer

BATCH = 1000


@dataclass(frozen=True)
class Named:
    """What is said of one person. ``headquarters``, ``sector``: keys or None; ``languages``, ``clearances``: keys."""

    email: str
    first_name: str
    last_name: str = ""
    phone: str = ""
    leader: bool = False
    max_walk: int = Participant.Walk.USUAL
    languages: tuple[int, ...] = ()
    clearances: tuple[int, ...] = ()
    headquarters: int | None = None
    sector: int | None = None
    row: int = field(default=0, compare=False)  # of the list that says so
    origins: Mapping[str, int] = field(default_factory=dict, compare=False)  # see NamedPerson

    @property
    def wishes(self) -> Wishes:
        """Where their organisation sends them, or anywhere."""
        choices = (self.headquarters,) if self.headquarters else ()
        return Wishes(
            choices=choices,
            home=self.headquarters,
            reach=Participant.Reach.PREFS if choices else Participant.Reach.ANY,
            leader=self.leader,
            max_walk=self.max_walk,
            languages=self.languages,
        )


@dataclass
class _Coming:
    """A row that is being written, with whose it is and whether they take part because of it."""

    row: NamedPerson
    said: Named
    volunteer: Volunteer
    is_new: bool
    place: Place | None = field(default=None)


def check_may_name(edition: Edition) -> None:
    """Raises SignUpRefused before sign-up opens, and once teams are composed; in between dates of sign-up do not count:
    organisers decide until when they wait for an organisation."""
    if edition.state == Edition.State.PREPARING:
        raise SignUpRefused(opening.NOT_YET)
    opening.check_may_change(edition)


def bring(
    people: Sequence[Named],
    *,
    edition: Edition,
    kind: str,
    by: User | None,
    partner: Partner | None = None,
    sent: PeopleList | None = None,
) -> list[NamedPerson]:
    """Each of these people takes part from now on, and is told so; returns the rows, in the order of ``people``.

    Who has no account gets one. Who takes part already keeps their own wishes; who has withdrawn by themselves stays
    away. Of the others a seat is taken as if they had signed up: where they are sent, else where most are left, or a
    number in the waiting list. A person that a partner names goes as a professional.

    The caller has looked for addresses that are named already, and holds the partner's row, or the edition's. Refuses
    once teams are composed. Holds the slots of all headquarters, in the order of their keys, then the people's rows.
    """
    with transaction.atomic():
        accounts, new = _accounts(people, language=partner.language if partner else "fr")
        list(_slots(edition).select_for_update(no_key=True).order_by("pk").values_list("pk"))
        edition.refresh_from_db(fields=["state"])
        check_may_name(edition)
        keys = [volunteer.pk for volunteer in accounts.values()]
        list(Volunteer.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk"))
        coming = [
            _Coming(_row(said, edition, partner, sent), said, accounts[said.email], accounts[said.email].pk in new)
            for said in people
        ]
        joining, known = _meet(coming, edition, kind)
        _seat(joining, edition, by=by)
        _keep(joining, known)
        rows = NamedPerson.objects.bulk_create([one.row for one in coming], batch_size=BATCH)
        _link_named(coming)
        queuing.queue_many(_message(one) for one in coming if one.row.participant and one.row.participant.is_active)
    return rows


def change(person: NamedPerson, said: Named, *, by: User | None, sent: PeopleList | None = None) -> NamedPerson:
    """Says otherwise of somebody who has been named, under the same address. Harmless twice.

    Of who takes part because of it the part changes as well, and they are told of another headquarters; who had signed
    up by themselves keeps their own wishes. Refuses once teams are composed. Holds, where other wishes are said than
    before, what ``enrolling.enrol`` holds.
    """
    with transaction.atomic():
        participant = person.participant
        if person.brought and participant and participant.is_active:
            _change_part(person, participant, said, by=by)
        else:
            check_may_name(Edition.objects.get(pk=person.edition_id))
        _describe(person, said)
        if sent:
            person.sent, person.row, person.origins = sent, said.row, dict(said.origins)
        person.save()
        person.languages.set(said.languages)
        person.clearances.set(said.clearances)
    return person


def take_off(person: NamedPerson, *, note: str, by: User | None) -> None:
    """They are named no longer; who takes part because of it is told, with ``note``, and no longer does.

    Who had signed up by themselves goes on as a citizen. Harmless twice. Refuses once teams are composed. Holds the
    slot of their seat, then their rows.
    """
    with transaction.atomic():
        check_may_name(Edition.objects.get(pk=person.edition_id))
        participant = person.participant
        others = (
            participant.named_by.exclude(pk=person.pk).order_by("pk") if participant else NamedPerson.objects.none()
        )
        if participant and not person.brought:
            if not others.filter(partner__isnull=False).exists():
                Participant.objects.filter(pk=participant.pk).update(kind=Participant.Kind.CITIZEN)
        elif participant and (heir := others.filter(objected_at=None).first()):
            NamedPerson.objects.filter(pk=person.pk).update(brought=False)
            NamedPerson.objects.filter(pk=heir.pk).update(brought=True)
        elif registration := Registration.objects.active().filter(participant=participant or 0).first():
            registering.cancel(registration, by=by, reason=Registration.EndReason.ORGANISER, note=note)
        elif participant:
            _leave(participant)
        NamedPerson.objects.filter(pk=person.pk).delete()


def said_of(person: NamedPerson) -> Named:
    """What is said of them now. Two queries, unless languages and clearances were fetched before."""
    return Named(
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        phone=str(person.phone or ""),
        leader=person.leader,
        max_walk=person.max_walk,
        languages=tuple(sorted(one.pk for one in person.languages.all())),
        clearances=tuple(sorted(one.pk for one in person.clearances.all())),
        headquarters=person.headquarters_id,
        sector=person.sector_id,
    )


def _leave(participant: Participant) -> None:
    now = timezone.now()
    gone = {"state": Participant.State.WITHDRAWN, "withdrawn_at": now, "updated_at": now}
    Participant.objects.active().filter(pk=participant.pk).update(**gone)


def _change_part(person: NamedPerson, participant: Participant, said: Named, *, by: User | None) -> None:
    seat = participant.registration
    if said.wishes != said_of(person).wishes:
        now_at = Headquarters.objects.filter(slot=seat.slot_id).values_list("pk", flat=True).first() if seat else None
        edition = participant.edition
        place = _place(said.wishes, places_of(edition), now_at=now_at)
        if place is None:
            raise SignUpRefused(opening.CLOSED)
        participant = enrolling.enrol(
            participant.volunteer, edition=edition, wishes=said.wishes, place=place, may_wait=True, by=by
        )
    else:
        check_may_name(Edition.objects.get(pk=person.edition_id))
    if seat is not None and seat.known_as is not None:
        Registration.objects.filter(participant=participant).update(known_as=_known_as(said))


def _describe(row: NamedPerson, said: Named) -> None:
    row.first_name, row.last_name, row.phone = said.first_name, said.last_name, said.phone
    row.leader, row.max_walk = said.leader, said.max_walk
    row.headquarters_id, row.sector_id = said.headquarters, said.sector


def _row(said: Named, edition: Edition, partner: Partner | None, sent: PeopleList | None) -> NamedPerson:
    row = NamedPerson(edition=edition, partner=partner, email=said.email, sent=sent, row=said.row or None)
    row.origins = dict(said.origins)
    _describe(row, said)
    return row


def _slots(edition: Edition) -> Any:
    return Slot.objects.filter(pk__in=edition.headquarters.order_by().values("slot"))


def _accounts(people: Sequence[Named], *, language: str) -> tuple[dict[str, Volunteer], set[int]]:
    """The volunteer of each address, made where there is none, and the keys of those made.

    In the order of the addresses: of two lists at once with the same people one waits for the other.
    """
    by_email = {said.email: said for said in people}
    known = set(User.objects.filter(email__in=by_email).values_list("email", flat=True))
    password = make_password(None)
    missing = [by_email[email] for email in sorted(by_email.keys() - known)]
    User.objects.bulk_create(
        (
            User(
                email=said.email,
                first_name=said.first_name,
                last_name=said.last_name,
                password=password,
                language=language,
            )
            for said in missing
        ),
        batch_size=BATCH,
        ignore_conflicts=True,  # somebody signs up with that address at this moment
    )
    users = list(User.objects.filter(email__in=by_email).order_by("email"))
    phones = {said.email: said.phone for said in missing}
    Volunteer.objects.bulk_create(
        (Volunteer(user=user, phone=phones.get(user.email, "")) for user in users),
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    found = {row.user.email: row for row in Volunteer.objects.filter(user__in=users).select_related("user")}
    return found, {found[said.email].pk for said in missing}


def _meet(coming: Sequence[_Coming], edition: Edition, kind: str) -> tuple[list[_Coming], list[Participant]]:
    """Gives each row its participant, not saved; returns those who take part because of it, whose seats are still to
    take, and the participants who were there."""
    keys = [one.volunteer.pk for one in coming]
    rows = Participant.objects.select_for_update(no_key=True, of=("self",)).select_related("registration")
    there = {row.volunteer_id: row for row in rows.filter(edition=edition, volunteer__in=keys)}
    known, now = knowing.veterans(keys, edition), timezone.now()
    joining = []
    for one in coming:
        participant = there.get(one.volunteer.pk)
        if participant is not None and (participant.is_active or _has_said_no(participant)):
            one.row.participant = participant
            if participant.is_active and kind == Participant.Kind.PROFESSIONAL:
                participant.kind = kind
            continue
        if participant is None:
            participant = Participant(volunteer=one.volunteer, edition=edition, signed_up_at=now)
        wishes = one.said.wishes
        participant.state, participant.withdrawn_at, participant.signed_up_at = Participant.State.ACTIVE, None, now
        participant.kind, participant.leader, participant.max_walk = kind, wishes.leader, wishes.max_walk
        participant.reach, participant.home_id = wishes.reach, wishes.home
        participant.experienced = participant.experienced or one.volunteer.pk in known
        one.row.participant, one.row.brought = participant, True
        joining.append(one)
    return joining, list(there.values())


def _keep(joining: Sequence[_Coming], known: Sequence[Participant]) -> None:
    new = [_part(one) for one in joining if _part(one).pk is None]
    back = [_part(one).pk for one in joining if _part(one).pk is not None]
    NamedPerson.objects.filter(participant__in=back, brought=True).update(brought=False)
    Participant.objects.bulk_update(known, _WISHED, batch_size=BATCH)
    Participant.objects.bulk_create(new, batch_size=BATCH)
    _write_wishes(joining)


_WISHED = [
    "state",
    "withdrawn_at",
    "signed_up_at",
    "kind",
    "leader",
    "max_walk",
    "reach",
    "home",
    "experienced",
    "registration",
]


def _part(one: _Coming) -> Participant:
    if one.row.participant is None:
        raise ValueError("this row has not met its participant")
    return one.row.participant


def _has_said_no(participant: Participant) -> bool:
    """Have they withdrawn by themselves?"""
    seat = participant.registration
    return seat is not None and seat.end_reason == Registration.EndReason.PERSON


def _write_wishes(joining: Iterable[_Coming]) -> None:
    parts = {_part(one).pk: one.said for one in joining}
    Choice.objects.filter(participant__in=parts).delete()
    Choice.objects.bulk_create(
        (
            Choice(participant_id=key, headquarters_id=said.headquarters, rank=0)
            for key, said in parts.items()
            if said.headquarters
        ),
        batch_size=BATCH,
    )
    link(Participant.languages.through, "participant", {key: said.languages for key, said in parts.items()})


def _seat(joining: Sequence[_Coming], edition: Edition, *, by: User | None) -> None:
    """Takes a seat for each, headquarters by headquarters, in the order of the list."""
    places = {place.key: place for place in places_of(edition)}
    if joining and not places:
        raise SignUpRefused(opening.CLOSED)
    members = set(
        Membership.objects.filter(
            network=edition.network_id, left_at=None, volunteer__in=[one.volunteer.pk for one in joining]
        ).values_list("volunteer", flat=True)
    )
    at: dict[int, list[_Coming]] = {}
    for one in joining:
        place = _place(one.said.wishes, places.values()) or next(iter(places.values()))
        at.setdefault(place.key, []).append(one)
        full = place.left == 0
        places[place.key] = Place(place.headquarters, place.most, place.taken + (not full), place.waiting + full)
    for key, people in sorted(at.items(), key=lambda found: places[found[0]].headquarters.slot_id):
        drafts = [
            Registration(
                volunteer=one.volunteer,
                slot=places[key].headquarters.slot,
                created_by=by,
                known_as=None if one.is_new or one.volunteer.pk in members else _known_as(one.said),
            )
            for one in people
        ]
        registering.register_quietly(drafts, slot=places[key].headquarters.slot)
        for one, draft in zip(people, drafts, strict=True):
            _part(one).registration = draft


def _place(wishes: Wishes, places: Iterable[Place], *, now_at: int | None = None) -> Place | None:
    """Where the seat is: an organisation that says where is not asked again when that is full. One waits there."""
    found = place_for(wishes, list(places), now_at=now_at)
    return found.full if found is not None and not isinstance(found, Place) else found


def _known_as(said: Named) -> dict[str, str]:
    """Of somebody whom the organisers do not know they see what was said, not what the account says."""
    return {"first_name": said.first_name, "last_name": said.last_name}


def _link_named(coming: Iterable[_Coming]) -> None:
    rows = list(coming)
    for through, name in ((NamedPerson.languages.through, "languages"), (NamedPerson.clearances.through, "clearances")):
        link(through, "namedperson", {one.row.pk: getattr(one.said, name) for one in rows})


def link(through: Any, owner: str, keys: Mapping[int, Iterable[int]]) -> None:
    """Makes these the rows that each owner has, of a relation of many to many; what they had before goes."""
    other = next(
        one.attname for one in through._meta.local_concrete_fields if one.remote_field is not None and one.name != owner
    )
    owners = list(keys)
    for start in range(0, len(owners), BATCH):
        through.objects.filter(**{f"{owner}__in": owners[start : start + BATCH]}).delete()
    through.objects.bulk_create(
        (through(**{f"{owner}_id": key, other: value}) for key, values in keys.items() for value in values),
        batch_size=BATCH,
    )


def _message(one: _Coming) -> Any:
    return queuing.draft(
        "night/named", key=f"named:{one.row.pk}", user=one.volunteer.user, context={"person": one.row.pk}
    )
