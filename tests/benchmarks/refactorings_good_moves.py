"""Rewrites from refactoring catalogues that move, join and split statements and functions (see `refactorings_good`)."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from itertools import pairwise

from refactorings_corpus import Edit, FunctionNode, Unit, shifted, shuffled
from refactorings_good import else_row, ends, good, has_elif, negated, plain_ifs, whole, wrapped

Found = Iterator[list[Edit]]


def _stored(nodes: list[ast.stmt]) -> list[str]:
    found = [
        n.id
        for s in nodes
        for n in ast.walk(s)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and not _in_comprehension(s, n)
    ]
    return list(dict.fromkeys(found))


def _in_comprehension(root: ast.AST, name: ast.Name) -> bool:
    return any(name in ast.walk(c.target) for c in ast.walk(root) if isinstance(c, ast.comprehension))


def loaded_names(nodes: list[ast.stmt]) -> list[str]:
    found = [
        n.id
        for s in nodes
        for n in ast.walk(s)
        if isinstance(n, ast.Name) and (isinstance(n.ctx, ast.Load) or _augmented(s, n))
    ]
    return list(dict.fromkeys(found))


def _augmented(root: ast.stmt, name: ast.Name) -> bool:
    return any(isinstance(n, ast.AugAssign) and n.target is name for n in ast.walk(root))


_LEAVES = (
    *(ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.Global, ast.Nonlocal, ast.Delete, ast.Import),
    *(ast.ImportFrom, ast.NamedExpr, ast.AsyncFor, ast.AsyncWith, ast.FunctionDef, ast.AsyncFunctionDef),
    ast.Lambda,
)
"""What cannot go to a function of its own without more ado."""


def extraction(unit: Unit, nodes: list[ast.stmt]) -> tuple[list[str], list[str]] | None:
    """What neighbouring statements need and give as a function of their own; None where they cannot be one."""
    inner = [n for s in nodes for n in ast.walk(s)]
    loops = any(isinstance(n, ast.For | ast.While) for n in inner)
    if any(isinstance(n, _LEAVES) or (isinstance(n, ast.Break | ast.Continue) and not loops) for n in inner):
        return None
    if any(isinstance(n, ast.Name) and n.id in ("super", "locals", "__class__") for n in inner):
        return None
    ids = {id(n) for n in inner}
    rest = [n for n in ast.walk(unit.node) if isinstance(n, ast.Name) and id(n) not in ids]
    own = {a.arg for a in ast.walk(unit.node.args) if isinstance(a, ast.arg)}
    local = own | {
        n.id for n in ast.walk(unit.node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    stored = _stored(nodes)
    needs = [name for name in loaded_names(nodes) if name in local]
    inner_names = {
        id(n) for c in ast.walk(unit.node) if isinstance(c, ast.comprehension) for n in ast.walk(c.target)
    }
    before = own | {n.id for n in rest if isinstance(n.ctx, ast.Store) and id(n) not in inner_names}
    gives = [name for name in stored if any(n.id == name and isinstance(n.ctx, ast.Load) for n in rest)]
    return [n for n in needs if n in before], gives


def blocks_to_extract(unit: Unit, rng: random.Random) -> Iterator[list[ast.stmt]]:
    """Neighbouring statements that can become a function."""
    choices = [b[i : i + n] for b in unit.blocks() for n in (1, 2, 3, 4) for i in range(len(b) - n + 1)]
    rng.shuffle(choices)
    for nodes in choices:
        rows = (nodes[-1].end_lineno or 0) - nodes[0].lineno
        odd = unit.is_elif(nodes[0]) or isinstance(nodes[-1], FunctionNode)
        if rows >= 1 and not odd and all(unit.alone(s) for s in nodes):
            yield nodes


def extracted(
    unit: Unit, rng: random.Random, nodes: list[ast.stmt], needs: list[str], gives: list[str]
) -> list[Edit]:
    """The edits that make a function of statements: beside the function, or above its class."""
    stem = re.sub(r"\W", "", unit.name.rpartition(".")[2]).strip("_") or "part"
    name = unit.fresh(rng, f"_{stem}_part", f"_prepare_{stem}", f"_apply_{stem}", f"_handle_{stem}")
    args = unit.node.args
    first = (args.posonlyargs + args.args)[:1]
    static = any(isinstance(d, ast.Name) for d in unit.node.decorator_list)
    method = unit.method and bool(first) and first[0].arg == "self" and not static and rng.random() < 0.7
    passed = [n for n in needs if n != "self"] if method else needs
    step = 4 if method else 0
    body = shifted(unit.rows_text(nodes), step + 4 - nodes[0].col_offset)
    given = f"{' ' * (step + 4)}return {', '.join(gives)}\n" if gives else ""
    header = f"{' ' * step}def {name}({', '.join((['self'] if method else []) + passed)}):\n"
    call = f"{'self.' if method else ''}{name}({', '.join(passed)})"
    call = f"{', '.join(gives)} = {call}" if gives else call
    top = unit.rows([unit.node])[0] if method else unit.rows([unit.owner])[0]
    gap = "\n" if method else "\n\n"
    return [
        (top, top, f"{header}{body}{given}{gap}"),
        (*unit.rows(nodes), f"{unit.indent(nodes[0])}{call}\n"),
    ]


@good("extract function", "Extract this part into a function.")
def extract_function(unit: Unit, rng: random.Random) -> Found:
    for nodes in blocks_to_extract(unit, rng):
        found = extraction(unit, nodes)
        if found is not None and len(found[0]) <= 5 and len(found[1]) <= 2:
            yield extracted(unit, rng, nodes, *found)


@good("guard clause", "Use a guard clause.")
def guard_clause(unit: Unit, rng: random.Random) -> Found:
    for block, word in _tails(unit):
        node = block[-1]
        if not isinstance(node, ast.If) or node.orelse or unit.is_elif(node) or not unit.alone(node):
            continue
        if node.body[0].lineno != node.lineno + 1 or not whole(unit, node.test) or len(node.body) < 2:
            continue
        body = unit.text[unit.at(node.body[0].lineno, 0) : unit.rows([node])[1]]
        pad, step = unit.indent(node), node.body[0].col_offset - node.col_offset
        head = f"{pad}if {negated(unit, node.test)}:\n{pad}    {word}\n"
        yield [(*unit.rows([node]), head + shifted(body, -step))]


def _tails(unit: Unit) -> Iterator[tuple[list[ast.stmt], str]]:
    """Blocks after which nothing of the function or of the loop's turn is left."""
    if not any(isinstance(n, ast.Yield | ast.YieldFrom) for n in ast.walk(unit.node)):
        yield unit.body, "return"
    for node in unit.statements():
        if isinstance(node, ast.For | ast.While) and not node.orelse:
            yield node.body, "continue"


