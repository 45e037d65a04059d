"""Which files of a project are read: code that somebody wrote, never secrets, never past a link out of the root."""

from __future__ import annotations

import fnmatch
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from attrs import frozen

from kibitz.index.ignore import Rules, ignored, outer_rules, read_plain, read_rules, rules
from kibitz.syntax.languages import language_of

MAX_FILE_BYTES = 1_000_000
MAX_FILES = 20_000
MAX_DEPTH = 200
SKIPPED_FOLDERS = frozenset(
    {
        ".git", ".hg", ".svn", ".jj", "node_modules", "bower_components", "__pycache__", ".venv", "venv", ".tox", ".nox",
        ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".idea", ".gradle", ".next", ".terraform", "site-packages",
        "vendor", "third_party", "third-party", "jspm_packages", ".yarn", ".pnpm-store", "Pods", ".eggs", ".cargo",
    }
)  # fmt: skip
SECRET_NAMES = (
    ".env", ".env.*", "*.env", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "id_rsa*", "id_dsa*",
    "id_ecdsa*", "id_ed25519*", ".netrc", ".npmrc", ".pypirc", ".git-credentials", "credentials", "credentials.*",
    "secrets.*", "*.secret", "*.secrets", ".htpasswd", "service-account*.json",
)  # fmt: skip
"""Names of files that hold secrets: they never enter an index or a prompt."""

_MODULE_FILES = frozenset({"go.mod"})
"""Files in no language that say where the others are found."""
_SECRET = re.compile("|".join(fnmatch.translate(pattern) for pattern in SECRET_NAMES))
_EXECUTABLE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH


@frozen
class Found:
    """A file worth reading: its path relative to the root with forward slashes, and what the system said of it."""

    path: str
    language: str
    size: int
    mtime_ns: int


def is_secret(name: str) -> bool:
    """Whether a file's name says that it holds secrets."""
    return _SECRET.match(name.lower()) is not None


def crawl(root: Path, exclude: tuple[str, ...] = ()) -> Iterator[Path]:
    """The project's code files in a stable order, at most MAX_FILES, by `.gitignore` and the exclude patterns."""
    wanted = (found for found in walk(root, exclude) if found.language != "plaintext")
    return (root / found.path for found in islice(wanted, MAX_FILES))


async def project_files(root: Path, exclude: tuple[str, ...] = ()) -> list[Path]:
    """What `crawl` finds, read in a thread; nothing where the folder does not exist."""
    import asyncio  # the index's process does without

    return await asyncio.to_thread(lambda: list(crawl(root, exclude)))


def walk(
    root: Path, exclude: tuple[str, ...] = (), notes: Counter[str] | None = None, start: str = ""
) -> Iterator[Found]:
    """The files of the project, or of its folder `start` ("a/b"), that are worth reading, in a stable order.

    Opens no file but `.gitignore` files and the first line of scripts without an ending; follows no link. `notes`
    counts what was left out, by reason.
    """
    notes = Counter() if notes is None else notes
    never = rules(list(exclude))
    top = os.fspath(root)
    specs = tuple(outer_rules(os.path.realpath(top)))
    for folder in _outer_folders(start):
        specs = _with_own(top, folder, specs)
    stack: list[tuple[str, tuple[Rules, ...]]] = [(f"{start}/" if start else "", specs)]
    while stack:
        folder, specs = stack.pop()
        entries = _entries(f"{top}/{folder}", notes)
        if any(entry.name == ".gitignore" for entry in entries):
            specs = _with_own(top, folder, specs)
        folders: list[str] = []
        for entry in entries:
            path = folder + entry.name
            if entry.is_symlink():
                continue
            if entry.is_dir(follow_symlinks=False):
                if not _left_out(f"{path}/", entry.name, never, specs) and path.count("/") < MAX_DEPTH:
                    folders.append(f"{path}/")
            elif not _left_out(path, entry.name, never, specs):
                found = _found(entry, path, notes)
                if found is not None:
                    yield found
        stack.extend((inner, specs) for inner in reversed(folders))


def look_at(root: Path, path: str, exclude: tuple[str, ...] = ()) -> Found | None:
    """What `walk` would say of one file; None where it would leave it out, or where it is gone."""
    if not wanted(root, path, exclude):
        return None
    file = f"{os.fspath(root)}/{path}"
    try:
        return _judged(file, path, path.rpartition("/")[2], os.lstat(file), Counter())
    except (OSError, ValueError):
        return None


def wanted(root: Path, path: str, exclude: tuple[str, ...] = ()) -> bool:
    """Whether `walk` would look at a file of this path, be there one or not."""
    top = os.fspath(root)
    parts = path.split("/")
    if ".." in parts or "." in parts or "" in parts or "\0" in path:
        return False
    never = rules(list(exclude))
    specs = tuple(outer_rules(os.path.realpath(top)))
    for folder in _outer_folders(path):
        if folder:
            link = os.path.islink(f"{top}/{folder[:-1]}")  # noqa: PTH114 - names of any bytes
            if link or _left_out(folder, folder.split("/")[-2], never, specs):
                return False
        specs = _with_own(top, folder, specs)
    return not _left_out(path, parts[-1], never, specs)


def _outer_folders(path: str) -> list[str]:
    """The folders above a path, outermost first, as prefixes: "" and "a/" for "a/b"."""
    parts = path.split("/") if path else []
    return ["".join(f"{part}/" for part in parts[:count]) for count in range(len(parts))]


def _with_own(top: str, folder: str, specs: tuple[Rules, ...]) -> tuple[Rules, ...]:
    own = read_rules(f"{top}/{folder}.gitignore", base=folder)
    return (*specs, own) if own is not None else specs


def _left_out(path: str, name: str, never: Rules | None, specs: tuple[Rules, ...]) -> bool:
    if path.endswith("/"):
        if name in SKIPPED_FOLDERS:
            return True
    elif is_secret(name):
        return True
    return (never is not None and never.verdict(path) is True) or ignored(path, specs)


def _entries(folder: str, notes: Counter[str]) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda e: e.name)
    except OSError:  # a folder that cannot be read, or went away, has no files for us
        notes["folders that cannot be read"] += 1
        return []
    return [] if any(entry.name == "pyvenv.cfg" for entry in found) else found


def _found(entry: os.DirEntry[str], path: str, notes: Counter[str]) -> Found | None:
    try:
        return _judged(entry.path, path, entry.name, entry.stat(follow_symlinks=False), notes)
    except OSError:  # gone since the folder was read
        return None


def _judged(file: str, path: str, name: str, state: os.stat_result, notes: Counter[str]) -> Found | None:
    if not stat.S_ISREG(state.st_mode):
        notes["pipes, sockets and devices"] += not stat.S_ISLNK(state.st_mode)
        return None
    language = language_of(name)
    if language == "plaintext" and "." not in name and state.st_mode & _EXECUTABLE:
        head = read_plain(file, MAX_FILE_BYTES) or b""
        language = language_of(name, head[:200].split(b"\n")[0].decode("utf-8", "replace"))
    if language == "plaintext" and name not in _MODULE_FILES:
        return None
    if state.st_size > MAX_FILE_BYTES:
        notes["files above 1 MB"] += 1
        return None
    try:
        path.encode()
    except UnicodeEncodeError:
        notes["files whose names are not UTF-8"] += 1
        return None
    return Found(path, language, state.st_size, state.st_mtime_ns)
