"""Guard clause: what an `if` wraps comes out, and the opposite condition leaves early."""

from __future__ import annotations

import re
from typing import NamedTuple

from tree_sitter import Node

from kibitz.syntax.rewrite.base import (
    COMMENTS,
    Edit,
    bare_style,
    indent_of,
    protected_lines,
    refused,
    same,
    starts_line,
    unit,
    words,
)
from kibitz.syntax.rewrite.branch import Branch, branch_at, has_comment_between, opposite
from kibitz.syntax.rewrite.guard_names import check_declared
from kibitz.syntax.rewrite.names import family
from kibitz.syntax.source import Source

FUNCTIONS = words(
    """function_declaration function_expression arrow_function method_definition generator_function
    generator_function_declaration method_declaration constructor_declaration func_literal function_item
    closure_expression lambda_expression function_definition local_function_statement
    anonymous_method_expression compact_constructor_declaration destructor_declaration function_body"""
)
_LOOPS = words(
    """for_statement for_in_statement while_statement do_statement enhanced_for_statement for_expression
    while_expression loop_expression foreach_statement for_range_loop for_each_statement do_while_statement"""
)
_JUMPS = words(
    """return_statement throw_statement break_statement continue_statement raise_statement return_expression
    break_expression continue_expression jump_expression goto_statement throw_expression"""
)
_CONTAINERS = frozenset({"statement_list", "body_statement", "block_body"})
_RESULTS = ("return_type", "result", "type", "returns")
_ORDERED = frozenset({"rust", "cpp", "csharp"})
"""Where what a block holds is let go of at its end, and it matters when."""


class _Place(NamedTuple):
    """The block around an `if`, what that is the body of, and the statements after the `if`."""

    block: Node
    owner: Node
    after: list[Node]
    statement: Node


def guard_clause(source: Source, byte: int) -> list[Edit]:
    """The edits that turn the `if` at a byte into a guard clause. Raises `invalid` where what follows could then differ."""
    found = branch_at(source, byte)
    if source.language == "ruby":
        raise refused("The built-in engine makes no guard clauses in Ruby.")
    if found.follows_else or found.ladder:
        raise refused("It is one of several conditions.")
    if found.initial:
        raise refused("Its header makes a variable that only lives in it.")
    if has_comment_between(found) and source.language != "python":
        raise refused("A comment stands in its header.", "Move the comment first.")
    place = _place(found)
    before = place.statement.prev_named_sibling
    if not starts_line(source, found.node.start_byte) or (
        before is not None and before.type == "attribute_item"
    ):
        raise refused("It does not start its line.")
    end = place.statement.end_byte
    if found.otherwise is not None:
        if not _leaves(source, found.otherwise):
            raise refused("Its `else` does not leave.", "Invert the `if` instead.")
        if place.after and source.language in _ORDERED:
            raise refused("What it holds would be let go of later.")
        leaving = _lines(source, found.otherwise, indent_of(source, found.node.start_byte) + unit(source))
    elif not place.after:
        leaving = [indent_of(source, found.node.start_byte) + unit(source) + _way_out(source, place)]
    else:
        last = place.after[0]
        if (
            len(place.after) > 1
            or not is_jump(last)
            or not _leaves(source, found.then)
            or not starts_line(source, last.start_byte)
        ):
            raise refused("What follows it would not be reached any more.")
        leaving = [indent_of(source, last.start_byte) + unit(source) + source.text(last)]
        if "\n" in source.text(last):
            raise refused("What follows it takes several lines.")
        between = source.offsets.text(found.node.end_byte, last.start_byte)
        if between.strip():
            raise refused("A comment stands behind it.", "Move the comment first.")
        end = last.end_byte
    check_declared(source, found, place.block)
    return [Edit(found.node.start_byte, end, _written(source, found, leaving))]


def _place(found: Branch) -> _Place:
    chain = found.chain
    at = len(chain) - 1
    if chain[at - 1].type == "expression_statement":
        at -= 1
    statement, block = chain[at], chain[at - 1]
    owner = chain[at - 2] if at > 1 else block
    if block.type in _CONTAINERS and at > 2:
        owner = chain[at - 3]
    siblings = [
        c
        for c in block.children
        if c.is_named and c.type not in COMMENTS and c.start_byte >= statement.end_byte
    ]
    siblings = [c for c in siblings if c.type != "empty_statement"]
    if block.type == "constructor_body":
        owner = chain[at - 2]
    braces = block.type in (
        "block",
        "statement_block",
        "compound_statement",
        "constructor_body",
        *_CONTAINERS,
    )
    if not braces:
        raise refused("It stands in no block.")
    return _Place(block, owner, siblings, statement)


