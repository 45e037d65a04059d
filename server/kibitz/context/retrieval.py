"""What a model is shown for a completion: the text around the cursor, and what of other files it may need."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import PurePath

from attrs import frozen

from kibitz.context.choose import Chooser, Limits, Snippet, rendered
from kibitz.context.names import candidates
from kibitz.context.pieces import line_pieces, signature_pieces
from kibitz.context.query import code_lines, query_at
from kibitz.context.remembered import Found
from kibitz.context.tokens import estimate
from kibitz.context.votes import Weights
from kibitz.context.window import prefix_and_suffix
from kibitz.index.reader import Reader, WindowRow
from kibitz.syntax.tree import parse
from kibitz.text import Document, Position

__all__ = ["Built", "Edited", "Limits", "Snippet", "Weights", "build_completion", "retrieve"]

LEAST = 64
"""Fewer tokens than this show nothing of other files that is worth asking for."""

RETRIEVED = 0.4
"""The part of the budget for other files, where the text around the cursor could use all of it."""

MOST_RETRIEVED = 0.6
"""The same, where that text needs less."""

_WEIGHTS, _LIMITS = Weights(), Limits()
LONG = 20_000
LINES_PARSED = 150
_TOP = re.compile(r"(?:async\s+def|def|class|@\w)")
WINDOW = 10
OPEN_WINDOWS = 12


@frozen
class Edited:
    """Lines of a file (path relative to the root, 0-based first line) that were just changed, as they are now."""

    path: str
    start_line: int
    text: str


@frozen
class Built:
    """A completion's context. `tokens` counts all of it; `skipped` says why other files were not looked at, if so."""

    prefix: str
    suffix: str
    snippets: tuple[Snippet, ...]
    tokens: int
    skipped: str = ""


def build_completion(
    document: Document,
    position: Position,
    reader: Reader | None,
    *,
    path: str = "",
    budget: int,
    open_documents: Sequence[Document] = (),
    recent_edits: Sequence[Edited] = (),
    remembered: Callable[[Hashable, Callable[[], Found]], Found] | None = None,
) -> Built:
    """The context at a position, never above `budget` estimated tokens, the same for the same question.

    `path` is the document's own, relative to the root: nothing of that file is shown twice. Snippets come as outlines by
    path first, which change little from one request to the next, then code like that around the cursor. What is
    `remembered` must be of one state of the index.
    """
    position = document.clamp(position)
    budget = max(0, budget)
    bare, place = without_new_word(document, position)
    share = int(min(budget * MOST_RETRIEVED, max(budget * RETRIEVED, budget - estimate(bare.text) - 1)))
    edits = tuple(edit for edit in recent_edits if edit.path != path)

    def find() -> Found:
        if reader is None:
            return Found(skipped="the project has no index yet")
        if why := skip_reason(bare, place, share):
            return Found(skipped=why)
        extra = _newer(bare, place, path, open_documents, edits)
        edited = [edit.text for edit in edits]
        snippets = retrieve(bare, place, reader, path=path, budget=share, extra=extra, edited=edited)
        return Found(snippets, "" if snippets else "no other file of the project has what may be needed here")

    opened = tuple((one.uri, one.text) for one in open_documents)
    key = (bare.uri, bare.language, bare.text, place, path, share, edits, opened)
    found = remembered(key, find) if remembered else find()
    used = sum(snippet.tokens for snippet in found.snippets)
    prefix, suffix = prefix_and_suffix(document, position, budget - used)
    return Built(prefix, suffix, found.snippets, used + estimate(prefix) + estimate(suffix), found.skipped)


def without_new_word(document: Document, position: Position) -> tuple[Document, Position]:
    """The document without the word that ends at a position, where that word stands nowhere else in it; and the position then.

    Half a name says nothing of what the rest of the project has to show, and each of its letters would ask anew.
    """
    at = document.offset(position)
    text = document.text
    start = at
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    following = text[at : at + 1]
    if start == at or following.isalnum() or following == "_":
        return document, position
    word = text[start:at]
    rest = text[:start] + text[at:]
    if word in rest and re.search(rf"\b{re.escape(word)}\b", rest):
        return document, position
    bare = Document(document.uri, rest, document.language, document.version, document.path)
    return bare, Position(position.line, position.character - len(word))


