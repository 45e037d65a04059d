"""The steps of calls: known ones as what they do, a version's own helpers in place, all others as they are."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from kibitz.verify.behaviour.builtins import BUILTINS, arguments_of
from kibitz.verify.behaviour.core import DEEPEST, VALUES, Builder, Callable_, Frame
from kibitz.verify.behaviour.dispatch import chosen, written_out
from kibitz.verify.behaviour.expressions import format_call, known_text, plain
from kibitz.verify.behaviour.loops import collected, comprehension, summed
from kibitz.verify.behaviour.scopes import all_arguments, is_generator, scope_of

_SMALL = 400
"""Nodes of the longest function that is read in place of its calls."""


def _call(b: Builder, node: ast.Call) -> str:
    function = node.func
    if (
        isinstance(function, ast.Name)
        and b.resolve(function.id) is None
        and function.id not in b.program.bound
    ):
        known = BUILTINS.get(function.id)
        result = known(b, node) if known is not None else None
        if result is not None:
            return result
    own = _own(b, node)
    if own is not None:
        target, frame, bound = own
        if not isinstance(target, ast.AsyncFunctionDef) and not is_generator(target):
            result = inlined(b, node, target, frame, bound)
            if result is not None:
                return result
    return _method(b, node, function) if isinstance(function, ast.Attribute) else _plain(b, node)


def _plain(b: Builder, node: ast.Call) -> str:
    registers = [b.value(node.func)]
    args, shape = arguments_of(b, node, _signature(b, node))
    return b.make("call", [*registers, *args], shape)


def _method(b: Builder, node: ast.Call, function: ast.Attribute) -> str:
    base = function.value
    form = known_text(b, base) if function.attr == "format" else None
    if form is not None:
        text = format_call(b, form, node.args, node.keywords)
        if text is not None:
            return text
    if function.attr == "extend" and len(node.args) == 1 and not node.keywords:
        done = _filled(b, function, node.args[0])
        if done is not None:
            return done
    if function.attr == "setdefault" and len(node.args) == 2 and not node.keywords and plain(node.args[1]):
        taken, key = b.value(base), b.value(node.args[0])
        b.make("method", (taken, key, b.value(node.args[1])), ("setdefault", "", ""))
        return b.make("pure", (taken, key), ("sub",))
    if function.attr == "get" and len(node.args) in (1, 2) and not node.keywords:
        among = written_out(b, base)
        if among is not None:
            key = b.value(node.args[0])
            return chosen(b, among, key, node.args[1] if len(node.args) == 2 else ast.Constant(None))
    if function.attr == "join" and len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
        if isinstance(base, ast.Constant) and base.value == "":
            return summed(b, node.args[0], b.const(""))
        return b.make("method", (b.value(base), collected(b, node.args[0], "list")), ("join", ""))
    if (
        function.attr in ("encode", "decode")
        and len(node.args) == 1
        and not node.keywords
        and (known_text(b, node.args[0]) or "").lower().replace("_", "-") in ("utf-8", "utf8")
    ):
        return b.make("method", (b.value(base),), (function.attr,))
    args: list[str]
    receiver = b.value(base)
    args, shape = arguments_of(b, node, _signature(b, node))
    if function.attr == "get" and len(args) == 2 and shape == ("", "") and _is_none(node.args[1]):
        args, shape = args[:1], ("",)  # what `get` gives without being told
    return b.make("method", [receiver, *args], (b.program.renamed(function.attr), *shape))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _filled(b: Builder, function: ast.Attribute, node: ast.expr) -> str | None:
    """`xs.extend(... for ...)` as a loop of appends, and `xs.extend(ys)` where `xs` is not made here."""
    if isinstance(node, ast.Name | ast.Attribute | ast.Call) and not _made_here(b, function.value):
        item = f"%item{b.temporaries}"
        name = ast.Name(item, ast.Load())
        node = ast.GeneratorExp(name, [ast.comprehension(ast.Name(item, ast.Store()), node, [], 0)])
    if not isinstance(node, ast.GeneratorExp | ast.ListComp):
        return None
    receiver = b.value(function.value)
    made = node

    def each() -> None:
        b.emit("method", b.temporary(), (receiver, b.value(made.elt)), ("append", ""))

    comprehension(b, made, each)
    return b.const(None)


def _made_here(b: Builder, node: ast.expr) -> bool:
    """Whether a list is, or may be, one that the function itself makes."""
    return not isinstance(node, ast.Attribute) and not (
        isinstance(node, ast.Name)
        and b.frame.function is not None
        and node.id in _parameters(b.frame.function)
    )


def _parameters(function: ast.AST) -> set[str]:
    arguments = getattr(function, "args", None)
    return {a.arg for a in all_arguments(arguments)} if isinstance(arguments, ast.arguments) else set()


def _signature(b: Builder, node: ast.Call) -> Sequence[str] | None:
    """The names of the parameters of the function of this file that is called, without the receiver."""
    function = _meant(b, node.func)
    found: str | None = None
    if isinstance(function, ast.Name) and b.resolve(function.id) is None:
        found = function.id if function.id in b.program.functions else f"{function.id}.__init__"
    elif isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        frame = b.owner()
        owner = (
            frame.owner if frame is not None and function.value.id == frame.receiver else function.value.id
        )
        found = b.program.method(owner, function.attr) if owner in b.program.classes else None
    target = b.program.functions.get(found or "")
    if (
        found is None
        or target is None
        or target.args.vararg
        or target.args.posonlyargs
        or target.args.kwonlyargs
    ):
        return None
    names = [a.arg for a in target.args.args]
    receives = "." in found and not any(ast.unparse(d) == "staticmethod" for d in target.decorator_list)
    return names[1:] if receives else names


def _meant(b: Builder, function: ast.expr) -> ast.expr:
    """What is called: where a local name was given it just once, the name or the method it stands for."""
    if isinstance(function, ast.Name) and b.frame.scope.stored[function.id] == 1:
        return b.frame.bound.get(function.id, function)
    return function


def _own(b: Builder, node: ast.Call) -> tuple[Callable_, Frame | None, ast.expr | None] | None:
    """The function that is read in place of a call, the frame it was made in, and what it is called on."""
    function = _meant(b, node.func)
    if isinstance(function, ast.Name):
        local = b.local_function(function.id)
        if local is not None:
            return local[0], local[1], None
        if (
            b.resolve(function.id) is None
            and function.id in b.program.inline
            and function.id in b.program.functions
        ):
            return b.program.functions[function.id], None, None
    elif isinstance(function, ast.Lambda):
        return function, b.frame, None
    elif isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        frame = b.owner()
        base = function.value.id
        owner = frame.owner if frame is not None and base in (frame.receiver, frame.owner) else base
        found = b.program.method(owner, function.attr) if owner in b.program.classes else None
        if found is None or found not in b.program.inline:
            return None
        target = b.program.functions.get(found)
        if target is None:
            return None
        decorators = {ast.unparse(d) for d in target.decorator_list}
        if decorators - {"staticmethod", "classmethod", "property", "cached_property"}:
            return None
        static = "staticmethod" in decorators
        on_class = base in b.program.classes and "classmethod" not in decorators
        return target, None, None if static or on_class else function.value
    return None


def inlined(
    b: Builder, node: ast.Call, target: Callable_, around: Frame | None, bound: ast.expr | None
) -> str | None:
    """The result of a call with the function's body read in its place; None where it cannot be."""
    chain = []
    frame: Frame | None = b.frame
    while frame is not None:
        chain.append(frame.function)
        frame = frame.parent
    if target in chain or len(chain) > DEEPEST or sum(1 for _ in ast.walk(target)) > _SMALL:
        return None
    given = _bind(node, target.args, bound)
    if given is None:
        return None
    body = target.body if isinstance(target.body, list) else [ast.Expr(target.body)]
    b.temporaries += 1
    prefix = f"{b.temporaries}:"
    owner, receiver = _receiver(b, target, given)
    inner = Frame(
        scope_of(body, target.args),
        prefix,
        owner=owner,
        receiver=receiver,
        result=b.temporary(),
        end=b.label(),
        parent=around,
        function=target,
        caught=b.frame.caught,
    )
    registers = {name: b.make("copy", (b.value(value),)) for name, value, fixed in given if not fixed}
    kept = b.frame
    b.frame = Frame(scope_of([])) if around is None else around
    registers.update({name: b.value(value) for name, value, fixed in given if fixed})
    b.frame = inner
    for name, register in registers.items():
        b.emit("copy", prefix + name, (register,))
    if isinstance(target, ast.Lambda):
        b.emit("copy", inner.result, (b.value(target.body),))
    else:
        b.statements(target.body)
        b.emit("const", inner.result, (), None)
    assert inner.end is not None
    b.place(inner.end)
    b.frame = kept
    return inner.result


