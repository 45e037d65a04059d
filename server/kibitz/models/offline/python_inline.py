"""Proof that an inlined variable or function leaves the same values computed, as often and in the same order.

The result is known exactly beforehand: the old tree with every use replaced. rope's text has to have that tree.
"""

from __future__ import annotations

import ast
import copy

from attrs import frozen

from kibitz.models.offline.python_scopes import Identifier, Scope, arguments
from kibitz.models.offline.python_source import Source, parents
from kibitz.models.offline.python_tree import (
    COMPREHENSIONS,
    FUNCTIONS,
    block_of,
    broken,
    parsed,
    put,
    refuse,
    statement_of,
)

_SHARED = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp, ast.Lambda)
_ACTS = (ast.Call, ast.Await)
_MAY_CHANGE = "The value may change between its computation and its use."
_EVALUATED_FIRST = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr, ast.Raise, ast.Assert)
_MEMORY = (ast.Attribute, ast.Subscript)


@frozen
class Inlining:
    """What has to go, and what has to stand for each use."""

    definition: ast.stmt
    value: ast.expr
    uses: tuple[tuple[ast.AST, ast.expr], ...]


def plan(source: Source, identifier: Identifier) -> Inlining:
    """What inlining an identifier has to do. Raises `invalid` where the program would mean something else."""
    home = identifier.home
    if home is None:
        raise refuse("Only variables and functions of this file can be inlined, not attributes.")
    if home.is_class:
        raise refuse("Class attributes and methods cannot be inlined.")
    same = [i for i in source.names.identifiers if i.name == identifier.name and i.home is home]
    bound = [i for i in same if i.role != "load"]
    if len(bound) != 1 or any(isinstance(i.node, (ast.Global, ast.Nonlocal)) for i in same):
        raise refuse(f"`{identifier.name}` is not assigned exactly once in this file.")
    uses = [i for i in same if i.role == "load"]
    if not uses:
        raise refuse(f"`{identifier.name}` is not used in this file.")
    if isinstance(bound[0].node, ast.FunctionDef):
        return _function(source, bound[0].node, home, uses)
    return _variable(source, bound[0], home, uses)


def check(source: Source, inlining: Inlining, text: str) -> None:
    """Raises `bad_response` unless the text is the source after the inlining."""
    tree = parsed(text)
    expected = copy.deepcopy(source.tree)
    twins = dict(zip((id(n) for n in ast.walk(source.tree)), ast.walk(expected), strict=True))
    above = parents(expected)
    for node, value in inlining.uses:
        twin = twins[id(node)]
        put(above[id(twin)], twin, copy.deepcopy(value))
    definition = twins[id(inlining.definition)]
    block = block_of(expected, definition)
    block[:] = [s for s in block if s is not definition] or [ast.Pass()]
    if ast.dump(expected) != ast.dump(tree):
        raise broken()


def written(source: Source, inlining: Inlining, *, parentheses: bool) -> str:
    """The text with the uses replaced and the definition gone, unchecked: where it shares its line, rope gives up."""
    edits = []
    for node, value in inlining.uses:
        text = source.text[slice(*source.region(value))]
        edits.append((*source.region(node), f"({text})" if parentheses else text))
    definition = inlining.definition
    block = block_of(source.tree, definition)
    at = block.index(definition)
    low, high = source.region(definition)
    after = block[at + 1] if at + 1 < len(block) else None
    if after is not None and after.lineno == definition.end_lineno:
        edits.append((low, source.region(after)[0], ""))
    elif at and block[at - 1].end_lineno == definition.lineno:
        edits.append((source.region(block[at - 1])[1], high, ""))
    elif len(block) == 1:
        edits.append((low, high, "pass"))
    else:
        end = source.text.find("\n", high)
        if end < 0 or source.text[high:end].strip():
            raise refuse("The assignment shares its line with a comment or other code.")
        edits.append((source.starts[definition.lineno - 1], end + 1, ""))
    text = source.text
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _variable(source: Source, bound: Identifier, home: Scope, uses: list[Identifier]) -> Inlining:
    node = bound.node
    definition = statement_of(source.above, node) if not isinstance(node, ast.arg) else None
    if isinstance(definition, ast.Assign):
        simple = len(definition.targets) == 1 and definition.targets[0] is node
    else:
        simple = isinstance(definition, ast.AnnAssign) and definition.target is node
    value = getattr(definition, "value", None)
    if definition is None or not simple or not isinstance(value, ast.expr):
        raise refuse(f"`{bound.name}` is not given its value by a plain assignment.")
    block = block_of(source.tree, definition)
    after = block[block.index(definition) + 1 :]
    reach = {id(part): number for number, statement in enumerate(after) for part in ast.walk(statement)}
    if any(id(use.node) not in reach for use in uses):
        raise refuse(f"`{bound.name}` is also used where its assignment need not have happened.")
    _check_unchanged(source, value, after, home, [(use, reach[id(use.node)]) for use in uses])
    _check_effects(source, value, after, [(use.node, reach[id(use.node)]) for use in uses])
    for use in uses:
        _check_meaning(source, value, use.scope)
    return Inlining(definition, value, tuple((use.node, value) for use in uses))


