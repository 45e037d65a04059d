"""The parameters of a header, by the fields that grammars agree on more or less."""

from __future__ import annotations

from tree_sitter import Node

from kibitz.syntax.model import Parameter
from kibitz.syntax.source import Source

_NAME_FIELDS = ("name", "pattern", "left", "declarator")
_DEFAULT_FIELDS = ("value", "right", "default_value")
_PLAIN = frozenset({"identifier", "self_parameter", "this", "object_pattern", "array_pattern"})
_SKIPPED = frozenset(
    {
        "comment",
        "line_comment",
        "block_comment",
        "attribute_item",
        "decorator",
        "keyword_separator",
        "positional_separator",
        "parameter_modifiers",
        "modifiers",
        "attribute_list",
        "receiver_parameter",
        "ERROR",
    }
)


def parameters(source: Source, node: Node) -> tuple[Parameter, ...]:
    """The parameters below a parameter list, those of one declaration apart ("a, b int" is two)."""
    found: list[Parameter] = []
    pending_default = False
    pending_type = ""
    for at, child in enumerate(node.children):
        if not child.is_named:
            pending_default = child.type == "="
            continue
        if child.type in _SKIPPED or child.type.endswith("comment"):
            continue
        if pending_default and found:
            found[-1] = found[-1]._replace(default=source.text(child))
            pending_default = False
        elif node.field_name_for_child(at) == "type":
            pending_type = source.text(child)  # C# has the last "params int[] rest" without a node of its own
        elif child.type in _PLAIN:
            dots = "..." if pending_type else ""
            found.append(Parameter(dots + _oneline(source.text(child)), pending_type, ""))
        else:
            found += _declared(source, child)
    return tuple(p for p in found if p.name or p.annotation != "void")


def _declared(source: Source, node: Node) -> list[Parameter]:
    annotation = _type(source, node)
    default = next(
        (source.text(value) for value in map(node.child_by_field_name, _DEFAULT_FIELDS) if value), ""
    )
    if not default and (equals := next((c for c in node.children if c.type == "="), None)) is not None:
        following = equals.next_named_sibling
        default = source.text(following) if following is not None else ""
    names = next((found for found in map(node.children_by_field_name, _NAME_FIELDS) if found), [])
    if not names:
        names = [
            child for child in node.named_children if child.type in ("identifier", "variable_declarator")
        ][:1]
    if not names:
        return [_whole(source, node, annotation, default)]
    if node.type == "parameter_declaration" and names[0].type.endswith("declarator"):
        return [_c_declarator(source, node, names[0], default)]
    text = source.text(node)
    first = source.text(names[0])
    lead = text[: max(0, text.find(first))].strip()
    stars = next((mark for mark in ("...", "**", "*", "&") if lead.endswith(mark)), "")
    if not stars and any(child.type == "..." for child in node.children):
        stars = "..."
    return [Parameter(_oneline(stars + source.text(name)), annotation, default) for name in names]


def _whole(source: Source, node: Node, annotation: str, default: str) -> Parameter:
    """A parameter without a name of its own: *args, a bare type, a pattern."""
    text = source.text(node)
    if node.named_child_count and annotation:
        inner = node.named_child(0)
        text = source.text(inner) if inner is not None else text
        if text == annotation:
            return Parameter("", annotation, default)
    return Parameter(_oneline(text), annotation, default)


def _type(source: Source, node: Node) -> str:
    found = node.child_by_field_name("type")
    if found is None:
        found = next(
            (c for c in node.named_children[1:] if c.type.endswith("type") or c.type in ("type",)), None
        )
    if found is None and node.type == "spread_parameter":
        found = next((c for c in node.named_children if c.type != "modifiers"), None)
    return _oneline(source.text(found)).lstrip(":").strip() if found is not None else ""


def _c_declarator(source: Source, node: Node, declarator: Node, default: str) -> Parameter:
    """`const char *names[3]`: the name is the innermost identifier, the type is all the rest."""
    inner = declarator
    while (deeper := inner.child_by_field_name("declarator") or _only_identifier(inner)) is not None:
        inner = deeper
    name = source.text(inner)
    start, end = inner.start_byte, inner.end_byte
    before = source.offsets.text(node.start_byte, start)
    after = source.offsets.text(end, declarator.end_byte)
    return Parameter(_oneline(name), _oneline(before + after), default)


def _only_identifier(node: Node) -> Node | None:
    if node.type not in (
        "reference_declarator",
        "parenthesized_declarator",
        "pointer_declarator",
        "array_declarator",
    ):
        return None
    return next((c for c in node.named_children if c.type.endswith(("declarator", "identifier"))), None)


def _oneline(text: str) -> str:
    return " ".join(text.split())
