"""The steps of expressions."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Sequence

from kibitz.verify.behaviour.core import VALUES, Builder

NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.NotEq: ast.Eq,
    ast.IsNot: ast.Is,
    ast.NotIn: ast.In,
    ast.GtE: ast.Lt,
    ast.LtE: ast.Gt,
}
_PERCENT = re.compile(r"%(?:\((?P<key>\w+)\))?(?P<spec>[-+# 0]*\d*(?:\.\d+)?)(?P<kind>[sdrxfgieoXEGF%])")


def _constant(b: Builder, node: ast.Constant) -> str:
    return b.const(node.value)


def _name(b: Builder, node: ast.Name) -> str:
    return b.load(node.id)


def _attribute(b: Builder, node: ast.Attribute) -> str:
    known = b.frame.substitutes.get(ast.unparse(node))
    if known is not None:
        return known
    if isinstance(node.value, ast.Name):
        own = _own_attribute(b, node.value.id, node.attr)
        if own is not None:
            return own
    return b.make("pure", (b.value(node.value),), ("attr", b.program.renamed(node.attr)))


def _own_attribute(b: Builder, base: str, name: str) -> str | None:
    """The value of a class's attribute that only this version has, or what its property of its own gives."""
    frame = b.owner()
    owner = frame.owner if frame is not None and base == frame.receiver else base
    if owner not in b.program.classes:
        return None
    found = b.program.method(owner, name)
    if found is None or found not in b.program.inline | set(b.program.constants):
        return None
    if found in b.program.constants and found not in b.program.reading:
        b.program.reading.add(found)
        try:
            return b.value(b.program.constants[found])
        finally:
            b.program.reading.discard(found)
    function = b.program.functions.get(found)
    if function is not None and any("property" in ast.unparse(d) for d in function.decorator_list):
        return b.value(ast.Call(ast.Attribute(ast.Name(base, ast.Load()), name, ast.Load()), [], []))
    return None


def _subscript(b: Builder, node: ast.Subscript) -> str:
    known = b.frame.substitutes.get(ast.unparse(node))
    if known is not None:
        return known
    from kibitz.verify.behaviour.dispatch import chosen, written_out

    among = written_out(b, node.value) if isinstance(node.ctx, ast.Load) else None
    if among is not None:
        return chosen(b, among, b.value(node.slice), None)
    base = b.value(node.value)
    last = _last_of(node)
    return b.make("pure", (base, (last and b.const(last)) or b.value(node.slice)), ("sub",))


def _last_of(node: ast.Subscript) -> int:
    """-n for `xs[len(xs) - n]`."""
    at = node.slice
    if not (isinstance(at, ast.BinOp) and isinstance(at.op, ast.Sub) and isinstance(at.right, ast.Constant)):
        return 0
    size = at.left
    if not (isinstance(size, ast.Call) and isinstance(size.func, ast.Name) and size.func.id == "len"):
        return 0
    same = len(size.args) == 1 and ast.dump(size.args[0]) == ast.dump(node.value)
    return -at.right.value if same and type(at.right.value) is int and at.right.value > 0 else 0


def _slice(b: Builder, node: ast.Slice) -> str:
    parts = [b.value(p) if p is not None else b.const(None) for p in (node.lower, node.upper, node.step)]
    return b.make("pure", parts, ("slice",))


def _binary(b: Builder, node: ast.BinOp) -> str:
    text = known_text(b, node.left) if isinstance(node.op, ast.Mod) else None
    if text is not None:
        formatted = _percent(b, text, node.right)
        if formatted is not None:
            return formatted
    left = b.value(node.left)
    return b.make("pure", (left, b.value(node.right)), ("bin", type(node.op).__name__))


def known_text(b: Builder, node: ast.expr) -> str | None:
    """The text that an expression is, or a name for one: only this version's, or one that is given a value once."""
    for _ in range(2):  # a name for a name for a text
        if isinstance(node, ast.Name):
            own, once = b.resolve(node.id), b.frame.scope.stored[node.id] == 1
            if own is None:
                node = b.program.constants.get(node.id, node)
            elif once and own == b.frame.prefix + node.id:
                node = b.frame.bound.get(node.id, node)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def plain(node: ast.expr) -> bool:
    """Whether making a value early or late makes no difference."""
    empty = (isinstance(node, ast.List | ast.Tuple) and not node.elts) or (
        isinstance(node, ast.Dict) and not node.keys
    )
    return (
        isinstance(node, ast.Constant | ast.Name)
        or empty
        or (isinstance(node, ast.UnaryOp) and plain(node.operand))
    )


