"""Names that leave the block they were declared in, and whom they could meet outside."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from kibitz.syntax.rewrite.base import NESTED, refused, within
from kibitz.syntax.rewrite.branch import Branch
from kibitz.syntax.rewrite.names import family, names_within, word
from kibitz.syntax.source import Source

_SCOPED = frozenset({"c", "cpp", "csharp", "kotlin"})
_DECLARING = re.compile(r"declaration|declaration_statement$")
_NAMING = ("declarator", "name", "pattern")


def check_declared(source: Source, found: Branch, block: Node) -> None:
    """Raises `invalid` where a name that the branch declares stands elsewhere in the function around."""
    if family(source.language) is None and source.language not in _SCOPED:
        return  # a variable belongs to its function there
    around = next(
        (n for n in reversed(found.chain) if n.type in NESTED and n.start_byte < found.node.start_byte),
        found.chain[0],
    )
    low, high = around.start_byte, around.end_byte
    inside = found.then.start_byte, found.then.end_byte
    for name in sorted(_declared(source, found.then)):
        if family(source.language) is not None:
            names = names_within(source, name, (low, high))
            met = names.stands_in(low, inside[0]) or names.stands_in(inside[1], high)
        else:
            text = source.offsets.text(low, inside[0]) + " " + source.offsets.text(inside[1], high)
            met = word(name).search(text) is not None
        if met:
            raise refused(f"`{name}` would meet another `{name}` outside of the `if`.")


def _declared(source: Source, body: Node) -> set[str]:
    """The names that the statements of a branch declare in its own block."""
    found: set[str] = set()
    holders = [c for c in body.named_children if c.type == "statement_list"] or [body]
    for holder in holders:
        for statement in holder.named_children:
            if family(source.language) is not None:
                found.update(_bound(source, statement, body))
            elif _DECLARING.search(statement.type):
                found.update(_declarators(source, statement))
    return found


def _bound(source: Source, statement: Node, body: Node) -> Iterator[str]:
    """The names bound by a statement that are seen after it."""
    for node in within(statement, nested=False):
        if node.child_count or not node.type.endswith(("identifier", "identifier_pattern")):
            continue
        use = names_within(source, source.text(node), (body.start_byte, body.end_byte)).at(node.start_byte)
        if (
            use is not None
            and use.role == "bind"
            and use.scope[0] <= statement.end_byte
            and use.scope[1] >= body.end_byte - 1
        ):
            yield source.text(node)


def _declarators(source: Source, node: Node) -> Iterator[str]:
    for child in node.named_children:
        if child.type in ("identifier", "simple_identifier"):
            yield source.text(child)
            return
        if "declarat" in child.type:
            yield from _declarators(source, child)
