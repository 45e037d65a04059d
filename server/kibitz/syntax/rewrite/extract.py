"""Extract variable: an expression gets a name right before the statement that evaluates it."""

from __future__ import annotations

from tree_sitter import Node

from kibitz.syntax.rewrite.base import (
    COMMENTS,
    Edit,
    bare_style,
    deeper_lines,
    indent_of,
    refused,
    same,
    starts_line,
    token,
    unit,
)
from kibitz.syntax.rewrite.effects import Effects, before, disturbed, effects
from kibitz.syntax.rewrite.locality import region
from kibitz.syntax.rewrite.names import family, names_within
from kibitz.syntax.rewrite.place import Spot, selected, spot
from kibitz.syntax.rewrite.precedence import needs_parentheses
from kibitz.syntax.rewrite.rename import check_name
from kibitz.syntax.rewrite.suggest import suggested
from kibitz.syntax.rewrite.values import declaration
from kibitz.syntax.source import Source


def extract_variable(source: Source, start: int, end: int, name: str | None) -> list[Edit]:
    """The edits that give the expression selected a name. Raises `invalid` where that could change what the code does."""
    if family(source.language) is None:
        raise refused("Expressions of this language are not understood well enough.")
    place = spot(source, selected(source, start, end))
    check_role(source, place)
    _check_order(source, place)
    area = region(source, place.chain)
    if name is not None:
        check_name(source, name)
        if names_within(source, name, area).stands_in(*area):
            raise refused(f"`{name}` is already used here.", "Choose another name.")
    else:
        name = _fresh(source, suggested(source, place.node), area)
    value = _without_parentheses(source, place)
    line = declaration(source, place, value, name)
    return _inserted(source, place, line, name)


def possible(source: Source, start: int, end: int) -> None:
    """Raises `invalid` where the selection alone rules the refactoring out; looks no name up."""
    check_role(source, spot(source, selected(source, start, end)))


def _fresh(source: Source, wanted: str, area: tuple[int, int]) -> str:
    name, number = wanted, 1
    while names_within(source, name, area).stands_in(*area):
        number += 1
        name = f"{wanted}{'_' if '_' in wanted else ''}{number}"
    return name


def _without_parentheses(source: Source, place: Spot) -> Node:
    """What stands inside of parentheses that only the place needed."""
    node = place.node
    if node.type == "parenthesized_expression" and node.named_child_count == 1:
        inner = node.named_children[0]
        if inner.type == "sequence_expression":
            return node
        if needs_parentheses(source, inner, place.chain) and "\n" not in source.text(node):
            return inner
    return node


_TARGETS = {
    "assignment_expression": "left",
    "augmented_assignment_expression": "left",
    "compound_assignment_expr": "left",
    "for_in_statement": "left",
}


def check_role(source: Source, place: Spot) -> None:
    """Raises `invalid` where the expression is a place, or means something else alone."""
    node, parent = place.node, place.chain[-2]
    if node.type in ("identifier", "this", "super", "self", "update_expression", "assignment_expression"):
        raise refused("This needs no name of its own.", "Select a larger expression.")
    target = _TARGETS.get(parent.type)
    if target and same(parent.child_by_field_name(target), node):
        raise refused("Something is assigned to it.", "Select the value.")
    if parent.type in ("update_expression", "inc_statement", "dec_statement") or (
        parent.type == "expression_list" and same(place.chain[-3].child_by_field_name("left"), parent)
    ):
        raise refused("Something is assigned to it.", "Select the value.")
    if parent.type == "unary_expression" and token(parent, "delete", "typeof", "&", "void"):
        raise refused("It is used as a place, not as a value.", "Select the expression around it.")
    if parent.type == "reference_expression" and (
        token(parent, "mutable_specifier") or node.type.endswith("_literal")
    ):
        raise refused("It is borrowed in place.", "Select it with its `&`.")
    callee = parent.child_by_field_name("function") or parent.child_by_field_name("constructor")
    if (
        parent.type in ("call_expression", "new_expression")
        and same(callee, node)
        and node.type != "parenthesized_expression"
    ):
        raise refused(
            "It is called here, and would be called otherwise under a name.", "Select the whole call."
        )
    if parent.type == "call_expression" and node.type == "template_string":
        raise refused("The template belongs to its tag.", "Select the tag too.")
    if _in_optional_chain(place):
        raise refused("The chain around it ends early where this is missing.", "Select the whole chain.")
    if node.type == "this" or "super" in {child.type for child in node.children}:
        raise refused("`super` cannot have a name.", "Select the whole call.")
    if any(n.type == "yield_expression" for n in node.children):
        raise refused("What it yields would come at another time.")


