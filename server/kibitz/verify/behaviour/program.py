"""What one version of a file says of its names."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import Factory, define

from kibitz.verify.behaviour.scopes import FUNCTIONS, Function, scope_of

_GLOBAL = re.compile(r"(?:^|[;:])\s*global\s")
_SAME_BUILTINS = {"IOError": "OSError", "EnvironmentError": "OSError"}


@define(eq=False)
class Program:
    """One version. `inline` are the functions and methods ("Class.name") that only this version has and that are read in
    place of their calls; `constants` likewise its own names of values; `alias` gives names the other version's words."""

    tree: ast.Module
    lines: list[str] = Factory(list)
    functions: dict[str, Function] = Factory(dict)
    owners: dict[str, str] = Factory(dict)
    classes: dict[str, ast.ClassDef] = Factory(dict)
    imports: dict[str, tuple[str, str]] = Factory(dict)
    bound: Counter[str] = Factory(Counter)
    values: dict[str, ast.expr] = Factory(dict)
    inline: set[str] = Factory(set)
    constants: dict[str, ast.expr] = Factory(dict)
    alias: dict[str, str] = Factory(dict)
    reading: set[str] = Factory(set)

    def renamed(self, name: str) -> str:
        """The other version's word for a name."""
        return self.alias.get(name, name)

    def meaning(self, name: str) -> tuple[str, ...]:
        """What a module's name stands for."""
        if name in self.imports and self.bound[name] == 1:
            return ("import", *self.imports[name])
        if name in self.bound:
            return ("global", self.renamed(name))
        return ("builtin", _SAME_BUILTINS.get(name, name))

    def method(self, owner: str, name: str) -> str | None:
        """The qualified name of a method of a class or of one of its bases in this file."""
        seen: set[str] = set()
        waiting = [owner]
        while waiting:
            at = waiting.pop(0)
            if at in seen:
                continue
            seen.add(at)
            if f"{at}.{name}" in self.functions or f"{at}.{name}" in self.values:
                return f"{at}.{name}"
            node = self.classes.get(at)
            waiting += [b.id for b in node.bases if isinstance(b, ast.Name)] if node is not None else []
        return None


def read_program(tree: ast.Module, lines: list[str]) -> Program:
    """The definitions, imports and values of a module, whose text is `lines`."""
    program = Program(tree, lines)
    program.bound = scope_of(tree.body).stored
    _collect(program, tree.body, "")
    if any("global" in line and _GLOBAL.search(line) for line in lines):
        for node in ast.walk(tree):
            if isinstance(node, ast.Global):
                program.bound.update(node.names)
    return program


def _collect(program: Program, body: Sequence[ast.stmt], owner: str) -> None:
    for node in flat(body):
        if isinstance(node, FUNCTIONS):
            name = _free(program, owner + node.name)
            program.functions[name] = node
            program.owners[name] = owner.rstrip(".")
        elif isinstance(node, ast.ClassDef):
            program.classes[owner + node.name] = node
            _collect(program, node.body, owner + node.name + ".")
        elif isinstance(node, ast.Import) and not owner:
            for alias in node.names:
                module = alias.name if alias.asname else alias.name.split(".")[0]
                program.imports[alias.asname or module] = (module, "")
        elif isinstance(node, ast.ImportFrom) and not owner:
            for alias in node.names:
                program.imports[alias.asname or alias.name] = (
                    "." * node.level + (node.module or ""),
                    alias.name,
                )
        else:
            _value(program, node, owner)


def _value(program: Program, node: ast.stmt, owner: str) -> None:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        targets = [node.target]
    if len(targets) == 1 and isinstance(targets[0], ast.Name):
        assert isinstance(node, ast.Assign | ast.AnnAssign)
        if node.value is not None:
            program.values[owner + targets[0].id] = node.value


def _free(program: Program, name: str) -> str:
    """A name for a definition: a second one of the same name (an overload, a property's setter) gets a number."""
    at = 1
    while name in program.functions:
        at += 1
        name = f"{name.split('@')[0]}@{at}"
    return name


def flat(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module or class with those in its ifs, tries and withs, which are not scopes."""
    for node in body:
        yield node
        for field in ("body", "orelse", "finalbody"):
            if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                yield from flat(getattr(node, field, []))
        for handler in getattr(node, "handlers", []):
            yield from flat(handler.body)
