"""What is asked of the sandbox and what comes back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Literal

from attrs import Factory, frozen

from kibitz.errors import KibitzError

Means = Literal["bubblewrap", "landlock"]
Limit = Literal["time", "cpu", "memory", "processes", "file", "output"]


@frozen
class Limits:
    """How far a job may go. What exceeds them is killed, and `Outcome.limits` says which one it was.

    `timeout_s` is wall-clock time. `memory_mb` holds for the private memory of each process and for all of them
    together, `file_mb` for one file (all files of the scratch folder together: eight times that), `cpu_s` for
    one process (None: what the wall clock allows one core). `output_bytes` is stdout and stderr together.
    """

    timeout_s: float = 20.0
    memory_mb: int = 1024
    file_mb: int = 64
    cpu_s: int | None = None
    output_bytes: int = 1_000_000
    processes: int = 256

    @property
    def cpu_seconds(self) -> int:
        """The processor time of one process, in whole seconds."""
        return self.cpu_s if self.cpu_s is not None else math.ceil(self.timeout_s) + 1


@frozen
class Job:
    """A program to run. `argv[0]` is an absolute path.

    `files` are written to the scratch folder, which is the working directory and HOME; their names, and those
    of `collect`, are relative and stay inside it. `readable` folders (the project, an interpreter) are visible
    read-only under their own names. `env` is added to an otherwise clean environment.
    """

    argv: tuple[str, ...]
    files: Mapping[str, str | bytes] = Factory(dict)
    readable: tuple[Path, ...] = ()
    env: Mapping[str, str] = Factory(dict)
    stdin: str = ""
    limits: Limits = Limits()
    collect: tuple[str, ...] = ()


@frozen
class Outcome:
    """How a job ended. `exit_code` is None where the sandbox ended it, 128 + n where signal n did.

    `files` has those of `Job.collect` that exist as regular files of at most `output_bytes` bytes each.
    `scratch` is where the job ran, for those who want to shorten the paths it printed; it is gone by now.
    """

    exit_code: int | None
    stdout: str
    stderr: str
    timed_out: bool
    limits: tuple[Limit, ...]
    means: Means
    duration_s: float
    scratch: str
    files: Mapping[str, bytes] = Factory(dict)


def _acceptable(text: str) -> bool:
    """Whether a system call can be given this text."""
    try:
        return b"\0" not in text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False


def check(job: Job) -> None:
    """Refuse a job that could not mean what it says: KibitzError `invalid`."""
    if not job.argv or not Path(job.argv[0]).is_absolute():
        raise KibitzError("invalid", "A sandboxed program must be named by its absolute path.")
    for name in (*job.files, *job.collect):
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts or "\\" in name:
            raise KibitzError(
                "invalid",
                "A file of a sandboxed job is not inside its scratch folder.",
                "Use relative names without “..”.",
            )
    texts = (*job.argv, *job.files, *job.collect, *job.env, *job.env.values(), *map(str, job.readable))
    if not all(map(_acceptable, texts)) or any(not key or "=" in key for key in job.env):
        raise KibitzError(
            "invalid", "A sandboxed job has a name, an argument or a variable that no system accepts."
        )
    limits = job.limits
    if min(limits.timeout_s, limits.memory_mb, limits.file_mb, limits.cpu_seconds, limits.processes) <= 0:
        raise KibitzError("invalid", "A limit of a sandboxed job is not positive.")
