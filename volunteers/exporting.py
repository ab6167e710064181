"""Everything we know about a person, for them to keep.

The rooms above add what they hold by registering a Section from their AppConfig.ready().
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import region_codes_for_country_code

from volunteers.models import User, Volunteer

Row = Mapping[str, Any]
FORMS = {  # where consents are given and withdrawn
    "sign-up page": _("the page to become a volunteer"),
    "registration": _("registering for a date"),
    "offer": _("answering the offer of a seat"),
    "my space": _("your space"),
    "demo": _("the demonstration"),
}
FACTORS = {
    Authenticator.Type.TOTP: _("authenticator app"),
    Authenticator.Type.WEBAUTHN: _("passkey"),
    Authenticator.Type.RECOVERY_CODES: _("recovery codes"),
}


@dataclass(frozen=True)
class Section:
    """One heading of the export. ``columns`` gives the words for each key of the rows, in their order.

    The values of rows are what JSON can say, and dates and times (written in ISO 8601). ``words`` says, for a key,
    how a page writes what the file keeps as a code.
    """

    name: str
    title: str | Promise
    columns: Mapping[str, str | Promise]
    rows: Callable[[User], Iterable[Row]]
    words: Mapping[str, Callable[[str], str]] = field(default_factory=dict)

    def shown(self, user: User) -> list[list[Any]]:
        """The rows as a page shows them: their values in the order of the columns."""
        return [[self._shown(key, row.get(key)) for key in self.columns] for row in self.rows(user)]

    def _shown(self, key: str, value: Any) -> Any:
        return self.words[key](value) if value and key in self.words else value


_sections: dict[str, Section] = {}


def register(section: Section) -> None:
    """Adds a section; the same name a second time replaces it."""
    _sections[section.name] = section


def sections() -> list[Section]:
    """All sections, in the order of their registration."""
    return list(_sections.values())


def export(user: User) -> dict[str, Any]:
    """All sections' rows, ready for JSON. Contains no secret: neither password, code nor key."""
    answer: dict[str, Any] = {"made_at": timezone.now(), "format": "maillage-export-1"}
    for section in sections():
        answer[section.name] = [dict(row) for row in section.rows(user)]
    return answer


def in_words(words: Mapping[str, str | Promise]) -> Callable[[str], str]:
    """Writes codes by these words; a code that has none stays as it is."""
    return lambda code: str(words.get(code, code))


def _phone(number: str) -> str:
    """As people of the city's country write it; from elsewhere, with the country's number."""
    phone = PhoneNumber.from_string(number)
    here = settings.PHONENUMBER_DEFAULT_REGION in region_codes_for_country_code(phone.country_code or 0)
    return str(phone.as_national if here else phone.as_international)


def _volunteer(user: User) -> Volunteer:
    return Volunteer.objects.get_or_create(user=user)[0]


def _account(user: User) -> Iterable[Row]:
    yield {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "language": user.language,
        "date_joined": user.date_joined,
        "last_login": user.last_login,
    }


def _addresses(user: User) -> Iterable[Row]:
    return EmailAddress.objects.filter(user=user).values("email", "verified", "primary")


def _profile(user: User) -> Iterable[Row]:
    volunteer = _volunteer(user)
    yield {
        "phone": str(volunteer.phone),
        "mobility": volunteer.get_mobility_display(),
        "availability": ", ".join(str(Volunteer.Availability(value).label) for value in volunteer.availability),
        "districts": ", ".join(str(row) for row in volunteer.districts.all()),
        "interests": ", ".join(str(row) for row in volunteer.interests.all()),
        "languages": ", ".join(str(row) for row in volunteer.languages.all()),
    }


def _networks(user: User) -> Iterable[Row]:
    for stay in _volunteer(user).memberships.select_related("network").order_by("joined_at"):
        yield {"network": stay.network.name, "joined_at": stay.joined_at, "left_at": stay.left_at}


def _qualifications(user: User) -> Iterable[Row]:
    for held in _volunteer(user).qualifications.select_related("qualification").order_by("granted_on"):
        yield {
            "qualification": held.qualification.name,
            "granted_on": held.granted_on,
            "expires_on": held.expires_on,
        }


def _consents(user: User) -> Iterable[Row]:
    for line in user.consents.all():
        yield {
            "purpose": line.get_purpose_display(),
            "action": line.get_action_display(),
            "at": line.at,
            "text_version": line.text_version,
            "form": line.form,
        }


def _roles(user: User) -> Iterable[Row]:
    for role in user.organiser_roles.select_related("network"):
        yield {"role": str(_("organiser")), "scope": role.network.name}
    for membership in user.association_roles.select_related("association"):
        yield {"role": str(_("member")), "scope": membership.association.name}
    if user.is_superuser or user.is_staff:
        yield {"role": str(_("administrator")), "scope": ""}


def _factors(user: User) -> Iterable[Row]:
    for factor in Authenticator.objects.filter(user=user):
        yield {"factor": factor.type, "created_at": factor.created_at, "last_used_at": factor.last_used_at}


def _linked(user: User) -> Iterable[Row]:
    return SocialAccount.objects.filter(user=user).values("provider", "uid", "date_joined")


def _devices(user: User) -> Iterable[Row]:
    return UserSession.objects.filter(user=user).values("created_at", "last_seen_at", "ip", "user_agent")


for _section in (
    Section(
        "account",
        _("Your account"),
        {
            "email": _("e-mail address"),
            "first_name": _("first name"),
            "last_name": _("last name"),
            "language": _("language"),
            "date_joined": _("joined"),
            "last_login": _("last signed in"),
        },
        _account,
        {"language": in_words(dict(settings.LANGUAGES))},
    ),
    Section(
        "addresses",
        _("Your addresses"),
        {"email": _("e-mail address"), "verified": _("checked"), "primary": _("in use")},
        _addresses,
    ),
    Section(
        "profile",
        _("Your profile"),
        {
            "phone": _("telephone"),
            "mobility": _("mobility"),
            "availability": _("availability"),
            "districts": _("districts"),
            "interests": _("interests"),
            "languages": _("languages spoken"),
        },
        _profile,
        {"phone": _phone},
    ),
    Section(
        "networks",
        _("Your networks"),
        {"network": _("network"), "joined_at": _("joined"), "left_at": _("left")},
        _networks,
    ),
    Section(
        "qualifications",
        _("Your qualifications"),
        {"qualification": _("qualification"), "granted_on": _("granted on"), "expires_on": _("expires on")},
        _qualifications,
    ),
    Section(
        "consents",
        _("Your consents"),
        {
            "purpose": _("purpose"),
            "action": _("given or withdrawn"),
            "at": _("when"),
            "text_version": _("version of the text"),
            "form": _("form"),
        },
        _consents,
        {"form": in_words(FORMS)},
    ),
    Section("roles", _("Your roles"), {"role": _("role"), "scope": _("for")}, _roles),
    Section(
        "factors",
        _("What protects your account"),
        {"factor": _("kind"), "created_at": _("added"), "last_used_at": _("last used")},
        _factors,
        {"factor": in_words(FACTORS)},
    ),
    Section(
        "linked",
        _("Linked accounts"),
        {"provider": _("service"), "uid": _("your number there"), "date_joined": _("since")},
        _linked,
    ),
    Section(
        "devices",
        _("Where you are signed in"),
        {
            "created_at": _("signed in"),
            "last_seen_at": _("last seen"),
            "ip": _("network address"),
            "user_agent": _("browser"),
        },
        _devices,
    ),
):
    register(_section)
