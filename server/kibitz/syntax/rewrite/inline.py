"""Inline variable: its value takes its place wherever it is read, and the declaration goes."""

from __future__ import annotations

from attrs import frozen
from tree_sitter import Node

from kibitz.syntax.rewrite.base import (
    COMMENTS,
    NESTED,
    Edit,
    field,
    line_end,
    refused,
    same,
    starts_line,
    token,
    within,
    words,
)
from kibitz.syntax.rewrite.effects import Effects, before, disturbed, effects
from kibitz.syntax.rewrite.locality import region
from kibitz.syntax.rewrite.names import Names, Use, family, names_near
from kibitz.syntax.rewrite.place import Spot, spot
from kibitz.syntax.rewrite.precedence import needs_parentheses
from kibitz.syntax.rewrite.rename import variable_at
from kibitz.syntax.source import Source

_DECLARATIONS = words(
    """lexical_declaration variable_declaration short_var_declaration var_declaration const_declaration
    let_declaration local_variable_declaration"""
)
_LOOPS = frozenset(
    {
        *("for_statement", "for_in_statement", "while_statement", "do_statement", "enhanced_for_statement"),
        *("for_expression", "while_expression", "loop_expression"),
    }
)
_OPEN_ENDED = frozenset(
    {
        "expression_statement",
        "lexical_declaration",
        "variable_declaration",
        "return_statement",
        "throw_statement",
    }
)
_IDENTITY = "It would be made anew at each place."
_BLOCKS = frozenset(
    {"statement_block", "program", "block", "statement_list", "constructor_body", "source_file"}
)


@frozen
class Declared:
    """A variable with its declaration, the value it gets there, and the places that read it."""

    names: Names
    bind: Use
    reads: tuple[Use, ...]
    statement: Node
    value: Node


def inline_variable(source: Source, byte: int) -> list[Edit]:
    """The edits that put a variable's value in its places. Raises `invalid` where the value could be another there."""
    found = _declared(source, byte)
    _check_value(source, found)
    edits = [_replaced(source, found, use) for use in found.reads]
    return [*edits, _removed(source, found.statement)]


def _declared(source: Source, byte: int) -> Declared:
    names, _, scope = variable_at(source, byte)
    uses = names.of(scope)
    binds = [use for use in uses if use.role == "bind"]
    if len(binds) != 1 or binds[0].sort != "variable" or binds[0].form:
        raise refused(
            "It is not a variable with one value.",
            "Put the cursor on a variable that is declared with its value.",
        )
    if any(use.role == "write" for use in uses):
        raise refused("It gets another value later.")
    bind = binds[0]
    at = next(
        (i for i, node in enumerate(bind.chain) if node.type in _DECLARATIONS and i > len(bind.chain) - 5),
        None,
    )
    if at is None:
        raise refused("It is not declared in a statement of its own.")
    statement, value = bind.chain[at], _value(bind, at)
    parent = bind.chain[at - 1]
    if parent.type not in _BLOCKS or parent.type == "source_file":
        raise refused("Its declaration is part of something else.")
    if parent.type == "program" and parent.parent is not None:
        raise refused("Its declaration is part of something else.")
    reads = tuple(use for use in uses if use.role == "read")
    if not reads:
        raise refused("Nothing uses it.", "Delete it, if its value has no effect.")
    if any(use.start < statement.start_byte for use in reads):
        raise refused("It is used before it is declared.")
    return Declared(names, bind, reads, statement, value)


def _value(bind: Use, at: int) -> Node:
    """The one value of a declaration of one name."""
    statement = bind.chain[at]
    declarator = bind.chain[at + 1] if at + 1 < len(bind.chain) - 1 else statement
    match statement.type:
        case "short_var_declaration":
            left, right = statement.child_by_field_name("left"), statement.child_by_field_name("right")
            pair = (
                left is not None
                and right is not None
                and left.named_child_count == 1 == right.named_child_count
            )
            value = right.named_children[0] if pair and right is not None else None
        case "let_declaration":
            value = statement.child_by_field_name("value")
            pattern = statement.child_by_field_name("pattern")
            plain = same(pattern, bind.node) and not token(statement, "mutable_specifier")
            value = value if plain and statement.child_by_field_name("alternative") is None else None
        case _:
            value = declarator.child_by_field_name("value")
            if value is not None and value.type == "expression_list":
                value = value.named_children[0] if value.named_child_count == 1 else None
            alone = (
                sum(
                    child.type in ("variable_declarator", "var_spec", "const_spec")
                    for child in statement.children
                )
                == 1
            )
            named = (
                field(declarator, "name", bind.node) and len(declarator.children_by_field_name("name")) == 1
            )
            value = value if alone and named else None
    if value is None:
        raise refused("It is not declared alone, with one value.")
    return value


