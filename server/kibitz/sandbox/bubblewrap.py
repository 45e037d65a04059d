"""The bubblewrap command for a job: own network, processes and file system; everything but scratch read-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kibitz.sandbox.layout import Layout
from kibitz.sandbox.scratch import Scratch


def command(
    program: str,
    argv: Sequence[str],
    *,
    layout: Layout,
    scratch: Scratch,
    env: Mapping[str, str],
    status_fd: int,
) -> list[str]:
    """`program` (bwrap) with its options and the job's `argv`. How it ended is reported on `status_fd`."""
    line = [program, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    for key, value in env.items():
        line += ["--setenv", key, value]
    line += [
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        "--bind",
        str(scratch.shm),
        "/dev/shm",  # noqa: S108 - its own
        "--remount-ro",
        "/dev",
    ]
    # Before the folders to read: some of them may lie in the machine's /tmp.
    line += ["--bind", str(scratch.tmp), "/tmp"]  # noqa: S108 - its own
    for folder in layout.folders:
        line += ["--ro-bind", folder, folder]
    for link, target in layout.links.items():
        line += ["--symlink", target, link]
    line += [
        "--bind",
        str(scratch.work),
        str(scratch.work),
        "--remount-ro",
        "/",
        "--chdir",
        str(scratch.work),
    ]
    return [*line, "--json-status-fd", str(status_fd), "--", *argv]
