"""The texts that people are asked to have read, and where they are.

Pages are written in a room above, which says where they are from its AppConfig.ready().
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Paper(StrEnum):
    CHARTER = "charter"
    PRIVACY = "privacy"


AddressOf = Callable[[Paper], str]
_rooms: list[AddressOf] = []


def register(address_of: AddressOf) -> None:
    """Adds a room that knows addresses; it answers "" for a paper that it has not. Twice is once."""
    if address_of not in _rooms:
        _rooms.append(address_of)


def address_of(paper: Paper) -> str:
    """Where the paper can be read in the active language; "" when nobody has chosen a page."""
    return next((address for room in _rooms if (address := room(paper))), "")
