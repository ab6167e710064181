"""Translations without gettext: Babel reads the sources, merges and compiles.

`catalogues.py compile` writes each .mo that is older than its .po; `update` brings the .po files to what the sources
say; `check` fails when a sentence has no French, or when the .po files and the sources differ.
"""

import os
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "locale"
LANGUAGES = ("fr",)  # the sources are in English
ROOMS = ("cms", "config", "events", "ideas", "mail", "templates", "trainings", "volunteers")
METHODS = [
    ("**.py", "python"),
    ("**.html", "scripts.template_strings:extract"),
    ("**.txt", "scripts.template_strings:extract"),
]
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def po_file(language: str) -> Path:
    """Where a language's sentences are kept."""
    return LOCALES / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """The catalogue as it is kept; an empty one for a language that has no file yet."""
    if not po_file(language).exists():
        return Catalog(
            locale=language,
            project="Maillage",
            version="1",
            header_comment=f"# Maillage, {language}: `make messages` keeps this file to what the sources say.",
            msgid_bugs_address="",
            last_translator="",
            language_team="",
            fuzzy=False,
        )
    with po_file(language).open("rb") as source:
        return read_po(source, locale=language)


def extract() -> Catalog:
    """Every sentence of the sources. Files are named without line numbers: these change with every edit."""
    sys.path.insert(0, str(ROOT))
    found = Catalog(project="Maillage", charset="utf-8")
    for room in ROOMS:
        for file, _, message, comments, context in extract_from_dir(
            ROOT / room, method_map=METHODS, keywords=KEYWORDS, comment_tags=["Translators:"], strip_comment_tags=True
        ):
            if "migrations/" not in file:
                found.add(message, None, [(f"{room}/{file}", 0)], auto_comments=comments, context=context)
    return found


def compile_all() -> int:
    """Writes the .mo files that are missing or older than their .po."""
    for source in LOCALES.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns == source.stat().st_mtime_ns:
            continue
        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.parent.parent.name)
        binary = BytesIO()
        write_mo(binary, catalogue)
        unfinished = target.with_suffix(".part")
        unfinished.write_bytes(binary.getvalue())
        os.utime(unfinished, ns=(source.stat().st_atime_ns, source.stat().st_mtime_ns))
        unfinished.replace(target)
    return 0


def update() -> int:
    """Merges the sources' sentences into each .po: new ones are left empty, gone ones are dropped."""
    for language in LANGUAGES:
        catalogue = read(language)
        made_on = catalogue.creation_date  # kept, so that nothing changes where nothing has
        catalogue.update(extract(), no_fuzzy_matching=True, update_header_comment=False, keep_user_comments=True)
        catalogue.obsolete.clear()
        catalogue.creation_date = made_on
        po_file(language).parent.mkdir(parents=True, exist_ok=True)
        with po_file(language).open("wb") as target:
            write_po(target, catalogue, width=110, sort_output=True, omit_header=False, include_lineno=False)
        print(f"{po_file(language).relative_to(ROOT)}: {len(untranslated(catalogue))} of {len(catalogue)} to translate")
    return 0


def texts(message: Message) -> list[str]:
    """A sentence's translations: one, or one for each plural form."""
    if isinstance(message.string, (tuple, list)):
        return [str(text) for text in message.string]
    return [message.string or ""]


def untranslated(catalogue: Catalog) -> list[str]:
    """The sentences without a translation, or with one that is only a guess."""
    return [
        str(message.id[0] if message.pluralizable else message.id)
        for message in catalogue
        if message.id and (message.fuzzy or not all(texts(message)))
    ]


def check() -> int:
    """Says what is missing, sentence by sentence; the exit code is 1 when something is."""
    sources = {(message.id, message.context) for message in extract() if message.id}
    code = 0
    for language in LANGUAGES:
        catalogue = read(language)
        kept = {(message.id, message.context) for message in catalogue if message.id}
        problems = [f"not translated: {text!r}" for text in untranslated(catalogue)]
        problems += [f"not in the catalogue (make messages): {text!r}" for text, _ in sorted(sources - kept, key=str)]
        problems += [
            f"no longer in the sources (make messages): {text!r}" for text, _ in sorted(kept - sources, key=str)
        ]
        for message in catalogue:
            problems += [f"{message.id!r}: {error}" for error in message.check(catalogue)]
        for problem in problems:
            print(f"locale/{language}: {problem}", file=sys.stderr)
        code = code or int(bool(problems))
    return code


if __name__ == "__main__":
    sys.exit({"compile": compile_all, "update": update, "check": check}[sys.argv[1]]())
