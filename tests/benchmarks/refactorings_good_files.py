"""Rewrites from refactoring catalogues that touch a file: constants, renames with their uses, types, documentation, dead code."""

from __future__ import annotations

import ast
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise

from refactorings_corpus import Edit, FunctionNode, Unit, definitions, shuffled
from refactorings_good import calm, good, whole, wrapped

Found = Iterator[list[Edit]]


def literals(unit: Unit, rng: random.Random) -> Iterator[ast.Constant]:
    """The numbers and strings of a function that mean something: not in a docstring, a message or an index."""
    joined = {id(n) for e in unit.expressions() if isinstance(e, ast.JoinedStr) for n in ast.walk(e)}
    for node in shuffled(rng, unit.expressions()):
        if isinstance(node, ast.Constant) and id(node) not in joined and node.lineno == node.end_lineno:
            if isinstance(node.value, bool | bytes) or node.value is None or node.value is Ellipsis:
                continue
            if (isinstance(node.value, int | float) and node.value not in (0, 1, -1)) or (
                isinstance(node.value, str) and len(node.value) > 2 and unit.src(node)[0] in "\"'"
            ):
                yield node


@good("extract constant", "Replace the magic value with a named constant.")
def extract_constant(unit: Unit, rng: random.Random) -> Found:
    statements = {id(s.value) for s in ast.walk(unit.node) if isinstance(s, ast.Expr)}
    for node in literals(unit, rng):
        if id(node) in statements or any(isinstance(n, ast.Match) for n in ast.walk(unit.node)):
            continue
        words = re.sub(r"\W+", "_", str(node.value)).strip("_").upper()[:20]
        name = unit.fresh(rng, f"_{words}" if words[:1].isalpha() else "_LIMIT", "_DEFAULT", "_VALUE")
        at = unit.rows([unit.owner])[0]
        same = [
            n
            for n in unit.expressions()
            if isinstance(n, ast.Constant) and type(n.value) is type(node.value) and n.value == node.value
        ]
        own = [n for n in literals(unit, rng) if n in same and id(n) not in statements]
        yield [(at, at, f"{name} = {unit.src(node)}\n\n\n"), *(unit.over(n, name) for n in own)]


def is_private(unit: Unit) -> bool:
    name = unit.name.rpartition(".")[2]
    return name.startswith("_") and not name.endswith("__")


def mentions(unit: Unit, name: str) -> list[Edit] | None:
    """Every place that a private function or method is named at; None where one may hide."""
    places: list[Edit] = []
    for node in ast.walk(unit.tree):
        if isinstance(node, ast.Name) and node.id == name:
            places.append(unit.over(node, ""))
        elif isinstance(node, ast.Attribute) and node.attr == name:
            places.append((unit.end(node) - len(name), unit.end(node), ""))
        elif isinstance(node, FunctionNode) and node.name == name:
            at = unit.text.index(f"def {name}", unit.start(node)) + 4
            places.append((at, at + len(name), ""))
    whole_words = re.findall(rf"(?<![\w]){re.escape(name)}(?!\w)", unit.text)
    return places if len(whole_words) == len(places) else None


@good("rename private function with its uses", "Rename the helper and update its call sites.")
def rename_function(unit: Unit, rng: random.Random) -> Found:
    name = unit.name.rpartition(".")[2]
    places = mentions(unit, name)
    inherits = isinstance(unit.owner, ast.ClassDef) and bool(unit.owner.bases)
    if is_private(unit) and places and len(places) > 1 and not inherits:  # a base may call or define it
        new = unit.fresh(rng, f"{name}_impl", f"_do{name}", f"_compute{name}")
        yield [(start, end, new) for start, end, _ in places]


@good("rename parameter of private function with its uses", "Rename the parameter and update its call sites.")
def rename_parameter(unit: Unit, rng: random.Random) -> Found:
    if not is_private(unit) or any(
        isinstance(n, FunctionNode | ast.Lambda) for n in list(ast.walk(unit.node))[1:]
    ):
        return
    bare = unit.name.rpartition(".")[2]
    for arg in unit.node.args.args:
        if arg.arg in ("self", "cls") or re.search(rf"[\"'{{]{arg.arg}\b", unit.text):
            continue
        new = unit.fresh(rng, f"{arg.arg}_value", f"given_{arg.arg}")
        edits = [
            (unit.at(arg.lineno, arg.col_offset), unit.at(arg.lineno, arg.col_offset) + len(arg.arg), new)
        ]
        edits += [
            unit.over(n, new) for n in ast.walk(unit.node) if isinstance(n, ast.Name) and n.id == arg.arg
        ]
        for call in ast.walk(unit.tree):
            if isinstance(call, ast.Call) and bare == getattr(
                call.func, "id", getattr(call.func, "attr", "")
            ):
                for word in call.keywords:
                    if word.arg == arg.arg:
                        at = unit.at(word.lineno, word.col_offset)
                        edits.append((at, at + len(arg.arg), new))
        yield edits


