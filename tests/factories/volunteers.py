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


def square(west, south, side):
    """Its ring, in the order of GeoJSON: longitude, latitude."""
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


class DistrictFactory(DjangoModelFactory):
    class Meta:
        model = models.District
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"{n + 1:02}")
    name = "Ménilmontant"
    latitude = 48.8635
    longitude = 2.4012


class SquareDistrictFactory(DistrictFactory):
    """A district of which the boundary is known: a square of that many degrees, from its south-west corner."""

    class Params:
        south = 48.85
        west = 2.30
        side = 0.02

    latitude = factory.LazyAttribute(lambda o: o.south + o.side / 2)
    longitude = factory.LazyAttribute(lambda o: o.west + o.side / 2)
    boundary = factory.LazyAttribute(lambda o: {"type": "Polygon", "coordinates": [square(o.west, o.south, o.side)]})


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
