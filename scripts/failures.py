"""What stopped a start, as one sentence that says what to do. Standard library only."""

import errno
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

FULL = (errno.ENOSPC, errno.EDQUOT)
REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM)
IN_THE_WAY = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR)  # a file for a folder, or the other way round
ELSEWHERE = "choose another folder (make run VAR_DIR=/another/folder)"
NEEDED = 1024 * 1024  # bytes that SQLite must at least be able to write beside its file


def sentence(error: BaseException, database: Path) -> str | None:
    """The sentence for this error or for one that is behind it, the deepest first; None when nobody foresaw it.

    ``database`` is the SQLite file, for what SQLite says of it.
    """
    said = (of_one(one, database) for one in reversed(list(chain(error))))
    return next((words for words in said if words), None)


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, then what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def of_one(error: BaseException, database: Path) -> str | None:
    """The sentence for this very error."""
    kind = f"{type(error).__module__}.{type(error).__name__}"  # of libraries that are not loaded here
    if isinstance(error, OSError):
        return of_system(error, database.parent)
    if isinstance(error, sqlite3.Error):
        return of_sqlite(error, database)
    if kind == "django.core.exceptions.ImproperlyConfigured":
        return str(error)
    if kind == "django.db.migrations.exceptions.InconsistentMigrationHistory":
        return (
            f"The database was made by another program or version: move it away to begin anew ({database}, unless "
            "DATABASE_URL says otherwise)."
        )
    if kind in ("psycopg.OperationalError", "psycopg.errors.ConnectionTimeout"):
        reason = str(error).strip().partition("\n")[0]
        return f"PostgreSQL does not let us in ({reason}): start it, or set DATABASE_URL right."
    return None


def of_system(error: OSError, folder: Path) -> str | None:
    """By the system's codes; ``folder`` is what an error is about that names nothing."""
    place = error.filename2 or error.filename or folder
    if error.errno in FULL:
        return f"The disk is full, and {folder} is on it: free some space, then run this again."
    if error.errno in REFUSED:
        return f"{place} cannot be written: get the right to write there, or {ELSEWHERE}."
    if error.errno in IN_THE_WAY:
        return f"{place} is in the way: move it elsewhere, or {ELSEWHERE}."
    return None


def of_sqlite(error: sqlite3.Error, database: Path) -> str | None:
    """By SQLite's codes (https://sqlite.org/rescode.html). What it says of files that it cannot use does not tell why:
    trying does.
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return (
            f"{database} is damaged, or is no SQLite database: restore it from a backup, or move it away to begin anew."
        )
    if code == sqlite3.SQLITE_BUSY:
        return f"Another program keeps {database} locked: stop it, then run this again."
    if code == sqlite3.SQLITE_FULL:
        return of_system(OSError(errno.ENOSPC, ""), database.parent)
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
        found = obstacle(database)
        return of_system(found, database.parent) if found else None
    if "already exists" in str(error):  # a table of somebody else's
        return f"{database} is the database of another program: move it away to begin anew."
    return None


def obstacle(database: Path) -> OSError | None:
    """Why this file, or those that SQLite makes beside it, cannot be written."""
    try:
        with tempfile.TemporaryFile(dir=database.parent) as probe:
            probe.write(b"\0" * NEEDED)
    except OSError as error:
        return OSError(error.errno, "", str(database.parent))
    try:
        for file in (database, database.with_name(f"{database.name}-wal"), database.with_name(f"{database.name}-shm")):
            if file.exists():
                file.open("ab").close()
    except OSError as error:
        return error
    return None
