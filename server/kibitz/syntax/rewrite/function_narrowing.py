"""What TypeScript knows of a value at a place, and a function cannot know or say: the types that conditions and assignments
leave (Handbook, Narrowing), and which classes are told apart by more than their shape (Handbook, Type Compatibility)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from tree_sitter import Node

from kibitz.syntax.rewrite.base import field, refused, same, token, within, words
from kibitz.syntax.rewrite.function_place import FUNCTIONS, Piece, Stand
from kibitz.syntax.rewrite.names import names_of
from kibitz.syntax.source import Source

if TYPE_CHECKING:
    from kibitz.syntax.rewrite.function_names import Variable

_ORDER = frozenset({"<", ">", "<=", ">="})
_COMPUTING = _ORDER | {"+", "-", "*", "/", "%", "**", "&", "|", "^", "<<", ">>", ">>>"}
_LAZY = frozenset({"&&", "||", "??"})
_DECIDING = words(
    "if_statement while_statement do_statement ternary_expression switch_statement for_statement"
)
_LEAVING = frozenset({"throw_statement", "return_statement"})
_PLAIN = re.compile(r":\s*(?:number|string|boolean|bigint)\Z")
_FOUND = "What it finds out about `{}` would not be known any more."
_KNOWN = "What a condition finds out about `{}` would not be known any more."


def check_known(source: Source, part: Piece, variable: Variable) -> None:
    """Raises `invalid` where TypeScript knows more of a variable behind a condition or a value given to it than a new
    function would."""
    if not source.language.startswith("typescript"):
        return
    for use in variable.uses:
        if use.start >= part.end or part.holds(use.start):
            continue
        if _decides(source, use.chain, part):
            raise refused(_KNOWN.format(variable.name))
        if use.role == "bind" and _narrower(use.chain[-2]):
            raise refused(f"`{variable.name}` may be less here than its type says.")
    written = any(use.role == "write" and use.start < part.start for use in variable.uses)
    if written and any(has_several(bind.chain[-2]) for bind in variable.binds):
        raise refused(f"`{variable.name}` may be less here than its type says.")


def _narrower(declarator: Node) -> bool:
    """Whether what a variable begins with says more than its declared type, which has several parts."""
    return declarator.child_by_field_name("value") is not None and has_several(declarator)


def has_several(declarator: Node) -> bool:
    """Whether a variable, parameter or field is declared with a type of several parts, which a value narrows to one."""
    declared = declarator.child_by_field_name("type")
    several = declared is not None and any(node.type == "union_type" for node in declared.named_children)
    return several or declarator.type == "optional_parameter"


def check_own_members(source: Source, part: Piece) -> None:
    """Raises `invalid` where TypeScript knows more of a member of `this` behind a condition, or a value given to it, than a
    new method would."""
    if not source.language.startswith("typescript"):
        return
    used = {source.text(n) for node in part.nodes for n in within(node) if _is_own(n)}
    around = part.host or part.chain[0]
    for node in within(around):
        if node.start_byte >= part.end:
            break
        text = source.text(node) if _is_own(node) and not part.holds(node.start_byte) else ""
        if text not in used:
            continue
        chain = tuple(source.chain(node.start_byte, node.end_byte))
        if _decides(source, chain, part):
            raise refused(_KNOWN.format(text))
        if _is_given(chain, node) and not _has_one_type(source, part, text):
            raise refused(f"`{text}` may be less here than its type says.")


def check_finds(source: Source, part: Piece, found: Iterable[Variable]) -> None:
    """Raises `invalid` where what is selected decides what TypeScript knows of a value behind it: a call tells it nothing."""
    if not source.language.startswith("typescript"):
        return
    conditions = list(_conditions(source, part))
    if not conditions:
        return
    for variable in found:
        said = any(low <= use.start < high for use in variable.uses for low, high in conditions)
        later = any(use.start >= part.end for use in variable.uses)
        if said and later and not all(_is_plain(source, bind.chain[-2]) for bind in variable.binds):
            raise refused(_FOUND.format(variable.name))
    around = part.host or part.chain[0]
    later_ = {source.text(n) for n in within(around) if n.start_byte >= part.end and _is_own(n)}
    for node in (inner for root in part.nodes for inner in within(root) if _is_own(inner)):
        if source.text(node) in later_ and any(low <= node.start_byte < high for low, high in conditions):
            raise refused(_FOUND.format(source.text(node)))


def check_shape(source: Source, stand: Stand) -> None:
    """Raises `invalid` where a private method would be a class's first: TypeScript compares classes that have none by their
    shape, so that other ones may be taken for it until then."""
    owner = stand.block.parent
    if (
        stand.home != "method"
        or stand.static
        or owner is None
        or not source.language.startswith("typescript")
    ):
        return
    for node in within(stand.block):
        if node.type == "accessibility_modifier" and source.text(node) in ("private", "protected"):
            return
        if node.type == "private_property_identifier":
            return
    named = owner.child_by_field_name("name")
    name = re.escape(source.text(named)) if named is not None else r"\b"
    exported = owner.parent is not None and owner.parent.type == "export_statement"
    text = source.document.text
    listed = re.search(rf"\bexport\s*(?:default\s+{name}\b|\{{[^}}]*\b{name}\b)", text)
    if exported or listed or re.search(rf"\bimplements\b[^{{]*\b{name}\b", text):
        raise refused(
            "The class has no private member yet: with one, others could not be taken for it any more.",
            "Move what is selected by hand.",
        )


def _conditions(source: Source, part: Piece) -> Iterator[tuple[int, int]]:
    """The bytes of what decides how it goes on behind the selection."""
    if part.expression is not None:
        if not _computes(part.expression) and _is_asked(source, part.chain):
            yield part.start, part.end
        return
    for node in (inner for root in part.nodes for inner in within(root, nested=False)):
        condition = node.child_by_field_name("condition")
        leaves = node.type != "if_statement" or any(n.type in _LEAVING for n in within(node, nested=False))
        asked = condition is not None and not _computes(condition)
        if condition is not None and asked and node.type in _DECIDING - {"ternary_expression"} and leaves:
            yield condition.start_byte, condition.end_byte
        if node.type == "expression_statement" and _asserts(source, node.named_children[:1]):
            yield node.start_byte, node.end_byte
        value = node.child_by_field_name("value") if node.type == "variable_declarator" else None
        if value is not None and not _computes(value) and _is_asked_later(source, node):
            yield value.start_byte, value.end_byte


def _computes(value: Node) -> bool:
    while value.type == "parenthesized_expression" and value.named_child_count == 1:
        value = value.named_children[0]
    return value.type == "binary_expression" and token(value, *_COMPUTING)


def _is_asked(source: Source, chain: tuple[Node, ...]) -> bool:
    """Whether an expression is all or a part of what a condition asks, which tells of what stands in it; also by the name
    of a variable that it is the value of."""
    for at in range(len(chain) - 1, 0, -1):
        parent, child = chain[at - 1], chain[at]
        if parent.type in FUNCTIONS:
            return False
        if parent.type == "binary_expression":
            if _computes(parent):
                return False
            if token(parent, *_LAZY) and field(parent, "left", child):
                return True
        elif parent.type in _DECIDING:
            return any(field(parent, name, child) for name in ("condition", "value"))
        elif parent.type == "expression_statement":
            return _asserts(source, [child])
        elif parent.type == "variable_declarator":
            return field(parent, "value", child) and _is_asked_later(source, parent)
        elif parent.type.endswith(("_statement", "_declaration")):
            return False
    return False


def _is_asked_later(source: Source, declarator: Node) -> bool:
    """Whether a condition asks about the variable of a declarator behind it."""
    name = declarator.child_by_field_name("name")
    if name is None or name.type != "identifier":
        return False
    names = names_of(source, source.text(name))
    use = names.at(name.start_byte)
    scope = names.scope_of(use) if use is not None else None
    later = names.of(scope) if scope is not None else ()
    return any(use.start >= declarator.end_byte and _is_asked(source, use.chain) for use in later)


def _asserts(source: Source, values: list[Node]) -> bool:
    called = values[0].child_by_field_name("function") if values else None
    said = source.text(called).lower() if called is not None else ""
    return "assert" in said or "invariant" in said


def _is_plain(source: Source, declarator: Node) -> bool:
    """Whether a variable has a type that no condition makes another one in practice."""
    declared = declarator.child_by_field_name("type")
    optional = declarator.type == "optional_parameter"
    return declared is not None and not optional and bool(_PLAIN.match(source.text(declared)))


def _is_given(chain: tuple[Node, ...], node: Node) -> bool:
    """Whether a member gets a value."""
    at = next((i for i, one in enumerate(chain) if one.id == node.id), 0)
    parent = chain[at - 1] if at else None
    assigned = parent is not None and parent.type.endswith("assignment_expression")
    return assigned and parent is not None and field(parent, "left", node)


def _has_one_type(source: Source, part: Piece, text: str) -> bool:
    """Whether the class around declares a member with a type of one part."""
    name = text.partition(".")[2]
    body = next((node for node in reversed(part.chain) if node.type == "class_body"), None)
    for member in _members(body) if body is not None else ():
        named = member.child_by_field_name("name") or member.child_by_field_name("pattern")
        if named is None or source.text(named) != name:
            continue
        value = member.child_by_field_name("value")
        plain = value is not None and value.type in ("number", "string", "template_string")
        declared = member.child_by_field_name("type") is not None
        return (declared or plain) and not token(member, "?", "!") and not has_several(member)
    return False


def _members(body: Node) -> Iterator[Node]:
    """What a class declares as its fields, the parameters of its constructor among them."""
    for member in body.named_children:
        if member.type.endswith("field_definition"):
            yield member
        parameters = member.child_by_field_name("parameters")
        if parameters is not None:
            yield from (
                p for p in parameters.named_children if token(p, "accessibility_modifier", "readonly")
            )


def _is_own(node: Node) -> bool:
    owner = node.child_by_field_name("object") if node.type == "member_expression" else None
    return owner is not None and owner.type == "this"


def _decides(source: Source, chain: tuple[Node, ...], part: Piece) -> bool:
    """Whether a place before the selection decides whether that is reached."""
    for at in range(len(chain) - 1, 1, -1):
        parent, child = chain[at - 1], chain[at]
        if child.start_byte <= part.start and part.end <= child.end_byte:
            return False
        if child.type == "binary_expression" and token(child, *_ORDER):
            return False
        if parent.type == "binary_expression" and token(parent, *_LAZY):
            return True
        conditions = (parent.child_by_field_name(name) for name in ("condition", "value"))
        if parent.type in ("if_statement", "while_statement", "ternary_expression", "switch_statement"):
            return any(same(found, child) for found in conditions)
        if parent.type == "call_expression" and chain[at - 2].type == "expression_statement":
            return _asserts(source, [parent])
    return False
