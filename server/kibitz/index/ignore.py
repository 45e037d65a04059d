"""What `.gitignore` files say of a path, as git reads them: the innermost file and its last pattern decide."""

from __future__ import annotations

import os
import re
import stat

from attrs import frozen
from pathspec import GitIgnoreSpec, RegexPattern

MAX_IGNORE_BYTES = 1_000_000
MAX_STARS = 6
"""A pattern with more wildcards in one part of a path can keep a regular expression busy for hours: it is left out."""

_GROUP = re.compile(r"\(\?P<\w+>")
_STARS = re.compile(r"\*+")


@frozen
class Rules:
    """The patterns of one file, and the folder they speak of ("" for the root, "../" above it is kept in `prefix`).

    `base` is what a path relative to the root loses, and `prefix` what it gains, before the patterns see it.
    """

    base: str
    prefix: str
    spec: GitIgnoreSpec
    any_match: re.Pattern[str]

    def verdict(self, path: str) -> bool | None:
        """True where the path is excluded, False where it is included again, None where nothing speaks of it."""
        name = self.prefix + path[len(self.base) :]
        if not self.any_match.match(name):
            return None
        found = self.spec.check_file(name)
        if found.include and found.index is not None and name.endswith("/"):
            pattern = self.spec.patterns[found.index]
            if str(pattern.pattern).rstrip().endswith("/**"):
                # what lies in a folder, not the folder: something in it may be included again
                matched = pattern.regex.match(name) if pattern.regex is not None else None
                return None if matched is not None and matched.end() == len(name) else True
        if found.include is False and found.index is not None:
            return self._own_verdict(name, found.index)
        return found.include

    def _own_verdict(self, name: str, last: int) -> bool | None:
        """The word of the last pattern that speaks of the path itself.

        pathspec lets a pattern speak of all that lies in a folder; to git, `!/a/` includes the folder `a` again, and
        what in it matches an earlier pattern is still excluded.
        """
        for pattern in reversed(self.spec.patterns[: last + 1]):
            if pattern.include is not None and _itself(pattern, name):
                return bool(pattern.include)
        return None


def _itself(pattern: RegexPattern, name: str) -> bool:
    """Whether a pattern speaks of a path, and not only of a folder the path lies in."""
    matched = pattern.regex.match(name) if pattern.regex is not None else None
    return matched is not None and (matched.end() == len(name) or str(pattern.pattern).rstrip().endswith("*"))


def rules(lines: list[str], base: str = "", prefix: str = "") -> Rules | None:
    """The rules of these lines; None where they say nothing."""
    spec = GitIgnoreSpec.from_lines([line for line in lines if _sane(line)])
    found = [p.regex.pattern for p in spec.patterns if p.include is not None and p.regex is not None]
    if not found:
        return None
    # One search tells for most names that no pattern speaks of them: pathspec asks them one by one.
    either = "|".join(f"(?:{_GROUP.sub('(?:', str(pattern))})" for pattern in found)
    return Rules(base, prefix, spec, re.compile(either))


def read_rules(file: str, base: str = "", prefix: str = "") -> Rules | None:
    """The rules of a file; None where there is none, or something that is no plain file."""
    data = read_plain(file, MAX_IGNORE_BYTES)
    return rules(data.decode("utf-8", "replace").splitlines(), base, prefix) if data else None


def outer_rules(root: str) -> list[Rules]:
    """What stands above a root that lies inside of a repository, and in the repository's own `info/exclude`."""
    above: list[tuple[str, str]] = []
    folder, prefix = root, ""
    while not os.path.lexists(os.path.join(folder, ".git")):  # noqa: PTH118 - names of any bytes, and many of them
        parent, name = os.path.split(folder)
        if parent == folder or len(above) > 64:
            return []
        prefix = f"{name}/{prefix}"
        folder = parent
        above.append((folder, prefix))
    found = [read_rules(f"{folder}/.git/info/exclude", prefix=prefix)]
    found += [read_rules(f"{where}/.gitignore", prefix=lead) for where, lead in reversed(above)]
    return [one for one in found if one is not None]


def ignored(path: str, specs: tuple[Rules, ...]) -> bool:
    """Whether a path relative to the root, with a slash behind a folder's, is excluded."""
    for one in reversed(specs):
        verdict = one.verdict(path)
        if verdict is not None:
            return verdict
    return False


def read_plain(file: str, most: int) -> bytes | None:
    """A plain file of at most `most` bytes; None for links, pipes, devices, larger files, and where reading fails.

    What it is is asked of the open file: a pipe put in its place meanwhile cannot make the reader wait.
    """
    flags = (
        os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        handle = os.open(file, flags)
    except (OSError, ValueError):
        return None
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_size > most:
            return None
        with os.fdopen(handle, "rb", closefd=False) as stream:
            data = stream.read(most + 1)
        return data if len(data) <= most else None
    except OSError:
        return None
    finally:
        os.close(handle)


def _sane(line: str) -> bool:
    return len(line) <= 1000 and all(
        len(_STARS.findall(part)) <= MAX_STARS for part in line.strip().split("/")
    )