def _check_unchanged(
    source: Source, value: ast.expr, after: list[ast.stmt], home: Scope, uses: list[tuple[Identifier, int]]
) -> None:
    """No variable the value reads is assigned between the definition and the last use, or by code that may run then."""
    read = {(i.name, i.home) for i in source.names.of([value]) if i.role == "load"}
    last = max(number for _, number in uses)
    between = {id(part) for statement in after[:last] for part in ast.walk(statement)}
    walrus = any(isinstance(part, ast.NamedExpr) for part in ast.walk(after[last]))
    if walrus or not isinstance(after[last], _EVALUATED_FIRST):
        between |= {id(part) for part in ast.walk(after[last])}
    kept = any(use.scope is not home and not use.scope.is_comprehension for use, _ in uses)
    seen: set[tuple[str, Scope | None]] = set()
    for other in source.names.identifiers:
        key = (other.name, other.home)
        if other.role in ("load", "member") or key not in read:
            continue
        foreign = other.scope is not other.home and not other.scope.is_comprehension
        again = kept and other.home is home and key in seen
        seen.add(key)
        if foreign or again or id(other.node) in between:
            raise refuse(f"`{other.name}`, which the value depends on, is assigned more than once.")


def _check_effects(
    source: Source, value: ast.expr, after: list[ast.stmt], uses: list[tuple[ast.AST, int]]
) -> None:
    """A value that acts is computed once and next; one that reads memory, before anything can change it."""
    parts = list(ast.walk(value))
    acts = any(isinstance(part, _ACTS) for part in parts)
    if any(isinstance(part, (ast.Yield, ast.YieldFrom, ast.NamedExpr)) for part in parts):
        raise refuse("The value yields or assigns.")
    if acts or any(isinstance(part, _SHARED) for part in parts):
        if len(uses) != 1:
            raise refuse("The value would be computed more than once.")
        if _repeated(source, uses[0][0], after[uses[0][1]]):
            raise refuse("The value would be computed at another time, or more than once.")
    if acts and (uses[0][1] != 0 or _acts_before(after[0], uses[0][0])):
        raise refuse("Other code runs between the value's computation and its use.")
    _check_memory(source, value, after, uses)


def _check_memory(
    source: Source, value: ast.expr, after: list[ast.stmt], uses: list[tuple[ast.AST, int]]
) -> None:
    """What the value reads is not changed before the last use, as far as names can tell."""
    parts = list(ast.walk(value))
    memory = any(isinstance(part, (*_MEMORY, ast.In, ast.NotIn)) for part in parts)
    reads = {part.id for part in parts if isinstance(part, ast.Name) and part is not value}
    last = max(number for _, number in uses)
    for statement in after[:last]:
        if _changes_memory(statement) if memory else _touches(statement, reads):
            raise refuse(_MAY_CHANGE)
    for node, number in uses:
        if number != last:
            continue
        if memory and (_repeated(source, node, after[last]) or _acts_before(after[last], node)):
            raise refuse(_MAY_CHANGE)
        if not isinstance(after[last], _EVALUATED_FIRST) and _touches(after[last], reads):
            raise refuse(_MAY_CHANGE)


def _repeated(source: Source, node: ast.AST, statement: ast.stmt) -> bool:
    """Whether a use runs later than its statement, more than once, or perhaps never."""
    above = source.above
    child = node
    while child is not statement:
        outer = above[id(child)]
        if isinstance(outer, (*FUNCTIONS, *COMPREHENSIONS, ast.For, ast.AsyncFor, ast.While, ast.ClassDef)):
            first = getattr(outer, "iter", None) or getattr(outer, "generators", [None])[0]
            if child is not first or (isinstance(outer, ast.GeneratorExp)):
                return True
        if isinstance(outer, ast.comprehension) and child is not outer.iter:
            return True
        if isinstance(outer, ast.stmt) and isinstance(child, ast.stmt):
            return True
        if isinstance(outer, (ast.BoolOp, ast.IfExp)) and child not in (
            outer.values[:1] if isinstance(outer, ast.BoolOp) else [outer.test]
        ):
            return True
        child = outer
    return False


def _acts_before(statement: ast.stmt, use: ast.AST) -> bool:
    """Whether a statement may do something before it comes to a use in it."""
    for node in ast.walk(statement):
        if isinstance(node, _ACTS) and not any(part is use for part in ast.walk(node)):
            where = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
            if where < (getattr(use, "lineno", 0), getattr(use, "col_offset", 0)):
                return True
    return False


