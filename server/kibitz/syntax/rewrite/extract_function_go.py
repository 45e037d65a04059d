"""Extract function in Go: statements or an expression become a function behind the one around, a receiver a parameter.

What it is given are copies: a variable that is changed through its address, by a method of it or by a function inside is no
parameter. Types are taken from declarations in the file; where none says them, it is refused.
"""

from __future__ import annotations

import re

from attrs import define, field
from tree_sitter import Node

from kibitz.syntax.rewrite.base import COMMENTS, Edit, indent_of, refused, same, unit
from kibitz.syntax.rewrite.extract import check_role
from kibitz.syntax.rewrite.function_go import check_body, host_of, leaves, returns
from kibitz.syntax.rewrite.function_go_types import Types, has_named_results, results_of
from kibitz.syntax.rewrite.function_names import Variable, variables
from kibitz.syntax.rewrite.function_place import Piece, piece
from kibitz.syntax.rewrite.function_text import behind, body_lines, new_name
from kibitz.syntax.rewrite.names import Use, names_of
from kibitz.syntax.rewrite.place import Spot
from kibitz.syntax.rewrite.values_go import assigned_through, check
from kibitz.syntax.source import Source

_CONTAINERS = frozenset({"statement_list", "block"})
_FUNCTIONS = frozenset({"function_declaration", "method_declaration", "func_literal"})
_SHARED = "`{0}` is also used by a function inside."
_ADDRESS = "`{0}` may be changed through its address."


@define
class _Traffic:
    """What goes in, and what comes back: variables that are changed, and those that are made."""

    given: list[tuple[str, str]] = field(factory=list)
    changed: list[tuple[Use, str]] = field(factory=list)
    made: list[tuple[Use, str]] = field(factory=list)


def extract_function_go(source: Source, start: int, end: int, name: str | None) -> list[Edit]:
    """The edits that make a function of what is selected. Raises `invalid` where that could change what the code does."""
    part = _whole(piece(source, start, end, _CONTAINERS))
    member, function = host_of(source, part)
    check_body(source, part)
    types = Types(source)
    returning, ends = returns(part), leaves(source, part.nodes)
    results = results_of(source, function) if returning else []
    if returning and not ends and (results or not _is_tail(part, function)):
        raise refused("It returns on some ways through it only.", "Select up to the last return.")
    if ends and not returning:
        raise refused("It never comes to its end.", "Select a part of it.")
    if returning and has_named_results(function) and _returns_bare(part):
        raise refused("It returns results by their names.", "Write what it returns first.")
    traffic = _Traffic()
    found = list(variables(source, part))
    _check_anew(part, found)
    for variable in found:
        if member.start_byte <= variable.scope[0] and variable.scope[1] <= member.end_byte:
            _passed(source, part, function, variable, types, traffic, returning=returning)
    if part.expression is not None:
        check_role(source, Spot(part.chain, len(part.chain) - 1, "block"))
        results = [_result(source, part, function, types)]
    elif not returning:
        results = [type_ for _, type_ in (*traffic.changed, *traffic.made)]
    for type_ in (*results, *(type_ for _, type_ in traffic.given)):
        _check_visible(source, type_)
    wanted = new_name(source, _wanted(source, member), name)
    return _edits(
        source, part, member, traffic, results, wanted, returning=returning and (ends or bool(results))
    )


def _whole(part: Piece) -> Piece:
    """An expression that is a statement is taken for one."""
    if part.expression is None or part.chain[-2].type != "expression_statement":
        return part
    statement = part.chain[-2]
    return Piece(part.chain[:-2], (statement,), statement.start_byte, statement.end_byte)


def _is_tail(part: Piece, function: Node) -> bool:
    """Whether nothing follows in the function."""
    body = function.child_by_field_name("body")
    block = part.chain[-2] if part.chain[-1].type == "statement_list" else part.chain[-1]
    rest = [n for n in part.chain[-1].named_children if n.start_byte >= part.end and n.type not in COMMENTS]
    return same(body, block) and not rest


def _returns_bare(part: Piece) -> bool:
    pending = list(part.nodes)
    while pending:
        node = pending.pop()
        if node.type == "return_statement" and not node.named_children:
            return True
        pending += node.children if node.type != "func_literal" else []
    return False


