"""Defects of scopes and files: what an extracted function lacks, what a rename captures or misses (see `refactorings_bad`)."""

from __future__ import annotations

import ast
import random
import re

from refactorings_bad import Found, bad
from refactorings_bad_calls import calls
from refactorings_corpus import FunctionNode, Unit, definitions
from refactorings_good_files import is_private, mentions
from refactorings_good_moves import blocks_to_extract, extracted, extraction

EXTRACT = "Extract this part into a function."


RENAME = "Rename the local variable to something clearer."


@bad("result of the extracted function lost", ask=EXTRACT)
def lost_result(unit: Unit, rng: random.Random) -> Found:
    for nodes in blocks_to_extract(unit, rng):
        found = extraction(unit, nodes)
        if found is None or not found[1] or len(found[1]) > 2:
            continue
        edits = extracted(unit, rng, nodes, *found)
        kind, call = rng.randrange(3), edits[1][2]
        if kind == 0:
            edits[1] = (*edits[1][:2], unit.indent(nodes[0]) + call.split(" = ", 1)[1])
        elif kind == 1:
            text = edits[0][2].rstrip("\n")
            edits[0] = (*edits[0][:2], text[: text.rindex("\n") + 1] + edits[0][2][len(text) + 1 :])
        elif len(found[1]) == 2:
            edits[1] = (
                *edits[1][:2],
                unit.indent(nodes[0]) + f"{found[1][1]}, {found[1][0]} = " + call.split(" = ", 1)[1],
            )
        else:
            continue
        yield edits


@bad("extracted function misses or mixes up what it needs", ask=EXTRACT)
def lost_need(unit: Unit, rng: random.Random) -> Found:
    for nodes in blocks_to_extract(unit, rng):
        found = extraction(unit, nodes)
        if found is None or not found[0] or len(found[1]) > 2:
            continue
        needs, gives = found
        edits = extracted(unit, rng, nodes, needs, gives)
        passed = [n for n in needs if n != "self"]
        if not passed:
            continue
        if rng.random() < 0.4 and len(passed) > 1:
            mixed = ", ".join([passed[1], passed[0], *passed[2:]])
            edits[1] = (
                *edits[1][:2],
                edits[1][2]
                .replace(f"({', '.join(needs)})", f"({mixed})")
                .replace(f"({', '.join(passed)})", f"({mixed})"),
            )
        else:
            gone = rng.choice(passed)
            edits = extracted(unit, random.Random(1), nodes, [n for n in needs if n != gone], gives)
        yield edits


