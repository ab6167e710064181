"""Reading and writing the roster's files: `-` for the standard streams, and never half a file."""

from __future__ import annotations

import ctypes
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STREAM = "-"


class Unusable(OSError):
    """A file that cannot be read or written, told in one sentence."""


def read(name: str) -> bytes:
    """What a file holds, or what comes in by the standard input."""
    try:
        return sys.stdin.buffer.read() if name == STREAM else Path(name).read_bytes()
    except (OSError, ValueError) as error:
        raise Unusable(f"{name} cannot be read: {_reason(error)}.") from error


def try_writing(name: str) -> None:
    """Refuses at once, before any work, a place where the file could not be written in the end."""
    if name == STREAM or _is_device(name):
        return
    try:
        target = Path(name).resolve()
        if target.is_dir():
            raise Unusable(f"{name} is a folder: name the file to write.")
        if not target.parent.is_dir():
            raise Unusable(f"{name} cannot be written: there is no folder {target.parent}.")
        if not os.access(target.parent, os.W_OK | os.X_OK):
            raise Unusable(f"{name} cannot be written: the folder {target.parent} is not yours to write in.")
    except (ValueError, RuntimeError) as error:
        raise Unusable(f"{name} cannot be written: {_reason(error)}.") from error


def write(name: str, text: str) -> None:
    """Writes the whole of a file or leaves what was there: beside it under another name first, then in its place."""
    try:
        if name == STREAM:
            sys.stdout.write(text)
            sys.stdout.flush()
        elif _is_device(name):
            Path(name).write_text(text, encoding="utf-8")
        else:
            _replace(Path(name).resolve(), text)
    except BrokenPipeError:
        # Whoever read has enough. Python would say so once more while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise Unusable("Nobody reads the standard output any more.") from None
    except (OSError, ValueError) as error:
        raise Unusable(f"{name} cannot be written: {_reason(error)}.") from error


def _replace(target: Path, text: str) -> None:
    beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}")
    try:
        with beside.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            beside.chmod(stat.S_IMODE(target.stat().st_mode))
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _is_device(name: str) -> bool:
    """Is it there, and neither a file nor a folder?"""
    try:
        return Path(name).exists() and not Path(name).is_file() and not Path(name).is_dir()
    except (OSError, ValueError):
        return False


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)


@contextmanager
def silence() -> Iterator[None]:
    """Nothing but the answer reaches the standard output: HiGHS greets there, from C, whatever it is told."""
    sys.stdout.flush()
    output, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        ctypes.CDLL(None).fflush(None)
        os.dup2(output, 1)
        os.close(output)
        os.close(nowhere)
