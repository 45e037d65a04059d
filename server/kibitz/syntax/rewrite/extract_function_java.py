"""Extract function in Java: statements or an expression become a private method of the class around, behind its member.

Every type is written down in Java but that of an expression, which has to be evident (The Java Language Specification, 8.4,
14.22 and 16).
"""

from __future__ import annotations

from tree_sitter import Node

from kibitz.syntax.rewrite.base import Edit, indent_of, refused, same, token, unit, within
from kibitz.syntax.rewrite.extract import check_role
from kibitz.syntax.rewrite.function_java import Home, check_body, home_of, leaves, repeats, returns
from kibitz.syntax.rewrite.function_java_types import check_constants, given_type, raised, result_of
from kibitz.syntax.rewrite.function_names import Variable, variables
from kibitz.syntax.rewrite.function_place import Piece, piece
from kibitz.syntax.rewrite.function_text import behind, body_lines, new_name
from kibitz.syntax.rewrite.names import Use
from kibitz.syntax.rewrite.place import Spot
from kibitz.syntax.source import Source

_CONTAINERS = frozenset({"block", "constructor_body", "switch_block_statement_group"})
_LEAVING = "The code behind it would be reached then."


def extract_function_java(source: Source, start: int, end: int, name: str | None) -> list[Edit]:
    """The edits that make a method of what is selected. Raises `invalid` where that could change what the code does."""
    part = _whole(source, piece(source, start, end, _CONTAINERS))
    home = home_of(source, part)
    check_body(source, part, home)
    returning = returns(part)
    void = returning and home.result == "void"
    ends = leaves(source, part.nodes)
    if returning and not ends and not (void and _is_tail(part, home)):
        raise refused("It returns on some ways through it only.", "Select up to the last return.")
    if ends and not returning:
        raise refused("It never comes to its end.", "Select a part of it.")
    if part.expression is not None:
        check_role(source, Spot(part.chain, len(part.chain) - 1, "block"))
        check_constants(part, part.expression)
    given: list[tuple[str, str]] = []
    back: list[tuple[str, str, bool]] = []
    for variable in variables(source, part):
        if not home.holds(variable.scope):
            continue
        _passed(source, part, home, variable, given, back, returning=returning)
    if len(back) > 1:
        raise refused(f"`{back[0][0]}` and `{back[1][0]}` both get a value here that is used elsewhere.")
    if part.expression is not None:
        result = result_of(source, part, home)
    elif returning:
        result = home.result
    else:
        result = back[0][1] if back else "void"
    for type_ in (result, *(each for _, each in given)):
        home.check_type(source, type_)
    wanted = new_name(source, "newMethod", name)
    return _edits(source, part, home, given, back, result, wanted, returning=returning and (ends or not void))


def _whole(source: Source, part: Piece) -> Piece:
    """An expression that is a statement is taken for one."""
    if part.expression is None or part.chain[-2].type != "expression_statement":
        return part
    statement, chain = part.chain[-2], part.chain[:-2]
    if chain[-1].type not in _CONTAINERS:
        raise refused("It stands in no block.", "Add braces first.")
    return Piece(chain, (statement,), statement.start_byte, statement.end_byte)


def _is_tail(part: Piece, home: Home) -> bool:
    """Whether nothing follows in the method."""
    body = home.function.child_by_field_name("body")
    if not same(body, part.chain[-1]):
        return False
    return not any(
        n.is_named and n.start_byte >= part.end and "comment" not in n.type for n in part.chain[-1].children
    )


