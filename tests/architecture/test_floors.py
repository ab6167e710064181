"""The floors, and that what guards them does: import-linter's own settings are in pyproject.toml."""

import grimp
import pytest

from tests.architecture.contracts import InsideARoom


def is_kept(importer, imported, rooms=("events",)):
    graph = grimp.ImportGraph()
    for module in (*rooms, importer, imported):
        graph.add_module(module)
    graph.add_import(importer=importer, imported=imported, line_number=1, line_contents=f"import {imported}")
    contract = InsideARoom(name="", session_options={}, contract_options={"rooms": list(rooms)})
    return contract.check(graph, verbose=False).kept


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("events.words", "events.models"),
        ("events.models.slots", "events.permissions"),
        ("events.models", "events.registering"),
        ("events.permissions", "events.registering"),
        ("events.registering", "events.forms"),
        ("events.registering", "events.feeds"),
        ("events.forms", "events.views.slots"),
        ("events.registering", "events.management.commands.expire"),
        ("events.account_views", "events.account_urls"),
    ],
)
def test_imports_inside_a_room_point_one_way(lower, higher):
    assert is_kept(importer=higher, imported=lower)
    same_level = {lower, higher} == {"events.account_views", "events.account_urls"}
    assert is_kept(importer=lower, imported=higher) is same_level


def test_migrations_are_left_alone():
    assert is_kept(importer="events.migrations.0001_initial", imported="events.models")


def test_verbs_may_call_one_another():
    assert is_kept(importer="events.registering", imported="events.promoting")


@pytest.mark.parametrize(
    ("importer", "imported", "kept"),
    [
        ("events.night.editions.preparing", "events.scheduling", True),
        ("events.night.models.sectors", "events.views", True),
        ("events.views", "events.night.models", False),
        ("events.scheduling", "events.night", False),
        ("events.night.editions.forms", "events.night.editions.preparing", True),
        ("events.night.editions.preparing", "events.night.editions.forms", False),
    ],
)
def test_a_room_inside_another_is_above_it(importer, imported, kept):
    assert is_kept(importer, imported, rooms=("events", "events.night")) is kept
