"""Where a text belongs, and the project's Python files that contain a word.

The walk is bounded, so that a huge project costs a refusal, not a hang.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pathspec
from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.models.offline.python_source import Source
from kibitz.text import MAX_BYTES, read_text

LONGEST_S = 15.0
"""How long one refactoring may take before it is given up."""

MOST_FILES = 500
"""More files than this that contain the name are too many for one checked change."""

PYTHON = (".py", ".pyi")
PROSE = (".rst", ".md", ".txt", ".adoc")

_SKIPPED = {"node_modules", "__pycache__", "site-packages", "venv", "env", "build", "dist"}


@frozen
class Place:
    """Where a text belongs: its own path, the project's root, and both with links resolved."""

    path: Path
    root: Path
    real_root: Path
    real: Path
    alone: bool = False

    @classmethod
    def of(cls, path: str, root: str | None) -> Place:
        """The place of a file; `alone` where it lies in no project."""
        real = Path(os.path.realpath(path))
        if root is not None and real.is_relative_to(os.path.realpath(root)):
            return cls(Path(path), Path(root), Path(os.path.realpath(root)), real)
        folder = real.parent if real.parent.is_dir() else Path(os.path.realpath(tempfile.gettempdir()))
        return cls(Path(path), folder, folder, folder / real.name, alone=True)

    def original(self, real: Path) -> str:
        """A file's path as the caller wrote its root."""
        return str(self.path if real == self.real else self.root / real.relative_to(self.real_root))

    def others(self, word: str, exclude: Sequence[str], deadline: float) -> dict[Path, Source]:
        """The project's other files that contain a word. Raises `invalid` where one cannot be read, `timeout`."""
        found = [] if self.alone else containing(self.real_root, word, exclude, deadline)
        return {path: Source(read_text(path), path.name) for path in found if path != self.real}

    def import_roots(self) -> list[Path]:
        """The folders imports may start from: the folder above the file's package, the root, and its src."""
        package = self.real.parent
        while package != self.real_root and (package / "__init__.py").is_file():
            package = package.parent
        roots = [package, self.real_root, self.real_root / "src"]
        return list(dict.fromkeys(folder for folder in roots if folder.is_dir()))


def containing(root: Path, word: str, exclude: Sequence[str], deadline: float) -> list[Path]:
    """The .py and .pyi files below `root` with the word in them, sorted.

    Hidden folders, environments and what `exclude` (gitignore patterns) names are left out. Raises `timeout` at
    the deadline (monotonic clock), and `invalid` where more than `MOST_FILES` are found.
    """
    pattern = re.compile(rb"(?<!\w)" + re.escape(word.encode()) + rb"(?!\w)")
    found = list(islice(matching(root, pattern, exclude, deadline), MOST_FILES + 1))
    if len(found) > MOST_FILES:
        raise KibitzError(
            "invalid", f"More than {MOST_FILES} files contain `{word}`.", "Rename it in smaller steps."
        )
    return sorted(found)


def matching(
    root: Path,
    pattern: re.Pattern[bytes],
    exclude: Sequence[str],
    deadline: float,
    endings: tuple[str, ...] = PYTHON,
) -> Iterator[Path]:
    """The Python files below `root` in which a pattern is found. Raises `timeout` at the deadline."""
    for path in python_files(root, exclude, endings):
        if time.monotonic() > deadline:
            raise KibitzError(
                "timeout", "Searching the project took too long.", "Exclude folders, or open a smaller one."
            )
        try:
            if path.stat().st_size <= MAX_BYTES and pattern.search(path.read_bytes()):
                yield path
        except OSError:
            continue


def python_files(root: Path, exclude: Sequence[str], endings: tuple[str, ...] = PYTHON) -> Iterator[Path]:
    """All Python files below a folder, or those with other `endings`; links to folders are not followed."""
    spec = pathspec.GitIgnoreSpec.from_lines(exclude)
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        inside = here.relative_to(root)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".")
            and name not in _SKIPPED
            and not spec.match_file(f"{(inside / name).as_posix()}/")
        )
        if "pyvenv.cfg" in files:
            folders.clear()
            continue
        for name in sorted(files):
            if name.endswith(endings) and not spec.match_file((inside / name).as_posix()):
                yield here / name