@good("remove redundant else", "Remove the redundant else.")
def remove_else(unit: Unit, rng: random.Random) -> Found:
    for node in plain_ifs(unit, rng):
        if not node.orelse or not ends(node.body):
            continue
        if has_elif(unit, node):
            at = unit.start(node.orelse[0])
            yield [(at, at + 4, "if")]
            continue
        row, step = else_row(unit, node), node.orelse[0].col_offset - node.col_offset
        if unit.lines[row - 1].strip() == "else:" and unit.first_line(node.orelse[0]) > row:
            rows = unit.rows(node.orelse)
            yield [(unit.at(row, 0), rows[1], shifted(unit.text[unit.at(row + 1, 0) : rows[1]], -step))]


@good("add else", "Make the branches explicit with else.")
def add_else(unit: Unit, rng: random.Random) -> Found:
    for block in unit.blocks():
        for at, node in enumerate(block[:-1]):
            rest = block[at + 1 :]
            if not isinstance(node, ast.If) or node.orelse or unit.is_elif(node) or not ends(node.body):
                continue
            if all(unit.alone(s) for s in [node, *rest]) and block[-1] is rest[-1] and len(rest) <= 4:
                pad = unit.indent(node)
                yield [(*unit.rows(rest), f"{pad}else:\n{shifted(unit.rows_text(rest), 4)}")]


@good("conditional expression to if", "Write the conditional expression as an if statement.")
def ternary_to_if(unit: Unit, rng: random.Random) -> Found:
    for statement in shuffled(rng, unit.statements()):
        if not isinstance(statement, ast.Assign | ast.Return) or not isinstance(statement.value, ast.IfExp):
            continue
        value, pad = statement.value, unit.indent(statement)
        if unit.alone(statement) and all(whole(unit, n) for n in (value.test, value.body, value.orelse)):
            head = unit.text[unit.start(statement) : unit.start(value)].rstrip("(\n ") + " "
            one, two = unit.src(value.body), unit.src(value.orelse)
            new = f"{pad}if {unit.src(value.test)}:\n{pad}    {head}{one}\n{pad}else:\n{pad}    {head}{two}\n"
            if isinstance(statement, ast.Return) or isinstance(statement.targets[0], ast.Name):
                yield [(*unit.rows([statement]), new)]


@good("if to conditional expression", "Use a conditional expression.")
def if_to_ternary(unit: Unit, rng: random.Random) -> Found:
    for node in plain_ifs(unit, rng):
        if len(node.body) != 1 or len(node.orelse) != 1 or has_elif(unit, node):
            continue
        one, two = node.body[0], node.orelse[0]
        if isinstance(one, ast.Return) and isinstance(two, ast.Return) and one.value and two.value:
            head = "return"
        elif (
            isinstance(one, ast.Assign)
            and isinstance(two, ast.Assign)
            and len(one.targets + two.targets) == 2
        ):
            if ast.dump(one.targets[0]) != ast.dump(two.targets[0]) or not isinstance(
                one.targets[0], ast.Name
            ):
                continue
            head = f"{unit.src(one.targets[0])} ="
        else:
            continue
        assert one.value is not None and two.value is not None
        if "#" in unit.rows_text([node]) or not whole(unit, one.value) or not whole(unit, two.value):
            continue
        sides = [
            wrapped(v, unit.src(v)) if isinstance(v, ast.IfExp | ast.Tuple) else unit.src(v)
            for v in (one.value, two.value)
        ]
        new = f"{unit.indent(node)}{head} {sides[0]} if {unit.src(node.test)} else {sides[1]}\n"
        yield [(*unit.rows([node]), new)]


