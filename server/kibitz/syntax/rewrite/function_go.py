"""What a selection in Go does besides computing (The Go Programming Language Specification, Statements, Terminating statements)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from kibitz.syntax.rewrite.base import COMMENTS, refused, same, words
from kibitz.syntax.rewrite.function_place import Piece
from kibitz.syntax.source import Source

_HOSTS = frozenset({"function_declaration", "method_declaration"})
_SWITCHES = words("expression_switch_statement type_switch_statement select_statement")
_NEVER = words(
    """const_declaration type_declaration parameter_list receive_statement array_type implicit_length_array_type
    type_arguments import_declaration range_clause"""
)
_OWN_FRAME = re.compile(r"\brecover\(|\bruntime\.Callers?\(|\.Helper\(\)")


def host_of(source: Source, part: Piece) -> tuple[Node, Node]:
    """The declared function around, and the innermost function, which may be a literal. Raises `invalid` where none is."""
    member = next((n for n in part.chain if n.type in _HOSTS), None)
    body = member.child_by_field_name("body") if member is not None else None
    if member is None or body is None or not any(same(n, body) for n in part.chain):
        raise refused("It stands in no function.", "Select statements of a function.")
    receiver = member.child_by_field_name("receiver")
    if receiver is not None and "[" in source.text(receiver):
        raise refused("Its receiver has type parameters.")
    at = next(i for i, n in enumerate(part.chain) if same(n, body))
    for node in part.chain[at + 1 :]:
        if node.type in _NEVER and part.expression is not None and not _is_ranged(part, node):
            raise refused("No function can be called here.", "Select something else.")
    inner = next(
        (n for n in reversed(part.chain) if n.type == "func_literal" and n.id != part.nodes[0].id), member
    )
    return member, inner


def _is_ranged(part: Piece, node: Node) -> bool:
    """Whether the selection is what a loop goes through, which is computed once."""
    right = node.child_by_field_name("right") if node.type == "range_clause" else None
    return right is not None and right.start_byte <= part.start and part.end <= right.end_byte


def own(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """The nodes that run when the selection does, without those of the function literals in it."""
    pending = list(reversed(nodes))
    while pending:
        node = pending.pop()
        yield node
        if node.type != "func_literal":
            pending += reversed(node.children)


def check_body(source: Source, part: Piece) -> None:
    """Raises `invalid` for what a function cannot do for its caller."""
    for node in own(part.nodes):
        if node.type == "defer_statement":
            raise refused("It defers a call to the end of its function.")
        if node.type == "goto_statement":
            raise refused("It jumps to a label.")
        if node.type == "type_declaration":
            raise refused("It declares a type.")
        if node.type == "call_expression" and _OWN_FRAME.search(source.text(node)):
            raise refused("It asks about the function it stands in.")
    if any(
        n.type in ("expression_case", "default_case", "type_case", "communication_case") for n in part.nodes
    ):
        raise refused("It is a part of a `switch`.", "Select statements only.")
    if part.nodes[-1].type == "fallthrough_statement":
        raise refused("It jumps out of what is selected.")
    _check_jumps(source, part)


def _check_jumps(source: Source, part: Piece) -> None:
    pending: list[tuple[Node, bool, bool, frozenset[str]]] = [
        (node, False, False, frozenset()) for node in part.nodes
    ]
    while pending:
        node, loop, switch, labels = pending.pop()
        if node.type == "func_literal":
            continue
        if node.type in ("break_statement", "continue_statement"):
            label = next((c for c in node.named_children if c.type == "label_name"), None)
            inside = loop or (switch and node.type == "break_statement")
            if not (inside if label is None else source.text(label) in labels):
                raise refused("It jumps out of what is selected.")
        if node.type == "labeled_statement":
            label = node.child_by_field_name("label")
            labels |= {source.text(label)} if label is not None else frozenset()
        loop = loop or node.type == "for_statement"
        switch = switch or node.type in _SWITCHES
        pending += [(child, loop, switch, labels) for child in node.children]


def returns(part: Piece) -> bool:
    """Whether the selection has a return of its own."""
    return any(node.type == "return_statement" for node in own(part.nodes))


def leaves(source: Source, nodes: tuple[Node, ...] | list[Node]) -> bool:
    """Whether statements are terminating ones, as far as the text tells at once."""
    last = [node for node in nodes if node.is_named and node.type not in COMMENTS]
    if not last:
        return False
    node = last[-1]
    match node.type:
        case "return_statement":
            return True
        case "expression_statement":
            return source.text(node).startswith("panic(")
        case "block" | "statement_list":
            return leaves(source, node.named_children)
        case "if_statement":
            then, other = (node.child_by_field_name(name) for name in ("consequence", "alternative"))
            return (
                then is not None and other is not None and leaves(source, [then]) and leaves(source, [other])
            )
        case "for_statement":
            endless = [child.type for child in node.named_children if child.type not in COMMENTS] == ["block"]
            return endless and not any(n.type == "break_statement" for n in own((node,)))
    return False
