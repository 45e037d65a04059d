"""Rewrites to idioms: chained comparisons, merged isinstance, membership, f-strings (see `refactorings_good`)."""

from __future__ import annotations

import ast
import random

from refactorings_corpus import Unit, shuffled
from refactorings_good import Found, good, negated, whole, wrapped


@good("chained comparison", "Chain the comparison.")
def chain(unit: Unit, rng: random.Random) -> Found:
    for node in shuffled(rng, unit.expressions()):
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And) and len(node.values) == 2:
            one, two = node.values
            if not (isinstance(one, ast.Compare) and isinstance(two, ast.Compare) and whole(unit, node)):
                continue
            if ast.dump(one.comparators[-1]) == ast.dump(two.left) and isinstance(two.left, ast.Name):
                tail = unit.text[unit.end(two.left) : unit.end(two)]
                yield [unit.over(node, unit.src(one) + tail)]
        elif (
            isinstance(node, ast.Compare) and len(node.ops) == 2 and isinstance(node.comparators[0], ast.Name)
        ):
            middle = unit.src(node.comparators[0])
            first = unit.text[unit.start(node) : unit.end(node.comparators[0])]
            yield [
                unit.over(
                    node, f"({first} and {middle}{unit.text[unit.end(node.comparators[0]) : unit.end(node)]})"
                )
            ]


@good("isinstance of several", "Merge the isinstance checks.")
def merge_isinstance(unit: Unit, rng: random.Random) -> Found:
    for node in shuffled(rng, unit.expressions()):
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            calls = [v for v in node.values if isinstance(v, ast.Call) and _instance_test(v)]
            if len(calls) == len(node.values) and len({ast.dump(c.args[0]) for c in calls}) == 1:
                kinds = ", ".join(unit.src(c.args[1]) for c in calls)
                yield [unit.over(node, f"isinstance({unit.src(calls[0].args[0])}, ({kinds}))")]
        elif isinstance(node, ast.Call) and _instance_test(node) and isinstance(node.args[1], ast.Tuple):
            what = unit.src(node.args[0])
            if isinstance(node.args[0], ast.Name) and len(node.args[1].elts) == 2:
                tests = [f"isinstance({what}, {unit.src(kind)})" for kind in node.args[1].elts]
                yield [unit.over(node, f"({' or '.join(tests)})")]


def _instance_test(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "isinstance"
        and len(node.args) == 2
    )


@good("membership test", "Use a membership test.")
def membership(unit: Unit, rng: random.Random) -> Found:
    for node in shuffled(rng, unit.expressions()):
        if not (isinstance(node, ast.BoolOp) and whole(unit, node) and len(node.values) <= 3):
            continue
        word, wanted = ("in", ast.Eq) if isinstance(node.op, ast.Or) else ("not in", ast.NotEq)
        sides = [v for v in node.values if isinstance(v, ast.Compare) and isinstance(v.ops[0], wanted)]
        if len(sides) == len(node.values) and len({ast.dump(s.left) for s in sides}) == 1:
            right = ", ".join(unit.src(s.comparators[0]) for s in sides)
            if isinstance(sides[0].left, ast.Name) and all(
                isinstance(s.comparators[0], ast.Constant) for s in sides
            ):
                yield [unit.over(node, f"{unit.src(sides[0].left)} {word} ({right})")]


@good("f-string", "Use an f-string.")
def f_string(unit: Unit, rng: random.Random) -> Found:
    for node in shuffled(rng, unit.expressions()):
        assert isinstance(node, ast.expr)
        made = _formatted(unit, node)
        if made is not None and whole(unit, node):
            yield [unit.over(node, made)]


def _formatted(unit: Unit, node: ast.expr) -> str | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant):
        values, mark = (node.right.elts if isinstance(node.right, ast.Tuple) else []), "%s"
        text = node.left.value
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "format"
        and isinstance(node.func.value, ast.Constant)
        and not node.keywords
    ):
        values, mark, text = node.args, "{}", node.func.value.value
    else:
        return None
    if (
        not isinstance(text, str)
        or text.count(mark) != len(values)
        or not values
        or '"' in text
        or "\\" in text
    ):
        return None
    pieces = text.split(mark)
    if any("%" in piece or "{" in piece or "}" in piece or "\n" in piece for piece in pieces):
        return None
    if not all(isinstance(v, ast.Name | ast.Attribute | ast.Call) and '"' not in unit.src(v) for v in values):
        return None
    holes = "".join(f"{{{unit.src(v)}}}{piece}" for v, piece in zip(values, pieces[1:], strict=True))
    return f'f"{pieces[0]}{holes}"'


@good("truth and identity idioms", "Use the idiomatic form.")
def idioms(unit: Unit, rng: random.Random) -> Found:
    for node in shuffled(rng, unit.expressions()):
        if (
            isinstance(node, ast.UnaryOp)
            and isinstance(node.op, ast.Not)
            and isinstance(node.operand, ast.Compare)
        ):
            if len(node.operand.ops) == 1 and type(node.operand.ops[0]) in (ast.In, ast.Is, ast.Eq):
                yield [unit.over(node, f"({negated(unit, node.operand)})")]
        elif isinstance(node, ast.IfExp) and ast.dump(node.test) == ast.dump(node.body):
            if isinstance(node.test, ast.Name):
                yield [
                    unit.over(
                        node, f"({unit.src(node.test)} or {wrapped(node.orelse, unit.src(node.orelse))})"
                    )
                ]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            made = {("list", 0): "[]", ("dict", 0): "{}", ("tuple", 0): "()"}.get(
                (node.func.id, len(node.args))
            )
            if made is not None:
                yield [unit.over(node, made)]
            elif node.func.id == "set" and isinstance(node.args[0] if node.args else None, ast.List):
                inside = unit.src(node.args[0])[1:-1]
                if inside.strip():
                    yield [unit.over(node, "{" + inside + "}")]
