"""Every role, in every phase of a call, for every action: one table.

A column is a phase; a letter says who may: each role has its own, "-" is nobody.
"""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from ideas import permissions
from ideas.models import Call, Idea
from tests.factories.ideas import CallFactory, CommentFactory, IdeaFactory
from tests.factories.volunteers import (
    AssociationFactory,
    MembershipFactory,
    NetworkFactory,
    NetworkOrganiserFactory,
    UserFactory,
    VolunteerFactory,
)
from volunteers.models import AssociationMember

pytestmark = pytest.mark.django_db

ROLES = {
    "n": "nobody", "p": "person", "m": "member", "a": "author", "c": "colleague of the association", "o": "organiser",
    "x": "organiser elsewhere", "s": "administrator",
}  # fmt: skip
PHASES = ("draft", "announced", "call", "sorting", "vote", "work", "note", "over")
ALL = "".join(ROLES)
SIGNED = "pmacoxs"
OTHERS = "pmoxs"  # who did not propose it
# action, audience: who may, by phase
TABLE = {
    ("see", "everyone"): ["os", ALL, ALL, ALL, ALL, ALL, ALL, ALL],
    ("organise", "everyone"): ["os"] * 8,
    ("propose", "everyone"): ["-", "-", SIGNED, "-", "-", "-", "-", "-"],
    ("propose", "members"): ["-", "-", "m", "-", "-", "-", "-", "-"],
    ("propose", "associations"): ["-", "-", "c", "-", "-", "-", "-", "-"],
    ("edit", "everyone"): ["-", "-", "ac", "-", "-", "-", "-", "-"],
    ("withdraw", "everyone"): ["-", *["ac"] * 3, "-", *["ac"] * 3],
    ("support", "everyone"): ["-", "-", *[OTHERS] * 5, "-"],
    ("comment", "everyone"): ["-", "-", *[SIGNED] * 5, "-"],
    ("report", "everyone"): ["-", *[SIGNED] * 7],
    ("vote", "everyone"): ["-", "-", "-", "-", SIGNED, "-", "-", "-"],
    ("vote", "members"): ["-", "-", "-", "-", "m", "-", "-", "-"],
    ("vote", "associations"): ["-", "-", "-", "-", SIGNED, "-", "-", "-"],
    ("sort", "everyone"): ["-", *["os"] * 7],
    ("moderate", "everyone"): ["-", *["os"] * 7],
}


@pytest.fixture
def people():
    network, association = NetworkFactory(), AssociationFactory()
    found = {letter: VolunteerFactory().user for letter in "pmacox"} | {"n": AnonymousUser()}
    found["s"] = VolunteerFactory(user=UserFactory(administrator=True)).user
    MembershipFactory(volunteer=found["m"].volunteer, network=network)
    MembershipFactory(volunteer=found["p"].volunteer, network=network, left_at=timezone.now())
    AssociationMember.objects.create(association=association, user=found["c"])
    NetworkOrganiserFactory(network=network, user=found["o"])
    NetworkOrganiserFactory(user=found["x"])
    return found, network, association


def in_phase(phase, **fields):
    """A call whose phases stand so that this one runs now; the vote after the sorting, so that one runs at a time."""
    call = CallFactory(by_points=True, draft=phase == "draft", **fields)
    now = timezone.now()
    order = ["call", "sorting", "vote", "work", "note"]
    here = {"draft": 0, "announced": -1, "over": 5}.get(phase, order.index(phase) if phase in order else 0)
    for number, kind in enumerate(order):
        starts_at = now + dt.timedelta(days=10 * (number - here) - 5)
        call.phases.filter(kind=kind).update(starts_at=starts_at, ends_at=starts_at + dt.timedelta(days=10))
    if phase in ("work", "note", "over"):
        Call.objects.filter(pk=call.pk).update(sealed_at=now)
    return Call.objects.prefetch_related("phases").get(pk=call.pk)


@pytest.mark.parametrize(("action", "audience"), TABLE)
def test_who_may_do_what_when(people, action, audience):
    everybody, network, association = people
    found = []
    for phase in PHASES:
        call = in_phase(phase, network=network, audience=audience)
        idea = IdeaFactory(call=call, author=everybody["a"].volunteer, association=association)
        target = {"moderate": CommentFactory(idea=idea)} | dict.fromkeys(["see", "organise", "propose", "vote"], call)
        may = getattr(permissions, f"can_{action}")
        found.append("".join(letter for letter in ALL if may(everybody[letter], target.get(action, idea))) or "-")

    assert found == ["".join(letter for letter in ALL if letter in who) or "-" for who in TABLE[action, audience]]


@pytest.mark.parametrize("state", [*Idea.DECIDED, "withdrawn"])
def test_what_is_answered_is_neither_edited_nor_supported_nor_withdrawn(people, state):
    everybody, network, _association = people
    idea = IdeaFactory(call=in_phase("call", network=network), author=everybody["a"].volunteer)
    before = [may(everybody["a"], idea) for may in (permissions.can_edit, permissions.can_withdraw)]
    idea.state = state

    after = [may(everybody["a"], idea) for may in (permissions.can_edit, permissions.can_withdraw)]
    assert (before, after, permissions.can_support(everybody["p"], idea)) == ([True, True], [False, False], False)


def test_an_account_that_was_closed_may_nothing(people):
    everybody, network, association = people
    call = in_phase("call", network=network)
    idea = IdeaFactory(call=call, author=everybody["a"].volunteer, association=association)
    for user in everybody.values():
        user.is_active = False

    for action in ("propose", "edit", "withdraw", "support", "comment", "report", "organise", "sort"):
        target = call if action in ("propose", "organise") else idea
        assert not any(getattr(permissions, f"can_{action}")(user, target) for user in everybody.values()), action


def test_lists_and_rows_agree(people):
    everybody, network, _association = people
    calls = [in_phase(phase, network=network) for phase in ("draft", "call")] + [in_phase("draft", network=None)]

    for letter, user in everybody.items():
        seen = set(Call.objects.visible_to(user))
        assert seen == {call for call in calls if permissions.can_see(user, call)}, letter
        runs = set(Call.objects.organised_by(user))
        assert runs == {call for call in calls if permissions.can_organise(user, call)}, letter
