"""Statements as the lines they stand on, with their comments, so that blocks can be moved and indented as a whole."""

from __future__ import annotations

import ast
import io
import re
import tokenize

from attrs import frozen

from kibitz.models.offline.python_source import Source, string_lines
from kibitz.models.offline.python_tree import block_of, broken, parsed, refuse

_ABOUT_HEADER = re.compile(r"#\s*(?:noqa|type:|pylint|pyright|mypy|ruff|nosec|fmt)", re.IGNORECASE)


@frozen
class Block:
    """Lines of code, the column they are indented to, and the number of the last in the text (0-based).

    `fixed` are the places of those that start inside a string: they stay as they are.
    """

    lines: tuple[str, ...]
    indent: int
    last: int
    fixed: frozenset[int] = frozenset()

    def at(self, indent: int) -> list[str]:
        """The lines, indented to another column; comments further out go along as far as they can."""
        by = indent - self.indent
        moved = []
        for number, line in enumerate(self.lines):
            if number in self.fixed or not line.strip():
                moved.append(line)
            elif by >= 0:
                moved.append(" " * by + line)
            else:
                moved.append(line[min(-by, len(line) - len(line.lstrip(" "))) :])
        return moved


@frozen
class Header:
    """A statement's first lines, up to its colon: `test` is the span of what stands between keyword and colon."""

    keyword: int
    test: tuple[int, int]
    colon: int
    comment: str
    code: str


def header(source: Source, node: ast.stmt, test: ast.expr, keyword: str) -> Header:
    """The header of a statement that starts with a keyword; `test` is the last expression before the colon."""
    start = source.region(node)[0]
    colon = _colon(source.text, source.region(test)[1])
    inside = source.text[start + len(keyword) : colon]
    low = start + len(keyword) + len(inside) - len(inside.lstrip())
    return Header(start, (low, low + len(inside.strip())), colon, *_tail(source, colon))


def otherwise(source: Source, before: ast.stmt) -> Header:
    """The `else:` that follows a statement."""
    text, at = source.text, source.region(before)[1]
    while (found := re.compile(r"(?:[ \t;\\\n]|#[^\n]*)*").match(text, at)) and found.end() > at:
        at = found.end()
    if not text.startswith("else", at):
        raise broken()
    colon = _colon(text, at + len("else"))
    return Header(at, (colon, colon), colon, *_tail(source, colon))


def _tail(source: Source, colon: int) -> tuple[str, str]:
    """The comment and the code behind a colon."""
    stop = source.text.find("\n", colon)
    rest = source.text[colon + 1 : len(source.text) if stop < 0 else stop].strip()
    return (rest, "") if rest.startswith("#") else ("", rest)


def _colon(text: str, at: int) -> int:
    found = re.compile(r"(?:[\s)\\,]|#[^\n]*)*").match(text, at)
    colon = found.end() if found else at
    if text[colon : colon + 1] != ":":
        raise broken()
    return colon


def block(source: Source, head: Header, body: list[ast.stmt]) -> Block:
    """The lines of a suite, with the comments above and below that are indented like it."""
    line = source.text.count("\n", 0, head.colon)
    last = (body[-1].end_lineno or 0) - 1
    if head.code:
        if _rest(source, body[-1]).strip(" ;") and not _rest(source, body[-1]).strip(" ;").startswith("#"):
            raise refuse("The block shares a line with other code.")
        indent = indent_of(source, line) + source.unit
        lines = [" " * indent + head.code, *source.lines[line + 1 : last + 1]]
        return Block(tuple(lines), indent, last, _fixed(source, line, last))
    column = body[0].col_offset
    end = last
    while end + 1 < len(source.lines) and _is_comment(source.lines[end + 1], column):
        end += 1
    first = line + 1
    while not source.lines[first].strip():
        first += 1
    return Block(tuple(source.lines[first : end + 1]), column, end, _fixed(source, first, end))


def above_else(source: Source, body: list[ast.stmt], head: Header) -> list[str]:
    """The comments between a suite and its `else` that are indented like the `else`, without their indentation."""
    first, last = body[-1].end_lineno or 0, source.text.count("\n", 0, head.keyword)
    column = body[0].col_offset
    between = source.lines[first:last]
    while between and _is_comment(between[0], column):
        del between[0]
    return [line.strip() for line in between if line.strip()]


def alone(source: Source, node: ast.stmt) -> bool:
    """Whether no other statement shares the lines of this one."""
    start = source.region(node)[0]
    before = source.text[source.text.rfind("\n", 0, start) + 1 : start]
    rest = _rest(source, node).strip()
    return not before.strip() and (not rest or rest.startswith("#"))


def replaced(source: Source, first: int, last: int, lines: list[str]) -> str:
    """The text with the lines `first` to `last` (0-based, both included) replaced."""
    return "\n".join([*source.lines[:first], *lines, *source.lines[last + 1 :]])


def exchanged(source: Source, node: ast.stmt, text: str, new: list[ast.stmt], number: int = 1) -> str:
    """The text, if its tree is the source's with `new` in the place of `number` statements. Raises `bad_response`."""
    siblings = block_of(source.tree, node)
    before = list(siblings)
    at = siblings.index(node)
    try:
        siblings[at : at + number] = new
        expected = ast.dump(source.tree)
    finally:
        siblings[:] = before
    if ast.dump(parsed(text)) != expected:
        raise broken()
    return text


def condition(text: str) -> ast.expr:
    """The tree of a condition. Raises `bad_response`."""
    (statement,) = fragment(f"if {text}:\n pass")
    if not isinstance(statement, ast.If):
        raise broken()
    return statement.test


def fragment(text: str) -> list[ast.stmt]:
    """The tree of a few statements of some function. Raises `bad_response`."""
    try:
        return ast.parse(text).body
    except SyntaxError:
        raise broken() from None


def with_comment(code: str, comment: str) -> str:
    """A line with a comment behind it, where there is one."""
    return f"{code}  {comment}" if comment else code


def about_header(comment: str) -> bool:
    """Whether a comment tells a tool something about the line it stands on."""
    return _ABOUT_HEADER.match(comment) is not None


def comments_in(source: Source, start: int, end: int) -> list[str]:
    """The comments that stand in a span, in order."""
    return [
        token.string.rstrip()
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline)
        if token.type == tokenize.COMMENT
        and start <= source.starts[token.start[0] - 1] + token.start[1] < end
    ]


def widest(source: Source) -> int:
    """How long a line may get: as long as the file's own, between 79 and 100 columns."""
    return min(100, max([79, *(len(line) for line in source.lines)]))


def indent_of(source: Source, line: int) -> int:
    """The column the code of a line starts at."""
    return len(source.lines[line]) - len(source.lines[line].lstrip(" "))


def _rest(source: Source, node: ast.stmt) -> str:
    end = source.region(node)[1]
    stop = source.text.find("\n", end)
    return source.text[end : len(source.text) if stop < 0 else stop]


def _is_comment(line: str, column: int) -> bool:
    return line.lstrip(" ").startswith("#") and len(line) - len(line.lstrip(" ")) >= column


def _fixed(source: Source, first: int, last: int) -> frozenset[int]:
    inside = string_lines(source.text)
    return frozenset(n - first for n in range(first, last + 1) if n in inside)
