import datetime as dt

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from ideas import models
from tests.factories.volunteers import NetworkFactory, UserFactory, VolunteerFactory

LENGTHS = {"call": (-7, 7), "sorting": (7, 21), "vote": (14, 21), "work": (21, 56), "note": (56, 77)}  # days from now


class CallFactory(DjangoModelFactory):
    """A published call in the middle of its first phase, without a vote."""

    class Meta:
        model = models.Call
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(state="draft", published_at=None)
        approval = factory.Trait(vote="approval")
        by_points = factory.Trait(vote="points", points=10)

    network = factory.SubFactory(NetworkFactory)
    title_fr = factory.Sequence(lambda n: f"Que faut-il apprendre ? {n}")
    title_en = factory.Sequence(lambda n: f"What should one learn? {n}")
    slug = factory.Sequence(lambda n: f"what-to-learn-{n}")
    how_decided_fr = "Le réseau choisit trois idées, d'après les soutiens."
    how_decided_en = "The network chooses three ideas, by their supports."
    responsible = factory.SubFactory(UserFactory)
    answer_by = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=21))
    state = "published"
    published_at = factory.LazyFunction(lambda: timezone.now() - dt.timedelta(days=8))

    @factory.post_generation
    def phase(self, create, extracted, **kwargs):
        """The phase that runs now; the others stand around it."""
        now, shift = timezone.now(), 0
        if extracted:
            first, last = LENGTHS[extracted]
            shift = (first + last) // 2
        for kind, (first, last) in LENGTHS.items():
            if kind != "vote" or self.vote:
                models.Phase.objects.create(
                    call=self,
                    kind=kind,
                    starts_at=now + dt.timedelta(days=first - shift),
                    ends_at=now + dt.timedelta(days=last - shift),
                )


class IdeaFactory(DjangoModelFactory):
    """An open idea, with the first line of its story."""

    class Meta:
        model = models.Idea
        skip_postgeneration_save = True

    call = factory.SubFactory(CallFactory)
    title = factory.Sequence(lambda n: f"Réparer son vélo {n}")
    text = "Un atelier le samedi, avec une association."
    author = factory.SubFactory(VolunteerFactory)

    @factory.post_generation
    def step(self, create, extracted, **kwargs):
        by = self.author.user if self.author else None
        models.Step.objects.create(
            idea=self, kind="proposed", to_state=self.state, by=by, at=self.proposed_at or timezone.now()
        )


class CommentFactory(DjangoModelFactory):
    class Meta:
        model = models.Comment

    idea = factory.SubFactory(IdeaFactory)
    author = factory.SubFactory(VolunteerFactory)
    text = "Bonne idée, avec des outils à prêter."
