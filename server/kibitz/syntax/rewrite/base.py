"""What every rewriting shares: edits in bytes, refusals, walks, and what stands on a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tree_sitter import Node

from kibitz.errors import KibitzError
from kibitz.syntax.source import Source, walk


def words(text: str) -> frozenset[str]:
    """The words of a text, which are kinds of nodes or names."""
    return frozenset(text.split())


NESTED = words(
    """function_declaration function_expression arrow_function method_definition generator_function
    generator_function_declaration class_static_block func_literal method_declaration
    constructor_declaration compact_constructor_declaration lambda_expression function_item
    closure_expression async_block static_initializer function_definition lambda class_declaration class
    class_definition class_body"""
)
"""Nodes whose inside runs at another time than what is around them, or not at all."""
COMMENTS = frozenset({"comment", "line_comment", "block_comment", "html_comment", "multiline_comment"})
STRINGS = re.compile(r"string|template|text_block|heredoc|nowdoc|raw_str|char_literal")


class Edit(NamedTuple):
    """Replace the bytes from `start` to `end`."""

    start: int
    end: int
    text: str


def refused(why: str, hint: str = "Change it by hand, or select another place.") -> KibitzError:
    """The refusal of what cannot be proven to keep the meaning."""
    return KibitzError("invalid", why, hint)


def applied(source: Source, edits: Iterable[Edit]) -> str:
    """The text after the edits, which must not overlap. Line ends of what stays are those of the document."""
    text = source.document.text
    point = source.offsets.point
    parts: list[str] = []
    at = 0
    for edit in sorted(edits):
        start, end = point(edit.start), point(edit.end)
        if start < at:
            raise KibitzError(
                "internal", "Two changes to the same place contradict each other.", "Ask again."
            )
        parts += (text[at:start], edit.text)
        at = end
    return "".join([*parts, text[at:]])


def same(one: Node | None, other: Node | None) -> bool:
    """Whether two nodes are one."""
    return one is not None and other is not None and one.id == other.id


def field(parent: Node, name: str, child: Node) -> bool:
    """Whether a child stands in a field of its parent."""
    return any(found.id == child.id for found in parent.children_by_field_name(name))


def token(node: Node, *texts: str) -> bool:
    """Whether a node has one of the tokens among its children."""
    return any(child.type in texts for child in node.children)


def ancestor(chain: Iterable[Node], kinds: Iterable[str]) -> Node | None:
    """The innermost of the nodes of a chain (outermost first) that is of one of the kinds."""
    wanted = frozenset(kinds)
    found = None
    for node in chain:
        if node.type in wanted:
            found = node
    return found


def within(node: Node, *, nested: bool = True) -> Iterator[Node]:
    """The nodes below and including a node; without what runs at another time where `nested` is False."""
    if nested:
        yield from walk(node)
        return
    pending = [node]
    while pending:
        at = pending.pop()
        yield at
        if at.type not in NESTED or at.id == node.id:
            pending += reversed(at.children)


def indent_of(source: Source, byte: int) -> str:
    """The white space that the line of a byte starts with."""
    data = source.offsets.data
    start = data.rfind(b"\n", 0, byte) + 1
    end = start
    while end < len(data) and data[end : end + 1] in (b" ", b"\t"):
        end += 1
    return data[start:end].decode()


def starts_line(source: Source, byte: int) -> bool:
    """Whether nothing but white space stands before a byte on its line."""
    data = source.offsets.data
    return not data[data.rfind(b"\n", 0, byte) + 1 : byte].strip()


def line_end(source: Source, byte: int) -> int:
    """The byte behind the line's end."""
    data = source.offsets.data
    end = data.find(b"\n", byte)
    return len(data) if end < 0 else end + 1


def unit(source: Source) -> str:
    """What one level of indentation is in this text: a tab, or as many spaces as the least indented lines have."""
    from kibitz.syntax.facts import facts

    data = source.offsets.data[:200_000]
    tabs = len(re.findall(rb"^\t", data, re.MULTILINE))
    runs = re.findall(rb"^( {2,8})(?=[^\s*])", data, re.MULTILINE)
    if tabs > len(runs):
        return "\t"
    if not runs:
        return facts(source.language).indent
    return " " * min((len(run) for run in runs), default=4)


def bare_style(source: Source) -> bool:
    """Whether a text's lines end without semicolons, in a language that leaves the choice."""
    text = source.document.text[:100_000]
    ended = len(re.findall(r";[ \t]*(?://.*)?$", text, re.MULTILINE))
    bare = len(re.findall(r"[\w)\]'\"`][ \t]*$", text, re.MULTILINE))
    return bare > 3 * ended


def protected_lines(source: Source, node: Node) -> set[int]:
    """The rows that start inside of a string, whose white space is content."""
    rows: set[int] = set()
    for at in walk(node):
        if STRINGS.search(at.type) and at.end_point.row > at.start_point.row:
            rows.update(range(at.start_point.row + 1, at.end_point.row + 1))
    return rows


def deeper_lines(source: Source, text: str, node: Node, step: str) -> str:
    """A text that stands in a node with its lines but the first indented by a step; those inside of strings stay."""
    kept = protected_lines(source, node)
    first = node.start_point.row
    lines = text.splitlines(keepends=True)
    return "".join(
        line if at == 0 or first + at in kept or not line.strip() else step + line
        for at, line in enumerate(lines)
    )
