"""Completion without a model: what the file and its neighbours have said before in the same place."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

from kibitz.index.crawl import crawl
from kibitz.models.offline.corpus import Corpora, Corpus, likeliest, tokens_of
from kibitz.models.offline.near import Near
from kibitz.models.tasks import CompleteTask
from kibitz.text import Document

NEIGHBOUR_FILES = 60
NEIGHBOUR_BYTES = 400_000
"""How much of the project beside the open files is learnt from."""

SURE = 0.55
"""Below this a next token is a guess nobody wants to read."""

FIRST_SURE = 0.30
"""The first token may be less sure: its start was typed, or the place asks for one."""

NEAR_WEIGHT = 4.0
"""What the file itself says counts as much as this many neighbours."""

SHORTEST_START = 5
"""Fewer typed characters than this say too little about which line is meant."""

LINE_SURE = 0.5
BET = 0.9
"""As sure as this where a model is about to answer too: a guess that is replaced a moment later does more harm than good."""

SHORTEST_BET = 4
LONGEST_LINE_TOKENS = 60
_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_WORD = re.compile(r"[^\W\d]\w*\Z")


class Completer:
    """Keeps what it read of a project; never reads while a key waits for it."""

    def __init__(self) -> None:
        self._projects: dict[Path, asyncio.Task[Corpus]] = {}
        self._near = Near()

    async def complete(self, task: CompleteTask) -> str:
        """The text to insert, possibly empty."""
        neighbours = await self._neighbours(task)
        return await asyncio.to_thread(suggest, task, neighbours, self._near)

    async def _neighbours(self, task: CompleteTask) -> Corpus | None:
        """What the project's files nearest to this one say; nothing while they are being read for an editor."""
        root = task.project.root
        if root is None:
            return None
        if root not in self._projects:
            reading = asyncio.to_thread(neighbour_corpus, root, task.document, task.project.exclude)
            self._projects[root] = asyncio.ensure_future(reading)
        reader = self._projects[root]
        if task.document.version is None:  # a command line waits for the better answer
            return await asyncio.shield(reader)
        return (
            reader.result()
            if reader.done() and not reader.cancelled() and reader.exception() is None
            else None
        )


def neighbour_corpus(root: Path, document: Document, exclude: tuple[str, ...]) -> Corpus:
    """The project around a document as a corpus, the nearest files last."""
    return Corpus("\n".join(reversed(read_neighbours(root, document, exclude))))


def read_neighbours(root: Path, document: Document, exclude: tuple[str, ...]) -> list[str]:
    """The texts of files of the same language, those in the nearest folders first, within the limits."""
    own = document.path
    suffix = own.suffix if own is not None else ""
    paths = [p for p in crawl(root, exclude) if p.suffix == suffix and p != own]
    if own is not None:
        here = own.parent.parts
        paths.sort(key=lambda p: -sum(a == b for a, b in zip(p.parent.parts, here, strict=False)))
    texts: list[str] = []
    total = 0
    for path in paths[:NEIGHBOUR_FILES]:
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):  # not a text that can be learnt from
            continue
        total += len(text)
        if total > NEIGHBOUR_BYTES:
            break
        texts.append(text)
    return texts


def suggest(task: CompleteTask, neighbours: Corpus | None, near: Near | None = None) -> str:
    """The likeliest rest of the line; else the rest of a word that was begun; else what closes the line.

    `near` keeps what was read of the open files between the keys of one line and the next.
    """
    line = task.document.line(task.position.line)
    after = line[task.position.character :]
    if after[:1].isalnum() or after[:1] == "_":
        return ""
    with (near or Near()).around(task) as corpora:
        parts = [Corpora(corpora, NEAR_WEIGHT), *([Corpora([neighbours])] if neighbours is not None else [])]
        return _suggest(task, line[: task.position.character], after, parts)


def _suggest(task: CompleteTask, before: str, after: str, corpora: Sequence[Corpora]) -> str:
    document, position = task.document, task.position
    if not after.strip() and (
        copied := _copied_line(corpora, before.lstrip(), BET if task.sure else LINE_SURE)
    ):
        return copied
    match = _WORD.search(before)
    begun = match.group() if match else ""
    context = _context(document, position.line, before[: len(before) - len(begun)])
    first, others = (BET, BET) if task.sure else (FIRST_SURE, SURE)
    text = _rest_of_line(corpora, context, begun, after, first, others)
    if task.sure:
        return text if len(text.strip()) >= SHORTEST_BET else ""
    if text.strip():
        return text
    if len(begun) >= 2:
        words = [word for part in corpora for word in part.words(begun)[:1]]
        if words:
            return words[0][len(begun) :]
    return _closing(before, document.language) if not after.strip() else ""


def _copied_line(corpora: Sequence[Corpora], typed: str, sure: float) -> str:
    """The rest of a line that stands elsewhere and begins as this one does, where it clearly leads the others."""
    if len(typed) < SHORTEST_START:
        return ""
    scores: dict[str, float] = {}
    for part in corpora:
        for line, count in part.lines(typed).items():
            scores[line] = scores.get(line, 0.0) + part.weight * count
    if not scores:
        return ""
    best = max(scores, key=lambda line: (scores[line], -len(line), line))
    return best[len(typed) :] if scores[best] >= sure * sum(scores.values()) else ""


def _context(document: Document, line: int, before: str) -> list[str]:
    """The tokens that lead to the cursor: two lines are enough, and blank ones say nothing."""
    above = [document.line(n) for n in range(max(0, line - 8), line) if document.line(n).strip()][-2:]
    return tokens_of("\n" + "\n".join([*above, before]))


def _rest_of_line(
    corpora: Sequence[Corpora],
    context: list[str],
    begun: str,
    after: str,
    first: float,
    others: float,
) -> str:
    """Token after token while each is sure enough, the first one and the others, to the end of the line."""
    tokens: list[str] = []
    context = list(context)
    for number in range(LONGEST_LINE_TOKENS):
        guess = likeliest(corpora, context, begun if number == 0 else "")
        needed = first if number == 0 else others
        if guess is None or guess.token.startswith("\n") or guess.confidence < needed or guess.context < 2:
            break
        tokens.append(guess.token)
        context.append(guess.token)
    text = "".join(tokens).rstrip()
    return _balanced(text[len(begun) :] if text.startswith(begun) else "", after)


def _balanced(text: str, after: str) -> str:
    """Cut before a closing bracket that nothing opened, unless the text after the cursor lacks it."""
    depth = 0
    for at, char in enumerate(text):
        depth += (char in _CLOSERS) - (char in _CLOSERS.values())
        if depth < 0 and after[:1] == char:
            return text[:at].rstrip()
    return text


def _closing(before: str, language: str) -> str:
    """The brackets the line left open, and the colon or brace its statement still needs."""
    stack: list[str] = []
    quote = ""
    for char in before:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'`":
            quote = char
        elif char in _CLOSERS:
            stack.append(_CLOSERS[char])
        elif stack and char == stack[-1]:
            stack.pop()
    closing = quote + "".join(reversed(stack))
    if language == "python" and re.match(
        r"\s*(?:async\s+)?(?:def|class|if|elif|else|for|while|with|try|except|finally)\b", before
    ):
        return closing if before.rstrip().endswith(":") else closing + ":"
    return closing