def _unary(b: Builder, node: ast.UnaryOp) -> str:
    if isinstance(node.op, ast.Not):
        return (
            by_branches(b, node)
            if _compound(node.operand)
            else b.make("pure", (b.value(node.operand),), ("not",))
        )
    return b.make("pure", (b.value(node.operand),), ("unary", type(node.op).__name__))


def _compound(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _compound(node.operand)
    return isinstance(node, ast.BoolOp) or (isinstance(node, ast.Compare) and bool(_parts(node)))


def by_branches(b: Builder, node: ast.expr) -> str:
    """A condition as True or False."""
    yes, no, end = b.label(), b.label(), b.label()
    result = b.temporary()
    condition(b, node, yes, no)
    for label, value in ((yes, True), (no, False)):
        b.place(label)
        b.emit("const", result, (), value)
        b.jump(end)
    b.place(end)
    return result


def _bool_op(b: Builder, node: ast.BoolOp) -> str:
    end, result = b.label(), b.temporary()
    for at, part in enumerate(node.values):
        b.emit("copy", result, (b.value(part),))
        if at == len(node.values) - 1:
            b.jump(end)
            break
        more = b.label()
        b.fork(result, *((more, end) if isinstance(node.op, ast.And) else (end, more)))
        b.place(more)
    b.place(end)
    return result


def if_exp(b: Builder, node: ast.IfExp) -> str:
    """`a if c else b`, by a branch."""
    yes, no, end = b.label(), b.label(), b.label()
    result = b.temporary()
    condition(b, node.test, yes, no)
    for label, part in ((yes, node.body), (no, node.orelse)):
        b.place(label)
        b.emit("copy", result, (b.value(part),))
        b.jump(end)
    b.place(end)
    return result


def _compare(b: Builder, node: ast.Compare) -> str:
    from kibitz.verify.behaviour.conditions import sized
    from kibitz.verify.behaviour.dispatch import written_out

    table = written_out(b, node.comparators[0]) if isinstance(node.ops[0], ast.In | ast.NotIn) else None
    if len(node.ops) > 1 or _parts(node) or table is not None or sized(node) is not None:
        return by_branches(b, node)
    left = b.value(node.left)
    return compared(b, node.ops[0], left, b.value(node.comparators[0]))


def compared(b: Builder, op: ast.cmpop, left: str, right: str) -> str:
    """One comparison, in the one of its forms that all others are brought to."""
    positive = NEGATED.get(type(op))
    name = (positive or type(op)).__name__
    if name == "Gt":
        left, right, name = right, left, "Lt"
    result = b.make("pure", (left, right), ("cmp", name))
    return b.make("pure", (result,), ("not",)) if positive is not None else result


def _parts(node: ast.Compare) -> list[ast.expr]:
    """What `x in (a, b)` is compared with, one after the other; [] for other comparisons."""
    if len(node.ops) != 1 or not isinstance(node.ops[0], ast.In | ast.NotIn):
        return []
    among = node.comparators[0]
    if not isinstance(among, ast.Tuple | ast.List | ast.Set) or not among.elts:
        return []
    return (
        among.elts if all(isinstance(e, ast.Constant | ast.Name | ast.Attribute) for e in among.elts) else []
    )


def condition(b: Builder, node: ast.expr, yes: object, no: object) -> None:
    """Go to `yes` where an expression is true, else to `no`, as short-circuit evaluation does."""
    from kibitz.verify.behaviour.conditions import decide

    decide(b, node, yes, no)  # type: ignore[arg-type]


def _items(b: Builder, nodes: Sequence[ast.expr]) -> tuple[list[str], tuple[str, ...]]:
    registers = [b.value(n.value if isinstance(n, ast.Starred) else n) for n in nodes]
    return registers, tuple("*" if isinstance(n, ast.Starred) else "" for n in nodes)


def _tuple(b: Builder, node: ast.Tuple) -> str:
    registers, marks = _items(b, node.elts)
    return b.make("pure", registers, ("tuple", marks))


def _list(b: Builder, node: ast.List) -> str:
    registers, marks = _items(b, node.elts)
    return b.make("new", registers, ("list", marks))


def _set(b: Builder, node: ast.Set) -> str:
    registers, marks = _items(b, node.elts)
    return b.make("new", registers, ("set", marks))


def _dict(b: Builder, node: ast.Dict) -> str:
    registers: list[str] = []
    marks: list[str] = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is not None:
            registers.append(b.value(key))
            marks.append("k")
        registers.append(b.value(value))
        marks.append("v" if key is not None else "**")
    return b.make("new", registers, ("dict", tuple(marks)))


def _joined(b: Builder, node: ast.JoinedStr) -> str:
    parts: list[str] = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            spec = b.value(part.format_spec) if part.format_spec is not None else b.const("")
            kind = chr(part.conversion) if part.conversion > 0 else ""
            parts.append(b.make("pure", (b.value(part.value), spec), ("formatted", kind)))
        else:
            parts.append(b.value(part))
    return b.make("pure", parts, ("text",))


def format_call(
    b: Builder, text: str, args: Sequence[ast.expr], keywords: Sequence[ast.keyword]
) -> str | None:
    """A constant's `.format(...)` as the f-string that says the same; None where it is not that simple."""
    if any(isinstance(a, ast.Starred) for a in args) or any(k.arg is None for k in keywords):
        return None
    values = {str(n): b.value(a) for n, a in enumerate(args)}
    values.update({k.arg or "": b.value(k.value) for k in keywords})
    parts: list[str] = []
    count = 0
    try:
        pieces = list(string.Formatter().parse(text))
    except ValueError:
        return None
    for literal, name, spec, kind in pieces:
        if literal:
            parts.append(b.const(literal))
        if name is None:
            continue
        if name == "":
            name, count = str(count), count + 1
        first, *path = name.split(".")
        if first not in values or "{" in (spec or "") or not all(p.isidentifier() for p in path):
            return None
        register = values[first]
        for attribute in path:
            register = b.make("pure", (register,), ("attr", b.program.renamed(attribute)))
        parts.append(b.make("pure", (register, b.const(spec or "")), ("formatted", kind or "")))
    return b.make("pure", parts, ("text",))


def _percent(b: Builder, text: str, right: ast.expr) -> str | None:
    found = list(_PERCENT.finditer(text))
    wanted = [m for m in found if m["kind"] != "%"]
    if "%" in _PERCENT.sub("", text) or not wanted:
        return None
    if isinstance(right, ast.Dict) and all(m["key"] for m in wanted):
        keys = [k.value if isinstance(k, ast.Constant) else None for k in right.keys]
        known = dict(zip(keys, [b.value(v) for v in right.values], strict=True))
        if not all(m["key"] in known for m in wanted):
            return None
        registers = [known[m["key"]] for m in wanted]
    elif any(m["key"] for m in wanted):
        return None
    else:
        given = right.elts if isinstance(right, ast.Tuple) else [right]
        single = not isinstance(right, ast.Tuple)
        if len(given) != len(wanted) or any(isinstance(g, ast.Starred) for g in given):
            return None
        if single and not isinstance(
            right, ast.Name | ast.Attribute | ast.Constant | ast.Call | ast.Subscript
        ):
            return None
        registers = [b.value(g) for g in given]
    parts: list[str] = []
    at = 0
    for match in found:
        parts.append(b.const(text[at : match.start()]))
        at = match.end()
        if match["kind"] == "%":
            parts.append(b.const("%"))
            continue
        kind = match["kind"] if match["kind"] == "r" else ""
        spec = match["spec"] + (match["kind"] if match["kind"] not in "srd" or match["spec"] else "")
        register = registers.pop(0)
        parts.append(b.make("pure", (register, b.const(spec)), ("formatted", kind)))
    parts.append(b.const(text[at:]))
    return b.make("pure", parts, ("text",))


def _await(b: Builder, node: ast.Await) -> str:
    from kibitz.verify.behaviour.calls import awaited

    inlined = awaited(b, node)
    return inlined if inlined is not None else b.make("await", (b.value(node.value),))


def _yield(b: Builder, node: ast.Yield) -> str:
    return b.make("yield", (b.value(node.value) if node.value is not None else b.const(None),))


def _yield_from(b: Builder, node: ast.YieldFrom) -> str:
    return b.make("yieldfrom", (b.value(node.value),))


def _walrus(b: Builder, node: ast.NamedExpr) -> str:
    register = b.value(node.value)
    b.store(node.target.id, register)
    return register


def _lambda(b: Builder, node: ast.Lambda) -> str:
    return b.closure(node)


VALUES.update(
    {
        ast.Constant: _constant,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.Slice: _slice,
        ast.BinOp: _binary,
        ast.UnaryOp: _unary,
        ast.BoolOp: _bool_op,
        ast.IfExp: if_exp,
        ast.Compare: _compare,
        ast.Tuple: _tuple,
        ast.List: _list,
        ast.Set: _set,
        ast.Dict: _dict,
        ast.JoinedStr: _joined,
        ast.Await: _await,
        ast.Yield: _yield,
        ast.YieldFrom: _yield_from,
        ast.NamedExpr: _walrus,
        ast.Lambda: _lambda,
    }
)
