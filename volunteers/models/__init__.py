"""People, the city they live in, the groups they belong to, and what they agreed to."""

from volunteers.models.accounts import Consent, User, Volunteer
from volunteers.models.city import District, Interest, SpokenLanguage
from volunteers.models.erasures import Erasure
from volunteers.models.groups import (
    Association,
    AssociationMember,
    Membership,
    Network,
    NetworkOrganiser,
)
from volunteers.models.guesses import Guesses
from volunteers.models.imports import ImportPage, VolunteerImport
from volunteers.models.qualifications import Qualification, QualificationHeld

__all__ = [
    "Association",
    "AssociationMember",
    "Consent",
    "District",
    "Erasure",
    "Guesses",
    "ImportPage",
    "Interest",
    "Membership",
    "Network",
    "NetworkOrganiser",
    "Qualification",
    "QualificationHeld",
    "SpokenLanguage",
    "User",
    "Volunteer",
    "VolunteerImport",
]
