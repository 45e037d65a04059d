"""The steps of statements."""

from __future__ import annotations

import ast

from kibitz.verify.behaviour.attempts import attempt, manage
from kibitz.verify.behaviour.calls import delegated
from kibitz.verify.behaviour.conditions import decide
from kibitz.verify.behaviour.core import STATEMENTS, VALUES, Builder, Loop
from kibitz.verify.behaviour.expressions import by_branches
from kibitz.verify.behaviour.graph import Node
from kibitz.verify.behaviour.loops import assign, loop
from kibitz.verify.behaviour.scopes import Function

_UNROLLED, _LITTLE = 6, 150
"""A loop over so many things, with so many nodes in its body, is read as its body for each of them."""


def _expression(b: Builder, node: ast.Expr) -> None:
    value = node.value
    if isinstance(value, ast.Constant):
        return
    if isinstance(value, ast.YieldFrom):
        if isinstance(value.value, ast.Call) and delegated(b, value.value):
            return
        ended = b.label()
        item = f"%each{b.temporaries}"
        b.frame.shadows.append({item: b.temporary()})

        def each() -> None:
            b.make("yield", (b.load(item),))

        loop(b, ast.Name(item, ast.Store()), value.value, each, [], ended, ended)
        b.place(ended)
        b.frame.shadows.pop()
        return
    b.value(value)


def _assign(b: Builder, node: ast.Assign) -> None:
    pairs = _pairwise(node)
    if pairs is not None:
        for target, value in pairs:
            _remember(b, target, value)
            assign(b, target, b.value(value))
        return
    _remember(b, node.targets[0], node.value)
    register = b.value(node.value)
    for target in node.targets:
        assign(b, target, register)


def _remember(b: Builder, target: ast.expr, value: ast.expr) -> None:
    if isinstance(target, ast.Name) and isinstance(value, ast.Attribute | ast.Name | ast.Dict | ast.Constant):
        b.frame.bound[target.id] = value