@good("split multiple assignment", "Split the assignment into separate lines.")
def split_assignment(unit: Unit, rng: random.Random) -> Found:
    for node in shuffled(rng, unit.statements()):
        if not isinstance(node, ast.Assign) or not unit.alone(node) or not isinstance(node.value, ast.Tuple):
            continue
        target = node.targets[0]
        if (
            not isinstance(target, ast.Tuple)
            or len(target.elts) != len(node.value.elts)
            or len(node.targets) > 1
        ):
            continue
        names = {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
        if all(isinstance(t, ast.Name) for t in target.elts) and not names & set(_loaded_of(node.value)):
            rows = [
                f"{unit.indent(node)}{unit.src(t)} = {unit.src(v)}\n"
                for t, v in zip(target.elts, node.value.elts, strict=True)
            ]
            yield [(*unit.rows([node]), "".join(rows))]


def _loaded_of(node: ast.expr) -> list[str]:
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name)]


def _simple(unit: Unit, node: ast.stmt) -> bool:
    """An assignment of a constant, a name or an empty list to a name: nothing can come between."""
    return (
        isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
        and unit.alone(node)
        and (
            isinstance(node.value, ast.Constant | ast.Name)
            or (isinstance(node.value, ast.List) and not node.value.elts)
            or (isinstance(node.value, ast.Dict) and not node.value.keys)
        )
    )


@good("merge or slide declarations", "Put the declarations together.")
def merge_assignments(unit: Unit, rng: random.Random) -> Found:
    for block in unit.blocks():
        for one, two in pairwise(block):
            if not (_simple(unit, one) and _simple(unit, two)) or "#" in unit.rows_text([one, two]):
                continue
            assert isinstance(one, ast.Assign) and isinstance(two, ast.Assign)
            names = unit.src(one.targets[0]), unit.src(two.targets[0])
            if names[0] == names[1] or names[0] in loaded_names([two]) or names[1] in loaded_names([one]):
                continue
            both = f"{names[0]}, {names[1]} = {unit.src(one.value)}, {unit.src(two.value)}"
            slid = unit.rows_text([two]) + unit.rows_text([one])
            yield [(*unit.rows([one, two]), rng.choice([f"{unit.indent(one)}{both}\n", slid]))]


@good("consolidate duplicate fragments", "Move what both branches do out of the if.")
def consolidate(unit: Unit, rng: random.Random) -> Found:
    for node in plain_ifs(unit, rng):
        if not node.orelse or has_elif(unit, node) or len(node.body) < 2 or len(node.orelse) < 2:
            continue
        one, two = node.body[-1], node.orelse[-1]
        if ast.dump(one) == ast.dump(two) and unit.alone(one):
            text = shifted(unit.rows_text([one]), node.col_offset - one.col_offset)
            yield [(*unit.rows([one]), ""), (*unit.rows([two]), text)]


@good("nested else if to elif and back", "Flatten the else branch.")
def elif_forms(unit: Unit, rng: random.Random) -> Found:
    for node in plain_ifs(unit, rng):
        if has_elif(unit, node):
            inner = node.orelse[0]
            start, end = unit.rows([inner])
            body = "if" + unit.text[unit.start(inner) + 4 : end]
            yield [(start, end, f"{unit.indent(node)}else:\n" + shifted(unit.indent(node) + body, 4))]
        elif len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If) and unit.alone(node.orelse[0]):
            row, inner = else_row(unit, node), node.orelse[0]
            if unit.lines[row - 1].strip() == "else:" and inner.lineno == row + 1:
                text = shifted(unit.rows_text([inner]), node.col_offset - inner.col_offset)
                yield [(unit.at(row, 0), unit.rows([inner])[1], f"{unit.indent(node)}el{text.lstrip()}")]


@good("split an or into two guards", "Split the guard into two.")
def split_guard(unit: Unit, rng: random.Random) -> Found:
    for node in plain_ifs(unit, rng):
        test = node.test
        if (
            node.orelse
            or not ends(node.body)
            or not isinstance(test, ast.BoolOp)
            or not isinstance(test.op, ast.Or)
        ):
            continue
        if node.body[0].lineno == node.lineno + 1 and len(node.body) == 1 and len(test.values) == 2:
            body, pad = unit.rows_text(node.body), unit.indent(node)
            made = "".join(f"{pad}if {unit.src(value)}:\n{body}" for value in test.values)
            yield [(*unit.rows([node]), made)]
