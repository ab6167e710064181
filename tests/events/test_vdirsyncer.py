"""A real client of the feed: vdirsyncer fetches it from a running server and keeps a folder up to date."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import reverse
from icalendar import Calendar

from events import scheduling
from tests.factories.events import RegistrationFactory
from tests.factories.volunteers import UserFactory

CONFIGURATION = """
[general]
status_path = "{folder}/status/"
[pair maillage]
a = "feed"
b = "folder"
collections = null
conflict_resolution = "a wins"
[storage feed]
type = "http"
url = "{url}"
[storage folder]
type = "filesystem"
path = "{folder}/dates/"
fileext = ".ics"
"""


class Vdirsyncer:
    def __init__(self, folder, url):
        self.folder = folder
        (folder / "dates").mkdir()
        (folder / "config").write_text(CONFIGURATION.format(folder=folder, url=url))
        self.run("discover")

    def run(self, command):
        environment = os.environ | {"HOME": str(self.folder), "VDIRSYNCER_CONFIG": str(self.folder / "config")}
        done = subprocess.run(
            [Path(sys.executable).parent / "vdirsyncer", command],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr + done.stdout

    def entries(self):
        """(title, beginning) of each entry in the folder."""
        events = [
            event
            for file in (self.folder / "dates").iterdir()
            for event in Calendar.from_ical(file.read_bytes()).walk("VEVENT")
        ]
        return sorted((str(event["SUMMARY"]), event.decoded("DTSTART")) for event in events)


@pytest.fixture
def mine(transactional_db):
    return RegistrationFactory(slot__title_fr="Aller vers", volunteer__user__language="fr")


def test_vdirsyncer_follows_the_feed(live_server, tmp_path, mine):
    feed = live_server.url + reverse("events:calendar-feed", args=[mine.volunteer.calendar_token])
    client, slot = Vdirsyncer(tmp_path, feed), mine.slot
    second = slot.starts_at.replace(microsecond=0)  # calendars know no less

    assert "Copying" in client.run("sync")
    assert client.entries() == [("Aller vers", second)]
    assert "Copying" not in client.run("sync")

    later = dt.timedelta(days=7)
    moved_to = {"starts_at": slot.starts_at + later, "ends_at": slot.ends_at + later}
    scheduling.move(slot, **moved_to, place=scheduling.Place.of(slot), by=UserFactory())
    client.run("sync")

    assert client.entries() == [("Aller vers", second + later)]
