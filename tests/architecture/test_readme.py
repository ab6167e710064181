"""README.md and docs/ say what is so: their commands, links, accounts, addresses and tables are held to the product."""

import importlib
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.utils import translation

from cms.demo import accounts
from volunteers import retention

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
BIN = Path(sys.executable).parent
# What a shell or the development environment has, besides make, manage.py and pytest.
OTHER_PROGRAMS = {"khal", "vdirsyncer"}
# Pages whose addresses a demonstration answers; operators set theirs, and docs/design.md is about DEBUG=1.
WITH_ADDRESSES = ["README.md", *(f"docs/{name}.md" for name in ("citizen", "editor", "organiser", "privacy"))]
MOST_BYTES = 150_000  # for a picture


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def name_of(page):
    return str(page.relative_to(ROOT))


def commands():
    """(page, command) for each line of the sh blocks, without comments and lone assignments."""
    for page in PAGES:
        for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE):
            for line in block.splitlines():
                words = shlex.split(line, comments=True)
                while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                    words.pop(0)
                if words:
                    yield name_of(page), words


COMMANDS = list(commands())


def check_make(words):
    targets = [word for word in words if "=" not in word]
    assert targets
    known = re.findall(r"^([a-z-]+):.*##", text("Makefile"), re.MULTILINE)
    assert set(targets) <= set(known)
    for name in (word.split("=")[0] for word in words if "=" in word):
        assert f"$({name})" in text("Makefile") or re.search(rf"^export .*\b{name}\b", text("Makefile"), re.MULTILINE)


def check_manage(words):
    name, *arguments = words
    # Raises CommandError for an option that it does not know.
    load_command_class(get_commands()[name], name).create_parser("manage.py", name).parse_args(arguments)


def check_pytest(words):
    options = {"-m": {"both", "browser"}, "-n": {"0"}}
    while words:
        word = words.pop(0)
        assert words.pop(0) in options[word] if word in options else (ROOT / word).exists()


def test_there_are_commands_to_check():
    assert ("README.md", ["make", "run"]) in COMMANDS
    assert ("README.md", ["make", "test"]) in COMMANDS


@pytest.mark.parametrize(("page", "words"), COMMANDS, ids=[f"{page}: {' '.join(words)}" for page, words in COMMANDS])
def test_command_exists(page, words):
    program, *rest = words
    if program == "make":
        check_make(rest)
    elif rest and rest[0] == "manage.py":
        assert Path(program).name == "python"
        check_manage(rest[1:])
    elif program == ".venv/bin/pytest":
        check_pytest(rest)
    elif words == [".", ".venv/bin/activate"]:
        assert (BIN / "activate").exists()
    else:
        assert program in OTHER_PROGRAMS
        assert (BIN / program).exists()
        if rest:
            assert rest[0] in subprocess.run([BIN / program, "--help"], capture_output=True, text=True).stdout


def test_make_help_lists_what_is_shown():
    shown = {word for _, words in COMMANDS if words[0] == "make" for word in words[1:] if "=" not in word}

    told = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True)

    assert shown <= {line.split()[0] for line in told.stdout.splitlines()}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    content = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    links = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", content)
    local = [link for pair in links for link in pair if link and not re.match(r"[a-z]+:", link)]

    assert [link for link in local if not (page.parent / link.split("#")[0]).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_named_are_there(page):
    rooms = "bench|cms|config|docs|events|mail|scripts|tests|trainings|volunteers"
    named = re.findall(rf"`((?:{rooms})/[\w/.-]+)`", page.read_text())

    missing = [name for name in named if not (ROOT / name).exists() and not (ROOT / "templates" / name).exists()]
    assert missing == []


def test_pictures_are_light():
    pictures = [file for file in (ROOT / "docs" / "pictures").iterdir() if file.is_file()]

    assert pictures
    assert [name_of(file) for file in pictures if file.stat().st_size >= MOST_BYTES] == []
    assert [name_of(file) for file in pictures if name_of(file) not in text("README.md")] == []


def test_demo_accounts_are_those_of_the_demonstration():
    rows = re.findall(r"^\| `([^`]+@[^`]+)` \| ([^|]+) \|$", text("README.md"), re.MULTILINE)

    with translation.override("en"):
        assert rows == [(account.email, str(account.role)) for account in accounts.ACCOUNTS]
    assert f"`{accounts.PASSWORD}`" in text("README.md")


def addresses():
    """The addresses shown as code, without those that stand for many. tests/cms/test_demo_city.py asks them."""
    shown = {
        address for name in WITH_ADDRESSES for address in re.findall(r"`(/[^`\s<>]*)`", text(name)) if address != "/en"
    }
    return sorted(shown | {match or "/" for match in re.findall(r"<http://localhost:8000(/[^>]*)>", text("README.md"))})


def test_floors_are_those_that_are_checked():
    contracts = tomllib.loads(text("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["id"] == "floors"]

    rooms = re.findall(r"^\| (\d) \| `(\w+)/` \|", text("docs/contributing.md"), re.MULTILINE)
    floors = [[room for number, room in rooms if number == str(floor)] for floor in range(len(layers), 0, -1)]

    assert floors == [layer.split(" | ") for layer in layers]


def test_benchmarks_are_those_that_run():
    bench = importlib.import_module("bench.__main__")
    names = [*bench.NAMES, *bench.ASKED]

    assert re.findall(r"^\| `([a-z-]+)` \|", text("docs/benchmarks.md"), re.MULTILINE) == names
    only = {word.removeprefix("ONLY=") for _, words in COMMANDS for word in words if word.startswith("ONLY=")}
    assert only <= set(names)


def test_privacy_page_names_each_rule_and_its_task():
    rows = re.findall(r"^\| (`[^|]+`) \|.*\| ([^|]+) \|$", text("docs/privacy.md"), re.MULTILINE)
    deleted_by = {what.strip("`"): task for what, task in rows}

    for rule in retention.rules():
        assert rule.job in deleted_by[rule.table]


def test_decisions_have_a_number_each():
    names = [file.name for file in (ROOT / "docs" / "decisions").glob("*.md")]

    assert [name for name in names if not re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", name)] == []
    assert len({name[:4] for name in names}) == len(names)
    for name in names:
        assert text(f"docs/decisions/{name}").startswith(f"# {int(name[:4])}. ")
