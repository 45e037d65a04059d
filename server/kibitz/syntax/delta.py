"""Which syntax errors a change brings: errors that stood in the text before are nobody's fault."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from kibitz.syntax.model import SyntaxIssue
from kibitz.syntax.tree import Tree, parse, parse_fresh
from kibitz.text import Document, Position, Range, TextEdit

_VISIBLE = re.compile(r"[^\r\n]")
_COVER_ROUNDS = 12
_COVER_CHARACTERS = 2_000_000

_MOST_COVERED = 6
"""While one line is typed the errors around it are the same ones: so many answers about them are kept."""


class Change(NamedTuple):
    """The one region in which two texts differ, in code points."""

    start: int
    old_end: int
    new_end: int

    @property
    def shift(self) -> int:
        """How much longer the new text is."""
        return self.new_end - self.old_end


def new_errors(before: Document, after: Document) -> tuple[SyntaxIssue, ...]:
    """The errors of `after` that the change from `before` brought, in positions of `after`.

    An error elsewhere is not blamed on the change, even where it makes the parser recover differently. For Python, what
    the grammar lets pass (indentation above all) is also put to Python's own parser where that knew the text before.
    () for a language without a grammar.
    """
    if before.text == after.text or before.language != after.language:
        return ()
    old, new = _reliable(before), _reliable(after)
    return _brought(old, new) if old is not None and new is not None else ()


def _brought(old: Tree, new: Tree) -> tuple[SyntaxIssue, ...]:
    before, after = old.document, new.document
    change = change_between(before.text, after.text)
    if new.errors:
        return _blamed(old, new, change) if old.errors else new.errors
    if before.language == "python":
        from kibitz.syntax.python_check import python_errors

        return python_errors(old, after, change)
    return ()


def parses_in_place(document: Document, edit: TextEdit) -> bool:
    """Whether an edit adds no syntax error, nor leaves a bracket of its own open in code that had an error there."""
    after = document.replaced([edit])
    old = _reliable(document)
    if old is None or after.text == document.text:
        return True
    # one of many that are tried: where it will have errors, nothing is saved by making it from another tree, and none kept
    new = parse_fresh(after) if old.errors else _reliable(after)
    if new is None:
        return True
    if _brought(old, new):
        return False
    if not new.errors:
        return True
    change = change_between(document.text, after.text)
    inside = any(_touches(after, issue, change.start, change.new_end) for issue in new.errors)
    return not inside or not _leaves_open(new, edit)


def look_around(document: Document, line: int) -> bool:
    """Find out what `parses_in_place` needs to judge texts for a line of code that has errors; whether it has.

    That takes much longer than to judge a text.
    """
    tree = _reliable(document)
    if tree is None or not tree.errors:
        return False
    start = document.line_starts[line]
    end = start + len(document.line(line))
    parts = _covered_parts(tree, Change(start, end, end))
    covered = parts if parts is not None and _parses(document.language, parts) else None
    if covered is None and without_errors(document, line, line) is None:
        _without(document, Change(start, end, end))
    return True


def change_between(old: str, new: str) -> Change:
    """The smallest single region that differs."""
    from kibitz.syntax.source import common_prefix

    start = common_prefix(old, new)
    tail = common_prefix(old[start:][::-1], new[start:][::-1])
    return Change(start, len(old) - tail, len(new) - tail)


def _reliable(document: Document) -> Tree | None:
    """A tree whose errors depend on nothing but the text."""
    tree = parse(document)
    return parse_fresh(document) if tree is not None and tree.incremental and tree.errors else tree


def _touches(document: Document, issue: SyntaxIssue, start: int, end: int) -> bool:
    return document.offset(issue.range.start) <= end and document.offset(issue.range.end) >= start


def _blamed(old: Tree, new: Tree, change: Change) -> tuple[SyntaxIssue, ...]:
    """Both texts have errors: those that are the same are paired off; what stays is judged with the old ones covered up."""
    before, after = old.document, new.document
    known = [_anchor(before, issue, change) for issue in old.errors]
    fresh: list[SyntaxIssue] = []
    around = False
    for issue in new.errors:
        anchor = (issue.kind, after.offset(issue.range.start), after.offset(issue.range.end))
        around = around or _touches(after, issue, change.start, change.new_end)
        if anchor in known:
            known.remove(anchor)
        else:
            fresh.append(issue)
    if not fresh and not around:
        return ()
    judged = _judged_without(old, after, change)
    if judged is not None:
        return judged
    extra = len(fresh) - len(known)
    near = [issue for issue in fresh if _touches(after, issue, change.start, change.new_end)]
    return tuple((near or fresh)[:extra]) if extra > 0 else ()


def _anchor(before: Document, issue: SyntaxIssue, change: Change) -> tuple[str, int, int]:
    """An error of the old text with its offsets as they are in the new one."""
    start, end = before.offset(issue.range.start), before.offset(issue.range.end)
    return (
        issue.kind,
        start + (change.shift if start >= change.old_end else 0),
        end + (change.shift if end >= change.old_end else 0),
    )


def _judged_without(old: Tree, after: Document, change: Change) -> tuple[SyntaxIssue, ...] | None:
    """The errors of the new text with the old ones under spaces; None where those cannot be covered without harm."""
    before = old.document
    text = _covered_parts(old, change)
    if text is None or not _parses(before.language, text):
        text = _covered_lines(before, change.start, change.old_end)
    if text is not None:
        rest = text[change.old_end :]
    else:
        change = _whole_lines(before, change)
        text = _without(before, change)
        if text is None:
            return None
        rest = text[change.start :]
    inserted = after.text[change.start : change.new_end]
    result = parse_fresh(Document(after.uri, text[: change.start] + inserted + rest, after.language))
    return result.errors if result is not None else None


def _without(before: Document, change: Change) -> str | None:
    """The old text without what is changed, and without the lines that make its errors."""
    without = before.text[: change.start] + before.text[change.old_end :]
    return _covered_lines(Document(before.uri, without, before.language), change.start, change.start)


def _whole_lines(before: Document, change: Change) -> Change:
    """The change with the rest of the lines it begins and ends on: half a word is no text to judge by."""
    start = change.start - before.position(change.start).character
    line = before.position(change.old_end).line
    grown = before.line_starts[line] + len(before.line(line)) - change.old_end
    return Change(start, change.old_end + max(0, grown), change.new_end + max(0, grown))


@lru_cache(_MOST_COVERED)
def _parses(language: str, text: str) -> bool:
    tree = parse_fresh(Document("", text, language))
    return tree is not None and not tree.errors


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + _VISIBLE.sub(" ", text[start:end]) + text[end:]


def _covered_parts(old: Tree, change: Change) -> str | None:
    """The old text without the largest parts that hold its errors, where the change touches none of them."""
    before = old.document
    parts = old.broken_parts(Range(before.position(change.start), before.position(change.old_end)))
    if parts is None:
        return None
    text = before.text
    for part in parts:
        text = _blank(text, before.offset(part.start), before.offset(part.end))
    return text


def _covered_lines(document: Document, spared_start: int, spared_end: int) -> str | None:
    return without_errors(document, document.position(spared_start).line, document.position(spared_end).line)


def without_errors(document: Document, first: int, last: int) -> str | None:
    """A text with spaces for the lines that make its errors, none from `first` to `last`; None where that is no way out.

    That takes up to a dozen parses; the last few answers are kept.
    """
    return _cover(document.language, document.text, first, last)


@lru_cache(_MOST_COVERED)
def _cover(language: str, text: str, first: int, last: int) -> str | None:
    """One line at a time, the first error's: a bracket that is never closed there makes errors of lines that have none."""
    from kibitz.syntax.issues import error_lines
    from kibitz.syntax.source import parse_source

    document = Document("", text, language)
    for _ in range(max(2, min(_COVER_ROUNDS, _COVER_CHARACTERS // max(1, len(text))))):
        source = parse_source(Document("", text, language))
        if source is None or not source.root.has_error:
            return text if source is not None else None
        covered = text
        for line in error_lines(source):
            if not first <= line <= last:
                start = document.line_starts[line]
                covered = _blank(text, start, start + len(document.line(line)))
                if covered != text:
                    break
        if covered == text:
            return None
        text = covered
    return None


def _leaves_open(tree: Tree, edit: TextEdit) -> bool:
    """Whether the text an edit puts in opens more brackets than it closes."""
    after = tree.document
    start = after.offset(edit.range.start)
    depth = 0
    for at, char in enumerate(edit.new_text):
        if char in "()[]{}":
            line, character = after.position(start + at)
            if not tree.in_string(Position(line, character + 1)) and not tree.in_comment(
                Position(line, character)
            ):
                depth += 1 if char in "([{" else -1
    return depth > 0
