"""Which process wrote a row, and whether it still runs: what it held is free once it does not."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path

from attrs import frozen

_PROC = Path("/proc")


@frozen
class Owner:
    """A process. `started` tells it from a later one with the same number; empty where that cannot be told."""

    machine: str
    pid: int
    started: str

    def lives(self) -> bool | None:
        """Whether it still runs. None: it is another machine's (or container's), or this platform does not tell."""
        if self.machine != _machine() or os.name != "posix":
            return None
        if self.started:
            return _started(self.pid) == self.started
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return None
        return None if self.pid != os.getpid() else True


def this_process() -> Owner:
    """The process that runs this."""
    return Owner(_machine(), os.getpid(), _started(os.getpid()))


@cache
def _machine() -> str:
    """Where process numbers mean the same: this start of this machine and, on Linux, this container."""
    parts = [platform.node()]
    try:
        parts.append((_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip())
        parts.append(str((_PROC / "self/ns/pid").readlink()))
    except (OSError, UnicodeDecodeError):
        pass
    return " ".join(parts)


def _started(pid: int) -> str:
    """When a process began, as the system counts it; empty where there is none, or it cannot be told."""
    try:
        # the name before the last bracket may hold anything, spaces and brackets too
        state, *rest = (_PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
        return "" if state in (b"Z", b"X") else rest[18].decode("ascii")
    except (OSError, ValueError, IndexError):
        return ""
