"""Where a word stands in a project, without an index: a bounded search through its files."""

from __future__ import annotations

import re
import time
from pathlib import Path

from attrs import frozen

from kibitz.index.crawl import crawl

MAX_SECONDS = 0.8
MAX_BYTES = 40_000_000


@frozen
class Occurrence:
    """A line that holds a word: 0-based line, and the line's text, stripped and bounded."""

    path: Path
    line: int
    text: str


@frozen
class Occurrences:
    """What was found, and whether the search ended before the project did."""

    found: tuple[Occurrence, ...]
    complete: bool


def find_word(
    root: Path, word: str, *, exclude: tuple[str, ...] = (), suffix: str = "", limit: int = 50
) -> Occurrences:
    """The lines of a project that hold a word as a whole, in the order of its files. Slow: call it in a thread."""
    pattern = re.compile(rf"\b{re.escape(word)}\b")
    needle = word.encode()
    ends = time.monotonic() + MAX_SECONDS
    read = 0
    found: list[Occurrence] = []
    for path in crawl(root, exclude):
        if suffix and path.suffix != suffix:
            continue
        if time.monotonic() > ends or read > MAX_BYTES:
            return Occurrences(tuple(found), complete=False)
        try:
            data = path.read_bytes()
        except OSError:  # gone, or not ours to read
            continue
        read += len(data)
        if needle not in data:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines()):
            if pattern.search(line):
                found.append(Occurrence(path, number, line.strip()[:200]))
                if len(found) >= limit:
                    return Occurrences(tuple(found), complete=False)
    return Occurrences(tuple(found), complete=True)
