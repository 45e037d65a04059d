"""The types of a new method of Java: of its parameters, its result, and what it may throw."""

from __future__ import annotations

from tree_sitter import Node

from kibitz.syntax.rewrite.base import field, refused, same, within, words
from kibitz.syntax.rewrite.function_java import Home, is_final, own
from kibitz.syntax.rewrite.function_place import Piece
from kibitz.syntax.rewrite.names import Use
from kibitz.syntax.rewrite.place import Spot
from kibitz.syntax.rewrite.values_java import evident, type_of
from kibitz.syntax.source import Source

_UNWRITTEN = "The type of `{}` is not written down."
_CALLS = frozenset({"method_invocation", "object_creation_expression", "throw_statement", "resource"})
_MEANT = words("method_invocation object_creation_expression array_access field_access lambda_expression")
_ANY = frozenset({"Exception", "Throwable"})
_UNCHECKED = words(
    """RuntimeException NullPointerException IllegalArgumentException IllegalStateException ClassCastException
    IndexOutOfBoundsException ArrayIndexOutOfBoundsException StringIndexOutOfBoundsException NumberFormatException
    ArithmeticException UnsupportedOperationException ConcurrentModificationException NoSuchElementException
    SecurityException UncheckedIOException Error OutOfMemoryError StackOverflowError LinkageError AssertionError
    NoClassDefFoundError ExceptionInInitializerError DateTimeException MissingResourceException"""
)


def given_type(source: Source, bind: Use) -> str:
    """The type of a variable. Raises `invalid` where it is not written down."""
    name = source.text(bind.node)
    declarator = bind.chain[-2]
    declared = next(
        (d for n in reversed(bind.chain[-4:-1]) if (d := n.child_by_field_name("type")) is not None), None
    )
    spread = bind.chain[-3].type == "spread_parameter"
    if spread:
        declared = next((c for c in bind.chain[-3].named_children if c.type != "modifiers"), None)
    elif declarator.type == "catch_formal_parameter":
        kinds = next((c for c in declarator.named_children if c.type == "catch_type"), None)
        declared = kinds if kinds is not None and kinds.named_child_count == 1 else None
    elif declarator.type == "instanceof_expression":
        declared = declarator.child_by_field_name("right")
    elif bind.sort == "pattern" or declarator.type in ("lambda_expression", "inferred_parameters"):
        declared = None
    if declared is None or source.text(declared) == "var":
        value = declarator.child_by_field_name("value")
        found = evident(source, value) if value is not None and declared is not None else ""
        if not found:
            raise refused(_UNWRITTEN.format(name), "Write it first.")
        return found
    dimensions = declarator.child_by_field_name("dimensions")
    if declarator.type == "formal_parameter" and dimensions is None:
        dimensions = next((c for c in declarator.children if c.type == "dimensions"), None)
    array = "[]" if spread else source.text(dimensions) if dimensions is not None else ""
    return " ".join(source.text(declared).split()) + array


def check_constants(part: Piece, value: Node | None, holder: Node | None = None) -> None:
    """Raises `invalid` where a compiler computes a value that is given to a `final` variable, or is a literal, and other code
    may rely on that (15.29). `holder` is the declaration the value is in."""
    if value is None:
        return
    kinds = {node.type for node in within(value)}
    around = holder or next(
        (n for n in reversed(part.chain) if n.type.endswith("_declaration")), part.chain[0]
    )
    if not kinds & _MEANT and (is_final(around) or (holder is None and "identifier" not in kinds)):
        raise refused("It is a constant, which other code may need to be one.")


