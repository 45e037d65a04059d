"""The steps of calls of builtin functions, as what they do."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from kibitz.verify.behaviour.core import Builder
from kibitz.verify.behaviour.expressions import by_branches
from kibitz.verify.behaviour.loops import collected, first, loop, quantified, summed


def arguments_of(
    b: Builder, node: ast.Call, names: Sequence[str] | None
) -> tuple[list[str], tuple[str, ...]]:
    """The registers of the arguments and how each is given; by place where the called function is known."""
    given: list[tuple[str, str]] = []
    for argument in node.args:
        starred = isinstance(argument, ast.Starred)
        given.append(
            (
                "*" if starred else "",
                b.value(argument.value if isinstance(argument, ast.Starred) else argument),
            )
        )
    given += [
        (f"={b.program.renamed(keyword.arg)}" if keyword.arg else "**", b.value(keyword.value))
        for keyword in node.keywords
    ]
    if names is not None and not any(mark in ("*", "**") for mark, _ in given):
        given = _placed(given, [b.program.renamed(n) for n in names])
    if names is not None:
        # what a parameter is called is its function's affair
        places = {f"={b.program.renamed(n)}": f"=#{at}" for at, n in enumerate(names)}
        given = [(places.get(mark, mark), register) for mark, register in given]
    # the order of keywords makes no difference to who is called
    positional = [g for g in given if not g[0].startswith("=")]
    named = sorted((g for g in given if g[0].startswith("=")), key=lambda g: g[0])
    both = [*positional, *named]
    return [register for _, register in both], tuple(mark for mark, _ in both)


def _placed(given: list[tuple[str, str]], names: Sequence[str]) -> list[tuple[str, str]]:
    """Arguments by place as far as they are given without a gap, the others by name."""
    known: dict[str, str] = {}
    for at, (mark, register) in enumerate(given):
        name = mark[1:] if mark else names[at] if at < len(names) else ""
        if not name or name in known:
            return given
        known[name] = register
    placed: list[tuple[str, str]] = []
    for name in names:
        if name not in known:
            break
        placed.append(("", known.pop(name)))
    return [*placed, *((f"={name}", register) for name, register in known.items())]


_LISTED = frozenset({"sorted", "min", "max", "tuple", "frozenset", "reversed"})


def _only(node: ast.Call) -> ast.expr | None:
    return node.args[0] if len(node.args) == 1 and not isinstance(node.args[0], ast.Starred) else None


def _consuming(b: Builder, node: ast.Call) -> str | None:
    """A builtin that reads all of a comprehension: it may as well be given a list."""
    given = node.args[0] if node.args else None
    if not isinstance(given, ast.GeneratorExp | ast.ListComp):
        return None
    function = b.value(node.func)
    registers = [function, collected(b, given, "list")]
    rest, shape = arguments_of(b, ast.Call(node.func, node.args[1:], node.keywords), None)
    return b.make("call", [*registers, *rest], ("", *shape))


def _container(kind: str) -> Callable[[Builder, ast.Call], str | None]:
    def made(b: Builder, node: ast.Call) -> str | None:
        if not node.args and not node.keywords:
            return b.make("new", (), (kind, ()))
        if kind == "dict" and not node.args and all(k.arg for k in node.keywords):
            registers = [r for k in node.keywords for r in (b.const(k.arg), b.value(k.value))]
            return b.make("new", registers, ("dict", ("k", "v") * len(node.keywords)))
        given = _only(node)
        if given is None or node.keywords:
            return None
        if isinstance(given, ast.GeneratorExp | ast.ListComp) and (
            kind != "dict" or isinstance(given.elt, ast.Tuple)
        ):
            return collected(b, given, kind)
        if isinstance(given, ast.SetComp) and kind == "set":
            return b.value(given)
        if isinstance(given, ast.List | ast.Tuple | ast.Set) and kind != "dict":
            registers = [b.value(e.value if isinstance(e, ast.Starred) else e) for e in given.elts]
            return b.make(
                "new", registers, (kind, tuple("*" if isinstance(e, ast.Starred) else "" for e in given.elts))
            )
        if kind == "dict":
            return _pairs(b, given)
        mapped = _mapped(b, given, kind)
        if mapped is not None:
            return mapped
        return b.make("new", (b.value(given),), (kind, ("*",)))

    return made


def _pairs(b: Builder, given: ast.expr) -> str | None:
    if isinstance(given, ast.List | ast.Tuple) and all(
        isinstance(e, ast.Tuple) and len(e.elts) == 2 for e in given.elts
    ):
        pairs = [e for e in given.elts if isinstance(e, ast.Tuple)]
        registers = [b.value(part) for e in pairs for part in e.elts]
        return b.make("new", registers, ("dict", ("k", "v") * len(pairs)))
    return b.make("new", (b.value(given),), ("dict", ("**",)))


def _mapped(b: Builder, given: ast.expr, kind: str) -> str | None:
    """`list(map(f, xs))` and `list(filter(f, xs))` as the comprehension they are."""
    if not (isinstance(given, ast.Call) and isinstance(given.func, ast.Name) and len(given.args) == 2):
        return None
    name = given.func.id
    if name not in ("map", "filter") or b.resolve(name) is not None or given.keywords:
        return None
    result = b.make("new", (), (kind, ()))
    item = f"%{name}{b.temporaries}"
    function, iterable = given.args
    called = ast.Call(function, [ast.Name(item, ast.Load())], [])

    def each() -> None:
        if name == "map":
            found = b.value(called)
        else:
            from kibitz.verify.behaviour.conditions import decide

            more = b.label()
            none = isinstance(function, ast.Constant) and function.value is None
            decide(b, ast.Name(item, ast.Load()) if none else called, more, b.frame.loops[-1].again)
            b.place(more)
            found = b.value(ast.Name(item, ast.Load()))
        b.emit("method", b.temporary(), (result, found), ("append" if kind == "list" else "add", ""))

    b.frame.shadows.append({item: b.temporary()})
    end = b.label()
    loop(b, ast.Name(item, ast.Store()), iterable, each, [], end, end)
    b.place(end)
    b.frame.shadows.pop()
    return result


def _sum(b: Builder, node: ast.Call) -> str | None:
    given = node.args[0] if node.args else None
    if not isinstance(given, ast.GeneratorExp | ast.ListComp) or node.keywords or len(node.args) > 2:
        return None
    return summed(b, given, b.value(node.args[1]) if len(node.args) == 2 else b.const(0))


def _quantifier(*, every: bool) -> Callable[[Builder, ast.Call], str | None]:
    def quantify(b: Builder, node: ast.Call) -> str | None:
        given = _only(node)
        return quantified(b, given, every=every) if isinstance(given, ast.GeneratorExp) else None

    return quantify


def _next(b: Builder, node: ast.Call) -> str | None:
    if len(node.args) not in (1, 2) or not isinstance(node.args[0], ast.GeneratorExp):
        return None
    return first(b, node.args[0], node.args[1] if len(node.args) == 2 else None)


def _tested(b: Builder, node: ast.Call) -> str | None:
    """`isinstance` with several types, as a value."""
    several = len(node.args) == 2 and isinstance(node.args[1], ast.Tuple | ast.BinOp)
    return by_branches(b, node) if several and not node.keywords else None


def _open(b: Builder, node: ast.Call) -> str | None:
    """`open(name, "r")` is `open(name)`."""
    plain = (
        len(node.args) == 2 and isinstance(node.args[1], ast.Constant) and node.args[1].value in ("r", "rt")
    )
    return b.value(ast.Call(node.func, node.args[:1], node.keywords)) if plain else None


def _super(b: Builder, node: ast.Call) -> str | None:
    owner = b.owner()
    args = [ast.unparse(a) for a in node.args]
    if owner is None or (args and args != [owner.owner.rpartition(".")[2], owner.receiver]):
        return None
    return b.make("pure", (b.load(owner.receiver),), ("super",))


def _range(b: Builder, node: ast.Call) -> str | None:
    zero = len(node.args) == 2 and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0
    return b.value(ast.Call(node.func, node.args[1:], [])) if zero and not node.keywords else None


BUILTINS: dict[str, Callable[[Builder, ast.Call], str | None]] = {
    **dict.fromkeys(_LISTED, _consuming),
    **{kind: _container(kind) for kind in ("list", "dict", "set")},
    "sum": _sum,
    "any": _quantifier(every=False),
    "all": _quantifier(every=True),
    "next": _next,
    "isinstance": _tested,
    "open": _open,
    "super": _super,
    "range": _range,
}
