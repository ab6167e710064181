"""A list of 15,000 volunteers previewed and written, against django-import-export's own way of doing the same."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import psutil
from django.db import connection
from import_export import fields, resources, widgets
from import_export.formats.base_formats import XLSX

from bench.measuring import Figure, alternate, median
from volunteers import importing
from volunteers.models import District, Interest, Network, SpokenLanguage, User, Volunteer

ROWS = 15_000
THEIR_ROWS = 1_500  # theirs grows in step with the rows; 15,000 would take minutes a round
MEMORY_ROWS = 3_000
ROUNDS = 3
HEADS = ["first_name", "last_name", "email", "phone", "districts", "interests", "languages"]


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock and of processor, and queries, for one row."""

    wall: float
    cpu: float
    queries: float


def volunteers() -> Iterator[Figure]:
    """Preview with each row's errors, then confirm: both sides read the file and write every person."""
    administrator = User.objects.filter(is_superuser=True).first()
    assert administrator is not None
    ours, theirs_mb = _memory("ours"), _memory("theirs")
    yield Figure(
        bench="import-memory",
        value=ours,
        unit="MB",
        against=f"django-import-export's ModelResource, {theirs_mb:.0f} MB for the same {MEMORY_ROWS} rows",
        ratio=ours / theirs_mb,
        goal="<= 100%",
        holds=ours <= theirs_mb,
    )
    few = _costs(lambda: _ours(_book(1_500, "few"), administrator), 1_500)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tags = iter(range(1000))
    mine, theirs = alternate(
        lambda: _costs(lambda: _ours(_book(ROWS, f"a{next(tags)}"), administrator), ROWS),
        lambda: _costs(lambda: _theirs(_book(THEIR_ROWS, f"b{next(tags)}")), THEIR_ROWS),
        rounds=ROUNDS,
    )
    wall, yardstick = median([one.wall for one in mine]), median([one.wall for one in theirs])
    cpu, their_cpu = median([one.cpu for one in mine]), median([one.cpu for one in theirs])
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    yield Figure(
        bench="import-15000",
        value=wall * ROWS,
        unit="s",
        against=f"django-import-export's ModelResource, {yardstick * ROWS:.0f} s (from {THEIR_ROWS} rows)",
        ratio=yardstick / wall,
        goal=">= 30 times",
        holds=yardstick >= 30 * wall,
        more={"cpu_ratio": round(their_cpu / cpu, 1), "memory_grown_mb": round(grown)},
    )
    ratio = median([one.queries for one in mine]) / few.queries
    yield Figure(
        bench="import-queries",
        value=median([one.queries for one in mine]) * ROWS,
        unit="queries",
        against=f"{few.queries * 1_500:.0f} queries for 1,500 rows",
        ratio=ratio,
        goal="<= 1 a row relative to the smaller list",
        holds=ratio <= 1,
        more={"against_queries_a_row": round(median([one.queries for one in theirs]), 1)},
    )


def print_memory(side: str, few: str, many: str) -> None:
    """The most memory that a list (a path) adds, in megabytes, once a short one has loaded what the work needs."""
    administrator = User.objects.get(email="simone@maillage.example")
    work = _theirs if side == "theirs" else lambda book: _ours(book, administrator)
    work(Path(few).read_bytes())
    book = Path(many).read_bytes()
    before = peak = psutil.Process().memory_info().rss
    ended = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.01):
            peak = max(peak, psutil.Process().memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    work(book)
    ended.set()
    watcher.join()
    print((peak - before) / 2**20)


def _memory(side: str) -> float:
    """In a process of its own, so that no memory is left over from before."""
    program = "import sys, django; django.setup(); from bench import imports; imports.print_memory(*sys.argv[1:])"
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / "few", Path(folder) / "many"]
        for path, rows in zip(paths, (20, MEMORY_ROWS), strict=True):
            path.write_bytes(_book(rows, f"{side}-{path.name}"))
        command = [sys.executable, "-c", program, side, *map(str, paths)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    return float(answer.stdout.split()[-1])


def _costs(work: Any, rows: int) -> Cost:
    count = 0

    def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        count += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counted):
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        return Cost((time.perf_counter() - wall) / rows, (time.process_time() - cpu) / rows, count / rows)


def _book(rows: int, tag: str) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEADS)
    for n in range(rows):
        row = [f"Awa{n}", "Diallo", f"{tag}.{n}@bench.example", f"+33612{n:06}", f"{n % 20 + 1:02}"]
        sheet.append([*row, "waste,mobility" if n % 2 else "", "fr,en"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _ours(content: bytes, by: User) -> None:
    """What happens between the upload and the last row written, without the queue in between."""
    network = Network.objects.order_by("pk").first()
    assert network is not None
    sent = importing.submit(content, name="list.xlsx", network=network, source="measure", by=by)
    importing.prepare(sent.pk)
    sent.refresh_from_db()
    assert sent.state == sent.State.READY, (sent.state, sent.problem)
    importing.confirm(sent, by=by)
    importing.write(sent.pk)
    sent.refresh_from_db()
    assert sent.state == sent.State.DONE, (sent.state, sent.problem)


class _Account(widgets.ForeignKeyWidget):
    def clean(self, value: Any, row: Any = None, **options: Any) -> User:
        names = {"first_name": row["first_name"], "last_name": row["last_name"]}
        return User.objects.get_or_create(email=value, defaults=names)[0]


class _Resource(resources.ModelResource):
    """The library as its documentation shows it: one instance saved a row, each relation by its own queries."""

    user = fields.Field("user", "email", _Account(User, "email"))
    districts = fields.Field("districts", "districts", widgets.ManyToManyWidget(District, field="code"))
    interests = fields.Field("interests", "interests", widgets.ManyToManyWidget(Interest, field="slug"))
    languages = fields.Field("languages", "languages", widgets.ManyToManyWidget(SpokenLanguage, field="code"))

    class Meta:
        model = Volunteer
        import_id_fields = ("user",)
        fields = ("user", "phone", "districts", "interests", "languages")


def _theirs(content: bytes) -> None:
    """What its admin does: a dry run for the preview, then the import, the file read each time."""
    for dry_run in (True, False):
        rows = XLSX().create_dataset(content)
        result = _Resource().import_data(rows, dry_run=dry_run, use_transactions=True)
        assert not result.has_errors(), result.row_errors()
