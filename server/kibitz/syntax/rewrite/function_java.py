"""Where a new method of Java stands, and what a selection does besides computing (The Java Language Specification, 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import frozen
from tree_sitter import Node

from kibitz.syntax.rewrite.base import COMMENTS, refused, same, token, within, words
from kibitz.syntax.rewrite.function_place import Piece
from kibitz.syntax.source import Source

_BODIES = words("class_body enum_body_declarations record_body enum_body interface_body annotation_type_body")
_METHODS = words(
    """method_declaration constructor_declaration compact_constructor_declaration static_initializer
    field_declaration block constant_declaration"""
)
_TYPES = words("class_declaration interface_declaration enum_declaration record_declaration")
LOOPS = words("for_statement enhanced_for_statement while_statement do_statement")
_SWITCHES = frozenset({"switch_expression", "switch_statement"})
_NESTED = frozenset({"lambda_expression", "class_body", *_TYPES})
_NEVER = words(
    """explicit_constructor_invocation annotation marker_annotation switch_label enum_constant
    resource_specification formal_parameters catch_formal_parameter pattern guard"""
)


@frozen
class Home:
    """The class body, the member of it that holds the selection, and the innermost function around: the member or a lambda.

    `result` is what that returns, "void" for nothing, "" where it is not written down."""

    body: Node
    member: Node
    function: Node
    static: bool
    result: str
    generic: frozenset[str]

    def holds(self, scope: tuple[int, int]) -> bool:
        """Whether a variable with this scope is local to the member."""
        return self.member.start_byte <= scope[0] and scope[1] <= self.member.end_byte

    def check_type(self, source: Source, type_: str) -> None:
        """Raises `invalid` for a type that is only known in the member."""
        if self.generic & set(re.findall(r"\w+", type_)):
            raise refused("It uses a type parameter of its method.")


def home_of(source: Source, part: Piece) -> Home:
    """Where the method goes. Raises `invalid` where none can."""
    chain = part.chain
    at = next((i for i in range(len(chain) - 1, -1, -1) if chain[i].type in _BODIES), 0)
    body = chain[at]
    if not at or at + 1 >= len(chain) or chain[at + 1].type not in _METHODS:
        raise refused("It stands in no method.", "Select statements of a method.")
    if body.type in ("interface_body", "annotation_type_body"):
        raise refused("It stands in an interface.", "Move it by hand.")
    member = chain[at + 1]
    for above, node in zip(chain[at + 1 :], chain[at + 2 :], strict=False):
        if node.type in _NEVER and not same(above.child_by_field_name("body"), node):
            raise refused("No method can be called here.", "Select something else.")
    function = next((n for n in reversed(chain[at + 1 :]) if n.type == "lambda_expression"), member)
    modifiers = next((source.text(c) for c in member.children if c.type == "modifiers"), "")
    static = member.type == "static_initializer" or "static" in modifiers.split()
    generic = {
        source.text(n.named_children[0])
        for p in member.children
        if p.type == "type_parameters"
        for n in p.named_children
        if n.named_children
    }
    return Home(body, member, function, static, _result(source, member, function), frozenset(generic))


def _result(source: Source, member: Node, function: Node) -> str:
    if function.type == "lambda_expression":
        return ""
    declared = member.child_by_field_name("type")
    if member.type != "method_declaration" or declared is None:
        return "void"
    dimensions = member.child_by_field_name("dimensions")
    return source.text(declared) + (source.text(dimensions) if dimensions is not None else "")


def own(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """The nodes that run when the selection does, without those of lambdas and classes in it."""
    pending = list(reversed(nodes))
    while pending:
        node = pending.pop()
        yield node
        if node.type not in _NESTED:
            pending += reversed(node.children)


def check_body(source: Source, part: Piece, home: Home) -> None:
    """Raises `invalid` for what a method cannot do for its caller."""
    for node in within(home.member):
        if node.type in _TYPES:
            raise refused("A class is declared in its method.")
    if any(n.type in ("switch_label", "switch_rule") for n in part.nodes):
        raise refused("It has a label of its `switch`.", "Select statements only.")
    making = home.member.type in (
        "constructor_declaration",
        "compact_constructor_declaration",
        "static_initializer",
        "block",
    )
    for node in own(part.nodes):
        if node.type == "explicit_constructor_invocation":
            raise refused("A constructor starts with it.")
        if making and node.type in ("assignment_expression", "update_expression"):
            raise refused("It assigns while its object is being made.")
        if home.generic and node.type == "type_identifier" and source.text(node) in home.generic:
            raise refused("It uses a type parameter of its method.")
    _check_jumps(source, part)
    if home.function.type == "lambda_expression" and returns(part):
        raise refused("It returns from a function whose result is not written down.")


def _check_jumps(source: Source, part: Piece) -> None:
    pending: list[tuple[Node, bool, bool, bool, frozenset[str]]] = [
        (node, False, False, False, frozenset()) for node in part.nodes
    ]
    while pending:
        node, loop, switch, yields, labels = pending.pop()
        if node.type in _NESTED:
            continue
        if node.type == "yield_statement" and not yields:
            raise refused("It jumps out of what is selected.")
        if node.type in ("break_statement", "continue_statement"):
            label = next((c for c in node.named_children if c.type == "identifier"), None)
            inside = loop or (switch and node.type == "break_statement")
            if not (inside if label is None else source.text(label) in labels):
                raise refused("It jumps out of what is selected.")
        if node.type == "labeled_statement":
            labels |= {source.text(node.named_children[0])}
        loop = loop or node.type in LOOPS
        switch = switch or node.type in _SWITCHES
        yields = yields or node.type in _SWITCHES
        pending += [(child, loop, switch, yields, labels) for child in node.children]


def returns(part: Piece) -> bool:
    """Whether the selection has a return of its own."""
    return any(node.type == "return_statement" for node in own(part.nodes))


def leaves(source: Source, nodes: tuple[Node, ...] | list[Node]) -> bool:
    """Whether statements never end by reaching their end, as far as the text tells at once."""
    last = [node for node in nodes if node.is_named and node.type not in COMMENTS]
    if not last:
        return False
    node = last[-1]
    body = node.child_by_field_name("body")
    match node.type:
        case "return_statement" | "throw_statement":
            return True
        case "block":
            return leaves(source, node.named_children)
        case "synchronized_statement":
            return body is not None and leaves(source, [body])
        case "if_statement":
            then, other = (node.child_by_field_name(name) for name in ("consequence", "alternative"))
            return (
                then is not None and other is not None and leaves(source, [then]) and leaves(source, [other])
            )
        case "while_statement" | "do_statement" | "for_statement":
            condition = node.child_by_field_name("condition")
            endless = condition is None or source.text(condition).strip("() \t\r\n") == "true"
            return endless and not any(n.type == "break_statement" for n in own((node,)))
        case "try_statement" | "try_with_resources_statement":
            caught = [c for c in node.named_children if c.type == "catch_clause"]
            final = next((c for c in node.named_children if c.type == "finally_clause"), None)
            if final is not None and leaves(source, final.named_children):
                return True
            handlers = [handler for c in caught if (handler := c.child_by_field_name("body")) is not None]
            return (
                body is not None
                and leaves(source, [body])
                and all(leaves(source, [each]) for each in handlers)
            )
    return False


def repeats(part: Piece, since: int) -> bool:
    """Whether a loop repeats the selection within the scope that starts at a byte."""
    return any(node.type in LOOPS and node.start_byte > since for node in part.chain)


def is_final(node: Node) -> bool:
    """Whether a declaration says `final`."""
    return any(child.type == "modifiers" and token(child, "final") for child in node.children)
