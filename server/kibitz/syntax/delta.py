"""Which syntax errors a change brings: errors that stood in the text before are nobody's fault."""

from __future__ import annotations

import re
from typing import NamedTuple

from kibitz.syntax.model import SyntaxIssue
from kibitz.syntax.tree import Tree, parse, parse_fresh
from kibitz.text import Document, Position, Range, TextEdit


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
    if old is None or new is None:
        return ()
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
    if new_errors(document, after):
        return False
    tree = parse(after)
    if tree is None or not tree.errors:
        return True
    change = change_between(document.text, after.text)
    inside = any(_touches(after, issue, change.start, change.new_end) for issue in tree.errors)
    return not inside or not _leaves_open(tree, edit)


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
    for issue in new.errors:
        anchor = (issue.kind, after.offset(issue.range.start), after.offset(issue.range.end))
        if anchor in known:
            known.remove(anchor)
        else:
            fresh.append(issue)
    if not fresh:
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
    where = Range(before.position(change.start), before.position(change.old_end))
    parts = old.broken_parts(where)
    if parts is None:
        return None
    text = before.text
    for part in parts:
        start, end = before.offset(part.start), before.offset(part.end)
        text = text[:start] + re.sub(r"[^\r\n]", " ", text[start:end]) + text[end:]
    tree = parse_fresh(Document(before.uri, text, before.language))
    if tree is None or tree.errors:
        return None
    inserted = after.text[change.start : change.new_end]
    covered = Document(after.uri, text[: change.start] + inserted + text[change.old_end :], after.language)
    result = parse_fresh(covered)
    return result.errors if result is not None else None


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
