"""Proof that an extracted function or variable means what the text meant before.

rope performs; nothing here trusts it. The new tree, with the extraction undone, has to be the old tree, every identifier
has to mean the same binding, and every value has to be there when it is needed. What cannot be shown is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from attrs import frozen

from kibitz.models.offline.python_flow import Assignment, Liveness
from kibitz.models.offline.python_scopes import Identifier, Names, Scope, arguments
from kibitz.models.offline.python_select import Selection, blocks
from kibitz.models.offline.python_source import Source, parents
from kibitz.models.offline.python_tree import (
    FUNCTIONS,
    block_of,
    broken,
    declares,
    own_nodes,
    parsed,
    put,
    refuse,
    statement_of,
)

_FRAME_READERS = {"locals", "vars", "eval", "exec", "dir"}
_IMPLICITLY_STATIC = {"__new__", "__init_subclass__", "__class_getitem__"}
_FRAMES = {"_getframe", "currentframe", "stack"}
_DEFERRED = (*FUNCTIONS, ast.GeneratorExp)


def host_of(source: Source, selection: Selection) -> Scope:
    """The function or module whose variables the selection uses. Raises `invalid` in a class body."""
    host = source.names.at(selection.nodes[0])
    while host.parent is not None and (host.is_comprehension or isinstance(host.node, ast.Lambda)):
        host = host.parent
    if host.is_class:
        raise refuse("The selection stands directly in a class body.")
    return host


def results_of(source: Source, selection: Selection) -> list[str]:
    """What the selection assigns and the code after it reads, in the order of the text."""
    if not selection.statements:
        return []
    host = host_of(source, selection)
    live = Liveness(source.names, host)
    live.before(getattr(host.node, "body", []))
    after = live.after[id(selection.statements[-1])]
    stored = [i.name for i in source.names.of(selection.statements) if i.role == "store" and i.home is host]
    return [name for name in dict.fromkeys(stored) if name in after]


def given_to_module(source: Source, selection: Selection) -> set[str]:
    """What a module would lose: the names its last selected statement gives, where none is read later."""
    if not selection.statements or host_of(source, selection).parent is not None:
        return set()
    return set() if results_of(source, selection) else declares(selection.statements[-1])


def check_selection(source: Source, selection: Selection) -> None:
    """Refuse what no function can hold. Raises `invalid`."""
    inside = own_nodes(selection.nodes)
    for node in inside:
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            raise refuse("The selection yields: it cannot leave its generator.")
        if isinstance(node, ast.NamedExpr) and selection.expression is not None:
            raise refuse("The selection contains an assignment expression (:=).")
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            raise refuse("The selection declares a global or nonlocal name.")
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            raise refuse("The selection imports everything from a module.")
    _check_jumps(selection)
    host = host_of(source, selection)
    _check_method(source, host)
    for node in ast.walk(host.node):
        if isinstance(node, ast.Name) and node.id in _FRAME_READERS and host.resolve(node.id).parent is None:
            raise refuse(f"The code around the selection reads its variables by `{node.id}`.")
        if isinstance(node, ast.Attribute) and node.attr in _FRAMES:
            raise refuse(f"The code around the selection inspects its own frame by `{node.attr}`.")


def _check_jumps(selection: Selection) -> None:
    """Refuse a return before the end, and a break or continue out of the selection."""

    def look(statements: Sequence[ast.stmt], loops: int, last: bool) -> None:
        for number, statement in enumerate(statements):
            final = last and number == len(statements) - 1
            if isinstance(statement, ast.Return) and not final:
                raise refuse("The selection returns before its last statement.")
            if isinstance(statement, (ast.Break, ast.Continue)) and not loops:
                raise refuse("The selection leaves a loop that it does not contain.")
            if isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
                continue
            loop = isinstance(statement, (ast.For, ast.AsyncFor, ast.While))
            for block in blocks(statement):
                look(block, loops + (loop and block is not getattr(statement, "orelse", None)), False)

    look(selection.statements, 0, True)


@frozen
class _Extracted:
    """A new function in a changed tree, and where it is called."""

    tree: ast.Module
    names: Names
    function: ast.FunctionDef | ast.AsyncFunctionDef
    call: ast.Call
    body: tuple[ast.AST, ...]
    results: tuple[str, ...]
    ends_in_return: bool

    @property
    def parameters(self) -> list[str]:
        """The parameters that stand for variables of the place it was taken from."""
        return [arg.arg for arg in arguments(self.function.args)]


def check_function(
    source: Source, selection: Selection, text: str, name: str, exported: Callable[[str], bool]
) -> None:
    """Raises `invalid` or `bad_response` unless `text` is `source` with the selection as a function `name`.

    `exported` says whether another file takes a name of this module.
    """
    found = _find(source, selection, text, name)
    host = host_of(source, selection)
    _check_parameters(source, selection, found, host)
    _check_bindings(source, selection, found)
    if selection.statements:
        _check_flow(source, selection, found, host, exported)
        _check_closures(source, selection, host)
    else:
        statement = statement_of(source.above, selection.nodes[0])
        bound = Assignment.of_scope(source.names, host).before.get(id(statement)) or frozenset()
        passed = found.names.of([*found.call.args])
        own = {i.name for i in passed if i.home is not None and i.home.path == host.path}
        if host.parent is not None and (missing := own - bound):
            raise refuse(f"`{min(missing)}` may not be bound when the selection starts.")


def _find(source: Source, selection: Selection, text: str, name: str) -> _Extracted:
    """The new function, once undoing the extraction has given the old tree back."""
    tree = parsed(text)
    names = Names(tree)
    above = parents(tree)
    functions = [
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name
    ]
    method = any(names.at(function).is_class for function in functions)
    uses = [node for node in ast.walk(tree) if _named_use(node, method) == name]
    call = above.get(id(uses[0])) if len(uses) == 1 else None
    if len(functions) != 1 or not isinstance(call, ast.Call) or call.func is not uses[0]:
        raise broken()
    function = functions[0]
    body: list[ast.stmt] = list(function.body)
    while isinstance(body[0], (ast.Global, ast.Nonlocal)):
        del body[0]
    value: ast.AST = call
    if isinstance(above[id(call)], ast.Await) and isinstance(function, ast.AsyncFunctionDef):
        value = above[id(call)]
    results: tuple[str, ...] = ()
    ends = False
    inner: tuple[ast.AST, ...]
    block_of(tree, function).remove(function)
    if selection.expression is not None:
        returned = body[0]
        if len(body) != 1 or not isinstance(returned, ast.Return) or returned.value is None:
            raise broken()
        put(above[id(value)], value, returned.value)
        inner = (returned.value,)
    else:
        statement = above[id(value)]
        if not isinstance(statement, ast.stmt):
            raise broken()
        if isinstance(statement, ast.Assign):
            results = _named(statement.targets[0])
            last = body.pop()
            if not isinstance(last, ast.Return) or last.value is None or _named(last.value) != results:
                raise broken()
        ends = isinstance(statement, ast.Return)
        block = block_of(tree, statement)
        at = block.index(statement)
        block[at : at + 1] = body
        inner = tuple(body)
    if ast.dump(tree) != ast.dump(source.tree):
        raise broken()
    return _Extracted(tree, names, function, call, inner, results, ends)


def _named_use(node: ast.AST, method: bool) -> str | None:
    if method:
        return node.attr if isinstance(node, ast.Attribute) else None
    return node.id if isinstance(node, ast.Name) else None


def _named(node: ast.expr) -> tuple[str, ...]:
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    names = tuple(part.id for part in parts if isinstance(part, ast.Name))
    if len(names) != len(parts):
        raise broken()
    return names


def _check_parameters(source: Source, selection: Selection, found: _Extracted, host: Scope) -> None:
    """Each parameter is given the variable of its own name; a method is called on what it was taken from."""
    parameters = found.parameters
    passed: list[ast.expr] = list(found.call.args)
    if isinstance(found.call.func, ast.Attribute):
        owner = found.call.func.value
        first = _first_parameter(host)
        kinds = {d.id for d in found.function.decorator_list if isinstance(d, ast.Name)}
        of_class = isinstance(owner, ast.Name) and owner.id == getattr(
            host.parent and host.parent.node, "name", ""
        )
        if "staticmethod" not in kinds:
            if parameters[:1] != [first] or not (of_class or getattr(owner, "id", None) == first):
                raise broken()
            parameters = parameters[1:]
        if of_class != bool(kinds):
            raise broken()
    if found.call.keywords or [getattr(arg, "id", None) for arg in passed] != parameters:
        raise broken()
    uses_super = any(
        isinstance(n, ast.Name) and n.id in ("super", "__class__")
        for s in selection.nodes
        for n in ast.walk(s)
    )
    if uses_super and not isinstance(found.call.func, ast.Attribute):
        raise refuse("The selection uses `super` outside of a method's own body.")


def _check_method(source: Source, host: Scope) -> None:
    """Refuse a method that is not called the way methods are: its first parameter may be anything then."""
    owner = host.parent
    node = host.node
    if owner is None or not owner.is_class or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return
    decorators = {d.id for d in node.decorator_list if isinstance(d, ast.Name)}
    by_class = "classmethod" in decorators or "staticmethod" in decorators
    if by_class and owner.parent is not None and owner.parent.is_class:
        raise refuse("The selection stands in a class or static method of a nested class.")
    if "staticmethod" in decorators:
        return
    first = _first_parameter(host)
    meta = any(
        "type" in ast.unparse(b).lower() or "meta" in ast.unparse(b).lower()
        for b in getattr(owner.node, "bases", [])
    )
    ordinary = first == "cls" if "classmethod" in decorators or meta else first == "self"
    if not ordinary or node.name in _IMPLICITLY_STATIC:
        raise refuse("The selection stands in a method whose first parameter is not an ordinary one.")
    bindings = [
        i for i in source.names.identifiers if i.name == first and i.home is host and i.role != "load"
    ]
    if len(bindings) != 1:
        raise refuse(f"The method assigns to `{first}`.")


def _first_parameter(host: Scope) -> str | None:
    args = getattr(host.node, "args", None)
    names = [arg.arg for arg in arguments(args)] if args is not None else []
    return names[0] if names else None


def _check_bindings(source: Source, selection: Selection, found: _Extracted) -> None:
    """Every identifier of the selection means in the function what it meant where it was."""
    inside = {id(node) for root in selection.nodes for node in ast.walk(root)}
    parameters = set(found.parameters)
    arguments_given = {i.name: i for i in found.names.of([found.call])}
    old = source.names.of(selection.nodes)
    new = found.names.of(found.body)
    for before, after in zip(old, new, strict=True):
        home, new_home = before.home, after.home
        if home is None or new_home is None or id(home.node) in inside:
            continue
        if new_home.node is not found.function:
            same = new_home.path == home.path
        elif before.name in parameters:
            given = arguments_given.get(before.name)
            same = given is None or given.home is None or given.home.path == home.path
        else:
            same = selection.statements != () and home is host_of(source, selection)
        if not same:
            raise refuse(f"`{before.name}` would mean something else in the new function.")


def _check_flow(
    source: Source, selection: Selection, found: _Extracted, host: Scope, exported: Callable[[str], bool]
) -> None:
    """Every value is there when it is read, on both sides of the call."""
    first, last = selection.statements[0], selection.statements[-1]
    whole = Liveness(source.names, host)
    whole.before(getattr(host.node, "body", []))
    written: set[str] = set()
    for statement in selection.statements:
        written |= whole.writes(statement)
    lost: set[str]
    if lost := written & set(whole.on_error[id(first)]):
        raise refuse(f"`{min(lost)}` is also read where an error in the selection is handled.")
    needed = written & whole.after[id(last)]
    if host.parent is None:
        needed |= written & _captured(source, selection, host)
        needed |= given_to_module(source, selection)
        declared = {name for statement in selection.statements for name in declares(statement)}
        needed |= {name for name in declared - set(found.results) if exported(name)}
    if not found.ends_in_return and (lost := needed - set(found.results)):
        raise refuse(f"`{min(lost)}` is assigned here and may be used elsewhere.")
    own = {i.name for i in found.names.of([found.function]) if i.home and i.home.node is found.function}
    exposed = Liveness(source.names, host).before(selection.statements, frozenset(found.results))
    if lost := (set(exposed) & own) - set(found.parameters):
        raise refuse(f"`{min(lost)}` may not be bound where it is read.")
    bound = Assignment.of_scope(source.names, host).before.get(id(first)) or frozenset()
    given = {name for name in found.parameters if name in host.bound}
    if host.parent is not None and (lost := given - bound):
        raise refuse(f"`{min(lost)}` may not be bound when the selection starts.")
    after = Assignment(source.names, host).after(selection.statements, frozenset(found.parameters))
    if after is not None and (lost := set(found.results) - after):
        raise refuse(f"`{min(lost)}` may not be bound when the selection ends.")
    deleted = {i.name for i in source.names.of(selection.statements) if i.role == "del" and i.home is host}
    if deleted - (after or frozenset()) and (lost := deleted & bound):
        raise refuse(f"The selection deletes `{min(lost)}`.")


def _captured(source: Source, selection: Selection, host: Scope) -> set[str]:
    """The host's variables that nested functions outside of the selection read or write."""
    return {i.name for i in _outside(source, selection) if i.home is host and _deferred(i.scope, host)}


