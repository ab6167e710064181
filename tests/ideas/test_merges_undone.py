"""Whatever is merged and let go of, in any order, ends with the supports, authors and answers that it began with."""

import random

import pytest
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ideas import answering, sorting, supporting
from ideas.calling import IdeaRefused
from ideas.models import Idea, Step, Support
from tests.factories.ideas import CallFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory

IDEAS, PEOPLE = 40, 12
TREE = 50
numbers = st.integers(0, 5) | st.integers(0, IDEAS - 1)  # some often, so that lives cross


class Merging(RuleBasedStateMachine):
    """Beside it, a model in plain Python: who supports what, and which idea stands where.

    The call and the people are the same in every life.
    """

    @classmethod
    def gather(cls):
        cls.by, cls.call = UserFactory(), CallFactory()
        cls.proposers, cls.people = VolunteerFactory.create_batch(IDEAS), VolunteerFactory.create_batch(PEOPLE)

    @initialize()
    def ground(self):
        Step.objects.all().delete()
        Support.objects.all().delete()
        Idea.objects.all().update(state="open", merged_into=None, head=None)
        Idea.objects.all().delete()
        self.ideas = Idea.objects.bulk_create(
            Idea(call=self.call, title=f"Idée {n}", text="…", author=author) for n, author in enumerate(self.proposers)
        )
        self.authors = {idea.pk: idea.author_id for idea in self.ideas}
        self.given = {idea.pk: set() for idea in self.ideas}
        self.parent = {}
        self.decided = {}

    def head(self, pk):
        while pk in self.parent:
            pk = self.parent[pk]
        return pk

    def cluster(self, head):
        return [pk for pk in self.authors if self.head(pk) == head]

    @rule(one=numbers, person=st.integers(0, PEOPLE - 1))
    def support(self, one, person):
        idea, who = self.ideas[one], self.people[person]
        head = self.head(idea.pk)
        try:
            supporting.support(who, idea=idea)
        except IdeaRefused:
            assert head in self.decided
            return
        if not any(who.pk in self.given[pk] for pk in self.cluster(head)):
            self.given[head].add(who.pk)

    @rule(one=numbers, other=numbers)
    def merge(self, one, other):
        idea, into = self.ideas[one], self.ideas[other]
        head, target = self.head(idea.pk), self.head(into.pk)
        fits = idea.pk == head and target != head and idea.pk not in self.decided
        already = idea.pk in self.parent and head == target
        try:
            sorting.merge(idea, into=into, reason="Pareil.", by=self.by)
        except IdeaRefused:
            assert not fits and not already
            return
        assert fits or already
        if fits:
            self.parent[idea.pk] = target

    @precondition(lambda self: self.parent)
    @rule(data=st.data())
    def unmerge(self, data):
        pk = data.draw(st.sampled_from(sorted(self.parent)))
        sorting.unmerge(Idea.objects.get(pk=pk), by=self.by)
        del self.parent[pk]

    @rule(one=numbers, state=st.sampled_from(Idea.DECIDED))
    def answer(self, one, state):
        pk = self.ideas[one].pk
        try:
            answering.answer(self.ideas[one], state=state, reason="Voilà pourquoi.", by=self.by)
        except IdeaRefused:
            assert pk in self.parent
            return
        self.decided[pk] = state

    @invariant()
    def rows_are_what_they_should_be(self):
        for idea in Idea.objects.all():
            head = self.head(idea.pk)
            merged = idea.pk in self.parent
            assert idea.head_id == (head if merged else None)
            assert idea.state == ("merged" if merged else self.decided.get(idea.pk, "open"))
            assert idea.author_id == self.authors[idea.pk]
            if not merged:
                assert idea.supporters == len(set().union(*(self.given[pk] for pk in self.cluster(head))))
        found = {pk: set() for pk in self.authors}
        for idea, volunteer in Support.objects.values_list("idea", "volunteer"):
            found[idea].add(volunteer)
        assert found == self.given


@pytest.mark.long
class TestMerging(TestCase):
    def test_random_lives(self):
        Merging.gather()
        run_state_machine_as_test(
            Merging,
            settings=settings(
                max_examples=12,
                stateful_step_count=25,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )


@pytest.mark.long
@pytest.mark.django_db
def test_a_thousand_merges_are_undone():
    """Twenty random trees of fifty ideas, merged one by one, then let go of in another random order.

    Of people whose accounts are closed: they count as everybody does, and no mail is written a thousand times.
    """
    chance, by, call = random.Random(7), UserFactory(), CallFactory()
    author, *people = VolunteerFactory.create_batch(21, user__is_active=False)
    ideas = Idea.objects.bulk_create(Idea(call=call, title=f"Idée {n}", text="…", author=author) for n in range(1_000))
    given = {(chance.choice(ideas).pk, chance.choice(people).pk) for _ in range(1_600)}
    Support.objects.bulk_create(Support(idea_id=idea, volunteer_id=who) for idea, who in given)
    count = Support.objects.filter(idea=OuterRef("pk")).order_by().values("idea").annotate(n=Count("pk")).values("n")
    Idea.objects.update(supporters=Coalesce(Subquery(count), 0))
    before = list(Idea.objects.order_by("pk").values_list("pk", "state", "author", "supporters"))

    branches = [number for number in range(1_000) if number % TREE]
    chance.shuffle(branches)
    for number in branches:
        target = ideas[chance.randrange(number - number % TREE, number)]
        sorting.merge(ideas[number], into=target, reason="Pareil.", by=by)
    assert Idea.objects.filter(state="merged").count() == 980
    assert set(Idea.objects.filter(head=None)) == set(ideas[::TREE])
    merged = [ideas[number] for number in branches]
    chance.shuffle(merged)
    for idea in merged:
        sorting.unmerge(idea, by=by)

    assert list(Idea.objects.order_by("pk").values_list("pk", "state", "author", "supporters")) == before
    assert set(Support.objects.values_list("idea", "volunteer")) == given
