"""Asking those who could help a headquarters, and what becomes of their answers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from events.night.cards import coming_over, seating
from events.night.editions.preparing import EditionRefused, hold
from events.night.models import Appeal, Asked, Choice, Edition, Headquarters, Participant
from events.night.models.participants import CHOICES
from events.night.readiness.counting import LEADERS, PEOPLE, City, labels_of
from events.night.roster.problem import Person, Rules
from events.night.sign_up.placing import metres
from mail import queuing
from volunteers.models import User

KIND = "night/appeal"
SALT = "events.night.readiness"
PAUSE = dt.timedelta(days=7)  # in which nobody is asked twice
KEPT = dt.timedelta(days=90)  # after the night
ASKING = (Edition.State.OPEN, Edition.State.ROSTERING)  # while what people wish still decides something


class AppealRefused(EditionRefused):
    """Why nobody can be asked, or an answer changes nothing, in a sentence fit for the person."""


def may_ask(edition: Edition, *, waiting: bool = False) -> bool:
    """``waiting``: those in reserve elsewhere alone, who may be asked once teams are published as well."""
    return edition.state in ASKING or (waiting and edition.state == Edition.State.PUBLISHED)


def decides(sent: Appeal) -> bool:
    """Does an answer still change something? After publishing, to what was asked since."""
    edition = sent.headquarters.edition
    since = edition.state_changed_at
    return may_ask(edition) or (may_ask(edition, waiting=True) and since is not None and sent.sent_at >= since)


def audience(headquarters: Headquarters, what: str, *, waiting: Collection[int] | None = None) -> list[int]:
    """The participants (keys) whom ``rule_of`` means, in the order of sign-up. Constant queries.

    ``waiting``: people who wait for a team elsewhere; those of them then who do not accept this headquarters yet.
    """
    city, place = City(headquarters.edition), str(headquarters.pk)
    if place not in city.places:
        return []
    fit = _may_lead if what == LEADERS else _may_come if waiting is None else _may_change
    chosen = [int(person.id) for person in city.instance.people if fit(city, person, place, what)]
    if waiting is not None:
        chosen = [key for key in chosen if key in waiting]
    reached = Participant.objects.active().filter(pk__in=chosen, volunteer__user__is_active=True)
    reached = reached.filter(volunteer__user__unproved_since=None)
    lately = Asked.objects.filter(appeal__sent_at__gt=timezone.now() - PAUSE, participant__in=chosen)
    keys = set(reached.values_list("pk", flat=True)) - set(lately.values_list("participant", flat=True))
    return [key for key in chosen if key in keys]


def rule_of(what: str) -> str:
    """Whom ``audience`` finds, in words."""
    never = gettext("Nobody who was asked something in the last 7 days.")
    if what == LEADERS:
        who = gettext(
            "Those who have done a Night before and have not said that they would lead, and who accept this "
            "headquarters, or live near it and can still add it to their choices."
        )
    elif what == PEOPLE:
        who = gettext(
            "Those who live near this headquarters, do not accept it yet and can still add it to their choices, and "
            "whose own headquarters has people enough."
        )
    else:
        who = gettext(
            "Those who have it, live near this headquarters, do not accept it yet, and can still add it to their "
            "choices."
        )
    return f"{who} {never}"


def drafts(headquarters: Headquarters, what: str, *, missing: int) -> dict[str, str]:
    """A subject and a text in each language, for the organiser to change."""
    texts: dict[str, str] = {}
    for language, _label in settings.LANGUAGES:
        with override(language):
            facts = {
                "place": str(headquarters.district),
                "night": headquarters.edition.name,
                "count": missing,
                "what": labels_of([what]).get(what, what),
            }
            if what == LEADERS:
                subject = gettext("Would you lead a team? %(place)s")
                body = gettext(
                    "You have done a Night before: you know what it is. For %(night)s, teams of %(place)s have nobody "
                    "yet to lead them (%(count)d for now), and without a leader a team stays at home.\n\n"
                    "Leading is keeping three or four people together, knowing the sector, and bringing the sheets "
                    "back. You are told everything beforehand."
                )
            elif what == PEOPLE:
                subject = gettext("Could you go to %(place)s?")
                body = gettext(
                    "For %(night)s, people are still missing at %(place)s, which is near you (%(count)d for now). Your "
                    "other choices stay: this one is added after them."
                )
            else:
                subject = gettext("%(what)s: could you go to %(place)s?")
                body = gettext(
                    "For %(night)s, teams of %(place)s need somebody with what you have: %(what)s. It is near "
                    "you. Your other choices stay: this one is added after them."
                )
            texts |= {f"subject_{language}": subject % facts, f"body_{language}": body % facts}
    return texts


def appeal(
    headquarters: Headquarters,
    *,
    what: str,
    texts: dict[str, str],
    key: uuid.UUID,
    by: User,
    waiting: Collection[int] | None = None,
) -> Appeal:
    """Writes to everybody whom ``audience`` finds at this moment, a row and a message each. Harmless twice for one key.

    ``texts``: ``subject_fr``, ``body_fr`` and so on; a language left empty reads the other. Refuses an audience of
    nobody, and states in which wishes decide nothing. Holds the edition's row, so that two organisers at once do not
    ask the same people.
    """
    with transaction.atomic():
        edition = hold(headquarters.edition)
        if sent := Appeal.objects.filter(key=key).first():
            return sent
        if not may_ask(edition, waiting=waiting is not None):
            raise AppealRefused(_("People are asked while sign-up is open or teams are being composed."))
        keys = audience(headquarters, what, waiting=waiting)
        if not keys:
            raise AppealRefused(_("There is nobody left to ask: look at the rule again."))
        sent = Appeal.objects.create(headquarters=headquarters, what=what, key=key, sent_by=by, **texts)
        asked = Asked.objects.bulk_create(Asked(appeal=sent, participant_id=one) for one in keys)
        people = Participant.objects.select_related("volunteer__user").in_bulk(keys)
        queuing.queue_many(
            queuing.draft(
                KIND,
                key=f"{KIND}:{row.pk}",
                user=people[row.participant_id].volunteer.user,
                context={"asked": row.pk},
            )
            for row in asked
        )
    return sent


def token_of(asked: Asked) -> str:
    """Proves having received the message."""
    return signing.Signer(salt=SALT).sign(str(asked.pk))


def asked_by(token: str) -> Asked | None:
    """What the link is about; None for a forged one, and once the person or the appeal is gone."""
    try:
        key = signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return None
    related = ("appeal__headquarters__edition__network", "appeal__headquarters__district")
    rows = Asked.objects.select_related(*related, "appeal__headquarters__slot__venue", "participant__volunteer__user")
    return rows.filter(pk=int(key)).first()


def check_may_answer(asked: Asked) -> None:
    """Raises AppealRefused when the answer would change nothing any more."""
    if not asked.participant.is_active:
        raise AppealRefused(_("You no longer take part in this Night: sign up again first."))
    if not decides(asked.appeal):
        raise AppealRefused(_("Thank you, but teams are published by now: nothing changes any more."))


def answer(asked: Asked, *, yes: bool) -> Asked:
    """Writes the answer down; a yes changes what the person wishes: to lead, and the headquarters after their choices.
    Once teams are published it brings them to that headquarters (``coming_over.come_over``).

    Harmless twice. Refuses what was asked before teams were published, whoever has withdrawn or has a team by then, and
    a no after a yes, which the wishes themselves undo. Holds the participant's row, after publishing the edition's and
    the slots' before it.
    """
    with transaction.atomic():
        edition = asked.appeal.headquarters.edition
        if is_told := edition.state in Edition.TOLD:
            seating.hold_slots(hold(edition))
        held = Participant.objects.select_for_update(no_key=True, of=("self",)).get(pk=asked.participant_id)
        asked = Asked.objects.select_related("appeal__headquarters__edition", "participant__volunteer__user").get(
            pk=asked.pk
        )
        check_may_answer(asked)
        wanted = Asked.Answer.YES if yes else Asked.Answer.NO
        if asked.answer == wanted:
            return asked
        if asked.answer == Asked.Answer.YES:
            raise AppealRefused(_("You have said yes. To take it back, change what you wish."))
        asked.answer, asked.answered_at = wanted, timezone.now()
        asked.save(update_fields=["answer", "answered_at"])
        if yes:
            _wish(held, asked.appeal)
        if yes and is_told:
            coming_over.come_over(held, to=asked.appeal.headquarters, by=asked.participant.volunteer.user)
    return asked


def forget(now: dt.datetime | None = None) -> int:
    """Deletes what was asked and answered, 90 days after the night; returns how many rows."""
    over = (now or timezone.now()) - KEPT
    count, _by_table = Appeal.objects.filter(headquarters__edition__ends_at__lt=over).delete()
    return count


def _wish(participant: Participant, sent: Appeal) -> None:
    if sent.what == LEADERS:
        participant.leader = True
    chosen = list(participant.choices.order_by("rank"))
    if sent.headquarters_id not in {one.headquarters_id for one in chosen} and not _goes(participant, sent):
        if len(chosen) >= CHOICES:
            raise AppealRefused(_("You have chosen three headquarters already: change one of them in your wishes."))
        rank = chosen[-1].rank + 1 if chosen else 0
        Choice.objects.create(participant=participant, headquarters=sent.headquarters, rank=rank)
    participant.save(update_fields=["leader", "updated_at"])


def _goes(participant: Participant, sent: Appeal) -> bool:
    """Do they accept it without having chosen it?"""
    if participant.reach == Participant.Reach.ANY:
        return True
    if participant.reach == Participant.Reach.PREFS:
        return False
    first = participant.choices.select_related("headquarters__slot__venue", "headquarters__district").first()
    home = participant.home or (first.headquarters if first else None)
    return home is not None and metres(home, sent.headquarters) <= Rules().near_m


def _may_lead(city: City, person: Person, place: str, what: str) -> bool:
    if person.leader or not person.experienced:
        return False
    return city.accepts(person, place) or (city.is_near(person, place) and len(person.prefs) < CHOICES)


def _may_change(city: City, person: Person, place: str, what: str) -> bool:
    return not city.accepts(person, place) and len(person.prefs) < CHOICES


def _may_come(city: City, person: Person, place: str, what: str) -> bool:
    if city.accepts(person, place) or not city.is_near(person, place) or len(person.prefs) >= CHOICES:
        return False
    if what != PEOPLE:
        return what in person.tags
    first = city.first(person)
    return city.here[first][PEOPLE] > city.needs[first][PEOPLE]