def _receiver(b: Builder, target: Callable_, given: Sequence[tuple[str, ast.expr, bool]]) -> tuple[str, str]:
    """The class whose objects a function works on, and the parameter that is one: a method's first, or the one that is
    given the object of the method around the call."""
    owner = next((b.program.owners[n] for n, f in b.program.functions.items() if f is target), "")
    if owner:
        return owner, next((a.arg for a in all_arguments(target.args)), "")
    around = b.owner()
    for name, value, _ in given:
        if around is not None and isinstance(value, ast.Name) and value.id == around.receiver:
            return around.owner, name
    return "", ""


def _bind(
    node: ast.Call, arguments: ast.arguments, bound: ast.expr | None
) -> list[tuple[str, ast.expr, bool]] | None:
    """(parameter, expression, whether it is the default) for each parameter, in the order of evaluation."""
    if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
        return None
    if arguments.kwarg:
        return None
    names = [a.arg for a in [*arguments.posonlyargs, *arguments.args]]
    values = [*([bound] if bound is not None else []), *node.args]
    given: list[tuple[str, ast.expr, bool]] = [(n, v, False) for n, v in zip(names, values, strict=False)]
    if arguments.vararg:
        given.append((arguments.vararg.arg, ast.Tuple(list(values[len(names) :]), ast.Load()), False))
    elif len(values) > len(names):
        return None
    known = {n for n, _, _ in given}
    allowed = {*names, *(a.arg for a in arguments.kwonlyargs)}
    for keyword in node.keywords:
        if keyword.arg is None or keyword.arg in known or keyword.arg not in allowed:
            return None
        given.append((keyword.arg, keyword.value, False))
        known.add(keyword.arg)
    defaults = dict(zip(reversed(names), reversed(arguments.defaults), strict=False))
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            defaults[argument.arg] = default
    for name in [*names, *(a.arg for a in arguments.kwonlyargs)]:
        if name not in known:
            if name not in defaults:
                return None
            given.append((name, defaults[name], True))
    return given


def awaited(b: Builder, node: ast.Await) -> str | None:
    """`await helper(...)` with the helper read in place of its call."""
    if not isinstance(node.value, ast.Call):
        return None
    own = _own(b, node.value)
    if own is None or not isinstance(own[0], ast.AsyncFunctionDef) or is_generator(own[0]):
        return None
    return inlined(b, node.value, *own)


def delegated(b: Builder, node: ast.Call) -> bool:
    """`yield from helper(...)` with the helper read in place of its call."""
    own = _own(b, node)
    if own is None or isinstance(own[0], ast.AsyncFunctionDef) or not is_generator(own[0]):
        return False
    return inlined(b, node, *own) is not None


VALUES[ast.Call] = _call
