"""Putting an answer's blocks into a document: each into its one place, indented like it, or not at all."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from kibitz.syntax.model import Definition
from kibitz.text import Document, Position, Range, TextEdit, split_lines
from kibitz.verify.answer import FileBlock
from kibitz.verify.characters import typed
from kibitz.verify.definitions import definitions
from kibitz.verify.edges import goes_on, pasted, stands_exactly, without_doubles, without_spare
from kibitz.verify.elision import elided
from kibitz.verify.habits import dominant_end, line_end, settle
from kibitz.verify.indenting import common_indent, reindented, settled
from kibitz.verify.markers import stray
from kibitz.verify.merging import Merge
from kibitz.verify.placing import Finder, contents, elision, lines_of
from kibitz.verify.refusal import RefusalError, excerpt, refuse
from kibitz.verify.repeats import is_there


def place(document: Document, search: str, near: Range | None) -> Range:
    """The one range of whole lines that a search block speaks of.

    Tolerates other trailing whitespace, another indentation of the whole block, blank lines and line ends. Raises
    `bad_response` where the block is nowhere, in several places (unless exactly one is inside `near`), or leaves
    code out.
    """
    found = Finder(document).find(search, near)
    return _lines(document, found.first, found.end)


def apply_block(document: Document, block: FileBlock, near: Range | None) -> Document:
    """The document as a block of an answer wants it, in the file's own line ends.

    All replacements speak of the same original and may not overlap. Code without a path replaces the definition of
    its name in, around or (without `near`) outside the range, else the range itself. Raises `bad_response`.
    """
    if "\r" in document.text and _only_crlf(document.text):
        plain = apply_block(_with_text(document, document.text.replace("\r\n", "\n")), block, near)
        return _with_text(document, plain.text.replace("\n", "\r\n"))
    for text in [block.whole or ""] if block.replacements is None else [new for _, new in block.replacements]:
        mark = stray(document, text)
        if mark is not None:
            raise refuse(
                f"The answer's new text has a mark of the answer's form in it (line {mark + 1} of the block)."
            )
    if block.replacements is not None:
        after = _replaced(document, block.replacements, near)
    else:
        assert block.whole is not None
        left_out = elided(document, block.whole)
        if left_out is not None:
            raise elision(left_out, "The answer")
        if document.text.strip() and not block.whole.strip():
            raise refuse("The answer's new text is empty.")
        after = block.whole if block.path is not None else _code(document, block.whole, near)
    return _with_text(document, settle(document, after))


def _only_crlf(text: str) -> bool:
    count = text.count("\r\n")
    return text.count("\r") == count == text.count("\n")


def _with_text(document: Document, text: str) -> Document:
    return Document(document.uri, text, document.language, document.version, document.path)


def _lines(document: Document, first: int, end: int) -> Range:
    """The range of whole lines."""
    last = Position(end, 0) if end < len(document.lines) else document.end
    return Range(Position(first, 0), last)


class _Change(NamedTuple):
    first: int
    end: int
    lines: list[str]


def _replaced(document: Document, pairs: tuple[tuple[str, str], ...], near: Range | None) -> str:
    finder = Finder(document)
    changes: list[_Change] = []
    applied = 0
    for said, wanted in dict.fromkeys(pairs):
        search, replace = typed(said, wanted, document.text)
        left_out = elided(document, replace, search)
        if left_out is not None:
            where = finder.find(search, near)
            raise elision(left_out, "The new text", excerpt(document, [(where.first, where.end)]))
        change = _change(finder, search, replace, near)
        if change is None:
            applied += 1
        else:
            changes.append(change)
    if applied and not changes:
        raise _done()
    changes.sort(key=lambda change: change[:2])
    for one, two in pairwise(changes):
        if two.first < one.end:
            raise refuse("Two of the answer's search/replace blocks overlap.")
    return _written(document, finder.lines, changes)


def _written(document: Document, have: list[str], changes: list[_Change]) -> str:
    """The document's text with the changes, which are in order, in it; `have` are its lines without their ends."""
    plain = "\r" not in document.text
    lines, end = (have, "\n") if plain else (document.lines, dominant_end(document))
    out: list[str] = []
    at = 0
    for change in changes:
        out += lines[at : change.first]
        if not plain and out and change.lines and not line_end(out[-1]):
            out[-1] += end
        out += change.lines if plain else [line + end for line in change.lines]
        at = change.end
    out += lines[at:]
    if not plain:
        return "".join(out)
    unended = at < len(have) and not document.text.endswith("\n")
    return "\n".join(out) + ("" if unended or not out else "\n")


