"""Which names are a function's own."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import field, frozen

Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@frozen
class Scope:
    """The names a body gives values to, how often, and those it takes from further out to change them."""

    local: frozenset[str]
    stored: Counter[str] = field(eq=False)
    outer: frozenset[str] = frozenset()
    module: frozenset[str] = frozenset()


def scope_of(body: Sequence[ast.stmt], arguments: ast.arguments | None = None) -> Scope:
    """The scope of a function's, a class's or a module's body."""
    stored: Counter[str] = Counter()
    outer: set[str] = set()
    module: set[str] = set()
    for node in own_nodes(body):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            stored[node.id] += 1
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            stored[node.name] += 1
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            stored.update(alias.asname or alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            stored[node.name] += 1
        elif isinstance(node, ast.MatchMapping) and node.rest:
            stored[node.rest] += 1
        elif isinstance(node, ast.Nonlocal):
            outer.update(node.names)
        elif isinstance(node, ast.Global):
            module.update(node.names)
    if arguments is not None:
        stored.update(a.arg for a in all_arguments(arguments))
    return Scope(frozenset(stored) - outer - module, stored, frozenset(outer), frozenset(module))


def own_nodes(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a body without those of functions, classes and comprehensions inside (but for what belongs to it)."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        inner: list[ast.AST]
        if isinstance(node, FUNCTIONS):
            inner = [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif isinstance(node, ast.Lambda):
            inner = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif isinstance(node, ast.ClassDef):
            inner = [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]
        elif isinstance(node, COMPREHENSIONS):
            # a walrus inside of a comprehension binds around it
            inner = [n for n in ast.walk(node) if isinstance(n, ast.NamedExpr)]
            inner = [n.target for n in inner if isinstance(n, ast.NamedExpr)]
            inner.append(node.generators[0].iter)
        else:
            inner = list(ast.iter_child_nodes(node))
        waiting.extend(reversed(inner))


def all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    """Every parameter, in the order of the signature."""
    found = [*arguments.posonlyargs, *arguments.args]
    if arguments.vararg:
        found.append(arguments.vararg)
    found += arguments.kwonlyargs
    if arguments.kwarg:
        found.append(arguments.kwarg)
    return found


def is_generator(function: Function | ast.Lambda) -> bool:
    """Whether a function yields."""
    body: Sequence[ast.AST] = function.body if isinstance(function.body, list) else [function.body]
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own_nodes(body))


def free_names(function: Function | ast.Lambda | ast.GeneratorExp) -> frozenset[str]:
    """The names a function reads that may come from around it (more than truly do)."""
    return frozenset(n.id for n in ast.walk(function) if isinstance(n, ast.Name))


def shape_of(function: object) -> tuple[object, ...]:
    """How a function may be called: how many parameters of each kind, and its defaults as they are written."""
    arguments = getattr(function, "args", None)
    if not isinstance(arguments, ast.arguments):
        return ("generator",)
    return (
        len(arguments.posonlyargs),
        len(arguments.args),
        arguments.vararg is not None,
        len(arguments.kwonlyargs),
        arguments.kwarg is not None,
        tuple(ast.dump(d) for d in arguments.defaults),
        tuple(ast.dump(d) if d is not None else "" for d in arguments.kw_defaults),
    )
