"""Looking at and changing syntax trees, for the checks of a refactoring."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from kibitz.errors import KibitzError
from kibitz.models.offline.python_source import Source, parse

_HINT = "Select a different piece, or ask a model for it."
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def refuse(why: str) -> KibitzError:
    """The refusal of a selection that cannot be extracted safely."""
    return KibitzError("invalid", why, _HINT)


def broken() -> KibitzError:
    """The refusal of a result that is not what the refactoring should have made."""
    return KibitzError("bad_response", "The refactoring would have changed what the code does.", _HINT)


def own_nodes(nodes: Sequence[ast.AST]) -> list[ast.AST]:
    """Everything inside the nodes that runs when they run: no body of a nested function."""
    found: list[ast.AST] = []
    todo = list(nodes)
    while todo:
        node = todo.pop()
        found.append(node)
        if isinstance(node, FUNCTIONS):
            todo += [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
            todo += getattr(node, "decorator_list", [])
        else:
            todo += ast.iter_child_nodes(node)
    return found


def parsed(text: str) -> ast.Module:
    """The tree of a result. Raises `bad_response`."""
    try:
        return parse(text)
    except KibitzError:
        raise broken() from None


def block_of(tree: ast.AST, statement: ast.AST) -> list[ast.stmt]:
    """The block a statement is part of."""
    for node in ast.walk(tree):
        for value in vars(node).values():
            if isinstance(value, list) and any(part is statement for part in value):
                return value
    raise broken()


def put(parent: ast.AST, old: ast.AST, new: ast.AST) -> None:
    """Put a node in the place of another."""
    for field, value in ast.iter_fields(parent):
        if value is old:
            setattr(parent, field, new)
        elif isinstance(value, list):
            value[:] = [new if part is old else part for part in value]


def statement_of(above: dict[int, ast.AST], node: ast.AST) -> ast.stmt:
    """The innermost statement around a node; `above` as `parents` gives it."""
    while not isinstance(node, ast.stmt):
        node = above[id(node)]
    return node


def restored(source: Source, text: str) -> str:
    """The text in the form the file has. Raises `bad_response` where that would not be the same code."""
    whole = source.restored(text)
    if not source.same(whole, text):
        raise broken()
    return whole


def declares(statement: ast.stmt) -> set[str]:
    """What a statement of a module offers to those who import it."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return {statement.name}
        case ast.Import() | ast.ImportFrom():
            return {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            parts = [node for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]
            return {node.id for node in parts if isinstance(node.ctx, ast.Store)}
    return set()
