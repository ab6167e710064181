"""Whatever is merged and let go of, in any order, ends with the supports, comments and answers that it began with.

A thousand ideas live through what hypothesis draws. Beside the tables stands a model in plain Python: each idea keeps
what is its own, and the one that stands shows what was merged into it.
"""

import copy
import random
from dataclasses import dataclass, field

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ideas import answering, outcomes, proposing, sorting, sorting_several, stories, supporting, talking, telling
from ideas.browsing import idea_rows, shown
from ideas.calling import IdeaRefused
from ideas.models import Comment, Group, Idea, Outcome, Step, Support
from tests.factories.ideas import CallFactory
from tests.factories.trainings import SessionFactory
from tests.factories.volunteers import UserFactory, VolunteerFactory
from trainings.models import Training

IDEAS, PEOPLE, OFTEN = 1_000, 12, 6
UNANSWERED, DECIDED = ("open", "studying"), ("adopted", "declined", "out_of_scope")
ones = st.integers(0, OFTEN - 1) | st.integers(0, IDEAS - 1)  # some often, so that lives cross
people = st.integers(0, PEOPLE - 1)
several = st.tuples(ones, st.integers(1, 60), st.integers(4, 16))  # from where, how far, how many


class Refused(Exception):
    """The model's own refusal."""


@dataclass
class Kept:
    """What is an idea's own. ``before``: the state that a merged one goes back to."""

    author: int
    group: int | None
    call: int
    state: str = "open"
    before: str = ""
    into: int | None = None
    given: set = field(default_factory=set)
    said: list = field(default_factory=list)
    answer: str = ""
    became: set = field(default_factory=set)
    steps: list = field(default_factory=list)

    def step(self, kind, before, into=None):
        self.steps.append((kind, before, self.state, into))