def _way_out(source: Source, place: _Place) -> str:
    """The statement that leaves as reaching the end does."""
    bare = source.language in ("go", "python", "kotlin") or (
        family(source.language) == "ecma" and bare_style(source)
    )
    end = "" if bare else ";"
    owner = place.owner
    if owner.type in _LOOPS:
        body = owner.child_by_field_name("body")
        if source.language == "python" and body is not None and not same(body, place.block):
            raise refused("It stands behind a loop.")
        return f"continue{end}"
    if owner.type not in FUNCTIONS:
        raise refused("It ends neither a function nor a loop.")
    if source.language in ("c", "cpp", "csharp", "kotlin", "rust", "java") and not _returns_nothing(
        source, place
    ):
        raise refused("The function has a result.")
    return f"return{end}"


def _returns_nothing(source: Source, place: _Place) -> bool:
    owner = place.owner if place.owner.type != "function_body" else place.owner.parent
    if owner is None:
        return False
    text = source.text(place.block)
    if source.language == "csharp" and re.search(r"\byield\s+(return|break)\b", text):
        return False
    if source.language == "rust":
        return owner.child_by_field_name("return_type") is None
    if owner.type == "lambda_expression" or owner.type == "anonymous_method_expression":
        return source.language in ("java", "csharp")
    if source.language == "kotlin":
        after = next((c for c in owner.children if c.type == "function_value_parameters"), None)
        typed = (
            after is not None
            and after.next_named_sibling is not None
            and "type" in after.next_named_sibling.type
        )
        return not typed
    kinds = [found for name in _RESULTS if (found := owner.child_by_field_name(name)) is not None]
    if not kinds:
        return True
    said = source.text(kinds[0]).strip()
    declarator = owner.child_by_field_name("declarator")
    pointer = declarator is not None and declarator.type == "pointer_declarator"
    return (said == "void" and not pointer) or (
        said == "Task" and "async" in source.offsets.text(owner.start_byte, kinds[0].start_byte)
    )


def is_jump(node: Node) -> bool:
    """Whether a statement goes on somewhere else than behind it."""
    if node.type == "expression_statement" and node.named_child_count:
        return node.named_children[0].type in _JUMPS
    return node.type in _JUMPS


def _leaves(source: Source, body: Node) -> bool:
    """Whether a branch always ends with a jump."""
    if body.type in ("block", "statement_block", "compound_statement", "statement_list"):
        inner = [child for child in body.named_children if child.type not in COMMENTS]
        return bool(inner) and _leaves(source, inner[-1])
    return is_jump(body)


def _written(source: Source, found: Branch, leaving: list[str]) -> str:
    eol = source.document.eol
    indent = indent_of(source, found.node.start_byte)
    node, condition = found.node, found.condition
    head = source.offsets.text(node.start_byte, condition.start_byte) + opposite(source, condition)
    head += source.offsets.text(condition.end_byte, found.then.start_byte)
    body = _lines(source, found.then, indent)
    if source.language == "python":
        colon = head.index(
            ":", len(head) - len(source.offsets.text(condition.end_byte, found.then.start_byte))
        )
        first, *comments = head[colon + 1 :].splitlines() or [""]
        body = [*(indent + line.strip() for line in comments if line.strip()), *body]
        return eol.join([head[: colon + 1] + first.rstrip(), *leaving, *body])
    head = head.rstrip()
    return eol.join([f"{head} {{", *leaving, f"{indent}}}", *body])


def _lines(source: Source, body: Node, indent: str) -> list[str]:
    """The lines of a branch without its braces, moved to an indentation; those inside of strings stay."""
    start, end, row = body.start_byte, body.end_byte, body.start_point.row
    if body.children and body.children[0].type == "{":
        start, end = body.children[0].end_byte, body.children[-1].start_byte
    text = source.offsets.text(start, end)
    lines = text.replace("\r\n", "\n").split("\n")
    kept = protected_lines(source, body)
    if (
        kept
        and "\r\n" in source.document.text
        and source.document.text.count("\n") != source.document.text.count("\r\n")
    ):
        raise refused("Its lines end in different ways.")
    first = next(
        (line for at, line in enumerate(lines) if at and line.strip() and row + at not in kept), None
    )
    old = first[: len(first) - len(first.lstrip())] if first is not None else ""
    if lines[0].strip() and body.type in ("block",) and source.language == "python":
        old = indent_of(source, body.start_byte)
    moved = []
    for at, line in enumerate(lines):
        if at and row + at in kept:
            moved.append(line)
        elif at == 0:
            moved.append(indent + line.lstrip() if line.strip() else "")
        elif not line.strip():
            moved.append("")
        elif line.startswith(old):
            moved.append(indent + line.removeprefix(old))
        else:
            moved.append(indent + line.lstrip())
    while moved and not moved[0]:
        moved.pop(0)
    while moved and not moved[-1].strip():
        moved.pop()
    if not moved:
        raise refused("There is nothing in it.")
    if source.language == "rust" and not moved[-1].rstrip().endswith((";", "}")):
        moved[-1] += ";"
    return moved
