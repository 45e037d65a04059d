"""Defects in expressions: mutation operators, and what models are known to get wrong when they rewrite.

Operators after Mothra (King and Offutt 1991: ROR, AOR, LCR, CRP, SDL), MuJava, PIT, Cosmic Ray and mutmut; the slips after the
refactoring bugs of arXiv 2411.04444 and 2502.18454 (a changed condition, default, scope, order or signature).
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator

from refactorings_corpus import Edit, FunctionNode, Operator, Unit, shuffled
from refactorings_good import negated, wrapped
from refactorings_good_files import literals

Found = Iterator[list[Edit]]
Find = Callable[[Unit, random.Random], Found]
BAD: list[Operator] = []

_SIGNS = {
    ast.Lt: "<",
    ast.Gt: ">",
    ast.LtE: "<=",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
_ORDERED, _TOGETHER = ast.Sub | ast.Div | ast.FloorDiv | ast.Mod, ast.BinOp | ast.Tuple
_NEGATED = {
    "<": ">=",
    ">": "<=",
    "<=": ">",
    ">=": "<",
    "==": "!=",
    "!=": "==",
    "is": "is not",
    "is not": "is",
}
_NEGATED |= {"in": "not in", "not in": "in"}
_BOUNDARY = {"<": "<=", ">": ">=", "<=": "<", ">=": ">"}
_ARITHMETIC = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "//"),
    ast.FloorDiv: ("//", "/"),
    ast.Mod: ("%", "//"),
    ast.Pow: ("**", "*"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.BitXor: ("^", "|"),
}


def bad(name: str, proven: bool = False, ask: str = "") -> Callable[[Find], Find]:
    """Register a defect."""

    def keep(find: Find) -> Find:
        BAD.append(Operator(name, find, ask, proven))
        return find

    return keep


def told_expressions(unit: Unit, rng: random.Random) -> Iterator[ast.expr]:
    """Expressions in a random order; those of messages (exceptions', assertions', logs') are left out."""
    told: set[int] = set()
    for node in ast.walk(unit.node):
        words: list[ast.AST] = []
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            words = [*node.exc.args]
        elif isinstance(node, ast.Assert) and node.msg is not None:
            words = [node.msg]
        elif isinstance(node, ast.Call) and "log" in ast.unparse(node.func).lower():
            words = [*node.args]
        elif isinstance(node, ast.AnnAssign | ast.arg):
            words = [node.annotation] if node.annotation else []
        elif isinstance(node, ast.JoinedStr | ast.FormattedValue):
            words = [node]
        told |= {id(inner) for word in words for inner in ast.walk(word)}
    if unit.node.returns:
        told |= {id(inner) for inner in ast.walk(unit.node.returns)}
    for found in shuffled(rng, unit.expressions()):
        if id(found) not in told and isinstance(found, ast.expr):
            yield found


def _between(unit: Unit, left: ast.expr, right: ast.expr, old: str, new: str) -> list[Edit] | None:
    start, end = unit.end(left), unit.start(right)
    gap = unit.text[start:end]
    if gap.count(old) != 1:
        return None
    at = start + gap.index(old)
    return [(at, at + len(old), new)]


def _compared(unit: Unit, rng: random.Random, table: dict[str, str]) -> Found:
    for node in told_expressions(unit, rng):
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            sign = _SIGNS[type(node.ops[0])]
            found = _between(unit, node.left, node.comparators[0], sign, table.get(sign, sign))
            if sign in table and found:
                yield found


@bad("relational operator replaced (ROR)")
def relational(unit: Unit, rng: random.Random) -> Found:
    yield from _compared(unit, rng, _NEGATED)


@bad("boundary moved (ROR)")
def boundary(unit: Unit, rng: random.Random) -> Found:
    yield from _compared(unit, rng, _BOUNDARY)


@bad("arithmetic operator replaced (AOR)")
def arithmetic(unit: Unit, rng: random.Random) -> Found:
    for node in told_expressions(unit, rng):
        if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
            if any(
                isinstance(s, ast.Constant | ast.JoinedStr) and isinstance(getattr(s, "value", ""), str)
                for s in (node.left, node.right)
            ):
                continue
            found = _between(unit, node.left, node.right, *_ARITHMETIC[type(node.op)])
            if found:
                yield found


@bad("logical connector replaced (LCR)")
def connector(unit: Unit, rng: random.Random) -> Found:
    for node in told_expressions(unit, rng):
        if isinstance(node, ast.BoolOp):
            words = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
            found = _between(unit, node.values[0], node.values[1], *words)
            if found and len(node.values) == 2:
                yield found


@bad("part of a condition dropped")
def condition_part(unit: Unit, rng: random.Random) -> Found:
    for node in told_expressions(unit, rng):
        if isinstance(node, ast.BoolOp):
            kept = rng.choice(node.values)
            yield [unit.over(node, wrapped(kept, unit.src(kept)))]


@bad("constant replaced (CRP)")
def constant(unit: Unit, rng: random.Random) -> Found:
    wanted = {id(n) for n in told_expressions(unit, rng)}
    for node in told_expressions(unit, rng):
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield [unit.over(node, str(not node.value))]
        elif isinstance(node, ast.Constant) and isinstance(node.value, int):
            yield [unit.over(node, str(node.value + rng.choice((1, 2))))]
    statements = {id(s.value) for s in ast.walk(unit.node) if isinstance(s, ast.Expr)}
    for literal in literals(unit, rng):
        if id(literal) in wanted and isinstance(literal.value, str) and id(literal) not in statements:
            quote, text = unit.src(literal)[0], unit.src(literal)[1:-1]
            new = text[:-1] if text[-2:-1] != "\\" else text + "_"
            yield [unit.over(literal, quote + new + quote)]


@bad("condition negated (COI)")
def negate(unit: Unit, rng: random.Random) -> Found:
    tests = [
        n.test for n in ast.walk(unit.node) if isinstance(n, ast.If | ast.While | ast.IfExp | ast.Assert)
    ]
    tests += [test for n in ast.walk(unit.node) if isinstance(n, ast.comprehension) for test in n.ifs]
    for test in shuffled(rng, iter(tests)):
        assert isinstance(test, ast.expr)
        yield [unit.over(test, negated(unit, test))]


@bad("return value replaced")
def returned(unit: Unit, rng: random.Random) -> Found:
    for node in shuffled(rng, unit.statements()):
        if isinstance(node, ast.Return) and node.value is not None:
            new = {ast.List: "None", ast.Tuple: "None"}.get(type(node.value))
            if isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool):
                new = str(not node.value.value)
            yield [unit.over(node.value, new or rng.choice(("None", "True", "[]", '""')))]