def _pairwise(node: ast.Assign) -> list[tuple[ast.expr, ast.expr]] | None:
    """`a, b = 1, 2` as two assignments, where no target is read or could be changed by the values' making."""
    target = node.targets[0]
    if len(node.targets) != 1 or not isinstance(target, ast.Tuple) or not isinstance(node.value, ast.Tuple):
        return None
    if len(target.elts) != len(node.value.elts):
        return None
    names = {e.id for e in target.elts if isinstance(e, ast.Name)}
    read = {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
    if (
        len(names) != len(target.elts)
        or names & read
        or any(isinstance(e, ast.Starred) for e in node.value.elts)
    ):
        return None
    return list(zip(target.elts, node.value.elts, strict=True))


def _annotated(b: Builder, node: ast.AnnAssign) -> None:
    if node.value is not None:
        _remember(b, node.target, node.value)
        assign(b, node.target, b.value(node.value))


def _augmented(b: Builder, node: ast.AugAssign) -> None:
    op = ("bin", type(node.op).__name__, "in place")
    target = node.target
    if isinstance(target, ast.Name):
        old = b.load(target.id)
        b.store(target.id, b.make("pure", (old, b.value(node.value)), op))
    elif isinstance(target, ast.Attribute):
        base, name = b.value(target.value), b.program.renamed(target.attr)
        old = b.make("pure", (base,), ("attr", name))
        b.emit("setattr", "", (base, b.make("pure", (old, b.value(node.value)), op)), (name,))
    else:
        base, key = b.value(target.value), b.value(target.slice)
        old = b.make("pure", (base, key), ("sub",))
        b.emit("setitem", "", (base, key, b.make("pure", (old, b.value(node.value)), op)))


def _delete(b: Builder, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Attribute):
            b.emit("delattr", "", (b.value(target.value),), (b.program.renamed(target.attr),))
        elif isinstance(target, ast.Subscript):
            b.emit("delitem", "", (b.value(target.value), b.value(target.slice)))
        elif isinstance(target, ast.Tuple | ast.List):
            _delete(b, ast.Delete(target.elts))


def _return(b: Builder, node: ast.Return) -> None:
    said = b.truths and b.frame.end is None and not isinstance(node.value, ast.Constant | ast.Name | None)
    if node.value is None:
        register = b.const(None)
    else:
        register = by_branches(b, node.value) if said else b.value(node.value)
    if b.frame.cleanups:
        register = b.make("copy", (register,))
        _clean_up(b, 0)
    if b.frame.end is not None:
        b.emit("copy", b.frame.result, (register,))
        b.jump(b.frame.end)
    else:
        b.emit("return", "", (register,))
        b.tail = None


def _clean_up(b: Builder, down_to: int) -> None:
    """What `finally` and `with` do on the way out, the innermost first."""
    kept = list(b.frame.cleanups)
    for at in range(len(kept) - 1, down_to - 1, -1):
        b.frame.cleanups = kept[:at]
        kept[at]()
    b.frame.cleanups = kept


def _leave(b: Builder, *, again: bool) -> None:
    if not b.frame.loops:
        return
    inner = b.frame.loops[-1]
    _clean_up(b, inner.cleanups)
    b.jump(inner.again if again else inner.after)


def _raise(b: Builder, node: ast.Raise) -> None:
    if node.exc is None:
        b.emit("reraise", "", (b.frame.caught[-1] if b.frame.caught else b.const(None),))
    else:
        exception = b.value(node.exc)
        b.emit(
            "raise",
            "",
            (exception, b.value(node.cause) if node.cause is not None else b.make("const", (), ...)),
        )
    b.tail = None


def _assert(b: Builder, node: ast.Assert) -> None:
    fine, wrong = b.label(), b.label()
    decide(b, node.test, fine, wrong)
    b.place(wrong)
    function = ast.Name("AssertionError", ast.Load())
    message = [node.msg] if node.msg is not None else []
    exception = b.value(ast.Call(function, message, []) if message else function)
    b.emit("raise", "", (exception, b.make("const", (), ...)))
    b.tail = None
    b.place(fine)


def _if(b: Builder, node: ast.If) -> None:
    yes, no, end = b.label(), b.label(), b.label()
    decide(b, node.test, yes, no)
    b.place(yes)
    b.statements(node.body)
    b.jump(end)
    b.place(no)
    b.statements(node.orelse)
    b.place(end)


def _while(b: Builder, node: ast.While) -> None:
    again, body, ended, after = b.label(), b.label(), b.label(), b.label()
    again.op = "head"
    b.place(again)
    decide(b, node.test, body, ended)
    b.place(body)
    b.frame.loops.append(Loop(after, again, len(b.frame.cleanups)))
    b.statements(node.body)
    b.frame.loops.pop()
    b.jump(again)
    b.place(ended)
    b.statements(node.orelse)
    b.place(after)


def _for(b: Builder, node: ast.For | ast.AsyncFor) -> None:
    ended, after = b.label(), b.label()
    kind = "async" if isinstance(node, ast.AsyncFor) else ""
    if _is_short(node):
        _unrolled(b, node, after)
        return

    def body() -> None:
        b.statements(node.body)

    loop(b, node.target, node.iter, body, node.body, ended, after, kind=kind)
    b.place(ended)
    b.statements(node.orelse)
    b.place(after)


def _is_short(node: ast.For | ast.AsyncFor) -> bool:
    """Whether a loop goes over a few things that are written out, and does little with each."""
    over = node.iter
    if not isinstance(over, ast.Tuple | ast.List) or isinstance(node, ast.AsyncFor):
        return False
    few = 0 < len(over.elts) <= _UNROLLED and not any(isinstance(e, ast.Starred) for e in over.elts)
    return few and sum(1 for part in node.body for _ in ast.walk(part)) <= _LITTLE


def _unrolled(b: Builder, node: ast.For | ast.AsyncFor, after: Node) -> None:
    assert isinstance(node.iter, ast.Tuple | ast.List)
    for register in [b.make("copy", (b.value(e),)) for e in node.iter.elts]:
        again = b.label()
        assign(b, node.target, register)
        b.frame.loops.append(Loop(after, again, len(b.frame.cleanups)))
        b.statements(node.body)
        b.frame.loops.pop()
        b.place(again)
    b.statements(node.orelse)
    b.place(after)


def _function(b: Builder, node: Function) -> None:
    if b.module_level:
        b.store(node.name, b.make("global", (), ("global", b.program.renamed(node.name))))
        return
    register = b.closure(node)
    for decorator in reversed(node.decorator_list):
        register = b.make("call", (b.value(decorator), register), ("",))
    if not node.decorator_list:
        b.frame.functions[node.name] = node
    b.store(node.name, register)


def _class(b: Builder, node: ast.ClassDef) -> None:
    if b.module_level:
        b.store(node.name, b.make("global", (), ("global", b.program.renamed(node.name))))
        return
    names = sorted({n.id for n in ast.walk(node) if isinstance(n, ast.Name)})
    register = b.make("opaque", [b.load(n) for n in names if b.resolve(n)], ast.dump(node))
    b.store(node.name, register)


def _import(b: Builder, node: ast.Import) -> None:
    for alias in node.names:
        module = alias.name if alias.asname else alias.name.split(".")[0]
        b.store(alias.asname or module, b.make("global", (), ("import", module, "")))


def _import_from(b: Builder, node: ast.ImportFrom) -> None:
    for alias in node.names:
        if alias.name != "*":
            module = "." * node.level + (node.module or "")
            b.store(alias.asname or alias.name, b.make("global", (), ("import", module, alias.name)))


def _match(b: Builder, node: ast.Match) -> None:
    from kibitz.verify.behaviour.patterns import match_case

    subject = b.make("copy", (b.value(node.subject),))
    end = b.label()
    for case in node.cases:
        here, other = b.label(), b.label()
        match_case(b, case.pattern, subject, here, other)
        b.place(here)
        if case.guard is not None:
            more = b.label()
            decide(b, case.guard, more, other)
            b.place(more)
        b.statements(case.body)
        b.jump(end)
        b.place(other)
    b.place(end)


def _nothing(_: Builder, __: ast.stmt) -> None:
    pass


STATEMENTS.update(
    {
        ast.Expr: _expression,
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _augmented,
        ast.Delete: _delete,
        ast.Return: _return,
        ast.Raise: _raise,
        ast.Assert: _assert,
        ast.If: _if,
        ast.While: _while,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.Try: attempt,
        ast.With: manage,
        ast.AsyncWith: manage,
        ast.ClassDef: _class,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.Match: _match,
        ast.Break: lambda b, _: _leave(b, again=False),
        ast.Continue: lambda b, _: _leave(b, again=True),
        ast.Pass: _nothing,
        ast.Global: _nothing,
        ast.Nonlocal: _nothing,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
    }
)
assert VALUES