def retrieve(
    document: Document,
    position: Position,
    reader: Reader,
    *,
    path: str,
    budget: int,
    extra: Sequence[WindowRow] = (),
    edited: Sequence[str] = (),
    weights: Weights = _WEIGHTS,
    limits: Limits = _LIMITS,
) -> tuple[Snippet, ...]:
    """Pieces of other files that a line at a position may need, within `budget` estimated tokens."""
    own = reader.definitions_in(path)
    around = [row for row in own if row.start_line <= position.line <= row.end_line + 1]
    query = query_at(document, position, [row.signature for row in around], edited)
    bases = {base: 0.3 for row in own for base in row.bases}
    bases.update({base: 1.0 for row in around for base in row.bases})
    found = candidates(query, path, reader, bases, weights, budget, extra)
    pieces = [*signature_pieces(found, reader), *line_pieces(found, document.language, limits.run)]
    return tuple(rendered(Chooser(found.likely, budget, limits).choose(pieces)))


def skip_reason(document: Document, position: Position, share: int) -> str:
    """Why other files need not be looked at for a place that has so many tokens for them; empty where they are."""
    if share < LEAST:
        return "the budget has no room for other files"
    near, position = _nearby(document, position)
    tree = parse(near)
    if tree is not None and tree.in_comment(position):
        return "the cursor is in a comment"
    if tree is not None and tree.in_string(position):
        return "the cursor is in a string"
    return ""


def _nearby(document: Document, position: Position) -> tuple[Document, Position]:
    """Of a long document the part that tells whether the cursor is in a comment or a string, and where it is in that.

    The part starts between two statements where one is found: quotes are read in pairs.
    """
    if len(document.text) < LONG:
        return document, position
    start = max(0, position.line - LINES_PARSED)
    if document.language == "python":
        tops = (n for n in range(position.line, -1, -1) if _TOP.match(document.lines[n]))
        start = next(tops, 0)
    text = "".join(document.lines[start : position.line + 20])
    part = Document(f"{document.uri}#part", text, document.language, None, document.path)
    return part, Position(position.line - start, position.character)


def _newer(
    document: Document,
    position: Position,
    path: str,
    open_documents: Sequence[Document],
    recent_edits: Sequence[Edited],
) -> list[WindowRow]:
    """Windows of what is open or was just edited: the edits, and those with the most of the words near the cursor."""
    rows = [
        WindowRow(e.path, e.start_line, e.start_line + e.text.count("\n"), e.text, 0.8) for e in recent_edits
    ]
    windows: list[tuple[float, str, int, str]] = []
    near = query_at(document, position).near if open_documents else {}
    for opened in open_documents:
        name = _relative(opened, document, path)
        if not name or name == path:
            continue
        lines = [line.rstrip("\r\n") for line in opened.lines]
        for at in range(0, len(lines), WINDOW):
            text = "\n".join(lines[at : at + WINDOW])
            windows.append((_alike(text, opened.language, near), name, at, text))
    windows.sort(key=lambda window: (-window[0], window[1], window[2]))
    best = windows[0][0] if windows else 0.0
    rows += [
        WindowRow(name, at, at + text.count("\n"), text, 0.9 * score / best)
        for score, name, at, text in windows[:OPEN_WINDOWS]
        if score > 0
    ]
    return rows


def _alike(text: str, language: str, near: Mapping[str, float]) -> float:
    words = frozenset().union(*(words for _, words in code_lines(text, language)))
    return sum(sorted(near.get(word, 0.0) for word in words))


def _relative(opened: Document, document: Document, path: str) -> str:
    """An open document's path relative to the root that the asking document's two paths tell; "" outside of it."""
    if opened.path is None or document.path is None or not path:
        return ""
    parts = len(PurePath(path).parts)
    root = document.path.parents[parts - 1] if parts <= len(document.path.parents) else None
    return opened.path.relative_to(root).as_posix() if root and opened.path.is_relative_to(root) else ""
