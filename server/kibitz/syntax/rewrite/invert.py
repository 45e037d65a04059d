"""Invert if: the opposite condition, and the branches swapped."""

from __future__ import annotations

from tree_sitter import Node

from kibitz.syntax.rewrite.base import Edit, indent_of, refused, words
from kibitz.syntax.rewrite.branch import Branch, branch_at, has_comment_between, opposite
from kibitz.syntax.source import Source

_BLOCKS = frozenset({"block", "statement_block", "compound_statement", "then", "else"})
_SIMPLE = words(
    """expression_statement return_statement throw_statement break_statement continue_statement goto_statement
    yield_statement echo_statement call_expression identifier number_literal string_literal boolean_literal
    null_literal navigation_expression jump_expression"""
)


def invert_if(source: Source, byte: int) -> list[Edit]:
    """The edits that swap the branches of the `if` at a byte. Raises `invalid` where it has no plain `else`."""
    found = branch_at(source, byte)
    if found.ladder:
        raise refused("It goes on with `else if`, which has no opposite.")
    if found.otherwise is None:
        raise refused("It has no `else`.", "Make it a guard clause instead.")
    swapped = [Edit(found.condition.start_byte, found.condition.end_byte, opposite(source, found.condition))]
    if source.language == "python":
        return [*swapped, *_indented(source, found, found.otherwise)]
    if source.language == "ruby":
        return [*swapped, *_by_lines(source, found, found.otherwise)]
    if has_comment_between(found):
        raise refused("A comment stands between its branches.", "Move the comment first.")
    for body in (found.then, found.otherwise):
        if body.type not in _BLOCKS and body.type not in _SIMPLE:
            raise refused("One of its branches has no braces.", "Add braces first.")
    return [*swapped, *_swapped(source, found.then, found.otherwise)]


def _swapped(source: Source, one: Node, other: Node) -> list[Edit]:
    return [
        Edit(one.start_byte, one.end_byte, source.text(other)),
        Edit(other.start_byte, other.end_byte, source.text(one)),
    ]


def _indented(source: Source, found: Branch, otherwise: Node) -> list[Edit]:
    """Everything between the colons and the ends of the blocks, comments too."""
    node = found.node
    clause = node.child_by_field_name("alternative")
    colon = next((c for c in node.children if c.type == ":"), None)
    second = next((c for c in clause.children if c.type == ":"), None) if clause is not None else None
    if clause is None or colon is None or second is None:
        raise refused("This `if` is not understood.")
    data = source.offsets.data
    first_end = len(data[: clause.start_byte].rstrip())
    last_end = otherwise.end_byte
    newline = data.find(b"\n", last_end)
    rest = data[last_end : newline if newline >= 0 else len(data)]
    if rest.strip().startswith(b"#"):
        last_end += len(rest.rstrip())
    column = len(indent_of(source, clause.start_byte))
    between = source.offsets.text(found.then.end_byte, clause.start_byte)
    for line in between.splitlines()[1:]:
        if line.strip() and len(line) - len(line.lstrip()) <= column:
            raise refused("A comment stands between its branches.", "Move the comment first.")
    if data[found.node.start_byte : colon.start_byte].count(b"\n") != data[
        found.condition.start_byte : found.condition.end_byte
    ].count(b"\n"):
        raise refused("Its header has several lines.")
    one = source.offsets.text(colon.end_byte, first_end)
    other = source.offsets.text(second.end_byte, last_end)
    return [Edit(colon.end_byte, first_end, other), Edit(second.end_byte, last_end, one)]


def _by_lines(source: Source, found: Branch, otherwise: Node) -> list[Edit]:
    """Ruby's branches are the lines between `if`, `else` and `end`."""
    end = next((c for c in reversed(found.node.children) if c.type == "end"), None)
    first_lines = source.offsets.text(found.condition.end_byte, otherwise.start_byte)
    if end is None or otherwise.children[0].type != "else" or not first_lines.startswith(("\n", "\r\n")):
        raise refused("This `if` is not understood.")
    word_end = otherwise.children[0].end_byte
    one = first_lines
    other = source.offsets.text(word_end, end.start_byte)
    if one.rsplit("\n", 1)[-1].strip() or not other.startswith(("\n", "\r\n")):
        raise refused("This `if` stands on one line.")
    return [Edit(found.condition.end_byte, otherwise.start_byte, other), Edit(word_end, end.start_byte, one)]