@good("inline function", "Inline the helper.")
def inline_function(unit: Unit, rng: random.Random) -> Found:
    local = {n.id for n in ast.walk(unit.node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for name, helper in definitions(unit.tree):
        only = helper.body[-1]
        if (
            "." in name
            or not name.startswith("_")
            or helper is unit.node
            or not isinstance(helper, ast.FunctionDef)
        ):
            continue
        if (
            len(helper.body) > 1
            or not isinstance(only, ast.Return)
            or only.value is None
            or helper.decorator_list
        ):
            continue
        args, uses = helper.args, [n for n in ast.walk(unit.tree) if isinstance(n, ast.Name) and n.id == name]
        calls = [c for c in unit.expressions() if isinstance(c, ast.Call) and c.func in uses]
        if len(uses) != 1 or len(calls) != 1 or args.vararg or args.kwarg or args.kwonlyargs or args.defaults:
            continue
        call, names = calls[0], [a.arg for a in args.args]
        if (
            len(call.args) != len(names)
            or call.keywords
            or not calm(only.value)
            or not whole(unit, only.value)
        ):
            continue
        if local & {n.id for n in ast.walk(only.value) if isinstance(n, ast.Name)} - set(names):
            continue
        text, at = unit.src(only.value), unit.start(only.value)
        places = [n for n in ast.walk(only.value) if isinstance(n, ast.Name) and n.id in names]
        for place in sorted(places, key=unit.start, reverse=True):
            value = call.args[names.index(place.id)]
            text = (
                text[: unit.start(place) - at]
                + wrapped(value, unit.src(value))
                + text[unit.end(place) - at :]
            )
        start, end = unit.rows([helper])
        while unit.text[end : end + 1] == "\n":
            end += 1
        yield [(start, end, ""), unit.over(call, wrapped(only.value, text))]


@good("add documentation", "Document this function.")
def add_docstring(unit: Unit, rng: random.Random) -> Found:
    first = unit.node.body[0]
    if ast.get_docstring(unit.node) is None and unit.alone(first) and first.lineno > unit.node.lineno:
        words = re.sub(r"_+", " ", unit.name.rpartition(".")[2]).strip().capitalize() or "Do the work"
        pad, at = unit.indent(first), unit.rows([first])[0]
        more = f"\n\n{pad}The arguments are not changed.\n{pad}" if rng.random() < 0.3 else ""
        yield [(at, at, f'{pad}"""{words} for the caller.{more}"""\n')]


@good("add comments", "Explain the steps with comments.")
def add_comments(unit: Unit, rng: random.Random) -> Found:
    places = [s for s in unit.statements() if unit.alone(s) and not unit.is_elif(s)]
    rng.shuffle(places)
    if places:
        at = [unit.rows([s])[0] for s in places[:2]]
        words = ("# Nothing else is left to do here.", "# This is the common case.")
        yield [(a, a, f"{unit.indent(s)}{w}\n") for a, s, w in zip(at, places, words, strict=False)]


@good("add types", "Add type annotations.", proven=True)
def add_types(unit: Unit, rng: random.Random) -> Found:
    node, edits = unit.node, []
    own = [n for n in ast.walk(node) if isinstance(n, ast.Return | ast.Yield | ast.YieldFrom)]
    nested = any(isinstance(n, FunctionNode | ast.Lambda) for n in list(ast.walk(node))[1:])
    if (
        node.returns is None
        and not nested
        and not [n for n in own if getattr(n, "value", None) or not isinstance(n, ast.Return)]
    ):
        colon = unit.text.rfind(":", 0, unit.rows([node.body[0]])[0])
        if unit.text[:colon].rstrip().endswith(")"):
            edits.append((colon, colon, " -> None"))
    pairs = zip(reversed(node.args.args), reversed(node.args.defaults), strict=False)
    for arg, default in pairs:
        kind = type(default.value).__name__ if isinstance(default, ast.Constant) else ""
        if arg.annotation is None and kind in ("bool", "int", "str", "float"):
            at = unit.at(arg.lineno, arg.col_offset) + len(arg.arg)
            edits.append((at, at, f": {kind}"))
    if edits:
        yield edits


@good("modernise annotations", "Modernise the annotations.", proven=True)
def modern_annotations(unit: Unit, rng: random.Random) -> Found:
    if "from __future__ import annotations" not in unit.text:
        return
    marks = [a.annotation for a in ast.walk(unit.node.args) if isinstance(a, ast.arg) and a.annotation]
    marks += [unit.node.returns] if unit.node.returns else []
    edits = []
    for mark in marks:
        text = unit.src(mark)
        new = re.sub(r"\b(?:t\.|typing\.)?Optional\[([\w.]+)\]", r"\1 | None", text)
        new = re.sub(r"\b(?:t\.|typing\.)?Union\[([\w.]+), ([\w.]+)\]", r"\1 | \2", new)
        new = re.sub(r"\b(?:t\.|typing\.)?(List|Dict|Tuple|Set)\[", lambda m: m[1].lower() + "[", new)
        if new != text and "|" not in text and "'" not in text and '"' not in text:
            edits.append(unit.over(mark, new))
    if edits:
        yield edits


@good("reorder imports", "Sort the imports.", proven=True)
def reorder_imports(unit: Unit, rng: random.Random) -> Found:
    known = sys.stdlib_module_names
    top = [s for s in unit.tree.body if isinstance(s, ast.Import | ast.ImportFrom) and unit.alone(s)]
    pairs = [(a, b) for a, b in pairwise(top) if b.lineno == (a.end_lineno or 0) + 1]
    rng.shuffle(pairs)
    for one, two in pairs:
        names = [getattr(s, "module", None) or s.names[0].name for s in (one, two)]
        if all(n.split(".")[0] in known and n != "__future__" for n in names) and "#" not in unit.rows_text(
            [one, two]
        ):
            yield [(*unit.rows([one, two]), unit.rows_text([two]) + unit.rows_text([one]))]


@good("suppress instead of try and pass", "Use contextlib.suppress.", proven=True)
def suppress(unit: Unit, rng: random.Random) -> Found:
    for node in unit.statements():
        if not isinstance(node, ast.Try) or len(node.handlers) != 1 or node.orelse or node.finalbody:
            continue
        handler = node.handlers[0]
        if (
            not isinstance(handler.body[0], ast.Pass)
            or len(handler.body) > 1
            or handler.type is None
            or handler.name
        ):
            continue
        if not unit.alone(node) or "#" in unit.rows_text([node]) or unit.tree.body[0] is unit.owner:
            continue
        body = unit.rows_text(node.body)
        kinds = unit.src(handler.type)
        kinds = kinds[1:-1] if isinstance(handler.type, ast.Tuple) else kinds
        new = f"{unit.indent(node)}with contextlib.suppress({kinds.rstrip(', ')}):\n{body}"
        imports = [s for s in unit.tree.body if isinstance(s, ast.Import | ast.ImportFrom)]
        plain = [s for s in imports if getattr(s, "module", "") != "__future__"]
        if re.search(r"^import contextlib$", unit.text, re.MULTILINE):
            yield [(*unit.rows([node]), new)]
        elif plain and "contextlib" not in unit.text:
            at = unit.rows([plain[0]])[0]
            yield [(at, at, "import contextlib\n"), (*unit.rows([node]), new)]


@good("reformat", "Reformat this function.")
def reformat(unit: Unit, rng: random.Random) -> Found:
    start, end = unit.rows([unit.node])
    text = unit.text[start:end]
    pad = unit.node.col_offset
    bare = "".join(line[pad:] if line.strip() else line for line in text.splitlines(keepends=True))
    command = [sys.executable, "-m", "ruff", "format", "--line-length", str(rng.choice((60, 70, 120))), "-"]
    done = subprocess.run([*command, "--isolated"], input=bare, capture_output=True, text=True, check=False)
    if (
        done.returncode == 0
        and done.stdout.strip() != bare.strip()
        and '"""' not in bare
        and "'''" not in bare
    ):
        yield [
            (
                start,
                end,
                "".join(" " * pad + r if r.strip() else r for r in done.stdout.splitlines(keepends=True)),
            )
        ]


def worsened(unit: Unit, rng: random.Random) -> Iterator[tuple[str, str, list[Edit]]]:
    """A function with something that can be removed: the operator's name, what a user asks for, the edits."""
    places = [s for s in unit.body if unit.alone(s) and not unit.is_elif(s)]
    if not places:
        return
    statement = rng.choice(places)
    at, pad = unit.rows([statement])[0], unit.indent(statement)
    name = unit.fresh(rng, "unused", "debug", "tmp_value", "old_count")
    value = rng.choice(("0", "None", "[]", '"text"', "False"))
    yield "remove unused variable", "Remove the unused variable.", [(at, at, f"{pad}{name} = {value}\n")]
    dead = f'{pad}if False:\n{pad}    print("never")\n'
    yield "remove dead code", "Remove the dead code.", [(at, at, dead)]
    last = unit.body[-1]
    if isinstance(last, ast.Return | ast.Raise) and unit.alone(last):
        end = unit.rows([last])[1]
        yield (
            "remove unreachable code",
            "Remove the unreachable code.",
            [(end, end, f'{unit.indent(last)}print("done")\n')],
        )
    yield "remove redundant pass", "Remove the redundant pass.", [(at, at, f"{pad}pass\n")]
