"""What evaluating an expression does and depends on, as far as its text says. What no table knows counts as an effect."""

from __future__ import annotations

import re

from attrs import frozen
from tree_sitter import Node

from kibitz.syntax.facts import facts
from kibitz.syntax.rewrite.base import COMMENTS, NESTED, field, same, words
from kibitz.syntax.rewrite.locality import region
from kibitz.syntax.rewrite.names import family, names_near, names_of
from kibitz.syntax.source import Source

_PURE = frozenset(
    {
        *(
            "identifier",
            "number",
            "string",
            "string_fragment",
            "escape_sequence",
            "true",
            "false",
            "null",
            "undefined",
        ),
        *(
            "this",
            "super",
            "template_string",
            "template_substitution",
            "parenthesized_expression",
            "binary_expression",
        ),
        *(
            "unary_expression",
            "ternary_expression",
            "as_expression",
            "satisfies_expression",
            "non_null_expression",
        ),
        *(
            "type_assertion",
            "property_identifier",
            "private_property_identifier",
            "optional_chain",
            "regex_flags",
        ),
        # Go
        *("int_literal", "float_literal", "imaginary_literal", "rune_literal", "interpreted_string_literal"),
        *(
            "raw_string_literal",
            "interpreted_string_literal_content",
            "raw_string_literal_content",
            "nil",
            "iota",
        ),
        *("field_identifier", "package_identifier", "literal_element", "keyed_element"),
        # Rust
        *("integer_literal", "boolean_literal", "char_literal", "string_literal", "string_content", "self"),
        *(
            "scoped_identifier",
            "type_cast_expression",
            "reference_expression",
            "mutable_specifier",
            "range_expression",
        ),
        *("tuple_expression", "unit_expression", "generic_function", "lifetime", "negative_literal"),
        # Java
        *(
            "decimal_integer_literal",
            "hex_integer_literal",
            "octal_integer_literal",
            "binary_integer_literal",
        ),
        *(
            "decimal_floating_point_literal",
            "hex_floating_point_literal",
            "character_literal",
            "null_literal",
        ),
        *(
            "cast_expression",
            "instanceof_expression",
            "class_literal",
            "multiline_string_fragment",
            "text_block",
        ),
        # C#, C, C++, Kotlin, PHP, Ruby, Python, where only conditions are looked at
        *(
            "parenthesized_expr",
            "comparison_operator",
            "boolean_operator",
            "not_operator",
            "integer",
            "float",
        ),
    }
)
_READS = words(
    """member_expression subscript_expression selector_expression index_expression slice_expression
    field_access array_access field_expression type_assertion_expression attribute subscript"""
)
_MAKES = words(
    """object array arrow_function function_expression class regex generator_function jsx_element
    jsx_self_closing_element composite_literal func_literal array_expression struct_expression
    closure_expression lambda_expression method_reference array_initializer"""
)
_INSIDE = words(
    """pair spread_element computed_property_name shorthand_property_identifier literal_value
    jsx_opening_element jsx_closing_element jsx_attribute jsx_expression jsx_text jsx_namespace_name
    html_character_reference field_initializer_list field_initializer shorthand_field_initializer
    base_field_initializer shorthand_field_identifier regex_pattern identifier"""
)
_FUNCTIONS = words(
    """arrow_function function_expression generator_function func_literal closure_expression lambda_expression
    class method_reference"""
)
_TYPES = (
    "type_identifier",
    "predefined_type",
    "primitive_type",
    "integral_type",
    "floating_point_type",
    "boolean_type",
)


@frozen
class Effects:
    """`acts`: it may change something, fail on purpose, or run other code. `makes`: a new object each time. `reads`:
    it depends on fields, elements or what a pointer points to. `names`: the variables it depends on."""

    acts: bool = False
    makes: bool = False
    reads: bool = False
    defers: bool = False
    names: frozenset[str] = frozenset()

    def __or__(self, other: Effects) -> Effects:
        return Effects(
            self.acts or other.acts,
            self.makes or other.makes,
            self.reads or other.reads,
            self.defers or other.defers,
            self.names | other.names,
        )


def effects(source: Source, node: Node) -> Effects:
    """What evaluating a node may do. A function that is only made does not act, but holds on to its names."""
    acts = makes = reads = defers = False
    names: set[str] = set()
    pending = [(node, False)]
    while pending:
        at, inside = pending.pop()
        kind = at.type
        if not at.is_named:
            acts = acts or (not inside and kind in ("delete", "<-", "++", "--"))
            reads = reads or (kind == "*" and at.next_named_sibling is not None and at.prev_sibling is None)
            continue
        if kind in COMMENTS:
            continue
        if kind == "identifier" or kind.startswith("shorthand_property") or kind == "self":
            names.add(source.text(at))
        if kind in _FUNCTIONS:
            makes = defers = inside = True
        elif kind in _MAKES:
            makes = True
        elif kind in _READS:
            reads = True
        elif not inside and kind not in _PURE and kind not in _INSIDE and not _is_type(at):
            acts = True
        if not _is_type(at):
            called = at.child_by_field_name("name") if kind == "method_invocation" else None
            pending += [(child, inside) for child in at.children if not same(child, called)]
    return Effects(acts, makes, reads, defers, frozenset(names))


