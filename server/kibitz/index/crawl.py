"""Which files of a project are read: code that somebody wrote, never secrets, never past a link out of the root."""

from __future__ import annotations

import asyncio
import fnmatch
import os
from collections.abc import Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec

from kibitz.syntax.languages import language_of

MAX_FILE_BYTES = 1_000_000
MAX_FILES = 20_000
SKIPPED_FOLDERS = frozenset(
    {
        ".git", ".hg", ".svn", ".jj", "node_modules", "bower_components", "__pycache__", ".venv", "venv", ".tox", ".nox",
        ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".idea", ".gradle", ".next", ".terraform", "site-packages",
    }
)  # fmt: skip
SECRET_NAMES = (
    ".env", ".env.*", "*.env", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "id_rsa*", "id_dsa*",
    "id_ecdsa*", "id_ed25519*", ".netrc", ".npmrc", ".pypirc", ".git-credentials", "credentials", "credentials.*",
    "secrets.*", "*.secret", "*.secrets", ".htpasswd", "service-account*.json",
)  # fmt: skip
"""Names of files that hold secrets: they never enter an index or a prompt."""


def is_secret(name: str) -> bool:
    """Whether a file's name says that it holds secrets."""
    low = name.lower()
    return any(fnmatch.fnmatchcase(low, pattern) for pattern in SECRET_NAMES)


def crawl(root: Path, exclude: tuple[str, ...] = ()) -> Iterator[Path]:
    """The project's code files in a stable order, at most MAX_FILES, by `.gitignore` and the exclude patterns."""
    top = GitIgnoreSpec.from_lines(exclude)
    count = 0
    stack: list[tuple[Path, tuple[tuple[Path, GitIgnoreSpec], ...]]] = [
        (root, ((root, top),) if exclude else ())
    ]
    while stack and count < MAX_FILES:
        folder, specs = stack.pop()
        specs = (*specs, *_own_spec(folder))
        folders: list[Path] = []
        for entry in _entries(folder):
            path = Path(entry.path)
            if entry.is_symlink() or _ignored(path, specs, folder=entry.is_dir()):
                continue
            if entry.is_dir():
                if entry.name not in SKIPPED_FOLDERS and not (path / "pyvenv.cfg").exists():
                    folders.append(path)
            elif (
                not is_secret(entry.name)
                and language_of(path) != "plaintext"
                and entry.stat().st_size <= MAX_FILE_BYTES
            ):
                yield path
                count += 1
                if count >= MAX_FILES:
                    return
        stack.extend((f, specs) for f in reversed(folders))


async def project_files(root: Path, exclude: tuple[str, ...] = ()) -> list[Path]:
    """What `crawl` finds, read in a thread; nothing where the folder does not exist."""
    return await asyncio.to_thread(lambda: list(crawl(root, exclude)))


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda e: e.name)
    except OSError:  # a folder that cannot be read, or went away, has no files for us
        return []


def _own_spec(folder: Path) -> tuple[tuple[Path, GitIgnoreSpec], ...]:
    try:
        lines = (folder / ".gitignore").read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    return ((folder, GitIgnoreSpec.from_lines(lines)),)


def _ignored(path: Path, specs: tuple[tuple[Path, GitIgnoreSpec], ...], *, folder: bool) -> bool:
    """Whether the innermost pattern that speaks of a path excludes it."""
    verdict = False
    for base, spec in specs:
        name = path.relative_to(base).as_posix() + ("/" if folder else "")
        result = spec.check_file(name).include
        if result is not None:
            verdict = result
    return verdict