def _passed(
    source: Source,
    part: Piece,
    home: Home,
    variable: Variable,
    given: list[tuple[str, str]],
    back: list[tuple[str, str, bool]],
    *,
    returning: bool,
) -> None:
    """Notes a local variable as a parameter, and as the result. Raises `invalid` where it can be neither."""
    name = variable.name
    inside = [use for use in variable.uses if part.holds(use.start)]
    outside = [use for use in variable.uses if not part.holds(use.start)]
    bound = [use for use in variable.binds if part.holds(use.start)]
    written = any(use.role == "write" for use in inside)
    if len(variable.binds) != 1:
        raise refused(f"`{name}` is declared in several places.")
    bind = variable.binds[0]
    if bind.sort == "type":
        raise refused(f"`{name}` is a type that only the code around knows.")
    if bound:
        if outside:
            back.append((name, _made(source, part, bind, outside), True))
        return
    if bind.start >= part.start:
        raise refused(f"`{name}` may not have a value yet.")
    given.append((name, given_type(source, bind)))
    if not written:
        return
    if part.expression is not None:
        raise refused(f"The expression assigns to `{name}`.")
    if _is_empty(bind):
        raise refused(f"`{name}` may have no value before.", "Give it one where it is declared.")
    if any(n.type.startswith("try_") and n.start_byte > variable.scope[0] for n in part.chain):
        raise refused(f"`{name}` is assigned here, and may be used where an error is handled.")
    again = repeats(part, variable.scope[0])
    if not returning and (again or any(use.start >= part.end for use in outside)):
        back.append((name, given[-1][1], False))


def _is_empty(bind: Use) -> bool:
    declarator, above = bind.chain[-2], bind.chain[-3]
    declared = declarator.type == "variable_declarator" and above.type == "local_variable_declaration"
    return declared and declarator.child_by_field_name("value") is None


def _made(source: Source, part: Piece, bind: Use, outside: list[Use]) -> str:
    """The type of what is declared in the selection and used behind it."""
    name = source.text(bind.node)
    statement = bind.chain[-3]
    if part.expression is not None or not any(same(statement, node) for node in part.nodes):
        raise refused(f"`{name}` is declared in a part of the selection and used elsewhere.")
    if any(use.start < part.start for use in outside) or _is_empty(bind):
        raise refused(f"`{name}` may have no value at the end of the selection.")
    if any(child.type == "modifiers" and "@" in source.text(child) for child in statement.children):
        raise refused("Its declaration has annotations.")
    check_constants(part, bind.chain[-2].child_by_field_name("value"), statement)
    return given_type(source, bind)


def _edits(
    source: Source,
    part: Piece,
    home: Home,
    given: list[tuple[str, str]],
    back: list[tuple[str, str, bool]],
    result: str,
    name: str,
    *,
    returning: bool,
) -> list[Edit]:
    eol, step = source.document.eol, unit(source)
    indent = indent_of(source, home.member.start_byte)
    lines = body_lines(source, part, indent + step)
    if part.expression is not None:
        lines[0] = f"{indent + step}return {lines[0].lstrip()}"
        lines[-1] += ";"
    elif back:
        lines.append(f"{indent}{step}return {back[0][0]};")
    throws = raised(source, part, home)
    words = ["private", *(["static"] if home.static else []), result]
    parameters = ", ".join(f"{type_} {each}" for each, type_ in given)
    throwing = f" throws {', '.join(throws)}" if throws else ""
    head = f"{indent}{' '.join(words)} {name}({parameters}){throwing} {{"
    text = eol.join([head, *lines, f"{indent}}}"])
    call = f"{name}({', '.join(each for each, _ in given)})"
    if part.expression is None:
        call = f"{call};"
        if returning:
            here = indent_of(source, part.start)
            call = f"return {call}" if result != "void" else f"{call}{eol}{here}return;"
        elif back:
            what, type_, made = back[0]
            final = made and token(_declaration(source, part, what), "modifiers")
            call = f"{'final ' if final else ''}{f'{type_} ' if made else ''}{what} = {call}"
    at, lead = behind(source, home.member)
    return [
        Edit(part.start, part.end, call),
        Edit(at, at, f"{eol if lead else ''}{eol}{text}{'' if lead else eol}"),
    ]


def _declaration(source: Source, part: Piece, name: str) -> Node:
    found = part.nodes[0]
    for node in part.nodes:
        if node.type == "local_variable_declaration" and any(
            n.type == "variable_declarator" and source.text(n.child_by_field_name("name") or n) == name
            for n in within(node)
        ):
            found = node
    return found
