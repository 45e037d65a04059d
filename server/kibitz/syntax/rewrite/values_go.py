"""Which Go values keep their type and meaning under a name (The Go Programming Language Specification, Constants, Calls)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tree_sitter import Node

from kibitz.syntax.rewrite.base import field, refused, same, within, words
from kibitz.syntax.rewrite.precedence import operator
from kibitz.syntax.source import Source

if TYPE_CHECKING:
    from kibitz.syntax.rewrite.place import Spot

LITERALS = words(
    """int_literal float_literal imaginary_literal rune_literal interpreted_string_literal raw_string_literal"""
)
_PLACES = frozenset(
    {"selector_expression", "index_expression", "unary_expression", "parenthesized_expression"}
)
_SINGLE = frozenset(
    [
        "len",
        "cap",
        "make",
        "new",
        "append",
        "copy",
        "min",
        "max",
        "complex",
        "real",
        "imag",
        "string",
        "int",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "uintptr",
        "float32",
        "float64",
        "byte",
        "rune",
        "bool",
        "any",
        "fmt.Sprintf",
        "fmt.Sprint",
        "fmt.Sprintln",
        "fmt.Errorf",
        "errors.New",
        "strings.TrimSpace",
        "strings.Join",
        "strings.ToLower",
        "strings.ToUpper",
        "strings.Repeat",
        "strings.Replace",
        "strings.ReplaceAll",
        "strings.Split",
        "strings.Contains",
        "strings.HasPrefix",
        "strings.HasSuffix",
        "strings.TrimPrefix",
        "strings.TrimSuffix",
        "strings.Fields",
        "strconv.Itoa",
        "strconv.Quote",
        "filepath.Join",
        "filepath.Base",
        "filepath.Dir",
        "path.Join",
        "time.Now",
        "time.Since",
        "bytes.NewReader",
        "bytes.NewBuffer",
        "strings.NewReader",
        "context.Background",
        "reflect.TypeOf",
        "reflect.ValueOf",
        "os.Getenv",
    ]
)


def check(source: Source, place: Spot, value: Node) -> bool:
    """Whether the value has to be a constant, to stay without a type of its own. Raises `invalid` where it cannot be named."""
    if value.type == "nil" or source.text(value) == "nil":
        raise refused("`nil` has no type of its own.")
    if constant(value):
        return True
    if (
        value.type == "binary_expression"
        and operator(value) in ("<<", ">>")
        and constant(value.named_children[0])
    ):
        raise refused("What a shifted constant is depends on where it stands.")
    _check_copies(place)
    _check_single(source, place, value)
    return False


def constant(node: Node) -> bool:
    """Whether an expression consists of nothing but untyped constants."""
    if node.type in LITERALS:
        return True
    if node.type == "unary_expression":
        return operator(node) in "+-^!" and constant(node.named_children[-1])
    if node.type == "parenthesized_expression":
        return constant(node.named_children[0])
    return node.type == "binary_expression" and all(constant(child) for child in node.named_children)


def _check_copies(place: Spot) -> None:
    """A method or a slice may need the place itself; a copy under a name would be changed instead."""
    node, parent = place.node, place.chain[-2]
    copied = node.type in _PLACES
    called = parent.type == "selector_expression" and place.chain[-3].type == "call_expression"
    if copied and (parent.type == "slice_expression" or (called and field(parent, "operand", node))):
        raise refused(
            "What is called may change the place itself, not a copy of it.", "Select the whole call."
        )
    if parent.type == "selector_expression" or parent.type == "index_expression":
        for around in reversed(place.chain[place.at : -2]):
            if around.type in ("assignment_statement", "inc_statement", "dec_statement"):
                raise refused("Something may be assigned through it.", "Select the value.")
            if around.type == "unary_expression" and operator(around) == "&":
                raise refused("Its address is taken.", "Select the expression around it.")
            if around.type not in _PLACES:
                break


def _check_single(source: Source, place: Spot, value: Node) -> None:
    """Raises `invalid` where there may be more or fewer values than one."""
    node, parent = value, place.chain[-2]
    if parent.type == "expression_list" and len(place.chain) > 2:
        holder = place.chain[-3]
        left = holder.child_by_field_name("left")
        targets = left.named_child_count if left is not None else len(holder.children_by_field_name("name"))
        if targets > parent.named_child_count:
            raise refused("It gives more than one value.", "Select a part of it.")
        alone = holder.type == "return_statement" and parent.named_child_count == 1
        if alone and _may_be_many(source, node) and not _returns_one(source, place):
            raise refused("It may give more than one value.", "Select a part of it.")
    if parent.type == "var_spec" and len(parent.children_by_field_name("name")) > 1:
        raise refused("It gives more than one value.", "Select a part of it.")
    if parent.type == "argument_list" and parent.named_child_count == 1 and _may_be_many(source, node):
        raise refused("It may give more than one value.", "Select a part of it.")
    if parent.type in ("go_statement", "defer_statement"):
        raise refused("It is called later.", "Select a part of it.")
    if any(n.type == "spread_expression" or n.type == "variadic_argument" for n in (node, parent)):
        raise refused("It is spread over the parameters.")


def _may_be_many(source: Source, node: Node) -> bool:
    """Whether a call may give several values: not a conversion, nor a function known to give one."""
    if node.type != "call_expression":
        return False
    function = node.child_by_field_name("function")
    name = source.text(function) if function is not None else ""
    if name in _SINGLE or function is None or function.type.endswith("_type"):
        return False
    found = (
        re.search(rf"^func {re.escape(name)}\(", source.document.text, re.MULTILINE)
        if name.isidentifier()
        else None
    )
    if found is None:
        return True
    declared = source.node_at(source.offsets.byte(found.start()), source.offsets.byte(found.end()))
    while declared.type != "function_declaration" and declared.parent is not None:
        declared = declared.parent
    return not _one(declared.child_by_field_name("result"))


def _one(result: Node | None) -> bool:
    if result is None:
        return False
    if result.type != "parameter_list":
        return True
    declared = [child for child in result.named_children if child.type == "parameter_declaration"]
    return len(declared) == 1 and len(declared[0].children_by_field_name("name")) < 2


def _returns_one(source: Source, place: Spot) -> bool:
    for node in reversed(place.chain):
        if node.type in ("function_declaration", "method_declaration", "func_literal"):
            return _one(node.child_by_field_name("result"))
    return False


def assigned_through(chain: tuple[Node, ...]) -> bool:
    """Whether the variable at the end of a chain is changed through a field, an element or its address, or may be by a
    method that is called on it."""
    for at in range(len(chain) - 2, 0, -1):
        node, child = chain[at], chain[at + 1]
        if node.type == "selector_expression" and field(node, "operand", child):
            if chain[at - 1].type == "call_expression" and field(chain[at - 1], "function", node):
                return True
            continue
        if node.type in ("index_expression", "slice_expression", "parenthesized_expression"):
            if node.type == "slice_expression":
                return True
            continue
        if node.type in ("inc_statement", "dec_statement"):
            return True
        if node.type == "unary_expression" and operator(node) == "&":
            return True
        if node.type == "expression_list":
            holder = chain[at - 1]
            return holder.type == "assignment_statement" and same(holder.child_by_field_name("left"), node)
        return False
    return False


def has_call(node: Node) -> bool:
    """Whether something is called in an expression."""
    return any(part.type == "call_expression" for part in within(node, nested=False))
