"""Whether a value keeps its type, and what it is a place of, where it stands instead of the variable it was given to."""

from __future__ import annotations

from tree_sitter import Node

from kibitz.syntax.rewrite.base import field, refused, same, token, within
from kibitz.syntax.rewrite.names import Use, family
from kibitz.syntax.source import Source

_CONVERTED = "Its declared type may not be that of its value."


def check_types(source: Source, statement: Node, value: Node, reads: tuple[Use, ...]) -> None:
    """Raises `invalid` where the variable's type, or that it is a copy, may matter to a place that reads it."""
    match family(source.language):
        case "go":
            _go(source, statement, value, reads)
        case "rust":
            _rust(source, statement, value, reads)
        case "java":
            _java(source, statement, value, reads)
        case _:
            _ecma(source, statement, value, reads)


def _ecma(source: Source, statement: Node, value: Node, reads: tuple[Use, ...]) -> None:
    declarator = next(child for child in statement.children if child.type == "variable_declarator")
    if (
        statement.type == "variable_declaration"
        and statement.parent is not None
        and statement.parent.type == "program"
    ):
        raise refused("A `var` of a file may be known to other scripts.")
    if declarator.child_by_field_name("type") is not None and value.type in (
        *("object", "array", "arrow_function", "function_expression", "null", "new_expression", "undefined"),
        *("call_expression", "await_expression", "string", "true", "false"),
    ):
        raise refused(_CONVERTED, "Remove its type first, if the value has it anyway.")
    if value.type in ("function_expression", "class", "arrow_function") and not _only_argument(reads):
        raise refused("A function gets its name from its variable.")
    if statement.parent is not None and statement.parent.type == "program":
        siblings = statement.parent.children
        if any(
            child.type == "export_statement" and same(child.named_children[0], statement)
            for child in siblings
        ):
            raise refused("It is exported.")


def _only_argument(reads: tuple[Use, ...]) -> bool:
    return all(use.chain[-2].type in ("arguments", "pair", "jsx_expression") for use in reads)


def _go(source: Source, statement: Node, value: Node, reads: tuple[Use, ...]) -> None:
    from kibitz.syntax.rewrite.values_go import assigned_through, constant, has_call

    spec = next((child for child in statement.children if child.type in ("var_spec", "const_spec")), None)
    if spec is not None and spec.child_by_field_name("type") is not None:
        raise refused(_CONVERTED)
    if value.type == "func_literal" and any(
        use.chain[-2].type == "call_expression" and field(use.chain[-2], "function", use.node)
        for use in reads
    ):
        raise refused("It is called.")
    for use in reads:
        parent = use.chain[-2]
        if statement.type != "const_declaration" and constant(value):
            mixed = parent.type in (
                "binary_expression",
                "unary_expression",
                "call_expression",
                "parenthesized_expression",
            )
            listed = parent.type == "argument_list" and use.chain[-3].type in (
                "call_expression",
                "type_conversion_expression",
            )
            if mixed or not listed:
                raise refused("A constant would take another type there.", "Make it a `const` first.")
            function = use.chain[-3].child_by_field_name("function")
            if (
                value.type in ("int_literal", "float_literal", "rune_literal")
                and function is not None
                and source.text(function) in (*("float64", "float32", "int8", "uint8", "byte", "complex128"),)
            ):
                raise refused("A constant would take another type there.", "Make it a `const` first.")
        if value.type != "call_expression" and not constant(value) and assigned_through(use.chain):
            raise refused("It is a copy, and changed as one.")
        if value.type == "call_expression" and (
            (parent.type == "unary_expression" and token(parent, "&")) or parent.type == "slice_expression"
        ):
            raise refused("It needs to be a variable there.")
        lists = parent.type == "argument_list" and parent.named_child_count == 1
        several = lists or parent.type == "expression_list"
        if (
            value.type in ("index_expression", "type_assertion_expression")
            and several
            and parent.named_child_count == 1
        ):
            holder = use.chain[-3]
            left = holder.child_by_field_name("left")
            if left is not None and left.named_child_count > 1:
                raise refused("It would give two values there.")
    if value.type == "unary_expression" and token(value, "<-") and len(reads) > 1:
        raise refused("It would be received again.")
    if has_call(value) and any(use.chain[-2].type == "expression_statement" for use in reads):
        raise refused("It stands alone there.")


