"""Python's own opinion of a changed piece of Python: the grammar is lenient with indentation and with what may be assigned."""

from __future__ import annotations

import ast
import re
import symtable
import threading
import warnings
from typing import TYPE_CHECKING

from kibitz.syntax.model import SyntaxIssue
from kibitz.text import Document, Position, Range

if TYPE_CHECKING:
    from kibitz.syntax.delta import Change
    from kibitz.syntax.tree import Tree

_LONGEST = 200_000
NEWER = re.compile(
    r"\b[fF][rR]?[\"']|^\s*type\s+\w+.*=|^\s*(?:async\s+)?(?:def|class)\s+\w+\s*\[|^\s*except\*?\s+\w+\s*,",
    re.MULTILINE,
)
"""What a project's Python may know and the one that runs this may not: errors on such lines are not believed."""
_TEMPLATE = re.compile(r"\b[tT][rR]?[\"']")
"""The same, but too much like words in quotes to be believed of a model."""
_NAMES = re.compile(
    r"nonlocal|global|import \*|duplicate|annotat|assignment expression|named expression|inside|parameter|prior|before"
)
"""What the second look says, at names, and may be true of a text that parses."""
_parsing = threading.Lock()


def python_errors(old: Tree, after: Document, change: Change) -> tuple[SyntaxIssue, ...]:
    """The error Python finds in the changed statements of the module, if it found none in them before."""
    before = old.document
    region = old.top_level(Range(before.position(change.start), before.position(change.old_end)))
    start, end = before.offset(region.start), before.offset(region.end)
    if end - start > _LONGEST or end + change.shift - start > _LONGEST:
        return ()
    text = after.text[start : end + change.shift]
    error = python_error(text)
    if error is None or python_error(before.text[start:end]) is not None:
        return ()
    line = (error.lineno or 1) - 1
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    near = lines[max(0, line - 1) : line + 1]
    if any(NEWER.search(text) or _TEMPLATE.search(text) for text in near):
        return ()
    first = region.start.line + line
    where = Range(after.clamp(Position(first, 0)), after.clamp(Position(first, len(after.line(first)))))
    return (SyntaxIssue(where, "error", (error.msg or "invalid syntax")[:60]),)


def python_tree(text: str) -> ast.Module | SyntaxError | None:
    """What Python's own parser makes of a text, or says against it; None for what it cannot judge: too deep for its stack.

    One thread at a time: threads that parse at once disturb each other in Python 3.11 (python/cpython#106905).
    """
    with _parsing, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(_plain(text))
        except SyntaxError as error:
            return error.with_traceback(None)  # it would keep the frames of whoever asked, and they the text
        except (ValueError, RecursionError, MemoryError, SystemError):
            return None


def _checked(text: str) -> SyntaxError | bool:
    """Whether a text parses, or its error, in half the time: no objects are made of its tree. False where that is not known."""
    with _parsing, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            symtable.symtable(_plain(text), "<unknown>", "exec")
        except SyntaxError as error:
            # how a name is used is no matter of syntax
            return False if _NAMES.search(error.msg or "") else error.with_traceback(None)
        except (ValueError, RecursionError, MemoryError, SystemError):
            return False
        return True


def _plain(text: str) -> str:
    return text.lstrip("\ufeff").replace("\x0c", " ")


def parsed(text: str) -> ast.Module:
    """The tree of a text, see `python_tree`. Raises SyntaxError, and ValueError for what cannot be judged."""
    found = python_tree(text)
    if isinstance(found, ast.Module):
        return found
    raise found if found is not None else ValueError("too deep")


def python_error(text: str) -> SyntaxError | None:
    """What Python's parser says against a text that is not too large, see `python_tree`."""
    if len(text) > _LONGEST:
        return None
    found = _checked(text) or python_tree(text)
    return found if isinstance(found, SyntaxError) else None
