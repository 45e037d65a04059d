"""A Python text in the plain shape rope and ast agree on, and the way back to the bytes it came from."""

from __future__ import annotations

import ast
import difflib
import io
import re
import tokenize
import warnings
from functools import cached_property

from kibitz.errors import KibitzError
from kibitz.models.offline.python_scopes import Names
from kibitz.text import split_lines

_COOKIE = re.compile(r"^([ \t\f]*#.*?)coding([:=][ \t]*[-\w.]+)")
_TAB = "    "


class Source:
    """One text. `text` has LF ends, no byte order mark, no encoding cookie and no tabs in its indentation.

    `restored` undoes all of that, and leaves every line that did not change exactly as it was.
    Raises `invalid` where the text is not valid Python.
    """

    def __init__(self, original: str, name: str = "The file") -> None:
        self._lines = split_lines(original)
        self.mark = "\ufeff" if original.startswith("\ufeff") else ""
        self._before = _bare(self._lines)
        self.tabs = any(line.startswith("\t") for line in self._before)
        self.text = "\n".join(self._before)
        self.tree = parse(self.text, name)
        if self.tabs:
            self.text = _without_tabs(self.text)
            self.tree = parse(self.text, name)

    @cached_property
    def names(self) -> Names:
        """What every identifier means."""
        return Names(self.tree)

    @cached_property
    def above(self) -> dict[int, ast.AST]:
        """The node around every node, by id."""
        return parents(self.tree)

    @cached_property
    def lines(self) -> list[str]:
        """The lines of `text`, without ends."""
        return self.text.split("\n")

    @cached_property
    def starts(self) -> list[int]:
        """The offset of each line in `text`."""
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line) + 1)
        return starts

    @cached_property
    def unit(self) -> int:
        """How many spaces one step of indentation has."""
        steps = [
            block[0].col_offset - node.col_offset
            for node in ast.walk(self.tree)
            if isinstance(node, ast.stmt)
            for block in [getattr(node, "body", None)]
            if isinstance(block, list) and block[0].lineno > node.lineno
        ]
        return max(set(steps), key=steps.count) if steps else 4

    def offset(self, line: int, column: int) -> int:
        """The offset in `text` of a position in the original."""
        if line >= len(self.lines):
            return len(self.text)
        line = max(line, 0)
        if line == 0:
            column -= len(self.mark)
        before, after = self._before[line], self.lines[line]
        grown = len(after) - len(before)
        if grown and column < len(before) - len(before.lstrip("\t ")):
            column = len(before[:column].expandtabs(len(_TAB)))
        else:
            column += grown
        return self.starts[line] + max(0, min(column, len(after)))

    def region(self, node: ast.AST) -> tuple[int, int]:
        """Where a node stands in `text`, decorators and enclosing parentheses not counted."""
        where: tuple[int, int, int, int] = tuple(
            getattr(node, field) for field in ("lineno", "col_offset", "end_lineno", "end_col_offset")
        )
        return self._point(where[0], where[1]), self._point(where[2], where[3])

    def _point(self, line: int, column: int) -> int:
        text = self.lines[line - 1]
        if not text.isascii():
            column = len(text.encode()[:column].decode("utf-8", "ignore"))
        return self.starts[line - 1] + column

    def restored(self, text: str) -> str:
        """A changed `text` in the original's form."""
        new, old = text.split("\n"), self.lines
        inside = string_lines(text) if self.tabs else set()
        ends = [line[len(line.rstrip("\r\n")) :] for line in self._lines]
        eol = max(set(ends[:-1]), key=ends.count) if len(ends) > 1 else "\n"
        out: list[str] = []
        for tag, a, b, c, d in _opcodes(old, new):
            if tag == "equal":
                out += self._lines[a:b]
                continue
            for number in range(c, d):
                line = new[number]
                if self.tabs and number not in inside:
                    body = line.lstrip(" ")
                    steps, rest = divmod(len(line) - len(body), len(_TAB))
                    line = "\t" * steps + " " * rest + body
                out.append(line + eol)
        whole = "".join(_ended(line, eol) for line in out[:-1]) + out[-1].rstrip("\r\n")
        return self.mark + whole.removeprefix("\ufeff")

    def same(self, original: str, text: str) -> bool:
        """Whether `text` is what a Source of `original` would have."""
        bare = "\n".join(_bare(split_lines(original)))
        return (_without_tabs(bare) if self.tabs else bare) == text


def parents(tree: ast.AST) -> dict[int, ast.AST]:
    """The node around every node, by id."""
    return {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}


def _bare(lines: list[str]) -> list[str]:
    """The lines without their ends, the byte order mark and the encoding cookie."""
    plain = [line.rstrip("\r\n") for line in lines]
    plain[0] = plain[0].removeprefix("\ufeff")
    for number in range(min(2, len(plain))):
        plain[number] = _COOKIE.sub(r"\1c0ding\2", plain[number])
    return plain


def _without_tabs(text: str) -> str:
    """Indentation in spaces; what stands inside a string keeps its tabs."""
    inside = string_lines(text)
    lines = []
    for number, line in enumerate(text.split("\n")):
        body = line.lstrip("\t ")
        indent = line[: len(line) - len(body)]
        lines.append(line if number in inside else indent.expandtabs(len(_TAB)) + body)
    return "\n".join(lines)


def parse(text: str, name: str = "The file") -> ast.Module:
    """The tree of a text the interpreter would compile. Raises `invalid`; nothing is run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            compile(tree, "<text>", "exec", dont_inherit=True)
    except SyntaxError as error:
        line = f" (line {error.lineno})" if error.lineno else ""
        raise KibitzError(
            "invalid", f"{name} has a syntax error{line}.", "Correct it first, then ask again."
        ) from None
    except (ValueError, RecursionError, MemoryError):
        raise KibitzError(
            "invalid", f"{name} cannot be parsed as Python.", "Look for null bytes or extreme nesting."
        ) from None
    return tree


def _ended(line: str, eol: str) -> str:
    return line if line.endswith(("\n", "\r")) else line + eol


def _opcodes(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    """A line diff that is quick for the usual cases: the same number of lines, or one changed stretch."""
    if len(old) == len(new):
        return [
            ("equal" if a == b else "replace", n, n + 1, n, n + 1)
            for n, (a, b) in enumerate(zip(old, new, strict=True))
        ]
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle = difflib.SequenceMatcher(
        None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False
    )
    moved: list[tuple[str, int, int, int, int]] = [
        (tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in middle.get_opcodes()
    ]
    last = ("equal", len(old) - tail, len(old), len(new) - tail, len(new))
    return [("equal", 0, head, 0, head), *moved, last]


def string_lines(text: str) -> set[int]:
    """The 0-based lines that start inside a string."""
    inside: set[int] = set()
    names = {
        tokenize.STRING,
        getattr(tokenize, "FSTRING_MIDDLE", -1),
        getattr(tokenize, "TSTRING_MIDDLE", -1),
    }
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in names:
            inside.update(range(token.start[0], token.end[0]))
    return inside
