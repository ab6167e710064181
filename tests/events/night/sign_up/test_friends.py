"""A friend's link: who invites, and everything that may stand in the way, in words."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from events.night.models import Edition, FriendGroup, Participant
from events.night.sign_up import befriending
from mail.models import Message
from tests.events.views.register_form import details, signed_in
from tests.factories.night_people import enrol, open_night
from tests.factories.volunteers import VolunteerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def night():
    return open_night(9)


@pytest.fixture
def camille(night):
    return enrol(VolunteerFactory(user__first_name="Camille", user__last_name="Moreau"), night.headquarters.get())


@pytest.fixture
def group(camille):
    return befriending.open_group(camille)


def page(name, *args):
    with override("en"):
        return reverse(f"night-sign-up:{name}", args=args)


def link(group):
    return page("friends", group.token)


def test_group_is_opened_shown_and_left_on_ones_own_page(client, night):
    participant = enrol(signed_in(client), night.headquarters.get())

    shown = client.post(page("group", night.pk), follow=True)
    group = FriendGroup.objects.get()
    assert link(group) in shown.text

    left = client.post(page("group", night.pk), {"leave": "yes"}, follow=True)
    participant.refresh_from_db()
    assert (participant.group, link(group) in left.text) == (None, False)


def test_link_tells_the_first_name_and_nothing_else(client, night, camille, group):
    shown = client.get(link(group))

    assert "Camille invites you" in shown.text
    assert "Moreau" not in shown.text
    assert camille.volunteer.user.email not in shown.text
    assert "3 places are left" in shown.text


def test_friend_without_an_account_signs_up_into_the_group_at_the_same_place(client, night, camille, group):
    led = client.post(link(group))
    assert led.url == f"{page('form', night.pk)}?friends={group.token}"

    code_page = client.post(led.url, details()).url
    code = Message.objects.filter(kind="account/login_code").latest("pk").context["code"]
    asked = client.post(code_page, {"code": code}, follow=True)
    assert asked.redirect_chain[-1][0] == led.url
    assert asked.context["form"].initial["first"] == night.headquarters.get().pk

    sent = {"role": "member", "first": night.headquarters.get().pk, "reach": "near", "max_walk": "1"}
    done = client.post(led.url, sent, follow=True)

    assert group.members.count() == 2
    assert "Camille" in done.text


def test_friend_who_is_signed_up_joins_in_one_click(client, night, group):
    participant = enrol(signed_in(client), night.headquarters.get())

    client.post(link(group))

    participant.refresh_from_db()
    assert participant.group == group


def test_full_expired_own_and_other_links_are_said_in_words(client, night, camille, group):
    others = [enrol(VolunteerFactory(), night.headquarters.get()) for _ in range(3)]
    for one in others:
        befriending.join(one, group=group)
    mine = enrol(signed_in(client), night.headquarters.get())

    assert "This group is full" in client.get(link(group)).text
    client.post(link(group))
    mine.refresh_from_db()
    assert mine.group is None

    befriending.leave(others[0])
    befriending.open_group(mine)
    assert "You are in another group" in client.get(link(group)).text
    assert "your own group" in client.get(link(FriendGroup.objects.exclude(pk=group.pk).get())).text

    Edition.objects.update(state="rostering")
    assert "This link has expired" in client.get(link(group)).text
    client.post(link(group))
    assert group.members.count() == 3


def test_link_of_nobody_is_said_in_words(client, night, camille, group):
    befriending.leave(camille)

    for token in (group.token, "x" * 22):
        answer = client.get(page("friends", token))
        assert answer.status_code == 404
        assert "This group is not there any more" in answer.text
    assert Participant.objects.count() == 1
