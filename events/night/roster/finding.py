"""Fields of a JSON document read one by one, with what is wrong with each remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from .problem import Contradiction

LARGEST = 10**9


class Finding:
    """Reads fields one by one and remembers what is wrong with each; answers something harmless in its place."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def say(self, problem: str) -> None:
        self.problems.append(problem)

    def refuse(self) -> None:
        if self.problems:
            raise Contradiction(self.problems)

    def _field(self, data: dict[str, Any], key: str, where: str, is_right: Callable[[Any], bool], kind: str) -> Any:
        if key not in data:
            self.say(f"{where}: {key!r} is missing")
        elif not is_right(data[key]):
            self.say(f"{where}: {key!r} must be {kind}, not {shown_value(data[key])}")
        else:
            return data[key]
        return None

    def text(self, data: dict[str, Any], key: str, where: str) -> str:
        return self._field(data, key, where, lambda value: isinstance(value, str), "a text") or ""

    def choice(self, data: dict[str, Any], key: str, where: str, choices: tuple[str, ...]) -> str:
        kind = "one of " + ", ".join(choices)
        return self._field(data, key, where, lambda value: isinstance(value, str) and value in choices, kind) or ""

    def whole(self, data: dict[str, Any], key: str, where: str, least: int = 0, most: int = LARGEST) -> int:
        kind = f"a whole number from {least} to {most}"
        return self._field(data, key, where, lambda value: is_whole(value) and least <= value <= most, kind) or 0

    def flag(self, data: dict[str, Any], key: str, where: str) -> bool:
        return bool(self._field(data, key, where, lambda value: isinstance(value, bool), "true or false"))

    def texts(self, data: dict[str, Any], key: str, where: str) -> list[str]:
        def is_right(value: Any) -> bool:
            return isinstance(value, list) and all(isinstance(one, str) for one in value)

        return self._field(data, key, where, is_right, "a list of texts") or []

    def record(self, data: dict[str, Any], key: str, where: str) -> dict[str, Any]:
        return self._field(data, key, where, lambda value: isinstance(value, dict), "an object") or {}

    def rows(self, data: dict[str, Any], key: str, where: str) -> list[dict[str, Any]]:
        rows = self._field(data, key, where, lambda value: isinstance(value, list), "a list") or []
        for index, row in enumerate(rows):
            if not isinstance(row, dict):
                self.say(f"{key}[{index}] must be an object, not {shown_value(row)}")
        return [row for row in rows if isinstance(row, dict)]

    def pairs(
        self, data: dict[str, Any], key: str, left: tuple[str, set[str]], right: tuple[str, set[str]]
    ) -> dict[str, str]:
        pairs = self.record(data, key, "the roster")
        for name, value in pairs.items():
            if name not in left[1]:
                self.say(f"{key}: no {left[0]} {name!r}")
            if not isinstance(value, str) or value not in right[1]:
                self.say(f"{key} of {name!r}: no {right[0]} {shown_value(value)}")
        return pairs

    def seconds(self, data: dict[str, Any]) -> float:
        value = data.get("seconds", 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < LARGEST:
            self.say(f"the roster: 'seconds' must be a number from 0, not {shown_value(value)}")
            return 0.0
        return float(value)

    def known(self, where: str, kind: str, ids: Iterable[str], known: set[str]) -> None:
        for one in dict.fromkeys(ids):
            if one not in known:
                self.say(f"{where}: no {kind} {one!r}")

    def doubles(self, where: str, ids: Iterable[str]) -> None:
        for one, times in Counter(ids).items():
            if times > 1:
                self.say(f"{where}: {one!r} is there {times} times")


def is_whole(value: Any) -> bool:
    """Is it a whole number, and not a yes or no?"""
    return isinstance(value, int) and not isinstance(value, bool)


def shown_value(value: Any) -> str:
    """The value as a message shows it, cut where it is long."""
    try:
        shown = repr(value)
    except ValueError:  # a whole number of more digits than Python writes
        return "a number too long to write"
    return shown if len(shown) <= 60 else shown[:57] + "..."