def _changes_memory(node: ast.AST) -> bool:
    return any(
        isinstance(part, (*_ACTS, ast.AugAssign, ast.Delete, ast.Yield, ast.YieldFrom, ast.With, ast.For))
        or (isinstance(part, _MEMORY) and not isinstance(part.ctx, ast.Load))
        for part in ast.walk(node)
    )


def _touches(node: ast.AST, names: set[str]) -> bool:
    """Whether something may change an object one of these names holds: it is called, passed, or assigned into."""
    for part in ast.walk(node):
        inside: list[ast.AST] = []
        if isinstance(part, ast.Call):
            inside = (
                [part.func, *part.args, *part.keywords]
                if not isinstance(part.func, ast.Name)
                else [*part.args, *part.keywords]
            )
        elif isinstance(part, _MEMORY) and not isinstance(part.ctx, ast.Load):
            inside = [part.value]
        elif isinstance(part, ast.AugAssign):
            inside = [part.target]
        if any(isinstance(n, ast.Name) and n.id in names for root in inside for n in ast.walk(root)):
            return True
    return False


def _check_meaning(source: Source, value: ast.AST, where: Scope) -> None:
    """Every name of the value means the same where it is put."""
    inside = {id(part) for part in ast.walk(value)}
    for part in source.names.of([value]):
        if part.home is None or id(part.home.node) in inside:
            continue
        if where.resolve(part.name) is not part.home:
            raise refuse(f"`{part.name}` would mean something else at a place of use.")


def _function(source: Source, node: ast.FunctionDef, home: Scope, uses: list[Identifier]) -> Inlining:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    returned = body[0] if len(body) == 1 else None
    args = node.args
    if not isinstance(returned, ast.Return) or returned.value is None:
        raise refuse("Only functions that are one return statement can be inlined.")
    if node.decorator_list or args.vararg or args.kwarg or args.defaults or any(args.kw_defaults):
        raise refuse("Functions with decorators, defaults or *args cannot be inlined.")
    value = returned.value
    parts = list(ast.walk(value))
    if any(
        isinstance(part, (ast.Yield, ast.YieldFrom, ast.Await, *FUNCTIONS, *COMPREHENSIONS, ast.NamedExpr))
        for part in parts
    ):
        raise refuse("The function's value is not a plain expression.")
    if any(use.node in parts for use in uses):
        raise refuse("The function calls itself.")
    above = source.above
    replaced = []
    for use in uses:
        call = above[id(use.node)]
        if not isinstance(call, ast.Call) or call.func is not use.node:
            raise refuse("The function is used in other ways than being called.")
        if any(other is not use and any(p is other.node for p in ast.walk(call)) for other in uses):
            raise refuse("A call of the function is nested in another.")
        given = _bound_arguments(args, call)
        inside = source.names.scopes
        scope = next(s for s in inside if s.node is node)
        _check_free(source, value, scope, use.scope)
        counts = {name: sum(isinstance(p, ast.Name) and p.id == name for p in parts) for name in given}
        for name, argument in given.items():
            quiet = not any(
                isinstance(p, (*_ACTS, *_SHARED, *_MEMORY, ast.NamedExpr)) for p in ast.walk(argument)
            )
            if not quiet and (
                counts[name] != 1
                or len(given) > 1
                or any(isinstance(p, (ast.BoolOp, ast.IfExp)) for p in parts)
            ):
                raise refuse("An argument would be computed at another time or more than once.")
        replaced.append((call, _substituted(value, given)))
    return Inlining(node, value, tuple(replaced))


def _bound_arguments(args: ast.arguments, call: ast.Call) -> dict[str, ast.expr]:
    names = [arg.arg for arg in arguments(args)]
    positional = [arg.arg for arg in [*args.posonlyargs, *args.args]]
    given = dict(zip(positional, call.args, strict=False))
    if any(isinstance(arg, ast.Starred) for arg in call.args) or len(call.args) > len(positional):
        raise refuse("A call passes its arguments in a way that cannot be followed.")
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg in given:
            raise refuse("A call passes its arguments in a way that cannot be followed.")
        given[keyword.arg] = keyword.value
    if sorted(given) != sorted(names):
        raise refuse("A call does not pass every argument.")
    return given


def _check_free(source: Source, value: ast.expr, own: Scope, where: Scope) -> None:
    for part in source.names.of([value]):
        if part.home is not None and part.home is not own and where.resolve(part.name) is not part.home:
            raise refuse(f"`{part.name}` would mean something else at a place of use.")


def _substituted(value: ast.expr, given: dict[str, ast.expr]) -> ast.expr:
    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return copy.deepcopy(given[node.id]) if node.id in given else node

    result = Put().visit(copy.deepcopy(value))
    if not isinstance(result, ast.expr):
        raise broken()
    return result