@bad("is None weakened to a truth test")
def truthiness(unit: Unit, rng: random.Random) -> Found:
    for node in told_expressions(unit, rng):
        if (
            isinstance(node, ast.Compare)
            and len(node.ops) == 1
            and isinstance(node.comparators[0], ast.Constant)
        ):
            if "match" in unit.src(node.left) or unit.src(node.left) == "m":  # what is never false
                continue
            if node.comparators[0].value is None and isinstance(node.ops[0], ast.Is):
                yield [unit.over(node, f"not {wrapped(node.left, unit.src(node.left))}")]
            elif node.comparators[0].value is None and isinstance(node.ops[0], ast.IsNot):
                yield [unit.over(node, wrapped(node.left, unit.src(node.left)))]


@bad("truth test narrowed to is None")
def narrowed(unit: Unit, rng: random.Random) -> Found:
    for node in unit.statements():
        test = node.test if isinstance(node, ast.If) else None
        bare = test.operand if isinstance(test, ast.UnaryOp) else test
        if test is not None and isinstance(bare, ast.Name | ast.Attribute):
            yield [unit.over(test, f"{unit.src(bare)} is {'not ' if bare is test else ''}None")]


@bad("wrong De Morgan")
def wrong_de_morgan(unit: Unit, rng: random.Random) -> Found:
    tests = [n.test for n in ast.walk(unit.node) if isinstance(n, ast.If | ast.While | ast.IfExp)]
    for test in shuffled(rng, iter(tests)):
        if isinstance(test, ast.BoolOp):
            word = " and " if isinstance(test.op, ast.And) else " or "
            yield [unit.over(test, f"not ({word.join(negated(unit, v) for v in test.values)})")]
        elif isinstance(test, ast.UnaryOp) and isinstance(test.operand, ast.BoolOp):
            word = " and " if isinstance(test.operand.op, ast.And) else " or "
            yield [unit.over(test, word.join(negated(unit, v) for v in test.operand.values))]


@bad("operands swapped")
def operands(unit: Unit, rng: random.Random) -> Found:
    for node in told_expressions(unit, rng):
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, _ORDERED):
            continue
        if not isinstance(node.left, ast.BinOp | ast.Constant) and not isinstance(node.right, _TOGETHER):
            yield [unit.over(node.left, unit.src(node.right)), unit.over(node.right, unit.src(node.left))]


@bad("off by one in a range or slice")
def off_by_one(unit: Unit, rng: random.Random) -> Found:
    for node in told_expressions(unit, rng):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
            last = node.args[0] if len(node.args) == 1 else node.args[1]
            yield [unit.over(last, f"{wrapped(last, unit.src(last))} - 1")]
        elif isinstance(node, ast.Slice) and node.lower is not None and isinstance(node.lower, ast.Constant):
            yield [unit.over(node.lower, str(int(str(node.lower.value)) + 1))]
        elif (
            isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == 0
        ):
            yield [unit.over(node.slice, rng.choice(("1", "-1")))]


