"""Runs inside the sandbox, and outside of it too because it runs nothing: the examples that documentation gives.

Imports the standard library alone, because it runs where nothing else is.
"""

from __future__ import annotations

import ast
import doctest
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from kibitz.models.offline.probe_source import free_names

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Example:
    """`>>> source` with what must run before it and what it shows; `arguments` where it is one plain call of the function."""

    setup: tuple[str, ...]
    imports: tuple[str, ...]
    source: str
    want: str
    arguments: tuple[str, ...] = ()


def examples(docstring: str, name: str) -> list[Example]:
    """The examples that call `name` and show a result, in order. Empty where they cannot be read."""
    try:
        parsed = doctest.DocTestParser().get_examples(docstring)
    except ValueError:
        return []
    setup: list[str] = []
    imports: list[str] = []
    found: list[Example] = []
    for example in parsed:
        source = example.source.strip()
        try:
            statements = ast.parse(source).body
        except SyntaxError:
            return found
        if example.options.get(doctest.SKIP):
            continue
        expression = statements[0] if len(statements) == 1 else None
        if isinstance(expression, ast.Import | ast.ImportFrom):
            imports.append(source)
        elif isinstance(expression, ast.Expr) and example.want.strip():
            if _calls(expression, name):
                # without the directives that may follow it in a comment
                call = ast.unparse(expression)
                arguments = _arguments(expression.value, name)
                found.append(Example(_needed(setup, call), tuple(imports), call, example.want, arguments))
        else:
            setup.append(source)
    return found


def _needed(setup: list[str], call: str) -> tuple[str, ...]:
    """The statements that have to do with the names a call uses."""
    wanted = set(free_names(call))
    kept: list[str] = []
    for statement in reversed(setup):
        names = {part.id for part in ast.walk(ast.parse(statement)) if isinstance(part, ast.Name)}
        tree = ast.parse(statement).body
        bound = {part.id for part in ast.walk(ast.parse(statement)) if _stores(part)}
        bound |= {part.name for part in tree if isinstance(part, Function | ast.ClassDef)}
        if bound & wanted or (not bound and names & wanted):
            kept.insert(0, statement)
            wanted |= names
    return tuple(kept)


def _stores(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _calls(node: ast.AST, name: str) -> bool:
    return any(
        isinstance(part, ast.Call)
        and (
            (isinstance(part.func, ast.Name) and part.func.id == name)
            or (isinstance(part.func, ast.Attribute) and part.func.attr == name)
        )
        for part in ast.walk(node)
    )


def _arguments(node: ast.expr, name: str) -> tuple[str, ...]:
    """The sources of positional arguments that are literals."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != name:
        return ()
    found = []
    for argument in node.args:
        try:
            ast.literal_eval(argument)
        except (ValueError, TypeError, SyntaxError):
            return ()
        found.append(ast.unparse(argument))
    return tuple(found)


def definitions(tree: ast.Module) -> Iterator[Function | ast.ClassDef]:
    """The functions and classes of a module, those under `if`, `try` and `with` too."""
    pending: list[ast.AST] = list(reversed(tree.body))
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node
        elif isinstance(node, ast.If | ast.Try | ast.With):
            pending += reversed(list(ast.iter_child_nodes(node)))
        elif isinstance(node, ast.ExceptHandler):
            pending += reversed(node.body)


def names_of(tree: ast.Module) -> set[str]:
    """The names a module binds at its top level, as far as its text says."""
    found: set[str] = set()
    for node in tree.body:
        for part in ast.walk(node):
            if _stores(part):
                found.add(part.id)
    return found | {node.name for node in definitions(tree)}


def main() -> None:
    """Reads `{"text", "module", "symbol", "first", "last"}` from stdin and writes the documented cases, running nothing."""
    spec = json.load(sys.stdin)
    tree = ast.parse(spec["text"].removeprefix("\ufeff"))
    own = names_of(tree)
    cases: list[dict[str, object]] = []
    for node in definitions(tree):
        inside = [
            node,
            *(part for part in node.body if isinstance(node, ast.ClassDef) and isinstance(part, Function)),
        ]
        for part in inside:
            owner = f"{node.name}." if part is not node else ""
            if not isinstance(part, Function | ast.ClassDef) or not _asked(f"{owner}{part.name}", part, spec):
                continue
            found = examples(ast.get_docstring(part) or "", part.name)
            made = (_case(f"{owner}{part.name}", example, own, spec["module"]) for example in found)
            cases.extend(case for case in made if case)
    json.dump(cases, sys.stdout)


def _asked(name: str, node: ast.stmt, spec: dict[str, object]) -> bool:
    if spec["symbol"]:
        return name == spec["symbol"] or name.startswith(f"{spec['symbol']}.")
    first, last = spec["first"], spec["last"]
    if isinstance(first, int) and isinstance(last, int):
        return node.lineno <= last and first <= (node.end_lineno or node.lineno)
    return not any(part.startswith("_") for part in name.split("."))


def _case(target: str, example: Example, own: set[str], module: str) -> dict[str, object] | None:
    """A case whose result is what the documentation shows; None where that is no literal."""
    code = "\n".join([*example.imports, *example.setup, example.source])
    used = [name for name in free_names(code) if name in own]
    case: dict[str, object] = {
        "target": target,
        "what": "documented example",
        "imports": [*example.imports, *(f"from {module} import {name}" for name in used)],
        "setup": list(example.setup),
        "call": example.source,
        "checks": [],
        "error": "",
        "printed": "",
        "documented": True,
    }
    want = example.want.strip()
    if want.startswith("Traceback"):
        last = want.rpartition("\n")[2].partition(":")[0].strip()
        name = last.rpartition(".")[2]
        if not name.isidentifier():
            return None
        return {**case, "error": name, "imports": [*case["imports"], *_error(name, own, module)]}  # type: ignore[misc]
    try:
        value = ast.literal_eval(want)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    kind = "is" if value is None or value is True or value is False else "equal"
    return {**case, "checks": [{"kind": kind, "left": "result", "right": want}]}


def _error(name: str, own: set[str], module: str) -> list[str]:
    return [f"from {module} import {name}"] if name in own else []
