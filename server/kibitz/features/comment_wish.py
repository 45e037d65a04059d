"""A comment that says what to do with the code below it: `# kibitz: use a dataclass`.

It is how an instruction is given in an editor that has no place to type one.
"""

from __future__ import annotations

import re

from attrs import frozen

from kibitz.syntax.tree import Tree, parse
from kibitz.text import Document, Position, Range

_MARK = re.compile(r"\b[Kk]ibitz:[ \t]*\S")
_ONE_LINE = re.compile(
    r"(?P<open>\#|//|--|/\*+)[ \t]*[Kk]ibitz:[ \t]*(?P<words>\S.*?)[ \t]*(?:\*/|-->)?[ \t]*$"
)
_CODE_BELOW = 3
"""How many blank lines may lie between the comment and its code."""


@frozen
class CommentWish:
    """The instruction, the document without the comment, and where the code it is about stands in that document."""

    instruction: str
    document: Document
    where: Range


@frozen
class _Comment:
    first: int
    last: int
    column: int
    words: str
    alone: bool


def comment_wish(document: Document, where: Range) -> CommentWish | None:
    """The comment at a place, or the nearest above whose code the place is in; None where there is none.

    Several comment lines that all begin with the mark are one instruction. A comment behind code is about that line.
    """
    if "kibitz:" not in document.text and "Kibitz:" not in document.text:  # a pattern would take milliseconds
        return None
    marks = [document.position(match.start()).line for match in _MARK.finditer(document.text)]
    tree = parse(document) if marks and marks[0] <= where.end.line else None
    if tree is None:
        return None
    for comment in reversed(_comments(document, tree, marks)):
        if comment.first > where.end.line:
            continue
        without, moved = _without(document, comment)
        target = _target(without, comment, moved)
        if target is None:
            continue
        gone = comment.last - comment.first + 1 if comment.alone else 0
        if where.start.line <= comment.last and where.end.line >= comment.first:
            return CommentWish(comment.words, without, target)
        if where.start.line > comment.last and where.end.line - gone <= target.end.line:
            return CommentWish(comment.words, without, target)
    return None


def _comments(document: Document, tree: Tree, marks: list[int]) -> list[_Comment]:
    """The instructions given on some lines, in order."""
    found: list[_Comment] = []
    for number in dict.fromkeys(marks):
        line = document.line(number)
        match = _ONE_LINE.search(line)
        if match is None or not tree.in_comment(Position(number, match.end("words"))):
            continue
        alone = not line[: match.start()].strip()
        before = found[-1] if found else None
        if (
            before is not None
            and alone
            and before.alone
            and before.last == number - 1
            and before.column == match.start()
        ):
            found[-1] = _Comment(
                before.first, number, before.column, f"{before.words} {match['words']}", alone
            )
        else:
            found.append(_Comment(number, number, match.start(), match["words"], alone))
    return found


def _without(document: Document, comment: _Comment) -> tuple[Document, int]:
    """The document without the comment, and the line the code is to be looked for at."""
    lines = list(document.lines)
    if comment.alone:
        del lines[comment.first : comment.last + 1]
    else:
        line = lines[comment.first]
        end = line[len(line.rstrip("\r\n")) :]
        lines[comment.first] = line[: comment.column].rstrip() + end
    text = "".join(lines)
    return Document(document.uri, text, document.language, document.version, document.path), comment.first


def _target(without: Document, comment: _Comment, line: int) -> Range | None:
    """The statement that starts on the line, or on the first one below with text on it."""
    last = min(line + _CODE_BELOW, len(without.lines) - 1)
    line = next((n for n in range(line, last + 1) if without.line(n).strip()), -1)
    tree = parse(without)
    if line < 0 or tree is None:
        return None
    text = without.line(line)
    start = Position(line, len(text) - len(text.lstrip()))
    if not comment.alone:
        return Range(start, Position(line, len(text)))
    # a definition is more than its header, and what is below decorators belongs to them
    found = next((d.range for d in tree.definitions if d.range.start == start), None)
    if found is None:
        statements = tree.statement_ranges(Range(start, start))
        found = statements[0] if statements else None
    return (
        found if found is not None and found.start.line == line else Range(start, Position(line, len(text)))
    )