def _check_anew(part: Piece, found: list[Variable]) -> None:
    """Raises `invalid` where the selection declares a name that it also has from around: as a parameter, it has that already."""
    outside = {variable.name for variable in found if not part.holds(variable.binds[0].start)}
    for variable in found:
        bind = variable.binds[0]
        statement = next((n for n in bind.chain if any(same(n, node) for node in part.nodes)), None)
        own = statement is not None and statement.type in (
            "short_var_declaration",
            "var_declaration",
            "const_declaration",
        )
        if own and part.holds(bind.start) and variable.name in outside:
            raise refused(f"It declares a `{variable.name}` anew.", "Rename one of the two first.")


def _passed(
    source: Source,
    part: Piece,
    function: Node,
    variable: Variable,
    types: Types,
    traffic: _Traffic,
    *,
    returning: bool,
) -> None:
    """Notes a local variable as a parameter or a result. Raises `invalid` where it can be neither."""
    name, uses = variable.name, variable.uses
    bind = variable.binds[0]
    if bind.sort == "type" or len(variable.binds) != 1:
        raise refused(f"`{name}` is declared in a way that only the code around knows.")
    inside = [use for use in uses if part.holds(use.start)]
    outside = [use for use in uses if not part.holds(use.start)]
    home = _function_of(bind)
    made = part.holds(bind.start)
    if made and not outside:
        return
    spec = bind.chain[-2].type == "const_spec"
    if spec:
        raise refused(f"`{name}` is a constant, which may need to be one.")
    type_ = types.of_variable(bind, part.chain)
    if not type_ or "\n" in type_:
        raise refused(
            f"The type of `{name}` is not written down in this file.", "Declare it with its type first."
        )
    plain = types.is_reference(type_)
    foreign = [use for use in uses if _function_of(use) != home]
    varied = any(use.role == "write" for use in uses) or any(
        n.type in ("for_clause", "range_clause") for n in bind.chain[-4:]
    )
    touched = not plain and any(assigned_through(use.chain) for use in uses)
    if (varied or touched) and foreign:
        raise refused(_SHARED.format(name))
    if any(use.form == "address" for use in uses):
        raise refused(_ADDRESS.format(name))
    if not plain and any(assigned_through(use.chain) for use in inside):
        raise refused(_ADDRESS.format(name))
    if made:
        _check_made(part, bind, outside, name)
        traffic.made.append((bind, type_))
        return
    if bind.start >= part.start:
        raise refused(f"`{name}` is declared later.")
    traffic.given.append((name, type_))
    if not any(use.role == "write" for use in inside):
        return
    if part.expression is not None:
        raise refused(f"The expression changes `{name}`.")
    named = _is_result(bind)
    if named and "defer" in source.text(function):
        raise refused(f"What is deferred may use `{name}`.")
    again = any(n.type == "for_statement" and n.start_byte > variable.scope[0] for n in part.chain)
    again = again or "goto " in source.text(function)
    if not returning and (named or again or any(use.start >= part.end for use in outside)):
        traffic.changed.append((bind, type_))


def _check_made(part: Piece, bind: Use, outside: list[Use], name: str) -> None:
    """Raises `invalid` unless a variable is declared by a whole statement of the selection, and read behind it."""
    statement = next((n for n in bind.chain if any(same(n, node) for node in part.nodes)), None)
    if statement is None or statement.type not in ("short_var_declaration", "var_declaration"):
        raise refused(f"`{name}` is declared in a part of the selection and used elsewhere.")
    if not any(use.role == "read" for use in outside):
        raise refused(f"`{name}` is not read behind the selection.")


def _is_result(bind: Use) -> bool:
    """Whether a variable is a named result."""
    return any(
        above.type in _FUNCTIONS and same(above.child_by_field_name("result"), node)
        for above, node in zip(bind.chain, bind.chain[1:], strict=False)
    )


def _function_of(use: Use) -> int:
    """The function a place belongs to, by where it starts."""
    return next((n.start_byte for n in reversed(use.chain) if n.type in _FUNCTIONS), -1)


