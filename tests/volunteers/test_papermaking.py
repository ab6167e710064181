import datetime as dt

import pytest
import typst
from django.utils.translation import gettext_lazy

from volunteers import papermaking

SAMPLE = """#import "_paper.typ": *
#show: paper.with(title: data.title, lang: "fr")
= #data.title
#data.at("day", default: "")
"""


@pytest.fixture
def sample(settings, tmp_path):
    """A paper of one title and one day, among the real ones' shared parts."""
    shared = settings.BASE_DIR / "templates" / "paper" / "_paper.typ"
    settings.BASE_DIR = tmp_path
    folder = tmp_path / "templates" / "paper"
    folder.mkdir(parents=True)
    (folder / "_paper.typ").write_text(shared.read_text())
    (folder / "sample.typ").write_text(SAMPLE)
    return "sample.typ"


def test_same_content_makes_the_same_file(sample):
    first = papermaking.pdf(sample, {"title": "Été"}, standard=papermaking.PDF_UA)

    assert first.startswith(b"%PDF-")
    assert papermaking.pdf(sample, {"title": "Été"}, standard=papermaking.PDF_UA) == first
    assert papermaking.pdf(sample, {"title": "Hiver"}, standard=papermaking.PDF_UA) != first


def test_data_may_hold_days_and_lazy_words(sample):
    said = papermaking.pdf(sample, {"title": gettext_lazy("Email"), "day": dt.date(2027, 1, 9)})

    assert said == papermaking.pdf(sample, {"title": str(gettext_lazy("Email")), "day": "2027-01-09"})


@pytest.mark.parametrize(
    "written", ['#panic("run")', '#read("/etc/passwd")', "*bold* $x^2$", "]; #panic()", '") #panic("', "\\u{41} // \"'"]
)
def test_what_is_shown_is_never_run(sample, written):
    assert papermaking.pdf(sample, {"title": written}).startswith(b"%PDF-")


def test_sign_without_a_font_costs_no_paper(sample):
    assert papermaking.pdf(sample, {"title": "Zoé \U0001f98a \U00010a80"}).startswith(b"%PDF-")
    with pytest.raises(typst.TypstError):
        papermaking.pdf(sample, {"title": "Zoé \U00010a80"}, standard=papermaking.PDF_UA)


def test_template_reads_no_file_beside_its_folder(sample, settings):
    outside = settings.BASE_DIR / "secret.txt"
    outside.write_text("secret")
    template = settings.BASE_DIR / "templates" / "paper" / "nosy.typ"
    template.write_text('#read("../../secret.txt")')

    with pytest.raises(typst.TypstError):
        papermaking.pdf("nosy.typ", {})


def test_no_paper_asks_the_network():
    from django.conf import settings

    papers = list((settings.BASE_DIR / "templates" / "paper").rglob("*.typ"))

    assert papers
    assert [file for file in papers if "@preview" in file.read_text() or "@local" in file.read_text()] == []
