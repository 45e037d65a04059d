"""Rewrites from refactoring catalogues that change expressions, conditions and names and nothing of what a function does.

Fowler, "Refactoring" (extract, inline and rename variable, decompose and consolidate conditional, guard clauses, replace magic
literal, slide statements, split variable); the kinds of PyRef and RefactoringMiner; the idioms of arXiv 2207.05613 and of
pyupgrade (chained comparison, truth test, loop and comprehension, merged isinstance, unpacking, f-strings).
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from refactorings_corpus import Edit, Operator, Unit, shuffled

Found = Iterator[list[Edit]]
Find = Callable[[Unit, random.Random], Found]
GOOD: list[Operator] = []

_OPPOSITE = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}
_FLIPPED = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: ">", ast.Gt: "<", ast.LtE: ">=", ast.GtE: "<="}


def good(name: str, ask: str, proven: bool = False) -> Callable[[Find], Find]:
    """Register a rewrite."""

    def keep(find: Find) -> Find:
        GOOD.append(Operator(name, find, ask, proven))
        return find

    return keep


def negated(unit: Unit, test: ast.expr) -> str:
    """A condition's opposite, as a person would write it."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return unit.src(test.operand)
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in _OPPOSITE:
        right = test.comparators[0]
        return f"{unit.src(test.left)} {_OPPOSITE[type(test.ops[0])]} {unit.src(right)}"
    if isinstance(test, ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.Compare):
        return f"not {unit.src(test)}"
    return f"not ({unit.src(test)})"


def whole(unit: Unit, node: ast.expr) -> bool:
    """Whether an expression's text can be moved to where parentheses no longer hold it together."""
    return node.lineno == node.end_lineno


def wrapped(node: ast.expr, text: str) -> str:
    """An expression's text in parentheses where it may need them."""
    loose = ast.BoolOp | ast.IfExp | ast.Lambda | ast.NamedExpr | ast.BinOp | ast.UnaryOp | ast.Compare
    return f"({text})" if isinstance(node, loose | ast.Await | ast.Tuple | ast.GeneratorExp) else text


def ends(block: list[ast.stmt]) -> bool:
    """Whether a block never runs off its end."""
    return isinstance(block[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)


def calm(node: ast.AST) -> bool:
    """Whether an expression has no part with a scope or a suspension of its own."""
    odd = (
        ast.Lambda
        | ast.comprehension
        | ast.NamedExpr
        | ast.Yield
        | ast.YieldFrom
        | ast.Starred
        | ast.JoinedStr
    )
    return not any(isinstance(inner, odd) for inner in ast.walk(node))


def plain_ifs(unit: Unit, rng: random.Random) -> list[ast.If]:
    """The `if` statements that stand on lines of their own and are not an `elif`."""
    found = [n for n in unit.statements() if isinstance(n, ast.If) and not unit.is_elif(n) and unit.alone(n)]
    rng.shuffle(found)
    return [n for n in found if n.body[0].lineno > n.lineno and whole(unit, n.test)]


def has_elif(unit: Unit, node: ast.If) -> bool:
    """Whether an `if` goes on with `elif`."""
    return len(node.orelse) == 1 and unit.is_elif(node.orelse[0])


def else_row(unit: Unit, node: ast.If) -> int:
    """The line (1-based) of an `else`."""
    return next(
        n
        for n in range(unit.first_line(node.orelse[0]) - 1, node.body[-1].end_lineno or 0, -1)
        if unit.lines[n - 1].strip().startswith("else")
    )


def parts(unit: Unit, statement: ast.stmt) -> Iterator[ast.expr]:
    """The parts of a statement that always run: not behind `and`, `or`, a conditional expression or a scope."""
    heads: list[ast.AST] = []
    if (
        isinstance(statement, ast.Return | ast.Expr | ast.Assign | ast.AugAssign)
        and statement.value is not None
    ):
        heads = [statement.value]
    elif isinstance(statement, ast.If) and not unit.is_elif(statement):
        heads = [statement.test]
    elif isinstance(statement, ast.Raise) and statement.exc is not None:
        heads = [statement.exc]
    elif isinstance(statement, ast.For):
        heads = [statement.iter]
    while heads:
        node = heads.pop(0)
        if isinstance(node, ast.expr):
            yield node
        if isinstance(node, ast.BoolOp):
            heads.append(node.values[0])
        elif isinstance(node, ast.IfExp):
            heads.append(node.test)
        elif not isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            heads += [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr | ast.keyword)]