class Merging(RuleBasedStateMachine):
    """Calls, people and ideas are the same in every life: a savepoint is gone back to at its end."""

    @classmethod
    def gather(cls):
        cls.by, cls.people = UserFactory(), VolunteerFactory.create_batch(PEOPLE)
        cls.calls = CallFactory.create_batch(2)
        cls.trainings = [session.training for session in SessionFactory.create_batch(3)]
        groups = [None, *(Group.objects.create(call=cls.calls[0], name=f"Groupe {n}") for n in range(2))]
        chance, kind = random.Random(7), ContentType.objects.get_for_model(Training)
        ideas = [
            Idea(call=cls.calls[0], title=f"Idée {n}", text="…", author=cls.people[n % PEOPLE], group=groups[n % 3])
            for n in range(IDEAS)
        ]
        given = [{person.pk for person in chance.sample(cls.people, 2)} - {idea.author_id} for idea in ideas]
        for idea, who in zip(ideas, given, strict=True):
            idea.supporters = len(who)
        cls.keys = [idea.pk for idea in Idea.objects.bulk_create(ideas)]
        said = Comment.objects.bulk_create(
            Comment(idea=idea, author=chance.choice(cls.people), text="Oui.") for idea in ideas
        )
        became = [{chance.choice(cls.trainings).pk} if n % 9 == 0 else set() for n in range(IDEAS)]
        Support.objects.bulk_create(
            Support(idea=idea, volunteer_id=pk) for idea, who in zip(ideas, given, strict=True) for pk in who
        )
        Outcome.objects.bulk_create(
            Outcome(idea=idea, content_type=kind, object_id=pk)
            for idea, made in zip(ideas, became, strict=True)
            for pk in made
        )
        Step.objects.bulk_create(Step(idea=idea, kind="proposed", to_state="open", at=timezone.now()) for idea in ideas)
        cls.at_first = list(zip(ideas, given, said, became, strict=True))

    @initialize(seed=st.integers(0, 2**32 - 1), plan=st.lists(st.tuples(several, ones), min_size=6, max_size=6))
    def ground(self, seed, plan):
        """A life begins with some merges, one upon the other."""
        self.savepoint, self.chance, self.hidden = transaction.savepoint(), random.Random(seed), set()
        self.looked_at = self.keys[0]
        self.kept, self.words = {}, {}
        for idea, given, comment, became in self.at_first:
            self.words[comment.pk] = (comment.author_id, comment.text)
            kept = self.kept[idea.pk] = Kept(idea.author_id, idea.group_id, idea.call_id)
            kept.given, kept.said, kept.became = set(given), [comment.pk], set(became)
            kept.step("proposed", "")
        for drawn, other in plan:
            self.merge_those(drawn, other)

    # --- The model ---
    def head(self, pk):
        while self.kept[pk].into:
            pk = self.kept[pk].into
        return pk

    def clusters(self):
        """By idea that stands, the keys of all that are read there: its own first."""
        found = {pk: [pk] for pk, kept in self.kept.items() if not kept.into}
        for pk, kept in self.kept.items():
            if kept.into:
                found[self.head(pk)].append(pk)
        return found

    def cluster(self, head):
        return [head, *(pk for pk, kept in self.kept.items() if kept.into and self.head(pk) == head)]

    def supporters(self, cluster):
        return set().union(*(self.kept[pk].given for pk in cluster))

    def agree(self, pk, verb, model):
        """Does it in the tables and in the model: both refuse, or neither."""
        self.looked_at, refusals = pk, []
        for act, refusal in ((model, Refused), (verb, IdeaRefused)):
            try:
                act()
            except refusal:
                refusals.append(refusal)
        assert refusals in ([], [Refused, IdeaRefused])

    def row(self, pk):
        """The idea as a page has it that was opened a moment ago."""
        return Idea(pk=pk, call_id=self.kept[pk].call, title=f"Idée {pk}")

    def merged(self, pk, into):
        row, target = self.kept[pk], self.head(into)
        if row.state == "merged" and self.head(pk) == target:
            return
        other = self.kept[target]
        if other.call != row.call or target == pk or row.state not in UNANSWERED or other.state == "withdrawn":
            raise Refused
        before, row.before, row.state, row.into = row.state, row.state, "merged", target
        row.step("merged", before, target)

    def let_go(self, pk):
        row = self.kept[pk]
        if row.into:
            into, row.state, row.into = row.into, row.before, None
            row.step("unmerged", "merged", into)

    def unanswered(self, pk):
        row = self.kept[pk]
        if row.state not in UNANSWERED:
            raise Refused
        return row

    # --- What people and organisers do ---
    @rule(one=ones, other=ones)
    def merge(self, one, other):
        pk, into = self.keys[one], self.keys[other]
        self.agree(
            pk,
            lambda: sorting.merge(self.row(pk), into=self.row(into), reason="Pareil.", by=self.by),
            lambda: self.merged(pk, into),
        )

    @rule(drawn=several, other=ones, whatever=st.integers(0, 5))
    def merge_several(self, drawn, other, whatever):
        """Mostly ideas that can be merged; now and then any, of which one that cannot leaves all as they were."""
        self.merge_those(drawn, other, whatever)

    def merge_those(self, drawn, other, whatever=1):
        into = self.keys[other]
        fit = [pk for pk, kept in self.kept.items() if kept.state in UNANSWERED and pk != self.head(into)]
        lead = {kept.into for kept in self.kept.values()}
        fit.sort(key=lambda pk: pk not in lead)  # trees are merged into trees
        chosen = some(fit if whatever else self.keys, drawn)

        def model():
            before = copy.deepcopy([self.kept[pk] for pk in chosen])
            try:
                for pk in sorted({*chosen} - {into}):
                    self.merged(pk, into)
            except Refused:
                self.kept.update(zip(chosen, before, strict=True))
                raise

        rows = [self.row(pk) for pk in chosen]
        self.agree(
            into,
            lambda: sorting_several.merge(rows, into=self.row(into), reason="Pareil.", by=self.by),
            model,
        )

    @rule(drawn=several)
    def unmerge_several(self, drawn):
        chosen = some([pk for pk, kept in self.kept.items() if kept.into], drawn)
        self.agree(
            chosen[0] if chosen else self.keys[0],
            lambda: sorting_several.unmerge([self.row(pk) for pk in chosen], by=self.by),
            lambda: [self.let_go(pk) for pk in sorted(chosen)],
        )

    @rule(one=ones, person=people)
    def support(self, one, person):
        who, pk = self.people[person], self.keys[one]

        def model():
            head = self.head(pk)
            if self.unanswered(head).author == who.pk:
                raise Refused
            if who.pk not in self.supporters(self.cluster(head)):
                self.kept[head].given.add(who.pk)

        self.agree(pk, lambda: supporting.support(who, idea=self.row(pk)), model)

    @rule(one=ones, person=people)
    def unsupport(self, one, person):
        who, pk = self.people[person], self.keys[one]

        def model():
            self.unanswered(self.head(pk))
            for below in self.cluster(self.head(pk)):
                self.kept[below].given.discard(who.pk)

        self.agree(pk, lambda: supporting.unsupport(who, idea=self.row(pk)), model)

    @rule(one=ones, person=people, text=st.sampled_from(["Oui.", "Non."]))
    def comment(self, one, person, text):
        who, pk = self.people[person], self.keys[one]
        said = talking.comment(who, idea=self.row(pk), text=text)
        own = self.kept[self.head(pk)].said
        if (who.pk, text) not in [self.words[key] for key in own]:
            own.append(said.pk)
            self.words[said.pk] = (who.pk, text)
        self.looked_at = pk

    @rule(one=ones, again=st.booleans())
    def hide_a_comment(self, one, again):
        pk = self.keys[one]
        said = self.kept[pk].said[-1]
        comment = Comment.objects.select_related("idea").get(pk=said)
        talking.show(comment, by=self.by) if again else talking.hide(comment, reason="Une adresse.", by=self.by)
        if again is (said in self.hidden):
            self.kept[pk].step("shown" if again else "hidden", self.kept[pk].state)
            self.hidden ^= {said}
        self.looked_at = pk

    @rule(one=ones)
    def study(self, one):
        pk = self.keys[one]

        def model():
            row = self.kept[pk]
            if row.state != "studying":
                before = self.unanswered(pk).state
                row.state = "studying"
                row.step("studying", before)

        self.agree(pk, lambda: sorting.study(self.row(pk), by=self.by), model)

    @rule(one=ones, state=st.sampled_from(DECIDED), reason=st.sampled_from(["Voilà.", "Parce que."]))
    def answer(self, one, state, reason):
        pk = self.keys[one]

        def model():
            row = self.kept[pk]
            if row.state in ("merged", "withdrawn"):
                raise Refused
            if (row.state, row.answer) != (state, reason):
                before, row.state, row.answer = row.state, state, reason
                row.step("answered", before)

        self.agree(pk, lambda: answering.answer(self.row(pk), state=state, reason=reason, by=self.by), model)

    @rule(one=ones)
    def reopen(self, one):
        pk = self.keys[one]

        def model():
            row = self.kept[pk]
            if row.state in ("merged", "withdrawn"):
                raise Refused
            if row.state in DECIDED:
                before, row.state = row.state, "open"
                row.step("reopened", before)

        self.agree(pk, lambda: answering.reopen(self.row(pk), reason="", by=self.by), model)

    @rule(one=ones, training=st.integers(0, 2))
    def say_what_came_of_it(self, one, training):
        pk, made = self.keys[one], self.trainings[training]
        outcomes.link(self.row(pk), target=made, by=self.by)
        if made.pk not in self.kept[pk].became:
            self.kept[pk].became.add(made.pk)
            self.kept[pk].step("outcome", self.kept[pk].state)
        self.looked_at = pk

    @rule(one=ones)
    def withdraw(self, one):
        pk = self.keys[one]

        def model():
            row = self.kept[pk]
            if row.state != "withdrawn":
                before = self.unanswered(pk).state
                for child in sorted(child for child, kept in self.kept.items() if kept.into == pk):
                    self.let_go(child)
                row.state = "withdrawn"
                row.step("withdrawn", before)

        self.agree(pk, lambda: proposing.withdraw(self.row(pk), by=None), model)

    @rule(one=ones, call=st.integers(0, 1))
    def send(self, one, call):
        pk, there = self.keys[one], self.calls[call]

        def model():
            if self.kept[pk].call != there.pk:
                row = self.unanswered(pk)
                for below in self.cluster(pk):
                    self.kept[below].call, self.kept[below].group = there.pk, None
                row.step("moved", row.state)

        row = self.row(pk)
        self.agree(pk, lambda: sorting.send_to(row, call=there, reason="Là-bas.", by=self.by), model)

    # --- What must hold ---
    @invariant()
    def every_idea_is_what_it_should_be(self):
        clusters = self.clusters()
        found = Idea.objects.order_by("pk").values_list(
            "pk", "author", "group", "call", "state", "merged_into", "head", "supporters"
        )
        for pk, *values, into, head, supporters in found:
            kept = self.kept[pk]
            assert values == [kept.author, kept.group, kept.call, kept.state]
            assert (into, head) == ((kept.into, self.head(pk)) if kept.into else (None, None))
            assert kept.into or supporters == len(self.supporters(clusters[pk]))
        assert gathered(Support.objects.values_list("idea", "volunteer"), self.kept) == self.own("given")

    @invariant()
    def a_page_shows_all_that_is_read_there(self):
        head = self.head(self.looked_at)
        kept, cluster = self.kept[head], self.cluster(head)
        said = sorted(key for pk in cluster for key in self.kept[pk].said)
        story = stories.story_of(Idea.objects.get(pk=head))
        assert {one.idea.pk for one in story.merged} == {*cluster[1:]}
        assert [(one.comment.pk, one.comment.hidden_at is not None) for one in story.comments] == [
            (key, key in self.hidden) for key in said
        ]
        assert (story.answer.step.reason if story.answer else "") == (kept.answer if kept.state in DECIDED else "")
        assert {one.title for one in story.outcomes} == {str(one) for one in self.trainings if one.pk in kept.became}
        told = telling.concerned({head}).values_list("volunteer", flat=True)
        assert {*told} == self.supporters(cluster) | {self.kept[pk].author for pk in cluster}
        reader = self.chance.choice(self.people)
        [row] = idea_rows(shown(Idea.objects.filter(pk=head)), reader=reader)
        assert (row.merged, row.comments) == (len(cluster) - 1, len({*said} - self.hidden))
        assert (row.supported, row.mine) == (reader.pk in self.supporters(cluster), reader.pk == kept.author)
        assert row.answer == (kept.answer if kept.state in DECIDED else "")

    def teardown(self):
        """Lets go of all that is merged still, in whatever order: each idea has what was its own, and nothing else."""
        left = [pk for pk, kept in self.kept.items() if kept.into]
        self.chance.shuffle(left)
        for number, pk in enumerate(left):
            sorting.unmerge(self.row(pk), by=self.by)
            self.let_go(pk)
            if number % 40 == 0:
                self.every_idea_is_what_it_should_be()
        assert not Idea.objects.filter(state="merged").exists()
        self.every_idea_is_what_it_should_be()
        assert gathered(Comment.objects.values_list("idea", "pk"), self.kept) == {
            pk: {*kept.said} for pk, kept in self.kept.items()
        }
        assert gathered(Outcome.objects.values_list("idea", "object_id"), self.kept) == self.own("became")
        steps = {pk: [] for pk in self.kept}
        for pk, *step in Step.objects.order_by("at", "pk").values_list(
            "idea", "kind", "from_state", "to_state", "into"
        ):
            steps[pk].append(tuple(step))
        assert steps == self.own("steps")
        transaction.savepoint_rollback(self.savepoint)

    def own(self, name):
        return {pk: getattr(kept, name) for pk, kept in self.kept.items()}


def some(rows, drawn):
    """Those of the rows that were drawn, around the end of the list if need be."""
    first, stride, count = drawn
    return list(dict.fromkeys(rows[(first + number * stride) % len(rows)] for number in range(count))) if rows else []


def gathered(pairs, keys):
    found = {key: set() for key in keys}
    for key, value in pairs:
        found[key].add(value)
    return found


@pytest.mark.long
@pytest.mark.django_db
def test_a_thousand_ideas_are_merged_and_let_go_of():
    Merging.gather()
    run_state_machine_as_test(
        Merging,
        settings=settings(
            max_examples=4,
            stateful_step_count=16,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
