"""A comprehension as a loop that fills a collection.

The comprehension's variables are its own, the loop's are the function's: where that could be told apart, the change is
refused. The result has to have exactly the tree that the change means.
"""

from __future__ import annotations

import ast

from kibitz.errors import KibitzError
from kibitz.models.offline import python_names
from kibitz.models.offline.python_extract import host_of
from kibitz.models.offline.python_flow import Liveness
from kibitz.models.offline.python_lines import (
    alone,
    comments_in,
    condition,
    exchanged,
    fragment,
    indent_of,
    replaced,
    with_comment,
)
from kibitz.models.offline.python_scopes import Scope
from kibitz.models.offline.python_select import Selection
from kibitz.models.offline.python_source import Source
from kibitz.models.offline.python_tree import COMPREHENSIONS, broken, refuse, statement_of

_COLLECTIONS = (ast.ListComp, ast.SetComp, ast.DictComp)
ACTS = (ast.Call, ast.Await)
_READERS = {"locals", "vars", "eval", "exec", "dir", "globals"}
_AT_ONCE = {"all", "any", "dict", "frozenset", "list", "max", "min", "set", "sorted", "sum", "tuple"}
_EMPTY = {ast.ListComp: "[]", ast.SetComp: "set()", ast.DictComp: "{}"}


def loop(source: Source, start: int, end: int) -> str:
    """The text with the comprehension at a place as a loop in front of, or instead of, its statement. Raises `invalid`."""
    found = _comprehension_at(source, start, end)
    statement = statement_of(source.above, found)
    if not isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Return)) or statement.value is not found:
        raise refuse("Only a comprehension that is all of what is assigned or returned can become a loop.")
    if not alone(source, statement):
        raise refuse("The statement shares a line with other code.")
    host = host_of(source, Selection(*source.region(found), (statement,)))
    check_readers(host)
    own = [scope for scope in source.names.scopes if scope.node is found]
    _check_leaks(source, host, found, set(own[0].bound))
    _check_deferred(source, found)
    target = target_of(statement)
    name = target.id if isinstance(target, ast.Name) else _free(source, target)
    if isinstance(target, ast.Name):
        _check_target(source, host, statement, found, name)
    indent = indent_of(source, statement.lineno - 1)
    steps, depth = _headers(source, found, indent)
    pad = " " * depth
    element = _element(source, found, name, pad)
    start_of, last = " " * indent, (statement.end_lineno or 0) - 1
    tail = source.text[source.region(statement)[1] : source.starts[last + 1] - 1].strip()
    notes = [start_of + said for said in comments_in(source, *source.region(found))]
    head = source.text[source.region(statement)[0] : source.region(found)[0]].rstrip(" (")
    opening = (
        f"{head} {_EMPTY[type(found)]}" if isinstance(target, ast.Name) else f"{name} = {_EMPTY[type(found)]}"
    )
    lines = [*notes, with_comment(start_of + opening, tail), *steps, *element]
    if not isinstance(target, ast.Name):
        lines.append(f"{start_of}{head} {name}")
    text = replaced(source, statement.lineno - 1, last, lines)
    return exchanged(source, statement, text, _as_loop(source, statement, found, name, element))


def _comprehension_at(source: Source, start: int, end: int) -> ast.ListComp | ast.SetComp | ast.DictComp:
    """The innermost comprehension around a place, else the one that the statement there assigns or returns."""
    around, lone = [], []
    line = source.text.count("\n", 0, start) + 1
    for node in ast.walk(source.tree):
        if isinstance(node, _COLLECTIONS):
            low, high = source.region(node)
            if low <= start and end <= high:
                around.append(node)
            statement = statement_of(source.above, node)
            held = start < end and start <= source.region(statement)[0] and source.region(statement)[1] <= end
            if getattr(statement, "value", None) is node and (statement.lineno == line or held):
                lone.append(node)
    if not around and not lone:
        raise KibitzError("invalid", "There is no comprehension at this place.", "Put the cursor on one.")
    values = [n for n in around if getattr(statement_of(source.above, n), "value", None) is n]
    return (values or around or lone)[-1]


def target_of(statement: ast.stmt) -> ast.expr | None:
    """What a statement assigns to; None for a return. Raises `invalid` for several targets."""
    if isinstance(statement, ast.Assign):
        if len(statement.targets) != 1:
            raise refuse("The statement assigns to several targets.")
        return statement.targets[0]
    return statement.target if isinstance(statement, ast.AnnAssign) else None


def _free(source: Source, target: ast.expr | None) -> str:
    wanted = target.attr.strip("_") if isinstance(target, ast.Attribute) else ""
    taken = {i.name for i in source.names.identifiers if i.role != "member"}
    return python_names.free(wanted or "result", taken)


def check_readers(host: Scope) -> None:
    """Refuse a function that looks at its own variables by another way than their names. Raises `invalid`."""
    for node in ast.walk(host.node):
        if isinstance(node, ast.Name) and node.id in _READERS and host.resolve(node.id).parent is None:
            raise refuse(f"The code around reads its variables by `{node.id}`.")


