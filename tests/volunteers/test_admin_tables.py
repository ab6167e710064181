"""Tables that leave from Django's administration and from Wagtail's reports run nothing when they are opened."""

import csv
import io
import json

import openpyxl
import pytest
import tablib
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from tests.factories.events import VenueFactory
from tests.factories.trainings import SessionFactory, ThemeFactory, TrainingFactory
from tests.factories.volunteers import AssociationFactory, DistrictFactory, UserFactory
from tests.office import inside
from volunteers.tables import FORMULA_STARTS, harmless_in_csv

pytestmark = pytest.mark.django_db

TYPES = {"s", "inlineStr", "n", "d", "b"}  # of cells; "f" is a formula
HOSTILE = ["=1+1", "==1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"]
# By model of which the administration exports a list: a row with this text, and the column that has it.
EXPORTED = {
    "volunteers.association": (lambda text: AssociationFactory(name=text), "name"),
    "volunteers.district": (lambda text: DistrictFactory(name=text), "name"),
    "events.venue": (lambda text: VenueFactory(name=text), "name"),
    "trainings.theme": (lambda text: ThemeFactory(title_fr=text), "title_fr"),
    "trainings.training": (lambda text: TrainingFactory(title_fr=text), "title_fr"),
    "trainings.session": (lambda text: SessionFactory(training__title_fr=text), "id"),
}


def export(label, number):
    """The file that the administration gives of the whole list."""
    app, model = label.split(".")
    model_admin = next(one for model_, one in admin.site._registry.items() if model_._meta.label_lower == label)
    [resource] = model_admin.get_export_resource_classes(None)
    columns = {f"{resource.__name__.lower()}_{name}": "on" for name in resource.fields}
    client = inside(UserFactory(administrator=True))
    answer = client.post(reverse(f"admin:{app}_{model}_export"), {"format": number, "resource": "", **columns})
    assert "attachment" in answer["Content-Disposition"], answer.content[:2000]
    return answer.content


def read(value):
    """As it was written: what reads XML makes one kind of line of another."""
    return value.replace("\n", "\r")


def test_every_list_that_is_exported_is_in_the_table_above():
    exported = {model._meta.label_lower for model, one in admin.site._registry.items() if hasattr(one, "export_action")}
    assert exported == set(EXPORTED)


@pytest.mark.parametrize("label", EXPORTED)
def test_a_workbook_of_the_administration_has_texts_and_no_formula(label):
    make, column = EXPORTED[label]
    for text in HOSTILE:
        make(text)

    sheet = openpyxl.load_workbook(io.BytesIO(export(label, 0))).active
    names = [cell.value for cell in sheet[1]]

    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= TYPES
    values = [row[names.index(column)].value for row in sheet.iter_rows(min_row=2)]
    assert column == "id" or {*map(read, values)} == {f"'{text}" for text in HOSTILE}
    cells = [cell.value for row in sheet.iter_rows(min_row=2) for cell in row]
    assert not [cell for cell in cells if isinstance(cell, str) and cell.startswith(FORMULA_STARTS)]


@pytest.mark.parametrize(("number", "format"), [(1, "ods"), (2, "csv")])
def test_so_have_the_other_formats(number, format):
    for text in HOSTILE:
        VenueFactory(name=text)

    content = export("events.venue", number)
    table = tablib.Dataset().load(content.decode() if format == "csv" else content, format=format)

    assert {*map(read, table["name"])} == {f"'{text}" for text in HOSTILE}


def test_a_report_of_editors_has_no_formula_either():
    Page.objects.get(depth=1).add_child(instance=Page(title="=1+1", slug="one", last_published_at=timezone.now()))
    client = inside(UserFactory(administrator=True))

    for kind in ("csv", "xlsx"):
        answer = client.get(reverse("wagtailadmin_reports:aging_pages"), {"export": kind})
        content = b"".join(answer.streaming_content)
        if kind == "csv":
            titles = [row[0] for row in csv.reader(io.StringIO(content.decode()))]
            assert "'=1+1" in titles and "=1+1" not in titles
        else:
            sheet = openpyxl.load_workbook(io.BytesIO(content)).active
            assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= TYPES


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Oui ;=1+1; non", "Oui ;'=1+1; non"),
        ('Oui\n"=1+1"', 'Oui\n"\'=1+1"'),
        ("Oui\n@SUM(A1)", "Oui\n'@SUM(A1)"),
        ("Oui ; -1+cmd|x", "Oui ; '-1+cmd|x"),
        ("Trois choses :\n- une liste\n- deux", "Trois choses :\n- une liste\n- deux"),
        ("a = b ; c", "a = b ; c"),
        (12, 12),
    ],
)
def test_what_would_begin_a_cell_with_another_separator_is_harmless_too(text, written):
    assert harmless_in_csv(text) == written
    assert json.dumps(harmless_in_csv(written)) == json.dumps(written)
