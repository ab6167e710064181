"""Friends are four at most, whoever comes at the same instant."""

import pytest
from django.db import IntegrityError, transaction

from events.night.editions import opening
from events.night.editions.opening import SignUpRefused
from events.night.models import Edition, FriendGroup, Participant
from events.night.sign_up import befriending, withdrawing
from tests.events import seats
from tests.factories.night_people import FriendGroupFactory, ParticipantFactory
from tests.racing import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def camille():
    return ParticipantFactory(volunteer__user__first_name="Camille")


def friend(camille):
    return ParticipantFactory(edition=camille.edition)


def refusal_of(function, *args, **kwargs):
    with pytest.raises(SignUpRefused) as refusal:
        function(*args, **kwargs)
    return str(refusal.value)


@pytest.mark.both
def test_group_is_opened_once_and_joined_once(camille):
    group = befriending.open_group(camille)
    assert befriending.open_group(camille) == group
    other = friend(camille)

    befriending.join(other, group=group)
    befriending.join(other, group=group)

    assert list(group.members.order_by("group_place").values_list("pk", "group_place")) == [
        (camille.pk, 1),
        (other.pk, 2),
    ]
    assert befriending.inviter_of(group) == camille


def test_fifth_friend_is_refused_and_takes_the_place_of_whoever_leaves(camille):
    group = befriending.open_group(camille)
    members = [friend(camille) for _ in range(3)]
    for one in members:
        befriending.join(one, group=group)
    fifth = friend(camille)

    assert refusal_of(befriending.join, fifth, group=group) == str(befriending.FULL)

    befriending.leave(members[0])
    befriending.join(fifth, group=group)
    assert group.members.count() == 4


def test_joining_is_refused_to_another_groups_member_another_nights_and_once_teams_are_composed(camille):
    group = befriending.open_group(camille)
    other = friend(camille)
    befriending.open_group(other)
    assert refusal_of(befriending.join, other, group=group) == str(befriending.ANOTHER)
    assert refusal_of(befriending.join, ParticipantFactory(), group=group) == str(befriending.GONE)

    late = friend(camille)
    Edition.objects.update(state="rostering")
    assert refusal_of(befriending.join, late, group=group) == str(opening.COMPOSING)
    assert refusal_of(befriending.leave, camille) == str(opening.COMPOSING)
    assert group.members.get() == camille


@pytest.mark.both
def test_group_goes_with_its_last_member(camille):
    group = befriending.open_group(camille)
    other = friend(camille)
    befriending.join(other, group=group)

    withdrawing.withdraw(camille, by=camille.volunteer.user)
    assert (befriending.inviter_of(group), FriendGroup.objects.count()) == (other, 1)

    befriending.leave(other)
    befriending.leave(other)
    assert FriendGroup.objects.count() == 0
    assert refusal_of(befriending.join, friend(camille), group=group) == str(befriending.GONE)


def test_database_holds_the_size_by_itself(camille):
    group = FriendGroupFactory(edition=camille.edition)
    for place in range(1, 5):
        ParticipantFactory(edition=camille.edition, group=group, group_place=place)
    for wrong in ({"group_place": 5}, {"group_place": 4}, {"group_place": None}, {"group_place": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ParticipantFactory(edition=camille.edition, group=group, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Participant.objects.filter(group_place=1).update(state="withdrawn", withdrawn_at=camille.signed_up_at)


@pytest.mark.django_db(transaction=True)
def test_twelve_friends_at_once_make_four(camille):
    group = befriending.open_group(camille)
    friends = [friend(camille) for _ in range(12)]

    def join(participant):
        seats.be_patient()
        befriending.join(participant, group=group)
        return "in"

    results = at_once(join, friends)

    assert sorted(map(str, results)) == sorted([str(befriending.FULL)] * 9 + ["in"] * 3)
    assert sorted(group.members.values_list("group_place", flat=True)) == [1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_last_member_leaves_while_another_joins(camille):
    for _ in range(5):
        group = befriending.open_group(camille)
        other = friend(camille)

        def act(call):
            seats.be_patient()
            return call()

        left, joined = at_once(
            act,
            [lambda: befriending.leave(camille), lambda: befriending.join(other, group=group)],  # noqa: B023
        )
        assert left is None
        if isinstance(joined, SignUpRefused):
            assert not FriendGroup.objects.filter(pk=group.pk).exists()
        else:
            assert group.members.get() == other
