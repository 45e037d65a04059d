"""Single steps on the disk, each of which may fail: `journal` makes a whole of them."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_NEW_FILE = 0o644
BINARY = getattr(os, "O_BINARY", 0)


def locked(handle: int) -> bool:
    """Whether the journal is this process's now; the lock ends with the handle."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (
            errno.EAGAIN,
            errno.EACCES,
        )  # a file system without locks has none to respect
    return True


def write_file(path: Path, content: bytes, like: Path | None) -> None:
    """A new file, flushed, with the mode, owner and attributes of another where there is one. Raises OSError."""
    status = like.stat() if like is not None else None
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o600)
    try:
        write(handle, content)
        if status is not None and hasattr(os, "chown"):
            with suppress(PermissionError):
                os.chown(path, status.st_uid, status.st_gid)
        path.chmod(status.st_mode & 0o7777 if status is not None else _NEW_FILE)
        if like is not None and sys.platform == "linux":
            with suppress(OSError):  # access lists are among them; not every file system has any
                for name in os.listxattr(like):
                    os.setxattr(path, name, os.getxattr(like, name))
        os.fsync(handle)
    finally:
        os.close(handle)


def write(handle: int, data: bytes) -> None:
    """All of the data. Raises OSError."""
    while data:
        data = data[os.write(handle, data) :]


def content_of(path: Path) -> bytes | None:
    """What a file has; None where there is none. Raises OSError."""
    try:
        handle = os.open(path, os.O_RDONLY | BINARY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    with os.fdopen(handle, "rb") as file:
        return file.read()


def settle(folder: Path) -> None:
    """See to it that the names in a folder are on the disk, where the system has a way to ask for that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