def _check_leaks(source: Source, host: Scope, found: ast.AST, names: set[str]) -> None:
    """The comprehension's variables become the function's: nothing there may have or mean these names."""
    inside = {id(part) for part in ast.walk(found)}
    for other in source.names.identifiers:
        if other.name not in names or other.role == "member" or id(other.node) in inside:
            continue
        home = other.home
        if host in other.scope.chain() and home is not None and home in host.chain():
            raise refuse(f"`{other.name}` means something else in the code around.")
    if host.parent is None:
        raise refuse("The loop's variable would become part of the module.")


def _check_deferred(source: Source, found: ast.AST) -> None:
    """Nothing in the comprehension keeps its variables for later."""
    for part in ast.walk(found):
        caller = source.above.get(id(part))
        called = getattr(
            getattr(caller, "func", None), "id", getattr(getattr(caller, "func", None), "attr", "")
        )
        at_once = isinstance(caller, ast.Call) and part in caller.args and called in {*_AT_ONCE, "join"}
        if isinstance(part, ast.Lambda) or (isinstance(part, ast.GeneratorExp) and not at_once):
            raise refuse("A function in the comprehension may keep its variables for later.")


def _check_target(source: Source, host: Scope, statement: ast.stmt, found: ast.AST, name: str) -> None:
    """The collection is there, and empty, before its elements are computed: nobody may look at it then."""
    if any(i.name == name and i.role != "member" for i in source.names.of([found])):
        raise refuse(f"The comprehension reads `{name}`, which it is assigned to.")
    check_seen(source, host, statement, name)


def check_seen(source: Source, host: Scope, statement: ast.stmt, name: str) -> None:
    """Neither a nested function nor a handler sees the collection before it is full."""
    home = host.resolve(name)
    if home is not host or any(
        i.name == name and i.home is home and i.scope is not host and not i.scope.is_comprehension
        for i in source.names.identifiers
    ):
        raise refuse(f"`{name}` is also used by other functions.")
    live = Liveness(source.names, host)
    live.before(getattr(host.node, "body", []))
    if name in live.on_error[id(statement)]:
        raise refuse(f"`{name}` is also read where an error is handled.")


def _headers(
    source: Source, found: ast.ListComp | ast.SetComp | ast.DictComp, indent: int
) -> tuple[list[str], int]:
    """The lines of the loops and conditions, and the column of what is inside."""
    lines = []
    for part in found.generators:
        word = "async for" if part.is_async else "for"
        target, values = text_of(source, part.target), text_of(source, part.iter, whole=True)
        lines.append(f"{' ' * indent}{word} {target} in {values}:")
        indent += source.unit
        for test in part.ifs:
            lines.append(f"{' ' * indent}if {text_of(source, test, whole=True)}:")
            indent += source.unit
    return lines, indent


def _element(source: Source, found: ast.expr, name: str, pad: str) -> list[str]:
    match found:
        case ast.ListComp(elt=element):
            return [f"{pad}{name}.append({text_of(source, element)})"]
        case ast.SetComp(elt=element):
            return [f"{pad}{name}.add({text_of(source, element)})"]
        case ast.DictComp(key=key, value=value):
            if all(any(isinstance(p, ACTS) for p in ast.walk(part)) for part in (key, value)):
                said = python_names.free("key", {i.name for i in source.names.identifiers})
                return [
                    f"{pad}{said} = {text_of(source, key, whole=True)}",
                    f"{pad}{name}[{said}] = {text_of(source, value, whole=True)}",
                ]
            return [f"{pad}{name}[{text_of(source, key)}] = {text_of(source, value, whole=True)}"]
    raise broken()


def _as_loop(
    source: Source, statement: ast.stmt, found: ast.expr, name: str, element: list[str]
) -> list[ast.stmt]:
    """The tree of the loop that stands for a statement."""
    generators: list[ast.comprehension] = getattr(found, "generators", [])
    inner: list[ast.stmt] = fragment("\n".join(_dedented(element)))
    for part in reversed(generators):
        for test in reversed(part.ifs):
            inner = [ast.If(test, inner, [])]
        kind = ast.AsyncFor if part.is_async else ast.For
        inner = [kind(part.target, part.iter, inner, [])]
    empty = condition(_EMPTY[type(found)])
    if isinstance(target_of(statement), ast.Name):
        return [with_value(statement, empty), *inner]
    first = ast.Assign([ast.Name(name, ast.Store())], empty)
    return [first, *inner, with_value(statement, ast.Name(name, ast.Load()))]


def _dedented(lines: list[str]) -> list[str]:
    by = len(lines[0]) - len(lines[0].lstrip())
    return [line[by:] if line[:by].isspace() else line for line in lines]


def with_value(statement: ast.stmt, value: ast.expr) -> ast.stmt:
    """The statement with another value."""
    fields = {**dict(ast.iter_fields(statement)), "value": value}
    return type(statement)(**fields)


def text_of(source: Source, node: ast.expr, *, whole: bool = False, operand: bool = False) -> str:
    """An expression as it stands; in parentheses where it goes over lines without any, or is an operand that needs them."""
    text = source.text[slice(*source.region(node))]
    open_ended = "\n" in text and not isinstance(
        node, (ast.Call, ast.List, ast.Dict, ast.Set, ast.Subscript, *COMPREHENSIONS)
    )
    loose = operand and isinstance(node, (ast.IfExp, ast.Lambda, ast.NamedExpr))
    bare = operand and isinstance(node, ast.Tuple) and not text.startswith("(")
    return f"({text})" if (whole and open_ended) or loose or bare else text