def _in_optional_chain(place: Spot) -> bool:
    from kibitz.syntax.rewrite.place import has_optional

    node, parent = place.node, place.chain[-2]
    links = ("member_expression", "subscript_expression", "call_expression", "non_null_expression")
    if parent.type not in links or same(parent.child_by_field_name("index"), node):
        return False
    return has_optional(node)


def _check_order(source: Source, place: Spot) -> None:
    """Raises `invalid` where something that is evaluated earlier now could act on the expression, or it on that."""
    mine = effects(source, place.node)
    earlier = before(source, place.chain, place.at)
    start, node, end = place.statement.start_byte, place.node.start_byte, place.node.end_byte
    if earlier.acts and (mine.acts or mine.reads or _changing(source, mine, node, (start, node))):
        raise refused("What is evaluated before it could change it.", "Select what is evaluated first.")
    if mine.acts and (earlier.reads or _changing(source, earlier, node, (node, end))):
        raise refused("It could change what is evaluated before it.", "Select what is evaluated first.")
    for name in mine.names:
        for bound in names_within(source, name, _reach(place)).binds:
            if (
                place.statement.start_byte <= bound.start < place.node.start_byte
                and bound.scope[0] <= place.node.start_byte < bound.scope[1]
            ):
                raise refused(
                    f"`{name}` does not exist before this statement.", "Select the expression without it."
                )


def _reach(place: Spot) -> tuple[int, int]:
    return place.statement.start_byte, place.node.end_byte


def _changing(source: Source, found: Effects, byte: int, actor: tuple[int, int]) -> bool:
    return any(disturbed(source, name, byte, actor) for name in found.names)


def _inserted(source: Source, place: Spot, line: str, name: str) -> list[Edit]:
    node, statement = place.node, place.statement
    eol = source.document.eol
    used = name
    parent = place.chain[-2]
    if parent.type in ("jsx_element", "jsx_attribute", "jsx_fragment") and family(source.language) == "ecma":
        used = f"{{{name}}}"
    whole = (
        statement.type == "expression_statement"
        and statement.named_child_count == 1
        and same(statement.named_children[0], place.node)
    )
    if whole and place.holder == "block":
        return [_alone(source, place, line)]
    indent = indent_of(source, statement.start_byte)
    if place.holder == "block":
        gap = f"{eol}{indent}" if starts_line(source, statement.start_byte) else _gap(source)
        return [
            Edit(statement.start_byte, statement.start_byte, line + gap),
            Edit(node.start_byte, node.end_byte, used),
        ]
    deeper = indent + unit(source)
    head = source.offsets.text(statement.start_byte, node.start_byte)
    tail = source.offsets.text(node.end_byte, statement.end_byte)
    start, lead, step = statement.start_byte, "", unit(source)
    body = head + used + tail
    if place.holder == "arrow":
        body = f"return {_unwrapped(body, place)}"
    if starts_line(source, start):
        deeper, indent = indent, indent[: -len(step)] if indent.endswith(step) else indent
        header = statement.prev_sibling
        if header is not None and header.type not in COMMENTS:
            start, lead = header.end_byte, " "
    else:
        body = deeper_lines(source, body, statement, step)
    body += _end(source) if place.holder == "arrow" else ""
    text = f"{lead}{{{eol}{deeper}{line}{eol}{deeper}{body}{eol}{indent}}}"
    return [Edit(start, statement.end_byte, text)]


def _unwrapped(text: str, place: Spot) -> str:
    """An arrow's object literal stands in parentheses that a `return` does not need."""
    if (
        place.holder == "arrow"
        and place.statement.type == "parenthesized_expression"
        and text.startswith("({")
    ):
        return text[1:-1]
    return text


def _gap(source: Source) -> str:
    return "; " if source.language == "go" else " "


def _alone(source: Source, place: Spot, line: str) -> Edit:
    """The statement was nothing but the expression: it becomes the declaration."""
    if source.language in ("go", "java"):
        raise refused("Nothing would use the variable.", "Select a part of it.")
    statement = place.statement
    if not source.text(statement).endswith(";"):
        line = line.removesuffix(";") if source.language != "rust" else line
    return Edit(statement.start_byte, statement.end_byte, line)


def _end(source: Source) -> str:
    return "" if bare_style(source) else ";"


def semicolon(source: Source, place: Spot) -> str:
    """What ends a declaration here: nothing where the code around is written without, and the next line cannot continue it."""
    if family(source.language) != "ecma":
        return ";"
    if not bare_style(source):
        return ";"
    statement = source.text(place.statement)
    own_line = place.holder != "block" or starts_line(source, place.statement.start_byte)
    return ";" if statement.rstrip().endswith(";") or statement[:1] in "([`+-/" or not own_line else ""
