"""A project's files as a job of the sandbox gets them: all that its tests may need, and nothing that is secret."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from kibitz.index.crawl import MAX_DEPTH, SKIPPED_FOLDERS, is_secret
from kibitz.index.ignore import Rules, rules

MOST_FILES, MOST_BYTES, MOST_FILE = 10_000, 48_000_000, 4_000_000
_LEFT_OUT = SKIPPED_FOLDERS - {"vendor", "third_party", "third-party", "site-packages"}
"""What no import and no test of a project needs; code of others that it carries along is needed."""


@frozen
class Copy:
    """The files by their paths relative to the root, with forward slashes. `problem` says why there are none."""

    files: Mapping[str, bytes]
    problem: str = ""

    def texts(self) -> dict[str, str]:
        """The Python files among them, as text; what is not UTF-8 keeps its other characters."""
        return {
            path: content.decode("utf-8", "replace")
            for path, content in self.files.items()
            if path.endswith(".py")
        }


def copied(root: Path, exclude: tuple[str, ...] = ()) -> Copy:
    """What is in a project's folder; what version control ignores too, since tests may need what was built.

    Left out are links, virtual environments, caches, files whose names say that they are secret, what the settings exclude, and
    files above 4 MB. A project above 48 MB or 10,000 files is not copied.
    """
    never = rules(list(exclude))
    files: dict[str, bytes] = {}
    size = 0
    stack = [""]
    while stack:
        folder = stack.pop()
        entries = _entries(root / folder)
        for entry in entries:
            path = folder + entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in _LEFT_OUT and not _excluded(never, f"{path}/"):
                        stack += [f"{path}/"] if path.count("/") < MAX_DEPTH else []
                    continue
                state = entry.stat(follow_symlinks=False)
                if not stat.S_ISREG(state.st_mode) or state.st_size > MOST_FILE or not _named(path):
                    continue
                if is_secret(entry.name) or _excluded(never, path):
                    continue
                content = Path(entry.path).read_bytes()
            except OSError:  # gone since the folder was read, or not ours to read
                continue
            files[path] = content
            size += len(content)
            if size > MOST_BYTES or len(files) > MOST_FILES:
                return Copy({}, "the project is too large to be copied")
    return Copy(files)


def _excluded(never: Rules | None, path: str) -> bool:
    return never is not None and never.verdict(path) is True


def _named(path: str) -> bool:
    """Whether a name can be given to the sandbox."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return "\\" not in path


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []
    return [] if any(entry.name == "pyvenv.cfg" for entry in found) else found