def _change(finder: Finder, search: str, replace: str, near: Range | None) -> _Change | None:
    """What one block changes; None where the document is as the block wants it already."""
    wanted, new = contents(search), contents(replace)
    try:
        place = finder.find(search, near)
    except RefusalError:
        if is_there(finder, wanted, new):
            return None
        raise
    if not place.units:
        return _Change(place.first, place.end, new)
    if is_there(finder, wanted, new, place):
        return None
    exactly = stands_exactly(wanted, finder.lines, place)
    new = without_doubles(wanted, new, finder.lines, place, finder.document.language)
    wanted, new, place = without_spare(wanted, new, place)
    try:
        base, moved = settled(wanted, new, finder.lines, place)
        after = Merge(base, moved, finder.lines, place, finder.document.language).lines_after()
    except RefusalError as refusal:
        refusal.shown = excerpt(finder.document, [(place.first, place.end)])
        raise
    if after == finder.lines[place.first : place.end] and wanted != new:
        return None
    doubled = goes_on if exactly else pasted
    if doubled(finder.lines, place, after):
        raise RefusalError(
            "The answer's new lines are in the file already, beside where they would go.",
            "Ask again; the search text must be copied from the file.",
            shown=excerpt(finder.document, [(place.first, place.end)]),
        )
    return _Change(place.first, place.end, after)


def _done() -> RefusalError:
    return RefusalError(
        "The file already is as the answer wants it; nothing was changed.",
        "There is nothing to do.",
        again=False,
    )


def _code(document: Document, code: str, near: Range | None) -> str:
    """The document's text with a piece of code in its place."""
    target = _definition(document, code, near)
    if target is not None:
        first, end = target.range.start.line, lines_of(target.range)[1] + 1
        indent = common_indent([document.line(first)])
        theirs = common_indent(contents(code))
        lines = [reindented(line, theirs, indent) for line in _trimmed(contents(code))]
        return _spliced(document, _lines(document, first, end), lines, whole_lines=True)
    if near is None or near.start == near.end:
        raise refuse("The answer does not say where its code belongs.")
    return _in_range(document, code, near)


def _in_range(document: Document, code: str, near: Range) -> str:
    first, last = lines_of(near)
    before = document.line(first)[: near.start.character]
    rest = document.line(near.end.line)[near.end.character :] if near.end.line == last else ""
    theirs = common_indent(contents(code))
    if not before.strip() and not rest.strip():
        ours = common_indent([line for line in document.lines[first : last + 1] if line.strip()][:1])
        lines = [reindented(line, theirs, ours) for line in _trimmed(contents(code))]
        return _spliced(document, _lines(document, first, last + 1), lines, whole_lines=True)
    ours = common_indent([document.line(first)])
    lines = [reindented(line, theirs, ours) for line in _trimmed(contents(code))]
    lines[0] = lines[0].removeprefix(ours)
    return _spliced(document, near, lines, whole_lines=False)


def _spliced(document: Document, where: Range, lines: list[str], *, whole_lines: bool) -> str:
    end = dominant_end(document)
    text = end.join(lines)
    if whole_lines and where.end != document.end:
        text += end
    return document.replaced([TextEdit(where, text)]).text


def _trimmed(lines: list[str]) -> list[str]:
    """The lines without blank ones at either end. Raises `bad_response` where nothing is left."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    if not filled:
        raise refuse("The answer's code block is empty.")
    return lines[filled[0] : filled[-1] + 1]


def _definition(document: Document, code: str, near: Range | None) -> Definition | None:
    """The definition that the code is a new text of: the only one of its name in or around `near`, if any."""
    new = _only(document, _outdented(code))
    if new is None and document.language.startswith(("javascript", "typescript")):
        # a method is no statement of its own there
        new = _only(document, f"class _ {{\n{_outdented(code)}\n}}", around=1)
    if new is None:
        return None
    same = [d for d in definitions(document) or () if d.name == new.name]
    if new.container not in (None, "_"):
        same = [d for d in same if d.container == new.container]
    if near is not None:
        low, high = lines_of(near)
        same = [d for d in same if d.range.start.line <= high and low <= lines_of(d.range)[1]]
    return same[0] if len(same) == 1 else None


def _outdented(code: str) -> str:
    indent = common_indent(contents(code))
    return "".join(line.removeprefix(indent) for line in split_lines(code))


def _only(document: Document, code: str, around: int = 0) -> Definition | None:
    """The definition that a piece of code is nothing but, inside of `around` lines at either end."""
    piece = Document(f"{document.uri}#answer", code, document.language)
    found = [d for d in definitions(piece) or () if d.range.start.line >= around]
    if not found:
        return None
    first, last = lines_of(found[0].range)
    outside = piece.lines[around:first] + piece.lines[last + 1 : len(piece.lines) - around]
    return None if any(line.strip() for line in outside) else found[0]
