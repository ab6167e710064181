"""A linear program being written down: columns and rows, gathered one by one and handed to HiGHS at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import highspy
import numpy as np
import numpy.typing as npt

INF = highspy.kHighsInf
Vector = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


class Model:
    """`lower`, `upper` by column; `rows` by row; the entries of the matrix as three lists side by side."""

    def __init__(self) -> None:
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.soft: set[int] = set()  # columns that measure, and are whole by themselves once the others are
        self.rows: list[tuple[float, float]] = []
        self._row: list[int] = []
        self._column: list[int] = []
        self._value: list[float] = []

    def column(self, upper: float = INF, *, soft: bool = False) -> int:
        """A column of nought to `upper`; its index."""
        self.lower.append(0)
        self.upper.append(upper)
        if soft:
            self.soft.add(len(self.lower) - 1)
        return len(self.lower) - 1

    def row(self, lower: float, upper: float, entries: Mapping[int, float] | Iterable[tuple[int, float]]) -> None:
        row = len(self.rows)
        self.rows.append((lower, upper))
        for column, value in entries.items() if isinstance(entries, Mapping) else entries:
            if value:
                self._row.append(row)
                self._column.append(column)
                self._value.append(value)

    def matrix(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Vector]:
        """By column: where each starts (one more than there are columns), the rows, the values."""
        column = np.array(self._column, dtype=np.int64)
        order = np.argsort(column, kind="stable")
        starts = np.zeros(len(self.lower) + 1, dtype=np.int32)
        starts[1:] = np.cumsum(np.bincount(column, minlength=len(self.lower)))
        return starts, np.array(self._row, dtype=np.int32)[order], np.array(self._value, dtype=float)[order]

    def highs(self) -> highspy.Highs:
        """The program, without an objective, in a HiGHS of one thread that says nothing."""
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.lower), len(self.rows)
        lp.col_cost_ = np.zeros(lp.num_col_)
        lp.col_lower_, lp.col_upper_ = np.array(self.lower, float), np.array(self.upper, float)
        lp.row_lower_ = np.array([row[0] for row in self.rows], float)
        lp.row_upper_ = np.array([row[1] for row in self.rows], float)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = self.matrix()
        highs = highspy.Highs()
        highs.setOptionValue("output_flag", False)
        highs.setOptionValue("threads", 1)
        highs.passModel(lp)
        return highs