def _name_for(unit: Unit, rng: random.Random, node: ast.expr) -> str:
    words = {
        ast.Compare: ("is_match", "matches", "condition"),
        ast.BoolOp: ("should_apply", "condition", "is_needed"),
        ast.UnaryOp: ("is_missing", "condition"),
        ast.Call: ("result", "value", "outcome"),
        ast.BinOp: ("total", "combined", "amount"),
    }
    stem = [re.sub(r"\W", "", n.attr).strip("_") for n in ast.walk(node) if isinstance(n, ast.Attribute)][:1]
    wanted = [f"{s}_value" for s in stem if s] + list(words.get(type(node), ("value", "current")))
    return unit.fresh(rng, *wanted)


@good("extract variable", "Extract a well-named local variable.")
def extract_variable(unit: Unit, rng: random.Random) -> Found:
    wanted = ast.Compare | ast.BoolOp | ast.Call | ast.BinOp | ast.Subscript | ast.Attribute | ast.UnaryOp
    for statement in shuffled(rng, unit.statements()):
        assert isinstance(statement, ast.stmt)
        if not unit.alone(statement):
            continue
        for node in shuffled(rng, parts(unit, statement)):
            assert isinstance(node, ast.expr)
            if not isinstance(node, wanted) or not calm(node) or not whole(unit, node):
                continue
            if isinstance(getattr(node, "ctx", None), ast.Store) or len(unit.src(node)) < 8:
                continue
            name, at = _name_for(unit, rng, node), unit.rows([statement])[0]
            yield [(at, at, f"{unit.indent(statement)}{name} = {unit.src(node)}\n"), unit.over(node, name)]
            break


def _uses(unit: Unit, name: str) -> list[ast.Name]:
    return [n for n in ast.walk(unit.node) if isinstance(n, ast.Name) and n.id == name]


@good("inline variable", "Inline the temporary variable.")
def inline_variable(unit: Unit, rng: random.Random) -> Found:
    for block in unit.blocks():
        for first, second in pairwise(block):
            if not (
                isinstance(first, ast.Assign) and unit.alone(first) and isinstance(first.targets[0], ast.Name)
            ):
                continue
            uses = _uses(unit, first.targets[0].id)
            if (
                len(uses) != 2
                or len(first.targets) > 1
                or not whole(unit, first.value)
                or not calm(first.value)
            ):
                continue
            if any(uses[1] is part for part in parts(unit, second)):
                yield [
                    (*unit.rows([first]), ""),
                    unit.over(uses[1], wrapped(first.value, unit.src(first.value))),
                ]


def _locals(unit: Unit) -> set[str]:
    """Names that only this function's own scope has."""
    inner = [n for n in ast.walk(unit.node) if n is not unit.node]
    if any(isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda) for n in inner):
        return set()
    spoiled = {name for n in inner if isinstance(n, ast.Global | ast.Nonlocal) for name in n.names}
    stored = {n.id for n in inner if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    if any(isinstance(n, ast.Name) and n.id in ("locals", "vars", "eval", "exec") for n in inner):
        return set()
    return stored - spoiled - {a.arg for a in inner if isinstance(a, ast.arg)} - {"_"}


@good("rename local", "Rename the local variable to something clearer.")
def rename_local(unit: Unit, rng: random.Random) -> Found:
    for name in rng.sample(sorted(_locals(unit)), len(_locals(unit))):
        handlers = [n for n in ast.walk(unit.node) if isinstance(n, ast.ExceptHandler) and n.name == name]
        kept = [
            n for n in ast.walk(unit.node) if isinstance(n, ast.MatchAs | ast.MatchStar) and n.name == name
        ]
        joined = [n for n in ast.walk(unit.node) if isinstance(n, ast.JoinedStr)]
        inside = {n.id for j in joined for n in ast.walk(j) if isinstance(n, ast.Name)}
        if handlers or kept or name in inside:
            continue
        new = unit.fresh(rng, f"{name}_value", f"current_{name}", f"new_{name}", f"{name}_item")
        yield [unit.over(use, new) for use in _uses(unit, name)]


@good("invert if", "Invert the if so that the positive case comes first.")
def invert_if(unit: Unit, rng: random.Random) -> Found:
    for node in plain_ifs(unit, rng):
        if not node.orelse or has_elif(unit, node):
            continue
        row = else_row(unit, node)
        middle = (unit.at(node.body[-1].end_lineno or 0, 0), unit.at(row, 0))
        body_end = unit.rows([node.body[-1]])[1]
        first = unit.text[unit.at(node.body[0].lineno, 0) : body_end]
        second = unit.rows_text(node.orelse)
        if unit.text[body_end : middle[1]].strip() or unit.lines[row - 1].strip() != "else:":
            continue
        if unit.first_line(node.orelse[0]) != row + 1 or node.body[0].lineno != node.lineno + 1:
            continue
        yield [
            unit.over(node.test, negated(unit, node.test)),
            (unit.at(node.body[0].lineno, 0), body_end, second),
            (*unit.rows(node.orelse), first),
        ]


@good("merge nested ifs", "Merge the nested ifs.")
def merge_ifs(unit: Unit, rng: random.Random) -> Found:
    for node in plain_ifs(unit, rng):
        inner = node.body[0]
        if node.orelse or len(node.body) > 1 or not isinstance(inner, ast.If) or inner.orelse:
            continue
        if (
            inner.lineno != node.lineno + 1
            or inner.body[0].lineno != inner.lineno + 1
            or not whole(unit, inner.test)
        ):
            continue
        sides = [
            f"({unit.src(t)})" if isinstance(t, ast.IfExp | ast.NamedExpr) or is_or(t) else unit.src(t)
            for t in (node.test, inner.test)
        ]
        step = inner.body[0].col_offset - inner.col_offset
        start, end = unit.rows(inner.body)
        body = unit.text[start:end]
        moved = "".join(line[step:] if line.strip() else line for line in body.splitlines(keepends=True))
        yield [(unit.rows([node])[0], end, f"{unit.indent(node)}if {sides[0]} and {sides[1]}:\n{moved}")]


def is_or(node: ast.expr) -> bool:
    """Whether an expression needs parentheses beside `and`."""
    return isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or)


