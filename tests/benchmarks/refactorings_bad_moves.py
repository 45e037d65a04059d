"""Defects in statements, scopes and files: what is lost, moved, captured or missed when a model rewrites (see `refactorings_bad`)."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from itertools import pairwise

from refactorings_bad import bad
from refactorings_corpus import Edit, Unit, shifted, shuffled
from refactorings_good import ends, has_elif, plain_ifs

Found = Iterator[list[Edit]]


_EFFECT = ast.Expr | ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete


def _effects(unit: Unit, rng: random.Random) -> Iterator[tuple[list[ast.stmt], int]]:
    """The statements that do something, with the block they stand in; what only documents or logs is left out."""
    found = [(block, at) for block in unit.blocks() for at in range(len(block))]
    rng.shuffle(found)
    for block, at in found:
        node = block[at]
        if isinstance(node, _EFFECT) and unit.alone(node) and not _idle(node):
            yield block, at


def _idle(node: ast.stmt) -> bool:
    value = getattr(node, "value", None)
    if isinstance(node, ast.Expr) and isinstance(value, ast.Constant):
        return True
    return value is not None and bool(re.search(r"\b(log|logger|warn|debug|print)\b", ast.unparse(value)))


@bad("statement deleted (SDL)")
def deleted(unit: Unit, rng: random.Random) -> Found:
    for block, at in _effects(unit, rng):
        if len(block) > 1:
            yield [(*unit.rows([block[at]]), "")]


@bad("statement duplicated")
def duplicated(unit: Unit, rng: random.Random) -> Found:
    for block, at in _effects(unit, rng):
        if isinstance(block[at], ast.Expr | ast.AugAssign):
            start, end = unit.rows([block[at]])
            yield [(end, end, unit.text[start:end])]


def _counts(one: ast.stmt, other: ast.stmt) -> bool:
    """Whether a statement only counts a local up or down that the other does not name."""
    return (
        isinstance(one, ast.AugAssign)
        and isinstance(one.target, ast.Name)
        and isinstance(one.value, ast.Constant)
        and isinstance(one.value.value, int)
        and one.target.id not in {n.id for n in ast.walk(other) if isinstance(n, ast.Name)}
    )


@bad("effects reordered")
def reordered(unit: Unit, rng: random.Random) -> Found:
    for block, at in _effects(unit, rng):
        if (
            at + 1 < len(block)
            and isinstance(block[at + 1], _EFFECT | ast.If | ast.For)
            and unit.alone(block[at + 1])
        ):
            one, two = block[at], block[at + 1]
            if _counts(one, two) or _counts(two, one):  # nobody sees which came first
                continue
            yield [(*unit.rows([one, two]), unit.rows_text([two]) + unit.rows_text([one]))]


@bad("effect moved before its guard")
def before_guard(unit: Unit, rng: random.Random) -> Found:
    for block, at in _effects(unit, rng):
        guard = block[at - 1] if at else None
        if isinstance(guard, ast.If) and ends(guard.body) and not unit.is_elif(guard) and unit.alone(guard):
            yield [(*unit.rows([guard, block[at]]), unit.rows_text([block[at]]) + unit.rows_text([guard]))]


@bad("branch dropped")
def branch(unit: Unit, rng: random.Random) -> Found:
    for node in plain_ifs(unit, rng):
        if node.orelse and not has_elif(unit, node):
            yield [(unit.rows([node.body[-1]])[1], unit.rows(node.orelse)[1], "")]
        elif has_elif(unit, node):
            inner = node.orelse[0]
            assert isinstance(inner, ast.If)
            yield [(unit.rows([inner])[0], unit.rows([inner.body[-1]])[1], "")]
        elif not node.orelse and any(node in block and len(block) > 1 for block in unit.blocks()):
            yield [(*unit.rows([node]), "")]


@bad("branches swapped")
def swapped_branches(unit: Unit, rng: random.Random) -> Found:
    for node in plain_ifs(unit, rng):
        if node.orelse and not has_elif(unit, node):
            yield [
                (*unit.rows(node.body), unit.rows_text(node.orelse)),
                (*unit.rows(node.orelse), unit.rows_text(node.body)),
            ]


@bad("condition removed, body kept")
def unconditional(unit: Unit, rng: random.Random) -> Found:
    for node in plain_ifs(unit, rng):
        if not node.orelse and node.body[0].lineno == node.lineno + 1:
            body = shifted(unit.rows_text(node.body), node.col_offset - node.body[0].col_offset)
            yield [(*unit.rows([node]), body)]


def _excludes(node: ast.If) -> bool:
    """Whether a thing that equals one constant cannot equal the next one: then `elif` says no more than `if`."""
    following = node.orelse[0]
    tests = [node.test, following.test] if isinstance(following, ast.If) else []
    sides = [
        (ast.dump(t.left), t.comparators[0])
        for t in tests
        if isinstance(t, ast.Compare) and len(t.ops) == 1 and isinstance(t.ops[0], ast.Eq)
    ]
    if len(sides) < 2 or sides[0][0] != sides[1][0]:
        return False
    return isinstance(sides[0][1], ast.Constant) and isinstance(sides[1][1], ast.Constant)


@bad("elif made an if of its own")
def loose_elif(unit: Unit, rng: random.Random) -> Found:
    for node in plain_ifs(unit, rng):
        if has_elif(unit, node) and not ends(node.body) and not _excludes(node):
            at = unit.start(node.orelse[0])
            yield [(at, at + 4, "if")]


@bad("exception swallowed")
def swallowed(unit: Unit, rng: random.Random) -> Found:
    for node in shuffled(rng, unit.statements()):
        assert isinstance(node, ast.stmt)
        if isinstance(node, ast.Raise) and unit.alone(node):
            yield [unit.over(node, "pass")]
        elif (
            isinstance(node, ast.Expr | ast.Assign) and isinstance(node.value, ast.Call) and unit.alone(node)
        ):
            pad, text = unit.indent(node), shifted(unit.rows_text([node]), 4)
            yield [(*unit.rows([node]), f"{pad}try:\n{text}{pad}except Exception:\n{pad}    pass\n")]


@bad("handler widened or narrowed")
def handler(unit: Unit, rng: random.Random) -> Found:
    for node in unit.statements():
        for part in node.handlers if isinstance(node, ast.Try) else []:
            if part.type is not None and ast.unparse(part.type) not in ("Exception", "BaseException"):
                yield [unit.over(part.type, rng.choice(("Exception", "LookupError", "OSError")))]


@bad("another exception raised")
def exception(unit: Unit, rng: random.Random) -> Found:
    for node in unit.statements():
        if (
            isinstance(node, ast.Raise)
            and isinstance(node.exc, ast.Call)
            and isinstance(node.exc.func, ast.Name)
        ):
            names = [n for n in ("ValueError", "RuntimeError", "KeyError") if n != node.exc.func.id]
            yield [unit.over(node.exc.func, rng.choice(names))]


@bad("finally, with or try removed")
def unprotected(unit: Unit, rng: random.Random) -> Found:
    for node in shuffled(rng, unit.statements()):
        assert isinstance(node, ast.stmt)
        if not isinstance(node, ast.Try | ast.With) or not unit.alone(node):
            continue
        if isinstance(node, ast.With) and any(item.optional_vars for item in node.items):
            continue
        if node.body[0].lineno == node.lineno + 1:
            body = shifted(unit.rows_text(node.body), node.col_offset - node.body[0].col_offset)
            rest = unit.rows_text(node.finalbody) if isinstance(node, ast.Try) and node.finalbody else ""
            tail = (
                shifted(rest, node.col_offset - node.finalbody[0].col_offset)
                if rest and isinstance(node, ast.Try)
                else ""
            )
            yield [(*unit.rows([node]), body + tail)]


@bad("break and continue swapped")
def jumps(unit: Unit, rng: random.Random) -> Found:
    for node in shuffled(rng, unit.statements()):
        if isinstance(node, ast.Break):
            yield [unit.over(node, "continue")]
        elif isinstance(node, ast.Continue):
            yield [unit.over(node, rng.choice(("break", "return")))]


@bad("loop runs never or once")
def once(unit: Unit, rng: random.Random) -> Found:
    for node in shuffled(rng, unit.statements()):
        if isinstance(node, ast.For) and node.iter.lineno == node.iter.end_lineno:
            yield [unit.over(node.iter, rng.choice(("[]", f"list({unit.src(node.iter)})[:1]")))]
        elif isinstance(node, ast.While):
            yield [unit.over(node.test, "False")]


@bad("statement moved out of or into a block")
def indentation(unit: Unit, rng: random.Random) -> Found:
    for block in unit.blocks():
        for one, two in pairwise(block):
            if (
                isinstance(one, ast.For | ast.While | ast.If | ast.With)
                and unit.alone(two)
                and (
                    isinstance(two, _EFFECT | ast.Return)
                    and not getattr(one, "orelse", None)
                    and unit.alone(one)
                )
            ):
                step = one.body[0].col_offset - one.col_offset
                if one.body[0].lineno > one.lineno and not (isinstance(one, ast.If) and ends(one.body)):
                    yield [(*unit.rows([two]), shifted(unit.rows_text([two]), step))]
    for node in unit.statements():
        if isinstance(node, ast.For | ast.If) and len(node.body) > 1 and not node.orelse and unit.alone(node):
            last = node.body[-1]
            if isinstance(last, _EFFECT | ast.Return):
                yield [
                    (*unit.rows([last]), shifted(unit.rows_text([last]), node.col_offset - last.col_offset))
                ]


@bad("super call deleted")
def lost_super(unit: Unit, rng: random.Random) -> Found:
    for node in unit.body if len(unit.body) > 1 else []:
        if isinstance(node, ast.Expr) and unit.src(node).startswith("super()") and unit.alone(node):
            yield [(*unit.rows([node]), "")]


@bad("decorator removed or changed", proven=True)
def decorator(unit: Unit, rng: random.Random) -> Found:
    marks = unit.node.decorator_list
    harmless = ("overload", "override", "final", "deprecated", "cache", "type_check", "doc")
    marks = [m for m in marks if not any(word in unit.src(m) for word in harmless)]
    for mark in marks:
        yield [(unit.at(mark.lineno, 0), unit.at((mark.end_lineno or 0) + 1, 0), "")]


@bad("generator made eager")
def eager_generator(unit: Unit, rng: random.Random) -> Found:
    for node in unit.statements():
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.YieldFrom):
            yield [unit.over(node.value, f"yield {unit.src(node.value.value)}")]
        elif (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield) and node.value.value is not None
        ):
            yield [unit.over(node.value, f"return {unit.src(node.value.value)}")]
