"""The steps of loops and of what is a loop in other words: comprehensions, any, all, sum, next."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from kibitz.verify.behaviour.core import GENERATOR, VALUES, Builder, Loop
from kibitz.verify.behaviour.graph import Node

Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def loop(
    b: Builder,
    target: ast.expr,
    iterable: ast.expr,
    body: Callable[[], None],
    inside: Sequence[ast.AST],
    ended: Node,
    after: Node,
    *,
    kind: str = "",
) -> None:
    """`for target in iterable: body()`; `ended` is where it goes when nothing is left, `after` where `break` does."""
    counter = ""
    start: ast.expr | None = None
    ranged = _ranged(iterable, target, inside)
    keyed = _keyed(iterable, target, inside)
    one_argument = isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Name)
    if one_argument and isinstance(iterable, ast.Call) and _is_call(iterable, "enumerate", (1, 2)):
        pair = target.elts if isinstance(target, ast.Tuple) and len(target.elts) == 2 else None
        if pair is not None and not any(isinstance(e, ast.Starred) for e in pair):
            counter = b.temporary()
            start = iterable.args[1] if len(iterable.args) > 1 else None
            start = next((k.value for k in iterable.keywords if k.arg == "start"), start)
            iterable = iterable.args[0]
    elif ranged is not None:
        counter, iterable = b.temporary(), ranged
    source = b.value(keyed if keyed is not None else _plain(iterable))
    if keyed is not None:
        source = b.make("method", (source,), ("items",))
    iterator = b.make("pure", (source,), ("iter",))
    if counter:
        b.emit("copy", counter, (b.value(start) if start is not None else b.const(0),))
    again, item, here = b.label(), b.temporary(), b.label()
    again.op = "head"
    b.place(again)
    b.emit("next", item, (iterator,), kind)
    if b.tail is not None:
        b.tail.next, b.tail.other = here, ended
    b.tail = here
    known: list[str] = []
    if keyed is not None:
        key, value = (b.make("pure", (item, b.const(n)), ("sub",)) for n in (0, 1))
        assign(b, target, key)
        known = _know(b, ast.Subscript(keyed, _loaded(target), ast.Load()), value)
    elif counter:
        number = b.make("copy", (counter,))
        b.emit("copy", counter, (b.make("pure", (counter, b.const(1)), ("bin", "Add")),))
        if ranged is not None:
            assign(b, target, number)
            known = _know(b, ast.Subscript(ranged, _loaded(target), ast.Load()), item)
        else:
            assert isinstance(target, ast.Tuple)
            assign(b, target.elts[0], number)
            assign(b, target.elts[1], item)
    else:
        assign(b, target, item)
    b.frame.loops.append(Loop(after, again, len(b.frame.cleanups)))
    body()
    b.frame.loops.pop()
    for text in known:
        b.frame.substitutes.pop(text, None)
    b.jump(again)


def _know(b: Builder, expression: ast.expr, register: str) -> list[str]:
    text = ast.unparse(expression)
    b.frame.substitutes[text] = register
    return [text]


def _loaded(target: ast.expr) -> ast.expr:
    return ast.Name(target.id, ast.Load()) if isinstance(target, ast.Name) else target


def _plain(iterable: ast.expr) -> ast.expr:
    """What is looped over without what makes no difference to a loop."""
    call = iterable if isinstance(iterable, ast.Call) and not iterable.args + iterable.keywords else None
    if call is not None and isinstance(call.func, ast.Attribute) and call.func.attr == "keys":
        return call.func.value
    if isinstance(iterable, ast.List):
        return ast.copy_location(ast.Tuple(iterable.elts, ast.Load()), iterable)
    return iterable


def _is_call(node: ast.expr, name: str, counts: tuple[int, ...]) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == name
        and len(node.args) in counts
        and not any(isinstance(a, ast.Starred) for a in node.args)
        and all(k.arg == "start" for k in node.keywords)
    )


def _ranged(iterable: ast.expr, target: ast.expr, inside: Sequence[ast.AST]) -> ast.expr | None:
    """`xs` of `for i in range(len(xs))` where the loop reads `xs[i]` and leaves `xs` and `i` alone."""
    if not (
        isinstance(target, ast.Name)
        and isinstance(iterable, ast.Call)
        and _is_call(iterable, "range", (1, 2))
    ):
        return None
    if len(iterable.args) == 2:
        first = iterable.args[0]
        if not (isinstance(first, ast.Constant) and first.value == 0):
            return None
    size = iterable.args[-1]
    if not (isinstance(size, ast.Call) and _is_call(size, "len", (1,))):
        return None
    return size.args[0] if _only_read(size.args[0], target.id, inside) else None


def _keyed(iterable: ast.expr, target: ast.expr, inside: Sequence[ast.AST]) -> ast.expr | None:
    """`d` of `for k in d` where the loop reads `d[k]` and leaves `d` and `k` alone."""
    base = _plain(iterable)
    if not isinstance(target, ast.Name) or not isinstance(base, ast.Name | ast.Attribute):
        return None
    return base if _only_read(base, target.id, inside) else None


_CHANGING = frozenset(
    [
        "append",
        "extend",
        "insert",
        "pop",
        "remove",
        "clear",
        "sort",
        "reverse",
        "update",
        "popitem",
        "setdefault",
        "add",
        "discard",
    ]
)


def _only_read(base: ast.expr, index: str, inside: Sequence[ast.AST]) -> bool:
    """Whether `base[index]` is read, and neither of the two is changed."""
    if not isinstance(base, ast.Name | ast.Attribute):
        return False
    text, reads = ast.unparse(base), 0
    for node in (n for part in inside for n in ast.walk(part)):
        if isinstance(node, ast.Name | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            if ast.unparse(node) in (text, index):
                return False
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == text:
            if not isinstance(node.ctx, ast.Load):
                return False
            reads += isinstance(node.slice, ast.Name) and node.slice.id == index
        elif isinstance(node, ast.Attribute) and node.attr in _CHANGING and ast.unparse(node.value) == text:
            return False
    return reads > 0


def assign(b: Builder, target: ast.expr, register: str) -> None:
    """Give a target a value: a name, a place, or several at once."""
    if isinstance(target, ast.Name):
        b.store(target.id, register)
    elif isinstance(target, ast.Attribute):
        b.emit("setattr", "", (b.value(target.value), register), (b.program.renamed(target.attr),))
    elif isinstance(target, ast.Subscript):
        b.emit("setitem", "", (b.value(target.value), b.value(target.slice), register))
    elif isinstance(target, ast.Starred):
        assign(b, target.value, register)
    elif isinstance(target, ast.Tuple | ast.List):
        starred = next((n for n, e in enumerate(target.elts) if isinstance(e, ast.Starred)), None)
        for at, element in enumerate(target.elts):
            if at == starred:
                after = len(target.elts) - at - 1
                part = b.make("pure", (register,), ("rest", at, after))
            else:
                index = at if starred is None or at < starred else at - len(target.elts)
                part = b.make("pure", (register, b.const(index)), ("sub",))
            assign(b, element, part)


def comprehension(
    b: Builder, node: Comprehension, each: Callable[[], None], after: Node | None = None
) -> None:
    """The loops of a comprehension around `each`; `after` is where `each` may leave for."""
    shadow = {
        n.id: b.temporary() for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)
    }
    end = after or b.label()

    def level(at: int) -> None:
        if at == len(node.generators):
            each()
            return
        generator = node.generators[at]
        ended = end if at == 0 else b.label()
        loops: list[Node] = []

        def body() -> None:
            loops.append(b.frame.loops[-1].again)
            for test in generator.ifs:
                from kibitz.verify.behaviour.conditions import decide

                more = b.label()
                decide(b, test, more, loops[-1])
                b.place(more)
            level(at + 1)

        parts = _parts_of(node)
        inside = [*generator.ifs, *node.generators[at + 1 :], *parts]
        kind = "async" if generator.is_async else ""
        loop(b, generator.target, generator.iter, body, inside, ended, end, kind=kind)
        if ended is not end:
            b.place(ended)

    b.frame.shadows.append(shadow)
    level(0)
    b.frame.shadows.pop()
    if after is None:
        b.place(end)


def _parts_of(node: Comprehension) -> list[ast.AST]:
    return [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]


def _as_they_come(node: Comprehension) -> bool:
    """Whether a comprehension takes the items of its innermost loop as they are."""
    last = node.generators[-1]
    return (
        not isinstance(node, ast.DictComp)
        and not last.ifs
        and not last.is_async
        and isinstance(last.target, ast.Name)
        and isinstance(node.elt, ast.Name)
        and node.elt.id == last.target.id
    )


def collected(b: Builder, node: Comprehension, kind: str) -> str:
    """A comprehension as a container it fills."""
    result = b.make("new", (), (kind, ()))
    if kind != "dict" and _as_they_come(node):
        last, before = node.generators[-1], node.generators[:-1]

        def all_of() -> None:
            b.emit("method", "", (result, b.value(last.iter)), ("extend" if kind == "list" else "update", ""))

        if before:
            comprehension(b, ast.ListComp(last.iter, before), all_of)
        else:
            all_of()
        return result

    def each() -> None:
        if isinstance(node, ast.DictComp):
            b.emit("setitem", "", (result, b.value(node.key), b.value(node.value)))
        elif kind == "dict":
            pair = b.value(node.elt)
            first, second = (b.make("pure", (pair, b.const(n)), ("sub",)) for n in (0, 1))
            b.emit("setitem", "", (result, first, second))
        else:
            b.emit(
                "method",
                b.temporary(),
                (result, b.value(node.elt)),
                ("append" if kind == "list" else "add", ""),
            )

    comprehension(b, node, each)
    return result


def summed(b: Builder, node: Comprehension, start: str) -> str:
    """`sum(...)` of a comprehension."""
    result = b.make("copy", (start,))

    def each() -> None:
        assert not isinstance(node, ast.DictComp)
        b.emit("copy", result, (b.make("pure", (result, b.value(node.elt)), ("bin", "Add")),))

    comprehension(b, node, each)
    return result


def quantified(b: Builder, node: Comprehension, *, every: bool) -> str:
    """`all(...)` and `any(...)` of a comprehension, which stop at the first that decides."""
    from kibitz.verify.behaviour.conditions import decide

    result, found, ended, end = b.temporary(), b.label(), b.label(), b.label()

    def each() -> None:
        assert not isinstance(node, ast.DictComp)
        again = b.frame.loops[-1].again
        decide(b, node.elt, *((again, found) if every else (found, again)))

    comprehension(b, node, each, after=ended)
    for label, value in ((found, not every), (ended, every)):
        b.place(label)
        b.emit("const", result, (), value)
        b.jump(end)
    b.place(end)
    return result


def first(b: Builder, node: Comprehension, default: ast.expr | None) -> str:
    """`next(...)` of a generator with a default."""
    result, found, ended, end = b.temporary(), b.label(), b.label(), b.label()

    def each() -> None:
        assert not isinstance(node, ast.DictComp)
        b.emit("copy", result, (b.value(node.elt),))
        b.jump(found)

    comprehension(b, node, each, after=ended)
    b.place(ended)
    if default is not None:
        b.emit("copy", result, (b.value(default),))
        b.jump(end)
    else:
        b.emit("raise", "", (b.make("global", (), ("builtin", "StopIteration")), b.const(None)))
        b.tail = None
    b.place(found)
    b.jump(end)
    b.place(end)
    return result


def _generator(b: Builder, node: ast.GeneratorExp) -> None:
    def each() -> None:
        b.emit("yield", b.temporary(), (b.value(node.elt),))

    comprehension(b, node, each)


GENERATOR.append(_generator)
VALUES[ast.ListComp] = lambda b, node: collected(b, node, "list")
VALUES[ast.SetComp] = lambda b, node: collected(b, node, "set")
VALUES[ast.DictComp] = lambda b, node: collected(b, node, "dict")
VALUES[ast.GeneratorExp] = lambda b, node: b.closure(node)
