"""What no roster can better, level by level, each given that the levels before are as good as was reached."""

from __future__ import annotations

from math import ceil, floor

from .city import City
from .closing import close, is_large
from .counting import Counting
from .limits import Limit
from .problem import LEVELS, Bounds
from .relaxing import WEIGHTS, Relaxed

HEADS = {level: WEIGHTS[level] for level in ("viable", "placed")}
NEAR = 1e-5  # more than what adding up loses, so that no bound claims too much


class Proof:
    """Bounds of the first two levels from a small model, of the others from the one that made the roster."""

    def __init__(self, city: City, limit: Limit) -> None:
        self.city = city
        self.coarse = Relaxed(Counting(city, coarse=True), limit)
        self.most = {"viable": len(city.instance.teams), "placed": len(city.instance.people)}
        self._at: int | None = None
        self._foreseen: dict[str, int] = {}

    def viable(self) -> int:
        """The most teams that can go out, as far as is known."""
        if self.coarse.optimise(HEADS):
            self.coarse.remember()
            value = self.coarse.bound("viable", {})
            if value is not None:
                self.most["viable"] = min(self.most["viable"], floor(value + NEAR))
            self.coarse.release()
        return self.most["viable"]

    def placed(self, viable: int) -> int:
        """The most people who can be placed when so many teams go out."""
        if self._at != viable:
            self._at, self.most["placed"] = viable, len(self.city.instance.people)
            self.coarse.let_go()
            self.coarse.hold("viable", viable)
            value = self.coarse.bound("placed", {})
            if value is not None:
                self.most["placed"] = min(self.most["placed"], floor(value + NEAR))
        return self.most["placed"]

    def foresee(self, relaxed: Relaxed, viable: int, share: float) -> None:
        """Bounds of all levels, for rosters that reach each bound before; where there is time.

        `relaxed`, at the optimum of all levels, is left where it reaches these bounds too, which are whole, until
        `let_go`: so a dive does not lose what cannot be had.
        """
        held = {"viable": viable, "placed": self.placed(viable)}
        for level in ("split", "cost"):
            value = relaxed.bound(level, held, share)
            if value is None:
                break
            held[level] = max(0, ceil(value - NEAR))
            # What is next is nearer to the optimum of all levels than to that of some of them.
            relaxed.release()
            if held[level] > value + NEAR:
                relaxed.assume(level, held[level])
        if "cost" in held and relaxed.optimise(WEIGHTS, share):
            self._foreseen = held | {"balance": max(0, ceil(relaxed.rest("balance", held) - NEAR))}
        else:
            relaxed.let_go()
            relaxed.optimise(WEIGHTS)

    def bounds(
        self, relaxed: Relaxed, reached: dict[str, int], *, is_last: bool = False
    ) -> tuple[Bounds, list[int] | None]:
        """All bounds, until time is out; and counts that are better than what was reached, where such were found
        (`is_last`: never mind).

        `relaxed` is at an optimum, with nothing held but what was foreseen.
        """
        is_foreseen = bool(self._foreseen) and all(self._foreseen[level] == reached[level] for level in LEVELS[:-1])
        if is_foreseen and (is_last or is_large(relaxed) or self._foreseen["balance"] == reached["balance"]):
            return Bounds(**self._foreseen), None
        relaxed.let_go()
        found = {"viable": self.most["viable"], "placed": self.placed(reached["viable"])}
        # Levels that nothing can better keep their weight in the objective: far quicker than holding them by a row.
        held: dict[str, int] = {}
        for level in LEVELS:
            value: float | None = None
            if level not in found:
                value = 0.0 if reached[level] == 0 else relaxed.bound(level, held)
                if value is None:
                    break
                found[level] = max(0, ceil(value - NEAR))
                if found[level] < reached[level]:
                    closed = close(relaxed, level, reached, value)
                    if closed.counts is not None and not is_last:
                        return Bounds(**found), closed.counts
                    found[level] = closed.bound or found[level]
            is_whole = value is None or abs(value - reached[level]) < NEAR
            if found[level] == reached[level] and is_whole and len(held) == LEVELS.index(level):
                held[level] = reached[level]
            else:
                relaxed.hold(level, reached[level])
        return Bounds(**found), None
