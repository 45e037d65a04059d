"""A file of lines that several processes write and none lets grow: each batch is one locked append.

The file is opened anew for each batch, so one that was renamed by another process, or by a person, is never written on.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

if sys.platform != "win32":
    import fcntl

LOCK_TRIES = 40
LOCK_PAUSE_S = 0.005
"""A process that was stopped while it held the lock must not stop the others: after 0.2 s they write without."""


class BoundedFile:
    """At most `backups` + 1 files of about `most_bytes`: PATH, PATH.1 (the one before), PATH.2 and so on."""

    def __init__(self, path: Path, most_bytes: int, backups: int) -> None:
        self.path = path
        self._most_bytes = most_bytes
        self._backups = backups

    def append(self, data: bytes) -> None:
        """Whole lines, written together at the end of the file; the file is begun anew before it gets too long.

        Raises OSError.
        """
        for _ in range(10):  # each round lost was another process's beginning anew
            handle = self._open()
            try:
                locked = _lock(handle)
                if locked and not self._is_current(handle):
                    continue
                size = os.fstat(handle).st_size
                if not size or size + len(data) <= self._most_bytes or not self._move(locked):
                    _write(handle, data)
                    return
            finally:
                os.close(handle)
        raise OSError("the log file changes all the time")

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        try:
            return os.open(self.path, flags, 0o600)
        except FileNotFoundError:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self.path, flags, 0o600)

    def _is_current(self, handle: int) -> bool:
        """Whether the path still names the file that is open."""
        try:
            named = self.path.stat()
        except FileNotFoundError:
            return False
        mine = os.fstat(handle)
        return (named.st_dev, named.st_ino) == (mine.st_dev, mine.st_ino)

    def _move(self, locked: bool) -> bool:
        """Make room under the path; False where that is not ours to do now, and the file grows a little longer."""
        if not locked or not self.path.is_file():  # a device takes everything and never fills
            return False
        try:
            for number in range(self._backups - 1, 0, -1):
                if self._backup(number).exists():
                    self._backup(number).replace(self._backup(number + 1))
            if self._backups:
                self.path.replace(self._backup(1))
            else:
                self.path.unlink()
        except OSError:  # Windows does not rename a file that is open
            return False
        return True

    def _backup(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")


def _write(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _lock(handle: int) -> bool:
    """Whether this process alone may write and rename now; the lock ends with the handle."""
    if sys.platform == "win32":
        return True
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_PAUSE_S)
        except OSError:  # a file system without locks
            return False
        else:
            return True
    return False
