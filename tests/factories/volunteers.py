import factory
from factory.django import DjangoModelFactory

from volunteers import models


class UserFactory(DjangoModelFactory):
    class Meta:
        model = models.User
        skip_postgeneration_save = True

    class Params:
        staff = factory.Trait(is_staff=True)
        administrator = factory.Trait(is_staff=True, is_superuser=True)

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    password = "!"  # none, like every account made by a form or an import
    first_name = "Awa"
    last_name = factory.Sequence(lambda n: f"Martin{n}")


class VolunteerFactory(DjangoModelFactory):
    class Meta:
        model = models.Volunteer

    user = factory.SubFactory(UserFactory)


class DistrictFactory(DjangoModelFactory):
    class Meta:
        model = models.District
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"{n + 1:02}")
    name = "Ménilmontant"
    latitude = 48.8635
    longitude = 2.4012


class NetworkFactory(DjangoModelFactory):
    class Meta:
        model = models.Network

    slug = factory.Sequence(lambda n: f"network-{n}")
    name_fr = factory.Sequence(lambda n: f"Volontaires {n}")
    name_en = factory.Sequence(lambda n: f"Volunteers {n}")


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = models.Membership

    volunteer = factory.SubFactory(VolunteerFactory)
    network = factory.SubFactory(NetworkFactory)


class NetworkOrganiserFactory(DjangoModelFactory):
    class Meta:
        model = models.NetworkOrganiser

    network = factory.SubFactory(NetworkFactory)
    user = factory.SubFactory(UserFactory)


class AssociationFactory(DjangoModelFactory):
    class Meta:
        model = models.Association

    name = factory.Sequence(lambda n: f"Association {n}")
    slug = factory.Sequence(lambda n: f"association-{n}")


class QualificationFactory(DjangoModelFactory):
    class Meta:
        model = models.Qualification

    slug = factory.Sequence(lambda n: f"qualification-{n}")
    name_fr = "Aller vers"
    name_en = "Going towards"
