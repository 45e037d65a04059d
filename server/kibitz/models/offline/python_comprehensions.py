"""A loop that fills an empty collection, as one comprehension.

The loop's variables are the function's, the comprehension's are its own: where that could be told apart, the change is
refused. The result has to have exactly the tree that the change means.
"""

from __future__ import annotations

import ast

from kibitz.errors import KibitzError
from kibitz.models.offline.python_extract import host_of
from kibitz.models.offline.python_flow import Liveness
from kibitz.models.offline.python_lines import alone, comments_in, exchanged, indent_of, replaced, widest
from kibitz.models.offline.python_loops import ACTS, check_readers, check_seen, target_of, text_of, with_value
from kibitz.models.offline.python_scopes import Scope
from kibitz.models.offline.python_select import Selection
from kibitz.models.offline.python_source import Source
from kibitz.models.offline.python_tree import refuse

Made = tuple[type[ast.ListComp] | type[ast.SetComp] | type[ast.DictComp], list[ast.expr]]
"""A kind of comprehension, and what it collects: one expression, or key and value."""


def comprehension(source: Source, start: int, end: int) -> str:
    """The text with the loop at a place, and the empty collection before it, as one comprehension. Raises `invalid`."""
    node = _loop_at(source, start, end)
    siblings = next(b for b in _blocks(source) if any(part is node for part in b))
    at = siblings.index(node)
    definition = siblings[at - 1] if at else None
    target = target_of(definition) if isinstance(definition, (ast.Assign, ast.AnnAssign)) else None
    value = getattr(definition, "value", None)
    if definition is None or not isinstance(target, ast.Name) or value is None:
        raise refuse("The loop does not follow an empty collection.")
    clauses, element = _clauses(node)
    made = _made(element, target.id, value)
    if made is None:
        raise refuse("The loop does more than to fill the collection before it.")
    if not alone(source, node) or not alone(source, definition):
        raise refuse("The loop shares a line with other code.")
    host = host_of(source, Selection(*source.region(node), (node,)))
    check_readers(host)
    _check_folding(source, host, node, definition, clauses, made, target.id)
    indent = indent_of(source, definition.lineno - 1)
    low, high = source.starts[definition.lineno - 1], source.starts[node.end_lineno or 0] - 1
    notes = [" " * indent + said for said in comments_in(source, low, high)]
    head = source.text[source.region(definition)[0] : source.region(value)[0]].rstrip(" (")
    lines = [*notes, *_written(source, head, indent, clauses, made)]
    text = replaced(source, definition.lineno - 1, (node.end_lineno or 0) - 1, lines)
    new = with_value(definition, _as_comprehension(clauses, made))
    return exchanged(source, definition, text, [new], 2)


def _loop_at(source: Source, start: int, end: int) -> ast.For | ast.AsyncFor:
    low, high = source.text.count("\n", 0, start) + 1, source.text.count("\n", 0, end) + 1
    found = []
    for node in ast.walk(source.tree):
        if isinstance(node, (ast.For, ast.AsyncFor)):
            first, last = source.region(node)
            if node.lineno <= low == high <= (node.iter.end_lineno or 0) or (
                start < end and start <= first and last <= end
            ):
                found.append(node)
    if not found:
        raise KibitzError("invalid", "There is no `for` loop at this place.", "Put the cursor on one.")
    return min(found, key=lambda node: node.lineno)


def _blocks(source: Source) -> list[list[ast.stmt]]:
    return [
        block
        for node in ast.walk(source.tree)
        for block in (getattr(node, field, None) for field in ("body", "orelse", "finalbody"))
        if isinstance(block, list)
    ]


def _clauses(node: ast.For | ast.AsyncFor) -> tuple[list[ast.comprehension], ast.stmt]:
    """The loops and conditions from outside in, and the statement inside of all. Raises `invalid`."""
    found: list[ast.comprehension] = []
    inner: ast.stmt = node
    while isinstance(inner, (ast.For, ast.AsyncFor, ast.If)):
        if inner.orelse or len(inner.body) != 1:
            raise refuse("The loop does more than to fill the collection before it.")
        if isinstance(inner, ast.If):
            found[-1].ifs.append(inner.test)
        else:
            found.append(
                ast.comprehension(inner.target, inner.iter, [], int(isinstance(inner, ast.AsyncFor)))
            )
        inner = inner.body[0]
    return found, inner


