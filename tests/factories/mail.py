import factory
from factory.django import DjangoModelFactory

from mail import models


class MessageFactory(DjangoModelFactory):
    class Meta:
        model = models.Message

    key = factory.Sequence(lambda n: f"message-{n}")
    kind = "tests/hello"
    to = factory.Sequence(lambda n: f"person{n}@example.org")


class SuppressionFactory(DjangoModelFactory):
    class Meta:
        model = models.Suppression

    email = factory.Sequence(lambda n: f"gone{n}@example.org")
