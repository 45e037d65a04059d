"""What a selection does besides computing: jumps out of it, returns, waits, and uses what belongs to its function."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen
from tree_sitter import Node

from kibitz.syntax.rewrite.base import COMMENTS, refused, same, token, words
from kibitz.syntax.rewrite.function_place import FUNCTIONS, Piece
from kibitz.syntax.source import Source

_LOOPS = words("for_statement for_in_statement while_statement do_statement")
_CLASSES = frozenset({"class_declaration", "class", "abstract_class_declaration"})
_DECLARING = words("import_statement export_statement ambient_declaration internal_module")
_OF_ITS_FUNCTION = frozenset(["return_statement", "await_expression", "yield_expression", "for_in_statement"])
_PARTWAY = "It returns on some ways through it only."


@frozen
class Flow:
    """`returns`: every way through it ends in a return or a throw. `waits`: it has an `await` of its own."""

    returns: bool
    waits: bool
    uses_this: bool


def flow(source: Source, part: Piece) -> Flow:
    """What the selection does. Raises `invalid` for what no function can do for its caller."""
    own = list(_own(part.nodes))
    kinds = {node.type for node in own}
    if "yield_expression" in kinds:
        raise refused("It yields: it cannot leave its generator.")
    if kinds & _DECLARING:
        raise refused("It imports, exports or declares for the whole file.")
    _check_words(source, part, own)
    _check_jumps(source, part)
    returning = "return_statement" in kinds
    if returning and part.host is None:
        raise refused("There is no function around to return from.")
    returns = returning and (_leaves(part.nodes) or _is_tail(part))
    if returning and not returns:
        raise refused(_PARTWAY, "Select up to the last return.")
    if not returning and source.language.startswith("typescript") and _leaves(part.nodes):
        raise refused("It always throws, which a call would not show.", "Select only what is thrown.")
    waits = "await_expression" in kinds or any(
        n.type == "for_in_statement" and token(n, "await") for n in own
    )
    uses_this = any(node.type in ("this", "super", "private_property_identifier") for node in own)
    return Flow(returns, waits, uses_this)


def _own(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """The nodes that speak of the same `this`, `return` and `arguments`: arrow functions share the first and the last."""
    pending = [(node, False) for node in reversed(nodes)]
    while pending:
        node, arrow = pending.pop()
        if arrow and node.type in _OF_ITS_FUNCTION:
            pending += [(child, arrow) for child in reversed(node.children)]
            continue
        yield node
        if node.type in FUNCTIONS and node.type != "arrow_function":
            continue
        if node.type in _CLASSES:
            heritage = [c for c in node.children if c.type == "class_heritage"]
            pending += [(child, arrow) for child in heritage]
            continue
        inner = arrow or node.type == "arrow_function"
        pending += [(child, inner) for child in reversed(node.children)]


def _check_words(source: Source, part: Piece, own: list[Node]) -> None:
    for node in own:
        if node.type == "super":
            raise refused("`super` belongs to the method it stands in.")
        if node.type == "meta_property":
            raise refused("`new.target` belongs to the function it stands in.")
        if node.type == "identifier" and source.text(node) == "arguments":
            raise refused("`arguments` belongs to the function it stands in.")
        if node.type == "debugger_statement":
            raise refused("It stops in the debugger where it stands.")
    around = part.host or part.chain[0]
    if "eval(" in source.text(around).replace(" ", ""):
        raise refused("`eval` may use every name of the code around.")
    first = part.nodes[0]
    if (
        first.type == "expression_statement"
        and first.named_children
        and first.named_children[0].type == "string"
    ):
        raise refused("It may be a directive to what is around.")


def _check_jumps(source: Source, part: Piece) -> None:
    pending: list[tuple[Node, bool, bool, frozenset[str]]] = [
        (node, False, False, frozenset()) for node in part.nodes
    ]
    while pending:
        node, loop, switch, labels = pending.pop()
        if node.type in FUNCTIONS or node.type in _CLASSES:
            continue
        if node.type in ("break_statement", "continue_statement"):
            label = node.child_by_field_name("label")
            inside = loop or (switch and node.type == "break_statement")
            if not (inside if label is None else source.text(label) in labels):
                raise refused("It jumps out of what is selected.")
        if node.type == "labeled_statement":
            name = node.child_by_field_name("label")
            labels |= {source.text(name)} if name is not None else frozenset()
        loop = loop or node.type in _LOOPS
        switch = switch or node.type == "switch_statement"
        pending += [(child, loop, switch, labels) for child in node.children]


def _leaves(nodes: tuple[Node, ...] | list[Node]) -> bool:
    """Whether statements never end by reaching their end."""
    last = [node for node in nodes if node.type not in COMMENTS]
    if not last:
        return False
    node = last[-1]
    match node.type:
        case "return_statement" | "throw_statement":
            return True
        case "statement_block" | "else_clause":
            return _leaves(node.named_children)
        case "if_statement":
            then, other = (node.child_by_field_name(name) for name in ("consequence", "alternative"))
            return then is not None and other is not None and _leaves([then]) and _leaves([other])
        case "try_statement":
            body, final = (node.child_by_field_name(name) for name in ("body", "finalizer"))
            handler = node.child_by_field_name("handler")
            caught = handler.child_by_field_name("body") if handler is not None else None
            if final is not None:
                return False
            return body is not None and caught is not None and _leaves([body]) and _leaves([caught])
    return False


def _is_tail(part: Piece) -> bool:
    """Whether nothing follows in the function: then a caller returns what the new function does, or nothing."""
    host = part.host
    body = host.child_by_field_name("body") if host is not None else None
    if body is None or part.expression is not None or not same(body, part.chain[-1]):
        return False
    rest = [n for n in body.named_children if n.start_byte >= part.end and n.type not in COMMENTS]
    return not rest
