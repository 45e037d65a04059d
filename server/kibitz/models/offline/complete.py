"""Completion without a model: what the file and its neighbours have said before in the same place."""

from __future__ import annotations

import asyncio
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from kibitz.index.crawl import crawl
from kibitz.models.offline.corpus import Corpus, likeliest, tokens_of
from kibitz.models.tasks import CompleteTask
from kibitz.text import Document

WINDOW_LINES = 700
"""How much of a long file around the cursor is learnt from."""

STEP_LINES = 100
"""What is learnt from begins at such a line, so that it does not begin elsewhere with every line."""

NEIGHBOUR_FILES = 60
NEIGHBOUR_BYTES = 400_000
"""How much of the project beside the open files is learnt from."""

SURE = 0.55
"""Below this a next token is a guess nobody wants to read."""

FIRST_SURE = 0.30
"""The first token may be less sure: its start was typed, or the place asks for one."""

NEAR_WEIGHT = 4.0
"""What the file itself says counts as much as this many neighbours."""

OPEN_LINES = 400
KEPT = 3
"""Documents whose corpora are kept."""

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


@frozen
class _Read:
    """What a corpus was made of: the texts of other open files and of the lines below, and the lines above."""

    others: tuple[str, ...]
    above: str
    corpus: Corpus


class Near:
    """The open files, then the one at hand, as a corpus: the lines before the cursor last, because the latest places count.

    It is made anew for another place; where lines were only added above the cursor, they are added to it. Any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read: OrderedDict[str, _Read] = OrderedDict()

    @contextmanager
    def around(self, task: CompleteTask) -> Iterator[Corpus]:
        """The corpus for a place, which nobody else reads or changes meanwhile."""
        document, at = task.document, task.position.line
        others = [
            _window(opened, 0, OPEN_LINES)
            for opened in reversed(task.open_documents)
            if opened.uri != document.uri and opened.language == document.language
        ]
        others.append(_window(document, at + 1, at + WINDOW_LINES))
        first = max(0, at - WINDOW_LINES) // STEP_LINES * STEP_LINES
        above = _window(document, first, at).removesuffix("\n")
        with self._lock:
            yield self._corpus(document.uri, tuple(others), above)

    def _corpus(self, uri: str, others: tuple[str, ...], above: str) -> Corpus:
        last = self._read.pop(uri, None)
        if last is not None and last.others == others and f"{above}\n".startswith(f"{last.above}\n"):
            corpus = last.corpus
            if len(above) > len(last.above):
                corpus.add(above[len(last.above) + 1 :])
        else:
            corpus = Corpus()
            for text in (*others, above):
                corpus.add(text)
        self._read[uri] = _Read(others, above, corpus)
        while len(self._read) > KEPT:
            self._read.popitem(last=False)
        return corpus


def neighbour_corpus(root: Path, document: Document, exclude: tuple[str, ...]) -> Corpus:
    """The project around a document as a corpus, the nearest files last."""
    corpus = Corpus()
    for text in reversed(read_neighbours(root, document, exclude)):
        corpus.add(text)
    return corpus


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
    with (near or Near()).around(task) as corpus:
        return _suggest(task, line[: task.position.character], after, corpus, neighbours)


def _suggest(task: CompleteTask, before: str, after: str, near: Corpus, neighbours: Corpus | None) -> str:
    document, position = task.document, task.position
    corpora = [(near, NEAR_WEIGHT), *([(neighbours, 1.0)] if neighbours is not None else [])]
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
        words = [word for corpus, _ in corpora for word in corpus.words(begun)[:1]]
        if words:
            return words[0][len(begun) :]
    return _closing(before, document.language) if not after.strip() else ""


def _copied_line(corpora: Sequence[tuple[Corpus, float]], typed: str, sure: float) -> str:
    """The rest of a line that stands elsewhere and begins as this one does, where it clearly leads the others."""
    if len(typed) < SHORTEST_START:
        return ""
    scores: dict[str, float] = {}
    for corpus, weight in corpora:
        for line, count in corpus.lines(typed):
            scores[line] = scores.get(line, 0.0) + weight * count
    if not scores:
        return ""
    best = max(scores, key=lambda line: (scores[line], -len(line), line))
    return best[len(typed) :] if scores[best] >= sure * sum(scores.values()) else ""


def _window(document: Document, first: int, last: int) -> str:
    return "".join(document.lines[first:last]).replace("\r\n", "\n").replace("\r", "\n")


def _context(document: Document, line: int, before: str) -> list[str]:
    """The tokens that lead to the cursor: two lines are enough, and blank ones say nothing."""
    above = [document.line(n) for n in range(max(0, line - 8), line) if document.line(n).strip()][-2:]
    return tokens_of("\n" + "\n".join([*above, before]))


def _rest_of_line(
    corpora: Sequence[tuple[Corpus, float]],
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