def _is_type(node: Node) -> bool:
    return node.type in _TYPES or node.type.endswith(
        ("_type", "type_arguments", "type_annotation", "type_identifier")
    )


def disturbed(source: Source, name: str, byte: int, actor: tuple[int, int]) -> bool:
    """Whether code that acts, and stands between two bytes, may change the variable that a name means at a byte.

    A local that only its own function writes is changed by nothing that is called.
    """
    names = names_near(source, name, region(source, source.chain(byte, byte + 1)), byte)
    scope = names.seen_from(byte)
    if scope is None:
        return _may_vary(source, name)
    binds = [use for use in names.binds if use.scope == scope]
    if any(use.sort == "field" and not _final(source, use.chain) for use in binds):
        return True
    home = _function(binds[0].chain)
    if binds[0].start > byte and home is not None:
        return True  # not there yet: reading it fails
    for use in names.uses:
        if use.role == "unknown" and scope[0] <= use.start < scope[1]:
            return True
        if use.role != "write" or names.scope_of(use) != scope:
            continue
        inside = actor[0] <= use.start < actor[1]
        if (
            inside
            or home is None
            or not same(_function(use.chain), home)
            or (use.form == "address" and source.language == "go")
        ):
            return True
    return False


def _may_vary(source: Source, name: str) -> bool:
    """Whether a name that a text does not bind may be a variable: another file's in Go, an inherited field in Java, a
    global of JavaScript."""
    if family(source.language) == "rust" or name[:1].isupper():
        return False
    if source.language == "go":
        head = source.document.text[:20_000]
        if re.search(rf'"(?:[^"\n]*/)?(?:go-)?{re.escape(name)}(?:/v\d+)?"', head):
            return False
    return name not in facts(source.language).words


def _function(chain: tuple[Node, ...]) -> Node | None:
    for node in reversed(chain[:-1]):
        if node.type in NESTED and not (node.type in _NAMED_BY and field(node, "name", chain[-1])):
            return node
    return None


_NAMED_BY = frozenset(
    {"function_declaration", "generator_function_declaration", "function_item", "class_declaration"}
)


def _final(source: Source, chain: tuple[Node, ...]) -> bool:
    return any(
        "final" in source.text(child).split() for child in chain[-3].children if child.type == "modifiers"
    )


def before(source: Source, chain: tuple[Node, ...], at: int) -> Effects:
    """What is evaluated before the last node of a chain, within the node at an index of it: the siblings to the left."""
    found = Effects()
    for parent, child in zip(chain[at:], chain[at + 1 :], strict=False):
        for sibling in parent.named_children:
            if sibling.end_byte > child.start_byte:
                break
            if sibling.type in COMMENTS or _is_type(sibling) or not _evaluated(parent, sibling):
                continue
            part = _target(source, sibling) if _is_target(parent, sibling) else effects(source, sibling)
            if _is_callee(parent, sibling) and not part.acts:
                plain = sibling.type == "identifier" and names_of(source, source.text(sibling)).seen_from(
                    sibling.start_byte
                )
                part = Effects(names=frozenset() if plain is None else part.names)
            found |= part
    return found


def _is_callee(parent: Node, child: Node) -> bool:
    """The path to what is called is looked up before its arguments, and taken to stay what it is."""
    if parent.type in ("call_expression", "new_expression"):
        return field(parent, "function", child) or field(parent, "constructor", child)
    return parent.type in ("method_invocation", "object_creation_expression") and not field(
        parent, "arguments", child
    )


def _is_target(parent: Node, child: Node) -> bool:
    return parent.type in ("assignment_expression", "assignment_statement") and field(parent, "left", child)


def _target(source: Source, node: Node) -> Effects:
    """Of the place something is assigned to, its owner and its index are evaluated, not what it holds."""
    found = Effects()
    for target in node.named_children if node.type == "expression_list" else (node,):
        for part in target.named_children if target.type != "identifier" else ():
            if part.type not in ("property_identifier", "field_identifier"):
                found |= effects(source, part)
    return found


_NAMED_ONLY = words(
    """variable_declarator let_declaration const_spec var_spec pair keyed_element field_initializer
    for_in_statement range_clause enhanced_for_statement for_expression jsx_attribute resource
    short_var_declaration struct_expression composite_literal local_variable_declaration labeled_statement
    jsx_opening_element jsx_self_closing_element let_condition"""
)
_KEYS = ("name", "pattern", "key", "field", "left", "type", "label")


def _evaluated(parent: Node, child: Node) -> bool:
    """Whether a part to the left of another is evaluated at all: names, patterns and keys are not."""
    if parent.type == "variable_declarator" or parent.type == "let_declaration":
        return False
    if parent.type == "method_invocation" and field(parent, "name", child):
        return False
    if parent.type in _NAMED_ONLY:
        return not (any(field(parent, key, child) for key in _KEYS)) or "computed" in child.type
    return child.type not in (
        "modifiers",
        "jsx_text",
        "optional_chain",
        "property_identifier",
        "field_identifier",
    )
