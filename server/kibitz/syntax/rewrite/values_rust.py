"""Which Rust values can be bound by `let` before they are used: nothing moved, borrowed or dropped at another time.

The Rust Reference, Place expressions and value expressions; Temporary scopes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Node

from kibitz.syntax.rewrite.base import field, refused, token, within, words
from kibitz.syntax.rewrite.names_rust import KNOWN_MACROS
from kibitz.syntax.source import Source

if TYPE_CHECKING:
    from kibitz.syntax.rewrite.place import Spot

_LITERALS = words(
    """integer_literal float_literal boolean_literal char_literal string_literal raw_string_literal"""
)
_VALUES = _LITERALS | frozenset(
    {
        *(
            "call_expression",
            "macro_invocation",
            "binary_expression",
            "unary_expression",
            "reference_expression",
        ),
        *(
            "try_expression",
            "await_expression",
            "type_cast_expression",
            "struct_expression",
            "tuple_expression",
        ),
        *(
            "array_expression",
            "range_expression",
            "closure_expression",
            "parenthesized_expression",
            "if_expression",
        ),
        *("match_expression", "unit_expression", "negative_literal"),
    }
)
CONSUMING = frozenset(
    [
        "unwrap",
        "expect",
        "unwrap_or",
        "unwrap_or_default",
        "unwrap_or_else",
        "ok",
        "err",
        "ok_or",
        "ok_or_else",
        "map",
        "map_err",
        "map_or",
        "map_or_else",
        "and_then",
        "or_else",
        "filter",
        "filter_map",
        "flat_map",
        "flatten",
        "enumerate",
        "rev",
        "zip",
        "skip",
        "take",
        "skip_while",
        "take_while",
        "chain",
        "cloned",
        "copied",
        "cycle",
        "peekable",
        "collect",
        "sum",
        "product",
        "count",
        "min",
        "max",
        "min_by",
        "max_by",
        "min_by_key",
        "max_by_key",
        "fold",
        "any",
        "all",
        "last",
        "step_by",
        "inspect",
        "fuse",
        "partition",
        "unzip",
        "for_each",
        "into_iter",
        "into",
        "into_boxed_str",
        "into_bytes",
        "into_inner",
        "then",
        "then_some",
        "try_into",
        "position",
        "find_map",
        "saturating_sub",
        "saturating_add",
        "saturating_mul",
        "wrapping_add",
        "wrapping_sub",
        "wrapping_mul",
        "checked_add",
        "checked_sub",
        "checked_mul",
        "abs",
        "pow",
        "sqrt",
        "floor",
        "ceil",
        "round",
        "is_ascii_digit",
        "is_alphabetic",
        "is_whitespace",
        "to_ascii_lowercase",
        "to_ascii_uppercase",
    ]
)
"""Methods that take their receiver by value, so that nothing of it needs to live longer than they do."""
OWNED = frozenset(
    [
        "len",
        "is_empty",
        "clone",
        "to_string",
        "to_owned",
        "to_vec",
        "is_some",
        "is_none",
        "is_ok",
        "is_err",
        "contains",
        "contains_key",
        "starts_with",
        "ends_with",
        "to_lowercase",
        "to_uppercase",
        "as_secs",
        "as_millis",
        "capacity",
        "count",
        "eq",
        "ne",
        "cmp",
        "partial_cmp",
        "is_dir",
        "is_file",
        "exists",
        "is_some_and",
        "is_ok_and",
        "hash",
        "elapsed",
        "to_path_buf",
        "to_str_lossy",
    ]
)
"""Methods whose result borrows nothing from the receiver."""
_VALUED = frozenset({"vec", "format", "dbg", "write", "writeln", "anyhow"})
"""Macros that give a value."""
_GUARDS = frozenset(
    [
        "lock",
        "read",
        "write",
        "borrow",
        "borrow_mut",
        "try_lock",
        "enter",
        "entered",
        "guard",
        "span",
        "pin",
        "try_borrow",
        "try_borrow_mut",
    ]
)


def check_owned(source: Source, place: Spot, value: Node) -> None:
    """Raises `invalid` where a `let` before the statement could move, borrow or drop differently."""
    if value.type not in _VALUES:
        raise refused(
            "Binding it would move it out of its place.", "Select it with `&`, or what is made of it."
        )
    if value.type == "closure_expression":
        raise refused("The types of its parameters come from where it stands.")
    parent = place.chain[-2]
    if parent.type == "field_expression" and field(parent, "value", place.node):
        name = source.text(parent.child_by_field_name("field") or parent)
        if name not in OWNED and name not in CONSUMING:
            raise refused("What is called on it may need to change it.", "Select the whole call.")
    if parent.type in ("index_expression", "try_expression") and value.type not in _LITERALS | {
        "call_expression"
    }:
        raise refused("It is used in its place.", "Select the expression around it.")
    for part in within(value, nested=False):
        if part.type == "reference_expression" and token(part, "mutable_specifier"):
            raise refused("It borrows for a change.", "Select a part of it.")
        if part.type == "unary_expression" and token(part, "*") and part.id == value.id:
            raise refused("Binding it could move it out of its place.", "Select it with `&`.")
        if part.type == "macro_invocation":
            name = source.text(part.child_by_field_name("macro") or part)
            if (
                name not in KNOWN_MACROS
                or name == "format_args"
                or (part.id == value.id and name not in _VALUED)
            ):
                raise refused("What this macro makes is not known.")
        if part.type == "call_expression" and not chain_is_owned(source, part):
            raise refused(
                "It may hold on to something that only lives as long as this statement.",
                "Select the whole chain.",
            )


def chain_is_owned(source: Source, call: Node) -> bool:
    """Whether the result of a call borrows nothing from a value that is made on the way, nor guards anything."""
    method = call.child_by_field_name("function")
    if method is not None and method.type == "generic_function":
        method = method.child_by_field_name("function")
    if method is None:
        return False
    if method.type != "field_expression":
        return True
    name = source.text(method.child_by_field_name("field") or method)
    receiver = method.child_by_field_name("value")
    if name in _GUARDS or receiver is None:
        return False
    while receiver is not None and receiver.type in ("field_expression", "parenthesized_expression"):
        receiver = receiver.child_by_field_name("value") or receiver.named_children[0]
    made = receiver is not None and receiver.type not in (
        "identifier",
        "self",
        "scoped_identifier",
        *_LITERALS,
    )
    return not made or name in CONSUMING or name in OWNED


def guards(source: Source, value: Node) -> bool:
    """Whether a value may be a guard, whose end of life matters."""
    return any(
        part.type == "field_expression" and source.text(part.child_by_field_name("field") or part) in _GUARDS
        for part in within(value)
    )