@bad("filter of a comprehension dropped")
def comprehension_filter(unit: Unit, rng: random.Random) -> Found:
    for node in told_expressions(unit, rng):
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            part = node.generators[-1]
            if part.ifs:
                yield [(unit.end(part.iter), unit.end(part.ifs[-1]), "")]


@bad("other variable used")
def variable(unit: Unit, rng: random.Random) -> Found:
    own = [a.arg for a in ast.walk(unit.node.args) if isinstance(a, ast.arg) and a.arg not in ("self", "cls")]
    stored = {n.id for n in ast.walk(unit.node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    names = sorted({*own, *stored})
    for node in told_expressions(unit, rng):
        if (
            isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Load)
            and node.id in names
            and len(names) > 1
        ):
            yield [unit.over(node, rng.choice([n for n in names if n != node.id]))]


@bad("self changed")
def self_changed(unit: Unit, rng: random.Random) -> Found:
    for node in shuffled(rng, unit.expressions()):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            if isinstance(node.ctx, ast.Store):
                yield [unit.over(node, node.attr)]
            elif unit.method and re.search(rf"self\.{node.attr}(: [^=\n]+)? = ", unit.text):
                yield [unit.over(node.value, unit.name.partition(".")[0])]


@bad("identity for equality")
def identity(unit: Unit, rng: random.Random) -> Found:
    for found in _compared(unit, rng, {"==": "is", "!=": "is not"}):
        row = unit.lines[unit.text.count("\n", 0, found[0][0])]
        if not re.search(
            r"[!=]= *['\"\dA-Z]|[A-Z]{2}|['\"\d] *[!=]=", row
        ):  # small constants and enumerations are the same object
            yield found


_ASKED = ("startswith", "endswith", "isdigit", "isspace", "isalpha")


def _asked_already(first: ast.expr, last: ast.expr) -> bool:
    """Whether an operand asks of a text what can neither fail nor do anything where an earlier one asked the same text."""

    def texts(operand: ast.expr) -> list[str] | None:
        calls = [n for n in ast.walk(operand) if isinstance(n, ast.Call)]
        of = [c.func for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr in _ASKED]
        return [ast.dump(f.value) for f in of] if len(of) == len(calls) else None

    one, other = texts(first), texts(last)
    return bool(one and other) and set(other or ()) <= set(one or ())


@bad("short circuit made eager")
def eager(unit: Unit, rng: random.Random) -> Found:
    for statement in shuffled(rng, unit.statements()):
        if not isinstance(statement, ast.If) or unit.is_elif(statement) or not unit.alone(statement):
            continue
        test = statement.test
        if isinstance(test, ast.BoolOp) and any(isinstance(n, ast.Call) for n in ast.walk(test.values[-1])):
            last = test.values[-1]
            if last.lineno == last.end_lineno and not _asked_already(test.values[0], last):
                at, name = unit.rows([statement])[0], unit.fresh(rng, "is_allowed", "condition", "matches")
                yield [
                    (at, at, f"{unit.indent(statement)}{name} = {unit.src(last)}\n"),
                    unit.over(last, name),
                ]


@bad("default changed")
def default(unit: Unit, rng: random.Random) -> Found:
    defaults = [d for d in [*unit.node.args.defaults, *unit.node.args.kw_defaults] if d is not None]
    for node in shuffled(rng, iter(defaults)):
        if isinstance(node, ast.Constant):
            new = {bool: str(not node.value), int: f"{node.value!r}1", str: '"other"'}.get(
                type(node.value), "0"
            )
            yield [unit.over(node, new)]


@bad("variable captured by a closure too late")
def captured(unit: Unit, rng: random.Random) -> Found:
    for loop in unit.statements():
        if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name):
            name = loop.target.id
            for call in shuffled(rng, (n for s in loop.body for n in ast.walk(s) if isinstance(n, ast.Call))):
                assert isinstance(call, ast.Call)
                plain = [a for a in call.args if isinstance(a, ast.Name) and a.id == name]
                if plain and isinstance(call.func, ast.Attribute) and call.func.attr in ("append", "add"):
                    yield [unit.over(plain[0], f"lambda: {name}")]
    for inner in ast.walk(unit.node):
        if isinstance(inner, FunctionNode | ast.Lambda) and inner is not unit.node:
            named = zip(reversed(inner.args.args), reversed(inner.args.defaults), strict=False)
            for arg, value in named:
                if isinstance(value, ast.Name) and value.id == arg.arg:
                    yield [(unit.at(arg.lineno, arg.end_col_offset or 0), unit.end(value), "")]
