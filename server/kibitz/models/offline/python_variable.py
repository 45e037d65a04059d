"""Proof that an extracted variable holds what its expression computed, when and as often as it did."""

from __future__ import annotations

import ast

from kibitz.models.offline.python_extract import host_of
from kibitz.models.offline.python_scopes import Names, Scope
from kibitz.models.offline.python_select import Selection, first_line
from kibitz.models.offline.python_source import Source, parents
from kibitz.models.offline.python_tree import (
    COMPREHENSIONS,
    block_of,
    broken,
    own_nodes,
    parsed,
    put,
    refuse,
    statement_of,
)

_QUIET = {
    "abs", "bool", "callable", "chr", "float", "getattr", "hasattr", "hash", "id", "int", "isinstance", "issubclass",
    "len", "ord", "range", "repr", "round", "str", "super", "type",
}  # fmt: skip
_SOMETIMES = "The expression is not evaluated every time its statement is reached."


def check_expression(source: Source, selection: Selection) -> None:
    """Refuse an expression whose value cannot be computed before its statement. Raises `invalid`."""
    node = selection.expression
    if node is None:
        raise refuse("The selection is not a whole expression.")
    host_of(source, selection)
    above = source.above
    statement = statement_of(source.above, node)
    inside = {id(part) for part in ast.walk(node)}
    if isinstance(statement, ast.If) and source.text.startswith("elif", source.region(statement)[0]):
        raise refuse(_SOMETIMES)
    for part in own_nodes([node]):
        if isinstance(part, (ast.NamedExpr, ast.Yield, ast.YieldFrom)):
            raise refuse("The expression assigns or yields.")
    for part in _header(statement):
        if id(part) not in inside and isinstance(part, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)):
            raise refuse("Its statement assigns, awaits or yields around the expression.")
    child: ast.AST = node
    while child is not statement:
        outer = above[id(child)]
        if _conditional(outer, child) and not isinstance(node, (ast.Constant, ast.Lambda)):
            raise refuse(_SOMETIMES)
        if isinstance(outer, ast.JoinedStr):
            raise refuse("The expression is part of an f-string.")
        child = outer
    _check_order(source, statement, node)


def _check_order(source: Source, statement: ast.stmt, node: ast.expr) -> None:
    """Refuse where what runs before the expression now would run after it, and one may depend on the other."""
    later = statement.targets if isinstance(statement, ast.Assign) else []
    late = {id(part) for target in later for part in ast.walk(target)}
    inside = list(ast.walk(node))
    start = source.region(node)[0]
    before = [
        part
        for part in _header(statement)
        if _acts(source, part) and id(part) not in late and source.region(part)[1] <= start
    ]
    if not before:
        return
    acts = any(_acts(source, part) for part in inside)
    memory = any(isinstance(part, (ast.Attribute, ast.Subscript)) for part in inside)
    names = {part.id for part in inside if isinstance(part, ast.Name)}
    for other in before:
        shared = any(isinstance(part, ast.Name) and part.id in names for part in ast.walk(other))
        if acts or (memory and shared):
            raise refuse(
                "Other parts of the statement run before the expression, and it would be computed first."
            )


def _acts(source: Source, node: ast.AST) -> bool:
    """Whether a node itself may do more than compute a value."""
    if not isinstance(node, ast.Call):
        return isinstance(node, ast.Await)
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, (ast.Constant, ast.JoinedStr)):
        return False
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    return name not in _QUIET or name in source.names.module.bound


def _header(statement: ast.stmt) -> list[ast.AST]:
    """What a statement evaluates itself, without the blocks it holds."""
    parts = [
        part
        for field, value in ast.iter_fields(statement)
        if field not in ("body", "orelse", "finalbody", "handlers", "cases")
        for part in (value if isinstance(value, list) else [value])
        if isinstance(part, ast.AST)
    ]
    return own_nodes(parts)


def _conditional(outer: ast.AST, child: ast.AST) -> bool:
    """Whether `outer` may evaluate a part never, more than once, or at another time."""
    match outer:
        case ast.BoolOp():
            return child is not outer.values[0]
        case ast.IfExp():
            return child is not outer.test
        case ast.Compare():
            return any(child is later for later in outer.comparators[1:])
        case ast.Lambda():
            return child is outer.body
        case ast.comprehension():
            return child is not outer.iter
        case ast.While() | ast.match_case() | ast.ExceptHandler():
            return True
        case ast.Assert():
            return child is outer.msg
        case ast.With() | ast.AsyncWith():
            return child is not outer.items[0]
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return child is outer.returns
        case ast.AnnAssign():
            return child is outer.annotation
        case ast.arg():
            return True
    return isinstance(outer, COMPREHENSIONS) and child is not outer.generators[0]


def check_variable(source: Source, selection: Selection, text: str, name: str) -> None:
    """Raises `invalid` or `bad_response` unless `text` is `source` with the expression in a variable `name`."""
    old = selection.expression
    if old is None:
        raise broken()
    tree = parsed(text)
    names = Names(tree)
    above = parents(tree)
    uses = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == name]
    stored = [n for n in uses if isinstance(n.ctx, ast.Store) and isinstance(above[id(n)], ast.Assign)]
    home = _home(names, stored[0]) if stored else names.module
    mine = [n for n in uses if _home(names, n) is home]
    reads = [n for n in mine if isinstance(n.ctx, ast.Load)]
    if len(reads) != 1 or len(mine) != 2:
        raise broken()
    definition = statement_of(above, next(n for n in mine if n is not reads[0]))
    block = block_of(tree, definition)
    at = block.index(definition)
    if not isinstance(definition, ast.Assign):
        raise broken()
    if at + 1 >= len(block) or block[at + 1] is not statement_of(above, reads[0]):
        raise refuse(_SOMETIMES)
    moved = names.of([definition.value])
    inside = {id(part) for part in ast.walk(old)}
    for was, now in zip(source.names.of([old]), moved, strict=True):
        if was.home is None or now.home is None or id(was.home.node) in inside:
            continue
        if was.home.path != now.home.path:
            raise refuse(f"`{was.name}` would mean something else before the statement.")
    put(above[id(reads[0])], reads[0], definition.value)
    block.remove(definition)
    if ast.dump(tree) != ast.dump(source.tree):
        raise broken()


def _home(names: Names, node: ast.Name) -> Scope | None:
    return next((i.home for i in names.of([node])), None)


def written(source: Source, selection: Selection, name: str) -> str:
    """The text with the selection in a variable on the line above its statement, unchecked."""
    statement = statement_of(source.above, selection.nodes[0])
    line = first_line(statement) - 1
    value = source.text[selection.start : selection.end]
    if "\n" in value and not value.startswith(("(", "[", "{")):
        value = f"({value})"
    indent = source.lines[line][: len(source.lines[line]) - len(source.lines[line].lstrip())]
    gap = "\n"
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        gap = "\n\n" if indent else "\n\n\n"
        while line > 1 and source.lines[line - 1].startswith(f"{indent}#"):
            line -= 1
    start = source.starts[line]
    rest = source.text[start : selection.start] + name + source.text[selection.end :]
    return f"{source.text[:start]}{indent}{name} = {value}{gap}{rest}"
