from django.urls import reverse

from tests.factories.volunteers import UserFactory
from volunteers import office_menu
from volunteers.office_menu import Entry


def test_menu_says_how_many_things_wait_and_asks_only_for_whom_it_shows(monkeypatch):
    asked = []
    entries = [
        Entry("Later", "organise-volunteers:list", 2, lambda user: True),
        Entry("First", "organise:home", 1, lambda user: True, lambda user: asked.append("first") or 3),
        Entry("Not here", "organise-trainings:list", 3, lambda user: False, lambda user: asked.append("hidden") or 9),
    ]
    monkeypatch.setattr(office_menu, "_entries", {entry.page: entry for entry in entries})

    menu = office_menu.menu_for(UserFactory.build(), path=reverse("organise-volunteers:list"))

    assert [(entry["title"], entry["waiting"], entry["active"]) for entry in menu] == [
        ("First", 3, False),
        ("Later", 0, True),
    ]
    assert asked == ["first"]
