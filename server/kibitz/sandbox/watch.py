"""The processes of a running job: which they are, what they hold, and their certain end."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from attrs import frozen

_PROC = Path("/proc")
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@frozen
class Process:
    """One process; `born` tells it from a later one with the same number."""

    pid: int
    born: int
    pages: int


def _stat(pid: int) -> tuple[int, Process] | None:
    """The parent's number and the process; None where it has ended."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    # The name in the second field may hold spaces and brackets: count from its last bracket.
    fields = text[text.rindex(")") + 2 :].split()
    if fields[0] in "ZX":
        return None
    return int(fields[1]), Process(pid, int(fields[19]), int(fields[21]))


def tree(root: int) -> list[Process]:
    """The living processes that descend from `root`, itself included. Linux only; a few milliseconds."""
    children: dict[int, list[Process]] = {}
    found: list[Process] = []
    for name in os.listdir(_PROC):  # noqa: PTH208
        entry = _stat(int(name)) if name.isdigit() else None
        if entry:
            children.setdefault(entry[0], []).append(entry[1])
            if entry[1].pid == root:
                found.append(entry[1])
    index, pids = 0, [root]
    while index < len(pids):
        below = children.get(pids[index], [])
        found += below
        pids += [process.pid for process in below]
        index += 1
    return found


def memory_bytes(processes: list[Process]) -> int:
    """What they hold in memory together: their private pages, and the largest share of what they have in common."""
    private = shared = 0
    for process in processes:
        try:
            common = int((_PROC / str(process.pid) / "statm").read_text().split()[2])
        except (FileNotFoundError, ProcessLookupError, PermissionError, IndexError):
            continue
        private += max(0, process.pages - common)
        shared = max(shared, common)
    return (private + shared) * _PAGE


def alive(processes: list[Process]) -> list[Process]:
    """Those that have not ended."""
    left = []
    for process in processes:
        entry = _stat(process.pid)
        if entry and entry[1].born == process.born:
            left.append(process)
    return left


def kill(processes: list[Process]) -> None:
    """End them at once."""
    for process in alive(processes):
        try:
            os.kill(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
