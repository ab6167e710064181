"""The short code that a participant shows at the door, typed or as a square that a camera reads.

The code is the registration's number, written differently: nothing is stored, and no two registrations have the same.
A Feistel network (four rounds keyed by SECRET_KEY) turns the numbers into one another, so that a code tells neither
how many people are registered nor the code of the next one. It proves nothing and opens nothing: whoever is at the
door reads the name that it stands for, and looks at the person.
"""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events.models import Registration

LETTERS = "346789CDFGHJKMNPQRTWXY"  # none that is taken for another, and no vowel: they spell nothing
HALF = len(LETTERS) ** 3  # a code is two halves of three letters: 113 million registrations
LENGTH = 6


def code_of(registration: Registration) -> str:
    """The registration's code, six letters and figures."""
    left, right = divmod(registration.pk % HALF**2, HALF)
    for turn in range(4):
        left, right = right, (left + _mixed(turn, right)) % HALF
    return _written(left) + _written(right)


def number_of(code: str) -> int | None:
    """The number of the registration of that code, whether or not there is one; None for what cannot be a code.

    Takes what people type (small letters, spaces, dashes) and the whole address that the square holds.
    """
    code = code.strip().rstrip("/").rpartition("/")[2].upper().replace(" ", "").replace("-", "")
    if len(code) != LENGTH or not set(code) <= set(LETTERS):
        return None
    left, right = _read(code[:3]), _read(code[3:])
    for turn in reversed(range(4)):
        left, right = (right - _mixed(turn, left)) % HALF, left
    return left * HALF + right


def is_shown(registration: Registration) -> bool:
    """Has the person something to show: a confirmed seat at a place, that is not over?"""
    slot = registration.slot
    return registration.state == Registration.State.CONFIRMED and not slot.is_online and slot.ends_at > timezone.now()


def shown(code: str) -> str:
    """In two groups, to be read aloud."""
    return f"{code[:3]} {code[3:]}"


def address_of(code: str) -> str:
    """What the square holds: an address of ours that tells a stranger nothing. The same in all languages."""
    with override(settings.LANGUAGE_CODE):
        return settings.SITE_URL + reverse("events:door", args=[code])


def _mixed(turn: int, half: int) -> int:
    key = f"events.door_codes:{settings.SECRET_KEY}".encode()
    return int.from_bytes(hmac.digest(key, f"{turn}:{half}".encode(), hashlib.sha256)[:8])


def _written(half: int) -> str:
    base = len(LETTERS)
    return LETTERS[half // base**2] + LETTERS[half // base % base] + LETTERS[half % base]


def _read(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * len(LETTERS) + LETTERS.index(letter)
    return number