def _check_value(source: Source, found: Declared) -> None:
    """Raises `invalid` unless each place would get the value that the declaration has computed."""
    mine = effects(source, found.value)
    if any(child.type == "modifiers" and "@" in source.text(child) for child in found.statement.children):
        raise refused("Its declaration has annotations.")
    above = found.statement.prev_named_sibling
    if above is not None and above.type == "attribute_item":
        raise refused("Its declaration has an attribute.")
    if any(part.type in COMMENTS for part in within(found.statement)):
        raise refused("There is a comment in its declaration.", "Move the comment first.")
    from kibitz.syntax.rewrite.inline_types import check_types

    check_types(source, found.statement, found.value, found.reads)
    _check_names(source, found, mine)
    if _personal(source, found.value) and any(_crosses(found, use) for use in found.reads):
        raise refused("It speaks of `this`, or waits, and is used in another function.")
    if mine.acts or mine.makes:
        _check_once(source, found, mine)
        return
    later = any(_crosses(found, use) for use in found.reads)
    span = region(source, found.bind.chain) if later else _span(found)
    if mine.reads or any(disturbed(source, name, found.value.start_byte, span) for name in mine.names):
        _check_calm(source, found, mine)


def _personal(source: Source, value: Node) -> bool:
    """Whether a value means something else, or nothing, in another function."""
    kinds = {"this", "super", "await_expression", "yield_expression", "try_expression"}
    return any(
        part.type in kinds or (part.type == "identifier" and source.text(part) == "arguments")
        for part in within(value)
    )


def _span(found: Declared) -> tuple[int, int]:
    return found.statement.end_byte, max(use.end for use in found.reads)


def _check_names(source: Source, found: Declared, mine: Effects) -> None:
    """The names of the value must mean the same at each place."""
    area = region(source, found.bind.chain)
    for name in mine.names - {"this", "self"}:
        names = names_near(source, name, area, found.value.start_byte)
        here = names.seen_from(found.value.start_byte)
        low, high = found.value.start_byte, found.value.end_byte
        inner = [
            names.scope_of(use) for use in names.uses if low <= use.start < high and use.role != "member"
        ]
        if inner and all(scope is not None and low <= scope[0] and scope[1] <= high for scope in inner):
            continue  # a parameter of a function in it
        for use in found.reads:
            if names.seen_from(use.start) != here:
                raise refused(f"`{name}` means something else where it is used.")


def _crosses(found: Declared, use: Use) -> bool:
    """Whether a place runs at another time than the declaration, or more than once for it."""
    for node in use.chain:
        if node.start_byte >= found.statement.end_byte and (node.type in NESTED or node.type in _LOOPS):
            if node.type in ("for_in_statement", "enhanced_for_statement", "for_expression"):
                iterated = node.child_by_field_name("right") or node.child_by_field_name("value")
                if iterated is not None and iterated.start_byte <= use.start < iterated.end_byte:
                    continue
            return True
    return False


def _check_once(source: Source, found: Declared, mine: Effects) -> None:
    """A value with an effect is computed at one place, right behind, before anything else happens."""
    if len(found.reads) > 1:
        raise refused(_IDENTITY)
    use = found.reads[0]
    if _crosses(found, use):
        raise refused("It would be computed at another time, or more than once.")
    place = _next_statement(source, found, use)
    earlier = before(source, use.chain, place.at)
    start, end = found.value.start_byte, found.value.end_byte
    if mine.acts and (
        earlier.acts or earlier.reads or any(disturbed(source, n, start, (start, end)) for n in earlier.names)
    ):
        raise refused("Something else would happen before it.")
    if earlier.acts and (mine.reads or mine.names):
        raise refused("Something else would happen before it.")


def _next_statement(source: Source, found: Declared, use: Use) -> Spot:
    place = spot(source, use.chain)
    at: Node | None = found.statement.next_named_sibling
    while at is not None and (at.type in COMMENTS or at.type == "empty_statement"):
        at = at.next_named_sibling
    if place.holder != "block" or not same(at, place.statement):
        raise refused(
            "Something else would happen before it.", "Move the declaration next to where it is used."
        )
    return place


def _check_calm(source: Source, found: Declared, mine: Effects) -> None:
    """A value that depends on what may change is computed later only where nothing happens in between."""
    if any(_crosses(found, use) for use in found.reads):
        raise refused("What it depends on may have changed by then.")
    low, high = _span(found)
    last = max(found.reads, key=lambda use: use.start)
    parent = found.statement.parent
    for sibling in parent.children if parent is not None else ():
        if sibling.end_byte <= low or sibling.start_byte >= high or not sibling.is_named:
            continue
        within_last = sibling.start_byte <= last.start < sibling.end_byte
        if within_last and len([u for u in found.reads if u.start >= sibling.start_byte]) == 1:
            at = next(i for i, node in enumerate(last.chain) if same(node, sibling))
            if _simple(last.chain[at:]):
                happens = before(source, last.chain, at)
                if happens.acts:
                    raise refused("What it depends on may have changed by then.")
                continue
        if _acts(source, sibling, high):
            raise refused("What it depends on may have changed by then.")


