"""Which processes a process has started, as the kernel tells it."""

from __future__ import annotations

from pathlib import Path


def children(pid: int, *, with_pid: bool = False) -> list[str]:
    """The command lines of the children a process has now, each after its number where that is wanted."""
    found: list[str] = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            try:
                line = (
                    Path(f"/proc/{child}/cmdline")
                    .read_bytes()
                    .replace(b"\0", b" ")
                    .decode(errors="replace")
                    .strip()
                )
            except OSError:  # it has just ended
                continue
            found.append(f"{child} {line}" if with_pid else line)
    return found
