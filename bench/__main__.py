"""``python -m bench [name ...]``: runs the benchmarks and prints one JSON object a line (see docs/benchmarks.md)."""

from __future__ import annotations

import argparse
import io
import os
import secrets
import sys
import tempfile

from bench.serving import postgres

NAMES = ["programme", "live", "ideas", "feed", "registration", "import", "connections", "board", "packs", "rosters"]
ASKED = ["rosters-large"]  # takes half an hour, and is run when it is named
ALONE = {"rosters", "rosters-large"}  # without a database


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *NAMES, *ASKED], help="all of them when none is named")
    names = parser.parse_args().names or NAMES
    held = True
    for name in names:
        if name in ALONE:
            held &= _compose(name)
            continue
        # A database and a folder each, so that no benchmark measures what another left behind.
        with postgres() as url, tempfile.TemporaryDirectory(prefix="maillage-bench-") as var:
            if pid := os.fork():
                held &= os.waitpid(pid, 0)[1] == 0
            else:
                os._exit(_run(name, url, var))
    return 0 if held else 1


def _compose(name: str) -> bool:
    from bench import composing  # only here is it needed

    held = True
    for figure in (composing.rosters if name == "rosters" else composing.rosters_large)():
        print(figure.line(), flush=True)
        held &= figure.holds
    return held


def _run(name: str, database_url: str, var: str) -> int:
    os.environ |= {
        "DATABASE_URL": database_url,
        "VAR_DIR": var,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SECURE_SSL_REDIRECT": "0",
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    # Two processes of four connections, as in the Procfile; none kept where this process forks or is counted itself.
    os.environ["DATABASE_POOL_SIZE"] = "0" if name in ("import", "connections") else "4"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    size = "paris" if name == "board" else "default"
    call_command("demo", f"--size={size}", stdout=io.StringIO())  # ours is for figures alone
    from bench import (
        boards,
        connections,
        imports,
        packs,
        pages,
        seats,
    )  # Django must be ready before models are imported

    run = {
        "programme": pages.programme,
        "live": pages.live,
        "ideas": pages.ideas,
        "feed": pages.feed,
        "registration": seats.registration,
        "import": imports.volunteers,
        "connections": connections.left_behind,
        "board": boards.board,
        "packs": packs.papers,
    }[name]
    held = True
    for figure in run():
        print(figure.line(), flush=True)
        held &= figure.holds
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
