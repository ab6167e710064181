"""A restored backup brings people back: they are erased again by their numbers."""

import io

import pytest
from django.core.management import CommandError, call_command

from tests.factories.volunteers import UserFactory
from volunteers import erasing
from volunteers.models import Erasure, User

pytestmark = pytest.mark.django_db


def test_a_restored_backup_is_cleaned_again(known):
    number = known.pk
    erasing.erase(known)
    User.objects.create(pk=number, email="back@example.org")
    stays = UserFactory()

    said = erase_again(number, 999_999, number)

    assert said == f"Erased: {number}.\nNot there: 999999.\n"
    assert list(User.objects.all()) == [stays]
    assert Erasure.objects.filter(account=number).exists()
    assert erase_again(number) == f"Erased: none.\nNot there: {number}.\n"


def test_the_only_administrator_does_not_stop_the_others_from_being_erased_again():
    administrator, other = UserFactory(administrator=True), UserFactory()

    with pytest.raises(CommandError, match=f"account {administrator.pk}: "):
        erase_again(administrator.pk, other.pk)

    assert list(User.objects.all()) == [administrator]


def erase_again(*numbers):
    output = io.StringIO()
    call_command("erase_again", *map(str, numbers), stdout=output)
    return output.getvalue()