def _outside(source: Source, selection: Selection) -> list[Identifier]:
    inside = {id(node) for root in selection.nodes for node in ast.walk(root)}
    return [i for i in source.names.identifiers if id(i.node) not in inside]


def _deferred(scope: Scope, host: Scope) -> bool:
    """Whether code in `scope` may run at another time than the code of `host` around it."""
    for inner in scope.chain():
        if inner is host:
            return False
        if isinstance(inner.node, _DEFERRED):
            return True
    return False


def _check_closures(source: Source, selection: Selection, host: Scope) -> None:
    """No nested function sees a variable change, or misses a change, that it did not before."""
    ids = source.names.of(selection.statements)
    written = {i.name for i in ids if i.role in ("store", "del") and i.home is host}
    calls = any(isinstance(n, (ast.Call, ast.Await)) for s in selection.statements for n in ast.walk(s))
    if calls and (shared := written & _captured(source, selection, host)):
        raise refuse(f"`{min(shared)}` is assigned here and read by a nested function.")
    held = {i.name for i in ids if i.home is host and _deferred(i.scope, host)}
    rebound = {
        i.name
        for i in _outside(source, selection)
        if i.role == "store"
        and i.home is host
        and getattr(i.node, "lineno", 0) >= selection.statements[0].lineno
    }
    loops = any(
        isinstance(n, (ast.For, ast.While, ast.AsyncFor)) and _contains(n, selection.statements[0])
        for n in ast.walk(host.node)
    )
    again = (
        {
            i.name
            for i in _outside(source, selection)
            if i.role == "store" and i.home is host and not isinstance(i.node, ast.arg)
        }
        if loops
        else rebound
    )
    if host.parent is not None and (shared := held & (again | (written if loops else set()))):
        raise refuse(f"`{min(shared)}` is kept by a nested function and assigned again later.")
    if any(i.role == "store" and i.home is host and _deferred(i.scope, host) for i in ids):
        raise refuse("A nested function in the selection assigns to a variable outside of it.")


def _contains(outer: ast.AST, inner: ast.AST) -> bool:
    return outer is not inner and any(node is inner for node in ast.walk(outer))
