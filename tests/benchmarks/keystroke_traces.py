"""People who type real code: files with blocks taken out, written again key by key, in bursts, with slips and jumps."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import NamedTuple

BLOCK_LINES = (3, 9)
SUFFIXES = {
    "python": (".py",),
    "typescript": (".ts",),
    "go": (".go",),
    "rust": (".rs",),
    "java": (".java",),
}
SLIP = 0.05
"""The share of keys that are wrong and taken back."""

KEYS_A_SECOND = (5.0, 12.0)


class Block(NamedTuple):
    """Lines of a file that are typed again: the first one's number, and their text without the last line's end."""

    line: int
    text: str


class Story(NamedTuple):
    """A file as it ends, as it begins, and the blocks in the order in which they are typed."""

    path: Path
    language: str
    whole: str
    start: str
    blocks: tuple[Block, ...]


class Key(NamedTuple):
    """One key after a pause in seconds: text to insert, or a character to take back (`text` empty)."""

    pause: float
    text: str


def stories(root: Path, language: str, seed: int, blocks: int = 4) -> Iterator[Story]:
    """Stories from the files of a project, for ever; the same for the same seed.

    Every round has names of its own (`models.py`, `models_2.py`...), so that more people than files can type at once.
    """
    rng = random.Random(f"{seed}:{root.name}")
    paths = [p for suffix in SUFFIXES[language] for p in root.rglob(f"*{suffix}") if p.is_file()]
    files = sorted(p for p in paths if 3_000 < p.stat().st_size < 60_000)
    for turn in count(1):
        rng.shuffle(files)
        for path in files:
            text = path.read_text("utf-8", errors="replace").replace("\r\n", "\n")
            name = path if turn == 1 else path.with_stem(f"{path.stem}_{turn}")
            if (story := _story(name, language, text, rng, blocks)) is not None:
                yield story


def _story(path: Path, language: str, text: str, rng: random.Random, wanted: int) -> Story | None:
    lines = text.split("\n")
    taken: list[Block] = []
    free = list(range(8, len(lines) - 12))
    rng.shuffle(free)
    for first in free:
        size = rng.randint(*BLOCK_LINES)
        part = lines[first : first + size]
        clear = all(abs(first - block.line) > 2 * BLOCK_LINES[1] for block in taken)
        code = sum(
            bool(line.strip()) and not line.strip().startswith(("#", "//", "*", "/*")) for line in part
        )
        if clear and code == size and part[0].startswith((" ", "\t")):
            taken.append(Block(first, "\n".join(part)))
        if len(taken) == wanted:
            break
    if len(taken) < wanted:
        return None
    start = lines.copy()
    for block in sorted(taken, key=lambda block: -block.line):
        start[block.line : block.line + block.text.count("\n") + 1] = [_indent(block.text)]
    return Story(path, language, text, "\n".join(start), tuple(sorted(taken)))


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def keys(text: str, rng: random.Random) -> Iterator[Key]:
    """The keys that write a text: faster and slower bursts, pauses between thoughts, a slip now and then.

    A line break brings the indentation of the next line with it, as editors do.
    """
    speed = rng.uniform(*KEYS_A_SECOND)
    at = 0
    while at < len(text):
        if rng.random() < 0.06:
            speed = rng.uniform(*KEYS_A_SECOND)
        pause = rng.uniform(0.8, 1.2) / speed
        if at and text[at - 1] in "\n({.:" and rng.random() < 0.2:
            pause += rng.uniform(0.3, 1.2)
        piece = text[at]
        if piece == "\n":
            piece += _indent(text[at + 1 :].split("\n", 1)[0])
        elif rng.random() < SLIP:
            yield Key(pause, rng.choice("qxzjvk"))
            yield Key(rng.uniform(0.1, 0.3), "")
            pause = rng.uniform(0.1, 0.2)
        yield Key(pause, piece)
        at += len(piece)


def wrong_turn(text: str, rng: random.Random, words: Sequence[str]) -> str:
    """A text that begins as this one does and then says something else on the same line."""
    line = text.split("\n", 1)[0]
    kept = rng.randint(0, min(12, max(0, len(line) - 1)))
    return line[:kept] + rng.choice(words) + "(" + rng.choice(words) + ")"
