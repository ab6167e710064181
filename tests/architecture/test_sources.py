"""What no file of the project may contain, or be called."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent
THIS = Path(__file__).relative_to(ROOT)


def tracked() -> list[Path]:
    """Every file under version control, as paths in the project; what is not there yet or any more is left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def lines_with(pattern: str, suffixes: str, *, folder: str = "") -> list[str]:
    """`file:line` of each line that matches, in the files of these kinds (all kinds when `suffixes` is empty)."""
    expression = re.compile(pattern)
    found = []
    for file in tracked():
        if file == THIS or not str(file).startswith(folder) or (suffixes and file.suffix not in suffixes.split()):
            continue
        try:
            text = (ROOT / file).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{file}:{n}" for n, line in enumerate(text.splitlines(), 1) if expression.search(line)]
    return found


def without_mail(found: list[str]) -> list[str]:
    """Leaves mail (and its sample) out: mail programs know no stylesheet, so that style stands in their tags."""
    return [place for place in found if not place.startswith(("templates/mail/", "templates/styleguide/mail.html"))]


def test_no_module_is_named_after_nothing():
    nothing = {"utils", "helpers", "helper", "common", "misc", "manager", "managers", "process", "handle", "handlers"}

    assert [str(file) for file in tracked() if {file.stem, *file.parent.parts} & nothing and file.suffix == ".py"] == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"\sstyle\s*=",
        r"<style\b",
        r"\son[a-z]+\s*=\s*[\"']",
        r"<script(?![^>]*(\bsrc=|\btype=\"application/json\"))",
        r"javascript:",
    ],
)
def test_no_style_or_script_stands_in_a_page(pattern):
    assert without_mail(lines_with(pattern, ".html", folder="templates/")) == []


def test_no_unfinished_work_is_left():
    assert lines_with(r"\b(TODO|FIXME|XXX|HACK)\b", ".py .html .css .js .md .toml .sh .txt") == []


def test_no_test_is_left_out():
    assert lines_with(r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b|@unittest\.skip", ".py") == []


def test_no_package_index_is_named():
    hosts = [r"py(?#)pi\.", "python(?#)hosted", r"npm(?#)js\.", r"un(?#)pkg\.com", "js(?#)delivr"]
    index = "|".join(hosts) + "|--(extra-)?index-(?#)url |--find-(?#)links"  # empty comments: not found in itself

    assert lines_with(index, "") == []


def test_no_page_asks_another_origin():
    assert without_mail(lines_with(r"(src|srcset|href)=\"(https?:)?//[^\"]+\.(js|css|woff2?|png|svg)", ".html")) == []
    assert lines_with(r"@import|url\(\s*[\"']?(https?:)?//", ".css") == []


def test_locks_pin_every_library_with_hashes():
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        entries = re.findall(r"(?m)^([\w.-]+)==\S+.*\n((?: .*\n)+)", text)
        assert len(entries) == len(re.findall(r"(?m)^\S", text))
        assert [library for library, hashes in entries if "--hash=sha256:" not in hashes] == []


@pytest.mark.parametrize(("lock", "groups"), [("requirements.lock", []), ("requirements-dev.lock", ["dev"])])
def test_locks_hold_what_the_project_asks_for(lock, groups):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"]]
    for group in groups:
        asked += project["dependency-groups"][group]
    pins = {
        canonicalize_name(name): version
        for name, version in re.findall(r"(?m)^([\w.-]+)==([^\s;]+)", (ROOT / lock).read_text())
    }

    missing = [
        text
        for text in asked
        if (name := canonicalize_name(Requirement(text).name)) not in pins
        or pins[name] not in Requirement(text).specifier
    ]

    assert missing == []  # `make lock` brings them up to date


def test_lock_of_tests_contains_the_one_that_runs():
    def pins(name):
        return set(re.findall(r"(?m)^[\w.-]+==[^\s;]+", (ROOT / name).read_text()))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_migrations_have_names_of_their_own():
    unnamed = [str(file) for file in tracked() if re.search(r"migrations/\d{4}_auto_\d+", str(file))]

    assert unnamed == []


def test_pages_have_one_stylesheet():
    assert [str(file) for file in tracked() if file.suffix == ".css" and file.parts[0] == "static"] == [
        "static/css/maillage.css"
    ]