def _result(source: Source, part: Piece, function: Node, types: Types) -> str:
    """The type of the selected expression. Raises `invalid` where neither it nor its place says it."""
    value, parent = part.expression, part.chain[-2]
    if value is None:
        return ""
    at = next(
        (i for i in range(len(part.chain) - 1, 0, -1) if part.chain[i - 1].type in _CONTAINERS),
        len(part.chain) - 1,
    )
    if check(source, Spot(part.chain, at, "block"), value) or types.untyped(value):
        raise refused("It is a constant, which takes its type from where it stands.")
    found = types.of(value)
    if not found and _is_condition(part):
        found = "bool"
    if not found and parent.type == "expression_list" and parent.named_child_count == 1:
        holder = part.chain[-3]
        declared = holder.child_by_field_name("type") if holder.type == "var_spec" else None
        kinds = results_of(source, function)
        if holder.type == "return_statement" and len(kinds) == 1:
            found = kinds[0]
        found = source.text(declared) if declared is not None else found
    if not found or "\n" in found:
        raise refused("The type of the expression is not known.", "Declare a variable with its type first.")
    return found


def _is_condition(part: Piece) -> bool:
    """Whether the expression is asked for its truth."""
    for at in range(len(part.chain) - 2, 0, -1):
        parent, child = part.chain[at], part.chain[at + 1]
        if parent.type == "parenthesized_expression":
            continue
        if parent.type in ("if_statement", "for_clause", "for_statement"):
            return same(parent.child_by_field_name("condition"), child) or (
                parent.type == "for_statement" and not same(parent.child_by_field_name("body"), child)
            )
        sign = parent.child_by_field_name("operator")
        return sign is not None and sign.type in ("&&", "||", "!")
    return False


def _check_visible(source: Source, type_: str) -> None:
    """Raises `invalid` for a type that only the function knows."""
    for name in set(re.findall(r"[^\W\d]\w*", type_)):
        whole = source.root.start_byte, source.root.end_byte
        if any(bind.sort == "type" and bind.scope != whole for bind in names_of(source, name).binds):
            raise refused(f"`{name}` is a type that only the code around knows.")


def _wanted(source: Source, member: Node) -> str:
    """A name that the package's other files will hardly have: after the function around, and its receiver's type."""
    named, receiver = member.child_by_field_name("name"), member.child_by_field_name("receiver")
    owner = re.search(r"(\w+)\W*$", source.text(receiver)) if receiver is not None else None
    host = source.text(named) if named is not None else "new"
    found = f"{owner[1]}{host[:1].upper()}{host[1:]}Part" if owner is not None else f"{host}Part"
    return found[:1].lower() + found[1:]


def _edits(
    source: Source,
    part: Piece,
    member: Node,
    traffic: _Traffic,
    results: list[str],
    name: str,
    *,
    returning: bool,
) -> list[Edit]:
    eol, step = source.document.eol, unit(source)
    back = [source.text(bind.node) for bind, _ in (*traffic.changed, *traffic.made)] if not returning else []
    lines = body_lines(source, part, step, bare=True)
    if part.expression is not None:
        lines[0] = f"{step}return {lines[0].lstrip()}"
    elif back:
        lines.append(f"{step}return {', '.join(back)}")
    result = f" {results[0]}" if len(results) == 1 else f" ({', '.join(results)})" if results else ""
    parameters = ", ".join(f"{each} {type_}" for each, type_ in traffic.given)
    text = eol.join([f"func {name}({parameters}){result} {{", *lines, "}"])
    call = f"{name}({', '.join(each for each, _ in traffic.given)})"
    if part.expression is None:
        if returning:
            call = f"return {call}" if results else f"{call}{eol}{indent_of(source, part.start)}return"
        elif back:
            call = f"{', '.join(back)} {_sign(traffic)} {call}"
    at, lead = behind(source, member)
    return [
        Edit(part.start, part.end, call),
        Edit(at, at, f"{eol if lead else ''}{eol}{text}{'' if lead else eol}"),
    ]


def _sign(traffic: _Traffic) -> str:
    """`=`, or `:=` where something is made; that takes what is changed for a variable of its own in an inner block."""
    if not traffic.made:
        return "="
    end = traffic.made[0][0].scope[1]
    for bind, _ in traffic.changed:
        if bind.scope[1] != end:
            raise refused("It declares a variable and changes one of a block around.")
    return ":="