def _simple(chain: tuple[Node, ...]) -> bool:
    return not any(node.type in _BLOCKS or node.type in NESTED for node in chain[1:])


_CALM = words(
    """expression_statement return_statement if_statement else_clause lexical_declaration block
    variable_declarator statement_block short_var_declaration expression_list var_declaration var_spec
    let_declaration local_variable_declaration if_expression statement_list return_expression
    const_declaration const_spec arguments argument_list throw_statement empty_statement break_statement
    continue_statement object_pattern array_pattern pair_pattern shorthand_property_identifier_pattern"""
)


def _acts(source: Source, node: Node, high: int) -> bool:
    """Whether anything in a statement, up to a byte, may change what a value depends on."""
    if node.start_byte >= high or node.type in COMMENTS:
        return False
    if node.type in _CALM:
        return any(_acts(source, child, high) for child in node.named_children)
    return effects(source, node).acts


def _replaced(source: Source, found: Declared, use: Use) -> Edit:
    text = source.text(found.value)
    match use.form:
        case "shorthand":
            return Edit(use.start, use.end, f"{found.names.name}: {text}")
        case "" | "own_field":
            pass
        case _:
            raise refused("It is used by its name, not only by its value.")
    chain, start, end = use.chain, use.start, use.end
    parent = chain[-2]
    if family(source.language) == "ecma":
        _check_start(source, found, use, text)
        callee = parent.child_by_field_name("function") or parent.child_by_field_name("constructor")
        if same(callee, use.node) and found.value.type in (
            "member_expression",
            "subscript_expression",
            "arrow_function",
        ):
            raise refused("It is called, and would be called on another `this`.")
        if parent.type in (
            "jsx_opening_element",
            "jsx_closing_element",
            "jsx_self_closing_element",
            "decorator",
        ):
            raise refused("It is used by its name, not only by its value.")
        in_jsx = (
            parent.type == "jsx_expression"
            and len(chain) > 2
            and chain[-3].type in ("jsx_element", "jsx_fragment")
        )
        if in_jsx and found.value.type in ("jsx_element", "jsx_self_closing_element"):
            return Edit(parent.start_byte, parent.end_byte, text)
    if parent.type == "token_tree":
        inner = found.value
        plain = inner.type in (
            "identifier",
            "integer_literal",
            "string_literal",
            "call_expression",
            "field_expression",
        )
        return Edit(start, end, text if plain or _fenced(source, use) else f"({text})")
    if needs_parentheses(source, found.value, chain):
        text = f"({text})"
    return Edit(start, end, text)


def _fenced(source: Source, use: Use) -> bool:
    """Whether a token stands alone between commas or brackets."""
    data = source.offsets.data
    before_, after = data[: use.start].rstrip()[-1:], data[use.end :].lstrip()[:1]
    return before_ in (b",", b"(", b"[") and after in (b",", b")", b"]")


def _removed(source: Source, statement: Node) -> Edit:
    """The declaration's own line with its end; only the declaration where the line holds more."""
    data = source.offsets.data
    start, end = statement.start_byte, statement.end_byte
    if data[end : end + 1] == b";" and source.language == "go":
        end += 1
    last = line_end(source, end)
    if starts_line(source, start) and not data[end:last].strip():
        first = data.rfind(b"\n", 0, start) + 1
        blank_above = not data[data.rfind(b"\n", 0, max(0, first - 1)) + 1 : first].strip()
        below = line_end(source, last)
        if blank_above and last < below and not data[last:below].strip():
            last = below
        return Edit(first, last, "")
    while data[end : end + 1] in (b" ", b"\t"):
        end += 1
    return Edit(start, end, "")


def _check_start(source: Source, found: Declared, use: Use, text: str) -> None:
    """Raises `invalid` where a line would begin with what goes on with the line before, if that has no semicolon."""
    statement = next(
        (n for n in use.chain if n.type == "expression_statement" and n.start_byte == use.start), None
    )
    if statement is None:
        return
    before = statement.prev_named_sibling
    while before is not None and (before.type in COMMENTS or same(before, found.statement)):
        before = before.prev_named_sibling
    wrapped = needs_parentheses(source, found.value, use.chain)
    last = source.text(before)[-1] if before is not None else ";"
    ended = last == ";" or (last == "}" and before is not None and before.type not in _OPEN_ENDED)
    if not ended and (wrapped or text[:1] in "([`+-/"):
        raise refused(
            "The line before it has no semicolon, and would go on with it.", "Add the semicolon first."
        )