@bad("control flow lost in an extracted function", ask=EXTRACT)
def lost_return(unit: Unit, rng: random.Random) -> Found:
    for nodes in blocks_to_extract(unit, rng):
        last = nodes[-1]
        if not isinstance(last, ast.If | ast.For) or last.orelse or last is unit.body[-1]:
            continue
        jumps = [n for n in ast.walk(last) if isinstance(n, ast.Return)]
        if not jumps or any(
            isinstance(n, FunctionNode | ast.Yield | ast.Await) for s in nodes for n in ast.walk(s)
        ):
            continue
        local = {
            n.id for n in ast.walk(unit.node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        local |= {a.arg for a in ast.walk(unit.node.args) if isinstance(a, ast.arg)}
        needs = [
            n.id
            for s in nodes
            for n in ast.walk(s)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
        ]
        yield extracted(unit, rng, nodes, [n for n in dict.fromkeys(needs) if n in local], [])


@bad("new name captures another", ask=RENAME)
def collision(unit: Unit, rng: random.Random) -> Found:
    stored = {n.id for n in ast.walk(unit.node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    other = {a.arg for a in ast.walk(unit.node.args) if isinstance(a, ast.arg)} | stored
    other |= {n.id for n in ast.walk(unit.node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    for name in rng.sample(sorted(stored), len(stored)):
        new = rng.choice(sorted(other - {name, "self"}) or [name])
        uses = [n for n in ast.walk(unit.node) if isinstance(n, ast.Name) and n.id == name]
        joined = {id(i) for n in ast.walk(unit.node) if isinstance(n, ast.JoinedStr) for i in ast.walk(n)}
        if new != name and not any(id(use) in joined for use in uses):
            yield [unit.over(use, new) for use in uses]


@bad("call site missed", proven=True, ask="Rename the helper and update its call sites.")
def missed_call(unit: Unit, rng: random.Random) -> Found:
    name = unit.name.rpartition(".")[2]
    places = mentions(unit, name)
    if not is_private(unit) or not places or len(places) < 2:
        return
    new = unit.fresh(rng, f"{name}_impl", f"_do{name}")
    head = next(p for p in places if unit.text[: p[0]].endswith("def "))
    missed = rng.choice([p for p in places if p is not head])
    yield [(start, end, new) for start, end, _ in places if (start, end, "") != missed]


@bad("use of a renamed local missed", ask=RENAME)
def missed_use(unit: Unit, rng: random.Random) -> Found:
    stored = {n.id for n in ast.walk(unit.node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for name in rng.sample(sorted(stored), len(stored)):
        uses = [n for n in ast.walk(unit.node) if isinstance(n, ast.Name) and n.id == name]
        loads = [n for n in uses if isinstance(n.ctx, ast.Load)]
        joined = {id(i) for n in ast.walk(unit.node) if isinstance(n, ast.JoinedStr) for i in ast.walk(n)}
        if loads and len(uses) > 1 and not any(id(use) in joined for use in uses):
            new, missed = unit.fresh(rng, f"{name}_value", f"new_{name}"), rng.choice(loads)
            yield [unit.over(use, new) for use in uses if use is not missed]


@bad("parameter added, removed or reordered, callers not told", proven=True)
def parameters(unit: Unit, rng: random.Random) -> Found:
    args = unit.node.args.args[1:] if unit.method else unit.node.args.args
    bare = unit.name.rpartition(".")[2]
    called = [
        c
        for c in ast.walk(unit.tree)
        if isinstance(c, ast.Call) and bare == getattr(c.func, "id", getattr(c.func, "attr", ""))
    ]
    if unit.node.args.defaults or unit.node.args.posonlyargs or (is_private(unit) and not called):
        return
    if bare.startswith("__") or (
        unit.method and unit.node.args.args[:1] and unit.node.args.args[0].arg not in ("self", "cls")
    ):
        return
    if len(args) > 1 and ast.dump(args[0]) != ast.dump(args[1]):
        texts = [
            (unit.at(a.lineno, a.col_offset), unit.at(a.end_lineno or 0, a.end_col_offset or 0))
            for a in args[:2]
        ]
        one, two = (unit.text[s:e] for s, e in texts)
        yield [(*texts[0], two), (*texts[1], one)]
    if args:
        end = unit.at(args[-1].end_lineno or 0, args[-1].end_col_offset or 0)
        yield [(end, end, f", {unit.fresh(rng, 'options', 'strict', 'flag')}")]


@bad("neighbour lost", proven=True)
def neighbour(unit: Unit, rng: random.Random) -> Found:
    others = [(name, node) for name, node in definitions(unit.tree) if node is not unit.node]
    near = sorted(others, key=lambda pair: abs(pair[1].lineno - unit.node.lineno))[:2]
    for name, node in near:
        same = name.rpartition(".")[0] == unit.name.rpartition(".")[0]
        if same and not any("overload" in ast.unparse(d) for d in node.decorator_list):
            used = len(re.findall(rf"\b{node.name}\b", unit.text)) > 1
            size = len(unit.tree.body if "." not in name else getattr(unit.owner, "body", []))
            if size > 2 and (used or not node.name.startswith("_")):
                yield [(*unit.rows([node]), "")]


@bad("invented helper called", proven=True)
def invented(unit: Unit, rng: random.Random) -> Found:
    for call in calls(unit, rng):
        if isinstance(call.func, ast.Name):
            yield [unit.over(call.func, unit.fresh(rng, f"_safe_{call.func.id}", f"_get_{call.func.id}"))]
        elif (
            isinstance(call.func, ast.Attribute)
            and unit.src(call.func).startswith("self.")
            and unit.src(call.func).count(".") == 1
        ):
            yield [
                unit.over(
                    call.func, f"self.{unit.fresh(rng, f'_safe_{call.func.attr}', f'_get_{call.func.attr}')}"
                )
            ]


@bad("global or nonlocal removed")
def scope(unit: Unit, rng: random.Random) -> Found:
    for node in ast.walk(unit.node):
        if isinstance(node, ast.Global | ast.Nonlocal) and unit.alone(node):
            yield [(*unit.rows([node]), "")]