@good("split condition", "Split the condition into nested ifs.")
def split_if(unit: Unit, rng: random.Random) -> Found:
    for node in plain_ifs(unit, rng):
        test = node.test
        if node.orelse or not isinstance(test, ast.BoolOp) or not isinstance(test.op, ast.And):
            continue
        if node.body[0].lineno != node.lineno + 1 or unit.text[unit.start(test) - 1] == "(":
            continue
        first, rest = test.values[0], test.values[1:]
        end = unit.rows(node.body)[1]
        body = "".join(
            "    " + row if row.strip() else row for row in unit.lines[node.lineno : node.end_lineno]
        )
        tail = unit.text[unit.start(rest[0]) : unit.end(test)]
        if unit.text[unit.end(first) : unit.start(rest[0])].strip() != "and":
            continue
        head = f"{unit.indent(node)}if {unit.src(first)}:\n{unit.indent(node)}    if {tail}:\n"
        yield [(unit.rows([node])[0], end, head + body)]


@good("De Morgan", "Simplify the negated condition.")
def de_morgan(unit: Unit, rng: random.Random) -> Found:
    tests = [n.test for n in ast.walk(unit.node) if isinstance(n, ast.If | ast.While | ast.IfExp)]
    for test in shuffled(rng, iter(tests)):
        assert isinstance(test, ast.expr)
        if not whole(unit, test):
            continue
        if isinstance(test, ast.UnaryOp) and isinstance(test.operand, ast.BoolOp):
            word = " or " if isinstance(test.operand.op, ast.And) else " and "
            yield [unit.over(test, word.join(_side(unit, v, word) for v in test.operand.values))]
        elif isinstance(test, ast.BoolOp) and len(test.values) == 2:
            word = " or " if isinstance(test.op, ast.And) else " and "
            yield [unit.over(test, f"not ({word.join(_side(unit, v, word) for v in test.values)})")]


def _side(unit: Unit, value: ast.expr, word: str) -> str:
    text = negated(unit, value)
    bare = value.operand if isinstance(value, ast.UnaryOp) else value
    return f"({text})" if isinstance(bare, ast.BoolOp) and text == unit.src(bare) else text


@good("flip comparison", "Write the comparison the other way round.")
def flip(unit: Unit, rng: random.Random) -> Found:
    simple = ast.Name | ast.Constant | ast.Attribute
    for node in shuffled(rng, unit.expressions()):
        if not (isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _FLIPPED):
            continue
        right = node.comparators[0]
        if isinstance(node.left, simple) and isinstance(right, simple) and whole(unit, node):
            yield [unit.over(node, f"{unit.src(right)} {_FLIPPED[type(node.ops[0])]} {unit.src(node.left)}")]