def _rust(source: Source, statement: Node, value: Node, reads: tuple[Use, ...]) -> None:
    from kibitz.syntax.rewrite.values_rust import CONSUMING, OWNED, chain_is_owned, guards

    if statement.child_by_field_name("type") is not None:
        raise refused(_CONVERTED)
    if guards(source, value):
        raise refused("It may guard something as long as it lives.")
    made = value.type in (
        "call_expression",
        "macro_invocation",
        "struct_expression",
        "try_expression",
        "await_expression",
    )
    place = value.type in (
        "field_expression",
        "index_expression",
        "unary_expression",
        "reference_expression",
        "identifier",
    )
    if value.type == "closure_expression" or (
        any(p.type == "try_expression" for p in within(value)) and len(reads) > 1
    ):
        raise refused("What its types are comes from how it is used.")
    if value.type in ("integer_literal", "float_literal") and len(reads) > 1:
        raise refused("Each place could take another type for the number.", "Give the number its type first.")
    if (place or made) and len(reads) > 1 and value.type != "reference_expression":
        raise refused("It may be moved at the first place.")
    _check_borrowed(source, value, reads)
    for use in reads:
        parent = use.chain[-2]
        if use.form == "format":
            raise refused("It is named inside of a string.")
        if parent.type == "token_tree" and made and not value.type == "macro_invocation":
            raise refused("It would only live as long as the macro.")
        if parent.type == "field_expression" and field(parent, "value", use.node):
            name = source.text(parent.child_by_field_name("field") or parent)
            called = use.chain[-3].type == "call_expression"
            if (made and not (called and (name in CONSUMING or name in OWNED))) or (place and not called):
                raise refused("It would only live as long as the statement.")
            if place and called and name not in OWNED and value.type != "reference_expression":
                raise refused("It may be changed, or moved, there.")
        if parent.type in ("reference_expression", "index_expression", "unary_expression") and (
            made or place
        ):
            raise refused("It would only live as long as the statement.")
    if value.type == "call_expression" and not chain_is_owned(source, value):
        raise refused("It may hold on to something that would live shorter.")


def _check_borrowed(source: Source, value: Node, reads: tuple[Use, ...]) -> None:
    """Raises `invalid` where the value would be computed while something that it needs may be borrowed to be changed."""
    needed = {source.text(part) for part in within(value) if part.type in ("identifier", "self")}
    if any(_borrowed(source, use.chain) & needed for use in reads):
        raise refused("What is called there may hold what the value needs.")


def _borrowed(source: Source, chain: tuple[Node, ...]) -> set[str]:
    """The variables that the methods belong to in whose arguments a place is: they may be borrowed before the arguments."""
    found = set()
    for at in range(1, len(chain) - 1):
        if chain[at].type != "arguments" or chain[at - 1].type != "call_expression":
            continue
        owner = chain[at - 1].child_by_field_name("function")
        if owner is None or owner.type != "field_expression":
            continue
        while owner is not None and owner.type == "field_expression":
            owner = owner.child_by_field_name("value")
        found |= {source.text(owner)} if owner is not None else set()
    return found


_CALM_PARENTS = frozenset(
    {"return_statement", "variable_declarator", "assignment_expression", "parenthesized_expression"}
)


def _java(source: Source, statement: Node, value: Node, reads: tuple[Use, ...]) -> None:
    from kibitz.syntax.rewrite.values_java import evident

    declared = statement.child_by_field_name("type")
    name = source.text(declared) if declared is not None else ""
    if value.type in ("array_initializer", "lambda_expression", "method_reference", "null_literal"):
        raise refused("What its value is comes from its type.")
    if name == "var" or name in ("String", "boolean"):
        return
    if evident(source, value) == name:
        return
    if name[:1].isupper() and not name.startswith(
        ("Integer", "Long", "Double", "Float", "Short", "Byte", "Character", "Object")
    ):
        if value.type == "object_creation_expression":
            created = value.child_by_field_name("type")
            text = source.text(created) if created is not None else ""
            if not text.endswith("<>") and text.partition("<")[0] == name.partition("<")[0]:
                return
        received = all(
            use.chain[-2].type == "method_invocation" and field(use.chain[-2], "object", use.node)
            for use in reads
        )
        generic = "<>" in source.text(value) or "<" in name
        if received and not generic and value.type in ("method_invocation", "identifier", "field_access"):
            return
        if all(use.chain[-2].type in ("return_statement",) for use in reads):
            return
    raise refused(_CONVERTED, "Declare it with `var` first, if the value has its type.")
