from collections.abc import Iterable

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from volunteers.small_numbers import FEWEST, protect_line, protect_table

counts = st.integers(0, 9) | st.integers(0, 60)
few = st.integers(0, 11)  # all of which a reader can try
MOST = 12  # how far a reader looks who tries all values


def shown(figures):
    return [str(figure).replace("\N{NO-BREAK SPACE}", " ") for figure in figures]


def possible(figure):
    """What a reader can know of one figure: it, or the values that it may have."""
    if figure.value is not None:
        return [figure.value]
    return range(FEWEST) if figure.is_small else range(FEWEST, FEWEST + MOST)


def fits(figure, value):
    if figure.value is not None:
        return value == figure.value
    return value < FEWEST if figure.is_small else value >= FEWEST


def readings(rows, row_totals, column_totals, total):
    """Every table that looks like this one, as its cells row by row."""
    width = len(rows[0])

    def go_on(r, sums):
        if r == len(rows):
            agree = all(fits(figure, value) for figure, value in zip(column_totals, sums, strict=True))
            return iter([()] if agree and fits(total, sum(sums)) else [])
        return (
            (row, *rest)
            for row in lines(rows[r], row_totals[r])
            for rest in go_on(r + 1, [old + new for old, new in zip(sums, row, strict=True)])
        )

    return go_on(0, [0] * width)


def lines(figures, total):
    if not figures:
        return [()] if total is None else []
    found: Iterable[tuple[int, ...]] = [()]
    for figure in figures:
        found = [(*line, value) for line in found for value in possible(figure)]
    return [line for line in found if fits(total, sum(line))]


@pytest.mark.parametrize(
    ("given_counts", "figures", "total"),
    [
        ([12, 7, 9], ["12", "7", "9"], "28"),
        # One small count alone would be what is missing to the sum: the next one is left out as well.
        ([12, 3, 9, 20], ["12", "< 5", "not shown", "20"], "44"),
        ([12, 9, 3], ["not shown", "9", "< 5"], "24"),
        # Two small counts hide one another, unless they cannot be anything else.
        ([12, 3, 1], ["12", "< 5", "< 5"], "16"),
        ([12, 0, 0], ["not shown", "< 5", "< 5"], "12"),
        ([12, 4, 4], ["not shown", "< 5", "< 5"], "20"),
        # 5 cannot hide 0: a small count and a large one that add up to 5 say all.
        ([0, 5, 6], ["< 5", "5", "not shown"], "11"),
        ([0, 5], ["< 5", "5"], "not shown"),
        ([3], ["< 5"], "< 5"),
        ([8], ["8"], "8"),
        ([], [], "< 5"),
    ],
)
def test_line(given_counts, figures, total):
    with override("en"):
        line = protect_line(given_counts)
        assert (shown(line.figures), shown([line.total])) == (figures, [total])


def test_one_small_count_in_a_table_takes_a_rectangle_with_it():
    with override("en"):
        table = protect_table([[3, 20, 30], [40, 50, 60], [70, 80, 90]])
        assert [shown(row) for row in table.rows] == [
            ["< 5", "not shown", "30"],
            ["not shown", "not shown", "60"],
            ["70", "80", "90"],
        ]
        assert shown(table.row_totals) == ["53", "150", "240"]
        assert (shown(table.column_totals), str(table.total)) == (["113", "150", "180"], "443")


def test_not_shown_is_said_in_french():
    with override("fr"):
        assert shown(protect_line([12, 3, 9]).figures) == ["12", "< 5", "non affiché"]


@settings(deadline=None)
@given(st.lists(few, min_size=1, max_size=3))
def test_no_count_of_a_line_can_be_worked_out(numbers):
    line = protect_line(numbers)
    readers = lines(line.figures, line.total)

    hidden = [n for n, figure in enumerate(line.figures) if figure.value is None]
    assert all(number >= FEWEST for n, number in enumerate(numbers) if n not in hidden)
    assert [n for n in hidden if len({reading[n] for reading in readers}) < 2] == []
    if line.total.value is None:
        assert len({sum(reading) for reading in readers}) > 1


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(few, min_size=2, max_size=2), min_size=1, max_size=2))
def test_no_count_of_a_table_can_be_worked_out_by_trying_all(rows):
    table = protect_table(rows)
    cells = {(r, c) for r, row in enumerate(table.rows) for c, figure in enumerate(row) if figure.value is None}
    first, open_to_doubt = None, set()

    for reading in readings(table.rows, table.row_totals, table.column_totals, table.total):
        first = first or reading
        open_to_doubt |= {(r, c) for r, c in cells if reading[r][c] != first[r][c]}
        if open_to_doubt == cells:
            break

    assert cells - open_to_doubt == set()


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 7).flatmap(lambda n: st.lists(st.lists(counts, min_size=n, max_size=n), min_size=2, max_size=9)))
def test_no_row_or_column_gives_away_what_is_left_out(rows):
    """Subtraction, again and again, as far as it leads: what is known in a row helps in a column."""
    table = protect_table(rows)
    grid = [[figure.value for figure in (*row, total)] for row, total in zip(table.rows, table.row_totals, strict=True)]
    grid.append([figure.value for figure in (*table.column_totals, table.total)])
    before = sum(row.count(None) for row in grid)

    for _ in range(2 * len(grid) * len(grid[0])):
        for row in grid:
            if row.count(None) == 1:
                place, known = row.index(None), sum(value for value in row[:-1] if value is not None)
                row[place] = known if place == len(row) - 1 else row[-1] - known
        grid = [list(column) for column in zip(*grid, strict=True)]

    assert sum(row.count(None) for row in grid) == before
    assert all(figure.value is not None for row in table.rows for figure in row) or before


def test_large_table_takes_no_time():
    rows = [[(r * 7 + c * 13) % 40 for c in range(12)] for r in range(20)]
    table = protect_table(rows)
    kept = sum(figure.value is not None for row in table.rows for figure in row)
    assert kept > 150  # of 240