def result_of(source: Source, part: Piece, home: Home) -> str:
    """The type of the selected expression. Raises `invalid` where neither it nor its place says it."""
    value, parent = part.expression, part.chain[-2]
    if value is None:
        return "void"
    if parent.type == "variable_declarator" and part.chain[-3].type in (
        "local_variable_declaration",
        "field_declaration",
    ):
        declared = part.chain[-3].child_by_field_name("type")
        if declared is not None and source.text(declared) != "var" and value.type != "array_initializer":
            dimensions = parent.child_by_field_name("dimensions")
            return source.text(declared) + (source.text(dimensions) if dimensions is not None else "")
    if parent.type == "return_statement" and home.result not in ("", "void"):
        return home.result
    if _is_condition(part):
        return "boolean"
    if (found := _declared_here(source, home, value)) is not None:
        return found
    at = next(
        i
        for i in range(len(part.chain) - 1, 0, -1)
        if part.chain[i].type.endswith(("_statement", "_declaration"))
    )
    found = type_of(source, Spot(part.chain, at, "block"), value)
    if found == "var":
        raise refused("The type of the expression is not known.", "Declare a variable for it first.")
    return found


def _is_condition(part: Piece) -> bool:
    """Whether the expression is asked for its truth."""
    for at in range(len(part.chain) - 2, 0, -1):
        parent, child = part.chain[at], part.chain[at + 1]
        if parent.type == "parenthesized_expression":
            continue
        if parent.type in (
            "if_statement",
            "while_statement",
            "do_statement",
            "for_statement",
            "ternary_expression",
        ):
            return field(parent, "condition", child)
        if parent.type == "assert_statement":
            return same(parent.named_children[0], child)
        sign = parent.child_by_field_name("operator")
        return sign is not None and sign.type in ("&&", "||", "!")
    return False


def _declared_here(source: Source, home: Home, value: Node) -> str | None:
    """The result of a call of the only method of its name in the class; None where it is not one, or is a variable one."""
    if value.type != "method_invocation":
        return None
    owner = value.child_by_field_name("object")
    named, given = value.child_by_field_name("name"), value.child_by_field_name("arguments")
    if (owner is not None and owner.type != "this") or named is None or given is None:
        return None
    found = [
        member
        for member in home.body.named_children
        if member.type == "method_declaration"
        and _same_text(source, member.child_by_field_name("name"), named)
    ]
    parameters = found[0].child_by_field_name("parameters") if len(found) == 1 else None
    declared = found[0].child_by_field_name("type") if len(found) == 1 else None
    if parameters is None or declared is None or parameters.named_child_count != given.named_child_count:
        return None
    plain = not any(c.type in ("type_parameters", "dimensions") for c in found[0].children)
    return source.text(declared) if plain and declared.type != "void_type" else None


def _same_text(source: Source, one: Node | None, other: Node) -> bool:
    """Whether two nodes say the same."""
    return one is not None and source.text(one) == source.text(other)


def raised(source: Source, part: Piece, home: Home) -> list[str]:
    """The checked exceptions that may leave the selection: those its method declares, or a `try` around it catches."""
    if not any(node.type in _CALLS for node in own(part.nodes)):
        return []
    found: list[str] = []
    for above, node in zip(reversed(part.chain[:-1]), reversed(part.chain), strict=False):
        if above.type in ("try_statement", "try_with_resources_statement") and node.type in (
            "block",
            "resource_specification",
        ):
            for clause in above.named_children:
                if clause.type == "catch_clause":
                    found += _caught(source, clause)
        if above.id == home.function.id or above.id == home.member.id:
            break
    declared = next((c for c in home.function.children if c.type == "throws"), None)
    found += [source.text(child) for child in declared.named_children] if declared is not None else []
    checked = [each for each in dict.fromkeys(found) if each.rpartition(".")[2] not in _UNCHECKED]
    for each in checked:
        home.check_type(source, each)
    return checked


def _caught(source: Source, clause: Node) -> list[str]:
    parameter = next((c for c in clause.named_children if c.type == "catch_formal_parameter"), None)
    kinds = (
        next((c for c in parameter.named_children if c.type == "catch_type"), None)
        if parameter is not None
        else None
    )
    named = parameter.child_by_field_name("name") if parameter is not None else None
    body = clause.child_by_field_name("body")
    if kinds is None or named is None or body is None:
        return []
    said = [source.text(child) for child in kinds.named_children]
    if _ANY & set(said):
        for node in within(body):
            if node.type == "throw_statement" and _same_text(source, node.named_children[0], named):
                raise refused("What it throws is thrown on, and would be less known.")
    return said
