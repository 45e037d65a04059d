"""Where the database lives, and who may read it: URLs, permissions, and setting a damaged file aside."""

from __future__ import annotations

import os
import re
import stat
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

from kibitz.errors import KibitzError, unsupported

SIDE_FILES = ("-wal", "-shm", "-journal")

# Closing any descriptor of a file drops every POSIX lock that this process holds on it. A second store in the
# same process therefore never opens the database but through SQLite, and waits while the first creates it.
_creating = threading.Lock()


def locate(url: str) -> Path | None:
    """The database's file; None for a database in memory.

    Takes `sqlite:///absolute/path`, a plain path, or `:memory:`. Raises `unsupported` for the URL of another
    database, `invalid` for what is no path. The URL itself is never repeated: it may hold a password.
    """
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.\-]+):", url)
    if scheme is not None and url.startswith((":", "//"), scheme.end(1)) and scheme[1] != "sqlite":
        raise unsupported(
            f"kibitz cannot keep its history in a {scheme[1].split('+')[0]} database yet.",
            "Set database_url to a file, such as sqlite:///home/me/kibitz.db, or remove it for the default.",
        )
    name = url
    if scheme is not None and scheme[1] == "sqlite":
        name = unquote(url.removeprefix("sqlite:").removeprefix("//").split("?")[0])
        if name in {"", "/", "/:memory:"}:
            return None
        name = re.sub(r"^/+(?=[A-Za-z]:)|^/(?=/)", "", name)
    if name == ":memory:":
        return None
    if not name.strip() or "\0" in name:
        raise KibitzError(
            "invalid", "database_url names no file.", "Set it to a path, or remove it for the default."
        )
    return Path(name).expanduser().absolute()


def prepare(path: Path) -> None:
    """Makes the file exist, for its owner only, before SQLite opens it. Raises OSError.

    SQLite gives its side files the permissions of the database. A folder made here is its owner's only; one that
    was there keeps its permissions, for it may be anyone's.
    """
    if not path.parent.exists():
        path.parent.parent.mkdir(parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
    with _creating:
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600))
        except FileExistsError:
            if path.is_dir():
                raise IsADirectoryError(0, "it is a folder") from None
    if os.name == "posix":
        for name in (path, *sides(path)):
            # a file of another owner cannot be closed to others, and need not be: opening it decides
            with suppress(FileNotFoundError, PermissionError):
                if stat.S_IMODE(name.stat().st_mode) & 0o077:
                    name.chmod(0o600)


def sides(path: Path) -> list[Path]:
    """The files SQLite keeps beside a database."""
    return [path.with_name(path.name + side) for side in SIDE_FILES]


def identity(path: Path) -> tuple[int, int] | None:
    """Which file stands at the path now; None where there is none or it cannot be told."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def set_aside(path: Path, seen: tuple[int, int] | None) -> Path | None:
    """Renames a damaged database and its side files, and never deletes them. Raises OSError.

    Answers the new name; None where another file than the damaged one already stands there, because another
    process was quicker.
    """
    if seen is None or identity(path) != seen:
        return None
    aside = path.with_name(f"{path.name}.corrupt-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    path.rename(aside)
    for old, side in zip(sides(path), SIDE_FILES, strict=True):
        with suppress(FileNotFoundError):
            old.rename(aside.with_name(aside.name + side))
    return aside


def suspect_mark(path: Path) -> Path:
    """The empty file that says the database was found damaged in use and is to be checked when next opened."""
    return path.with_name(path.name + ".suspect")
