"""Names and titles hold what can be seen, whoever types them and wherever."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext

from mail.models import Message
from tests.factories.events import VenueFactory
from tests.factories.trainings import SessionFactory
from tests.factories.volunteers import NetworkOrganiserFactory, UserFactory, VolunteerFactory
from tests.office import inside
from volunteers import cells
from volunteers.lines import UNSHOWN, LineField, LinesField, can_be_shown, tidy

HIDDEN = [
    "\u202e\u200b", "Ada \u202e evil", "A\u202eB\u0007", "Ada\x1b[31m", "A\u2066b", "A\u061cb", "A\u00adb", "A\u200db",
    "\u3164", "\u2800", "A\U000e0041", "A\ue000",
]  # fmt: skip


@pytest.mark.parametrize("text", HIDDEN)
def test_what_cannot_be_seen_is_refused(text):
    field = LineField(required=False)

    with pytest.raises(Exception) as refused:
        field.clean(text)
    with pytest.raises(ValueError) as in_a_list:
        cells.NameWidget().clean(text)

    assert refused.value.messages == [str(UNSHOWN)]
    assert gettext(str(in_a_list.value)) == str(UNSHOWN)


@pytest.mark.parametrize(
    "text", ["Awa", "N’Diaye-Lê", "Πέτρος", "محمد", "می\u200cخواهم", "李 明", "Żółć", "👩\u200d🌾 au jardin", "★"]
)
def test_what_can_be_seen_is_kept(text):
    assert LineField().clean(text) == text
    assert can_be_shown(text)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Awa \t\n Ndiaye ", "Awa Ndiaye"),
        ("\ufeffA\u200bwa", "Awa"),
        ("A\xa0B", "A B"),
        ("e\u0301", "é"),
        ("\u200b", ""),
    ],
)
def test_what_copying_brings_is_taken_out(typed, kept):
    assert tidy(typed) == kept


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["\u202e\u200b", "Ada \u202e evil", "\u200b"])
def test_sign_up_refuses_a_name_that_cannot_be_seen(client, name):
    form = {"email": "awa@example.org", "charter": "on", "adult": "on"}

    refused = client.post(reverse("account_signup"), form | {"first_name": name})
    sent = Message.objects.count()
    accepted = client.post(reverse("account_signup"), form | {"first_name": "Ada"})

    assert list(refused.context["form"].errors) == ["first_name"]
    assert (sent, accepted.status_code, Message.objects.count()) == (0, 302, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["first_name", "last_name"])
def test_profile_refuses_a_name_that_cannot_be_seen(client, field):
    user = VolunteerFactory(user__first_name="Awa").user
    client.force_login(user)

    answer = client.post(
        reverse("volunteers:profile"), {"first_name": "Zoé", "language": "fr", field: "A\u202eB\u0007"}
    )

    assert list(answer.context["form"].errors) == [field]
    user.refresh_from_db()
    assert user.first_name == "Awa"


@pytest.mark.django_db
def test_organiser_s_forms_refuse_what_cannot_be_seen():
    session = SessionFactory()
    training, slot, bad = session.training, session.slot, "Ada \u202e evil"
    organiser = inside(NetworkOrganiserFactory(network=training.network).user)
    forms = {
        reverse("organise:person-add", args=[slot.pk]): ["first_name", "last_name"],
        reverse("organise:terms", args=[slot.pk]): ["title_fr", "title_en"],
        reverse("organise-trainings:training-edit", args=[training.pk]): ["title_fr", "title_en"],
        reverse("organise-trainings:theme-edit", args=[training.theme_id]): ["title_fr", "title_en"],
        reverse("organise:write", args=[slot.pk]): ["subject"],
    }

    for address, fields in forms.items():
        form = organiser.post(address, dict.fromkeys(fields, bad)).context["form"]
        assert [form.errors.get(field) for field in fields] == [[str(UNSHOWN)]] * len(fields), address


@pytest.mark.django_db
def test_administrator_s_places_refuse_what_cannot_be_seen():
    venue, administrator = VenueFactory(name="Salle"), inside(UserFactory(administrator=True))

    answer = administrator.post(reverse("admin:events_venue_change", args=[venue.pk]), {"name": "A\u202eB"})

    assert answer.context["adminform"].form.errors["name"] == [str(UNSHOWN)]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Deux\r\n\r\nlignes \n", "Deux\r\n\r\nlignes"),
        ("- un\n\t- deux", "- un\n\t- deux"),
        ("e\u0301te\u0301", "été"),
        ("sans\u200b rien\ufeff \x07de plus", "sans rien de plus"),
        ("à l\u202e'envers", "à l'envers"),
        ("\u2067שלום\u2069 \u200f", "\u2067שלום\u2069 \u200f"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("!", "!"),
    ],
)
def test_several_lines_are_kept_without_what_cannot_be_seen(typed, kept):
    assert LinesField().clean(typed) == kept


@pytest.mark.parametrize("blank", ["\u200b", " \u200d\n", "\u202e", "\u3164\u2800", "\u2067\u2069", "\x07"])
def test_several_lines_in_which_nothing_can_be_seen_are_none(blank):
    assert LinesField(required=False).clean(blank) == ""
    with pytest.raises(ValidationError) as refusal:
        LinesField().clean(blank)
    assert refusal.value.code == "required"


def test_several_lines_with_nul_are_refused():
    with pytest.raises(ValidationError):
        LinesField().clean("a\0b")
