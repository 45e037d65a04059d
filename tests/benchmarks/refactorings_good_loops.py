"""Rewrites of loops: to comprehensions and back, to any, all, yield from and enumerate (see `refactorings_good`)."""

from __future__ import annotations

import ast
import random
import re
from itertools import pairwise

from refactorings_corpus import Unit, shuffled
from refactorings_good import Found, calm, good, negated, whole
from refactorings_good_moves import loaded_names


def _loop_of(comp: ast.ListComp | ast.SetComp, unit: Unit, name: str, pad: str, verb: str) -> str:
    text, deep = "", pad
    for part in comp.generators:
        text += f"{deep}for {unit.src(part.target)} in {unit.src(part.iter)}:\n"
        deep += "    "
        for test in part.ifs:
            text += f"{deep}if {unit.src(test)}:\n"
            deep += "    "
    return f"{text}{deep}{name}.{verb}({unit.src(comp.elt)})\n"


@good("comprehension to loop", "Replace the comprehension with a loop.")
def comprehension_to_loop(unit: Unit, rng: random.Random) -> Found:
    for statement in shuffled(rng, unit.statements()):
        if not isinstance(statement, ast.Assign | ast.Return) or not unit.alone(statement):
            continue
        comp = statement.value
        if not isinstance(comp, ast.ListComp | ast.SetComp):
            continue
        if _caught(unit, statement):
            continue
        inner = [n for n in ast.walk(comp) if isinstance(n, ast.expr) and not whole(unit, n)]
        targets = {n.id for g in comp.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
        outer = {n.id for n in ast.walk(unit.node) if isinstance(n, ast.Name) and n not in ast.walk(comp)}
        if [n for n in inner if n is not comp] or targets & outer or any(g.is_async for g in comp.generators):
            continue
        pad = unit.indent(statement)
        empty, verb = ("[]", "append") if isinstance(comp, ast.ListComp) else ("set()", "add")
        if isinstance(statement, ast.Return):
            name, tail = unit.fresh(rng, "result", "results", "items", "found"), f"{pad}return "
            loop = _loop_of(comp, unit, name, pad, verb)
            yield [(*unit.rows([statement]), f"{pad}{name} = {empty}\n{loop}{tail}{name}\n")]
        elif isinstance(statement.targets[0], ast.Name) and statement.targets[0].id not in loaded_names(
            [statement]
        ):
            name = statement.targets[0].id
            yield [
                (*unit.rows([statement]), f"{pad}{name} = {empty}\n{_loop_of(comp, unit, name, pad, verb)}")
            ]


@good("loop to comprehension", "Replace the loop with a comprehension.")
def loop_to_comprehension(unit: Unit, rng: random.Random) -> Found:
    for block in unit.blocks():
        for first, loop in pairwise(block):
            made = _gathered(unit, first, loop) if not _caught(unit, loop) else None
            if made is not None and unit.alone(first) and unit.alone(loop):
                yield [(unit.rows([first])[0], unit.rows([loop])[1], made)]


def _caught(unit: Unit, loop: ast.stmt) -> bool:
    """Whether the function goes on after an exception in a loop: then it has what was gathered so far."""
    for node in ast.walk(unit.node):
        catches = isinstance(node, ast.Try) and bool(node.handlers)
        if isinstance(node, ast.With):
            catches = any("suppress" in unit.src(item.context_expr) for item in node.items)
        if catches and loop in ast.walk(node):
            return True
    return False


def _gathered(unit: Unit, first: ast.stmt, loop: ast.stmt) -> str | None:
    if not isinstance(first, ast.Assign | ast.AnnAssign) or not isinstance(loop, ast.For) or loop.orelse:
        return None
    target = first.targets[0] if isinstance(first, ast.Assign) else first.target
    if not isinstance(target, ast.Name) or not isinstance(first.value, ast.List) or first.value.elts:
        return None
    tests, body = "", loop.body
    if len(body) == 1 and isinstance(body[0], ast.If) and not body[0].orelse:
        tests, body = f" if {unit.src(body[0].test)}", body[0].body
    call = body[0].value if isinstance(body[0], ast.Expr) else None
    if len(body) != 1 or not isinstance(call, ast.Call) or len(call.args) != 1 or call.keywords:
        return None
    if not isinstance(call.func, ast.Attribute) or unit.src(call.func) != f"{target.id}.append":
        return None
    inside = [n.id for n in ast.walk(loop) if isinstance(n, ast.Name)].count(target.id)
    targets = {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
    later = [n.id for n in ast.walk(unit.node) if isinstance(n, ast.Name) and n not in ast.walk(loop)]
    if inside > 1 or targets & set(later) or "await" in unit.src(loop) or "yield" in unit.src(loop):
        return None
    named = (
        f"{unit.src(target)}: {unit.src(first.annotation)}" if isinstance(first, ast.AnnAssign) else target.id
    )
    each = f"for {unit.src(loop.target)} in {unit.src(loop.iter)}"
    return f"{unit.indent(first)}{named} = [{unit.src(call.args[0])} {each}{tests}]\n"


@good("loop to any or all", "Use any() or all().")
def loop_to_any(unit: Unit, rng: random.Random) -> Found:
    for block in unit.blocks():
        for loop, after in pairwise(block):
            if (
                not isinstance(loop, ast.For)
                or loop.orelse
                or len(loop.body) != 1
                or not isinstance(after, ast.Return)
            ):
                continue
            test, flag = loop.body[0], after.value
            if not isinstance(test, ast.If) or test.orelse or not isinstance(test.body[0], ast.Return):
                continue
            found = test.body[0].value
            if not (isinstance(found, ast.Constant) and isinstance(flag, ast.Constant)) or not calm(
                test.test
            ):
                continue
            each = f"for {unit.src(loop.target)} in {unit.src(loop.iter)}"
            if found.value is True and flag.value is False:
                made = f"any({unit.src(test.test)} {each})"
            elif found.value is False and flag.value is True:
                made = f"all({negated(unit, test.test)} {each})"
            else:
                continue
            yield [(unit.rows([loop])[0], unit.rows([after])[1], f"{unit.indent(loop)}return {made}\n")]


@good("loop to yield from", "Use yield from.")
def yield_from(unit: Unit, rng: random.Random) -> Found:
    for loop in unit.statements():
        if isinstance(unit.node, ast.FunctionDef) and isinstance(loop, ast.For) and not loop.orelse:
            only = loop.body[0].value if len(loop.body) == 1 and isinstance(loop.body[0], ast.Expr) else None
            if (
                isinstance(only, ast.Yield)
                and only.value
                and ast.unparse(only.value) == ast.unparse(loop.target)
            ):
                yield [(*unit.rows([loop]), f"{unit.indent(loop)}yield from {unit.src(loop.iter)}\n")]


@good("enumerate instead of an index", "Use enumerate().")
def enumerate_index(unit: Unit, rng: random.Random) -> Found:
    for loop in unit.statements():
        if not isinstance(loop, ast.For) or not isinstance(loop.target, ast.Name) or loop.orelse:
            continue
        call = re.fullmatch(r"range\(len\((\w+)\)\)", unit.src(loop.iter))
        if call is None:
            continue
        wanted = f"{call[1]}[{loop.target.id}]"
        uses = [
            n
            for s in loop.body
            for n in ast.walk(s)
            if isinstance(n, ast.Subscript) and unit.src(n) == wanted
        ]
        if not uses or any(isinstance(n.ctx, ast.Store | ast.Del) for n in uses):
            continue
        name = unit.fresh(rng, "item", "element", "entry")
        head = (
            unit.over(loop.iter, f"enumerate({call[1]})"),
            unit.over(loop.target, f"{loop.target.id}, {name}"),
        )
        yield [*head, *(unit.over(use, name) for use in uses)]
