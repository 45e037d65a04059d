"""A disk that fails: at one operation or from one on, before or after the operation took effect, or with the process."""

from __future__ import annotations

import errno
import os
import random
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal
from unittest import mock

from attrs import define

from kibitz.features.journal import Replacement

OPERATIONS = (
    "open",
    "write",
    "fsync",
    "link",
    "replace",
    "rename",
    "unlink",
    "chmod",
    "chown",
    "mkdir",
    "rmdir",
    "lseek",
)
ERRORS = (errno.ENOSPC, errno.EACCES, errno.EIO, errno.EROFS)
Fault = Literal["once", "after", "from", "short", "kill", "none"]
FAULTS: tuple[Fault, ...] = ("once", "after", "from", "short", "kill")


class Killed(BaseException):
    """The process is gone: nothing of it acts any more."""


@define
class Disk:
    """Counts operations and fails at one of them."""

    fault: Fault
    at: int
    code: int = errno.EIO
    really: bool = False
    """Whether a kill is one: by a signal, in a process of its own."""
    count: int = 0

    def _run(self, name: str, real: Callable[..., Any], *given: Any, **named: Any) -> Any:
        here = self.count == self.at
        past = self.count > self.at
        self.count += 1
        if self.fault == "kill" and (here or past):
            if self.really:
                os.kill(os.getpid(), signal.SIGKILL)
            raise Killed
        if (self.fault in ("once", "short") and here) or (self.fault == "from" and (here or past)):
            if self.fault == "short" and name == "write":
                real(given[0], given[1][: len(given[1]) // 2])
            raise OSError(self.code, os.strerror(self.code))
        result = real(*given, **named)
        if self.fault == "after" and here:
            raise OSError(self.code, os.strerror(self.code))
        return result

    @contextmanager
    def broken(self) -> Iterator[None]:
        """While this is entered, operations of this process fail as planned."""

        with ExitStack() as stack:
            for name in OPERATIONS:
                stack.enter_context(mock.patch.object(os, name, partial(self._run, name, getattr(os, name))))
            yield


@define
class Project:
    """Some files, and what they shall become."""

    root: Path
    journals: Path
    files: tuple[Replacement, ...]
    modes: dict[Path, int]
    folders: set[Path]

    def state(self) -> str:
        """`old`, `new`, or what is wrong."""
        now = [file.target.read_bytes() if file.target.exists() else None for file in self.files]
        if now == [file.before for file in self.files]:
            return self._modes("old") if _folders(self.root) == self.folders else "a folder was left"
        if now == [file.after for file in self.files]:
            return self._modes("new")
        return "torn"

    def _modes(self, state: str) -> str:
        changed = [p for p, mode in self.modes.items() if p.stat().st_mode & 0o7777 != mode]
        return "a mode changed" if changed else state

    @property
    def leftovers(self) -> list[str]:
        """Names that a write left."""
        journals = [path.name for path in self.journals.glob("*")] if self.journals.exists() else []
        return [path.name for path in self.root.rglob(".kibitz-*")] + journals


def project(rng: random.Random, folder: Path, size: int = 20_000) -> Project:
    """One to five files, some of them new, some in folders that are new."""
    root = folder / "project"
    root.mkdir(parents=True)
    files, modes = [], {}
    for number in range(rng.randint(1, 5)):
        target = root / rng.choice(("", "package", "package/inner")) / f"module_{number}.py"
        after = rng.randbytes(rng.randint(0, size))
        before: bytes | None = rng.randbytes(rng.randint(0, size))
        if rng.random() < 0.25:
            before = None
            target = root / rng.choice(("", "new", "new/inner")) / target.name
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(before or b"")
            modes[target] = rng.choice((0o644, 0o600, 0o755, 0o664))
            target.chmod(modes[target])
        files.append(Replacement(target, before, after))
    return Project(root, folder / "journals", tuple(files), modes, _folders(root))


def _folders(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if path.is_dir()}


Writer = Callable[[Sequence[Replacement], Path], bool]


def in_place(files: Sequence[Replacement], _journals: Path) -> bool:
    """The simplest writer there is."""
    for file in files:
        file.target.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file.target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            data = file.after
            while data:
                data = data[os.write(handle, data) :]
        finally:
            os.close(handle)
    return True


def one_by_one(files: Sequence[Replacement], _journals: Path) -> bool:
    """Each file by itself as it should be done: a temporary file, flushed, that takes its place."""
    for file in files:
        file.target.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.target.with_name(f".kibitz-{file.target.name}")
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT, 0o644)
            try:
                data = file.after
                while data:
                    data = data[os.write(handle, data) :]
                os.fsync(handle)
            finally:
                os.close(handle)
            if file.before is not None:
                temporary.chmod(file.target.stat().st_mode & 0o7777)
            temporary.replace(file.target)
        finally:
            temporary.unlink(missing_ok=True)
    return True