def _made(element: ast.stmt, name: str, value: ast.expr) -> Made | None:
    """Which comprehension makes what a statement adds to the empty collection `value` called `name`, and its elements."""
    empty = ast.unparse(value)
    match element:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(owner), method), [added], [])) if owner == name:
            if isinstance(added, ast.Starred):
                return None
            if method == "append" and empty in ("[]", "list()"):
                return ast.ListComp, [added]
            if method == "add" and empty == "set()":
                return ast.SetComp, [added]
        case ast.Assign([ast.Subscript(ast.Name(owner), key)], added) if owner == name:
            acts = all(any(isinstance(p, ACTS) for p in ast.walk(part)) for part in (key, added))
            if empty in ("{}", "dict()") and not isinstance(key, ast.Slice) and not acts:
                return ast.DictComp, [key, added]
    return None


def _check_folding(
    source: Source,
    host: Scope,
    node: ast.For | ast.AsyncFor,
    definition: ast.stmt,
    clauses: list[ast.comprehension],
    made: Made,
    name: str,
) -> None:
    inside = [part for clause in clauses for part in (clause.target, clause.iter, *clause.ifs)]
    for root in (*inside, *made[1]):
        for part in ast.walk(root):
            if isinstance(part, (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Lambda)):
                raise refuse("The loop assigns, yields or makes a function inside.")
            if isinstance(part, ast.Name) and part.id == name:
                raise refuse(f"The loop reads `{name}` while it fills it.")
    if any(
        not isinstance(part, (ast.Name, ast.Tuple, ast.List)) for c in clauses for part in _targets(c.target)
    ):
        raise refuse("The loop assigns to more than variables.")
    stored = {i.name for c in clauses for i in source.names.of([c.target]) if i.role == "store"}
    if any(i.name in stored for i in source.names.of([clauses[0].iter])):
        raise refuse("The loop's variable hides what it goes through.")
    check_seen(source, host, node, name)
    check_seen(source, host, definition, name)
    within = {id(part) for part in ast.walk(node)}
    live = Liveness(source.names, host)
    live.before(getattr(host.node, "body", []))
    later = live.after[id(node)]
    for other in source.names.identifiers:
        shared = other.name in stored and other.home is host and id(other.node) not in within
        if shared and (other.scope is not host or host.parent is None or other.name in later):
            raise refuse(f"`{other.name}` is used after the loop.")
    if any(host.resolve(said) is not host for said in stored):
        raise refuse("The loop assigns to a variable from outside of its function.")


def _targets(node: ast.expr) -> list[ast.expr]:
    parts = node.elts if isinstance(node, (ast.Tuple, ast.List)) else []
    return [node, *(inner for part in parts for inner in _targets(part))]


def _as_comprehension(clauses: list[ast.comprehension], made: Made) -> ast.expr:
    kind, elements = made
    joined = [
        ast.comprehension(c.target, c.iter, [_all(c.ifs)] if c.ifs else [], c.is_async) for c in clauses
    ]
    if kind is ast.DictComp:
        return ast.DictComp(elements[0], elements[1], joined)
    return (ast.SetComp if kind is ast.SetComp else ast.ListComp)(elements[0], joined)


def _all(tests: list[ast.expr]) -> ast.expr:
    if len(tests) == 1:
        return tests[0]
    return ast.BoolOp(ast.And(), [part for test in tests for part in _conjuncts(test)])


def _conjuncts(node: ast.expr) -> list[ast.expr]:
    return node.values if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And) else [node]


def _written(
    source: Source, head: str, indent: int, clauses: list[ast.comprehension], made: Made
) -> list[str]:
    """The assignment, on one line where it fits."""
    kind, elements = made
    opening, closing = ("[", "]") if kind is ast.ListComp else ("{", "}")
    parts = [": ".join(text_of(source, part, operand=isinstance(part, ast.Tuple)) for part in elements)]
    for clause in clauses:
        word = "async for" if clause.is_async else "for"
        values = text_of(source, clause.iter, operand=True)
        parts.append(f"{word} {text_of(source, clause.target)} in {values}")
        if clause.ifs:
            several = len(clause.ifs) > 1
            tests = [
                f"({text_of(source, test)})"
                if several and isinstance(test, ast.BoolOp) and len(_conjuncts(test)) == 1
                else text_of(source, test, operand=True)
                for test in clause.ifs
            ]
            parts.append(f"if {' and '.join(tests)}")
    pad = " " * indent
    line = f"{pad}{head} {opening}{' '.join(parts)}{closing}"
    if "\n" not in line and len(line) <= widest(source):
        return [line]
    step = pad + " " * source.unit
    return [f"{pad}{head} {opening}", *(step + part for part in parts), pad + closing]
