"""Random places for refactorings: expressions, statements, names and branches, picked from a package's own code."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from kibitz.models.tasks import RefactorKind
from kibitz.text import Position, Range

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)


class Choice(NamedTuple):
    """What to ask of the engine, and what to count it under."""

    sort: str
    kind: RefactorKind
    path: Path
    where: Range
    old_name: str | None = None
    new_name: str | None = None


class Module:
    """A file's text and tree, and where its nodes stand in characters."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text
        self.lines = text.split("\n")
        self.tree = ast.parse(text)
        self.above = {id(c): n for n in ast.walk(self.tree) for c in ast.iter_child_nodes(n)}

    def at(self, line: int, column: int) -> Position:
        """ast's position as the product's: 0-based, in characters."""
        return Position(line - 1, len(self.lines[line - 1].encode()[:column].decode("utf-8", "ignore")))

    def region(self, node: ast.expr | ast.stmt) -> Range:
        """All of a node."""
        return Range(
            self.at(node.lineno, node.col_offset),
            self.at(node.end_lineno or 0, node.end_col_offset or 0),
        )

    def start(self, node: ast.expr | ast.stmt) -> Range:
        """A cursor at the beginning of a node."""
        at = self.at(node.lineno, node.col_offset)
        return Range(at, at)

    def word(self, node: ast.stmt, name: str) -> Range | None:
        """A cursor at the name a statement defines."""
        line = self.lines[node.lineno - 1]
        column = line.find(name, self.at(node.lineno, node.col_offset).character)
        at = Position(node.lineno - 1, column)
        return Range(at, at) if column >= 0 else None

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method."""
        return (node for node in ast.walk(self.tree) if isinstance(node, _FUNCTIONS))


Places = Callable[[Module], Iterator[tuple[Range, str | None]]]


def expressions(module: Module) -> Iterator[tuple[Range, str | None]]:
    """Everything in a function that has a value, names left out."""
    for function in module.functions():
        for statement in function.body:
            for node in ast.walk(statement):
                loaded = isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
                if isinstance(node, ast.expr) and loaded and not isinstance(node, (ast.Name, ast.Constant)):
                    yield module.region(node), None


def statements(module: Module) -> Iterator[tuple[Range, str | None]]:
    """Runs of one to five statements of a block in a function."""
    for function in module.functions():
        for node in ast.walk(function):
            found = (getattr(node, field, None) for field in ("body", "orelse", "finalbody"))
            for block in (some for some in found if isinstance(some, list)):
                for first in range(len(block)):
                    for last in range(first, min(first + 5, len(block))):
                        yield (
                            Range(module.region(block[first]).start, module.region(block[last]).end),
                            None,
                        )


def variables(module: Module) -> Iterator[tuple[Range, str | None]]:
    """Variables of functions that have one assignment and a use."""
    for function in module.functions():
        names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        for node in names:
            same = [other for other in names if other.id == node.id]
            once = sum(not isinstance(other.ctx, ast.Load) for other in same) == 1 < len(same)
            if isinstance(node.ctx, ast.Store) and once and isinstance(module.above[id(node)], ast.Assign):
                yield module.start(node), node.id


def formulas(module: Module) -> Iterator[tuple[Range, str | None]]:
    """Functions that are one return statement and are called in their file."""
    called = {
        n.func.id for n in ast.walk(module.tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    for function in module.functions():
        body = [
            s for s in function.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        ]
        if len(body) == 1 and isinstance(body[0], ast.Return) and function.name in called:
            where = module.word(function, function.name)
            if where is not None:
                yield where, function.name


def local_names(module: Module) -> Iterator[tuple[Range, str | None]]:
    """What functions assign."""
    for function in module.functions():
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield module.start(node), node.id


def parameters(module: Module) -> Iterator[tuple[Range, str | None]]:
    """What functions take."""
    for function in module.functions():
        for arg in [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]:
            if arg.arg not in ("self", "cls"):
                at = module.at(arg.lineno, arg.col_offset)
                yield Range(at, at), arg.arg


def _defined(of: type[ast.AST], kinds: tuple[type[ast.stmt], ...]) -> Places:
    def found(module: Module) -> Iterator[tuple[Range, str | None]]:
        for owner in ast.walk(module.tree):
            if isinstance(owner, of):
                for node in getattr(owner, "body", []):
                    name = getattr(node, "name", "")
                    if isinstance(node, kinds) and not (name.startswith("__") and name.endswith("__")):
                        where = module.word(node, name)
                        if where is not None:
                            yield where, name

    return found


def attributes(module: Module) -> Iterator[tuple[Range, str | None]]:
    """What methods assign to their object."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            owner = node.value
            dunder = node.attr.startswith("__") and node.attr.endswith("__")
            if isinstance(owner, ast.Name) and owner.id == "self" and not dunder:
                at = module.at(node.end_lineno or 0, (node.end_col_offset or 0) - len(node.attr.encode()))
                yield Range(at, at), node.attr


def members(module: Module) -> Iterator[tuple[Range, str | None]]:
    """What a module or class assigns."""
    for owner in ast.walk(module.tree):
        if isinstance(owner, (ast.Module, ast.ClassDef)):
            for node in owner.body:
                for target in node.targets if isinstance(node, ast.Assign) else []:
                    if isinstance(target, ast.Name) and not target.id.startswith("__"):
                        yield module.start(target), target.id


def imports(module: Module) -> Iterator[tuple[Range, str | None]]:
    """One place in each file that imports."""
    if any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in module.tree.body):
        yield Range(Position(0, 0), Position(0, 0)), None


def branches(module: Module) -> Iterator[tuple[Range, str | None]]:
    """Every `if` with an `else`, and those that end a block."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.If) and (node.orelse or _ends_block(module, node)):
            yield module.start(node), None


def last_branches(module: Module) -> Iterator[tuple[Range, str | None]]:
    """Every `if` that ends the block of a function or loop."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.If) and _ends_block(module, node):
            yield module.start(node), None


def nested_branches(module: Module) -> Iterator[tuple[Range, str | None]]:
    """Every `if` that holds nothing but another one."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.If) and len(node.body) == 1 and isinstance(node.body[0], ast.If):
            yield module.start(node), None


def comprehensions(module: Module) -> Iterator[tuple[Range, str | None]]:
    """Every comprehension that makes a collection."""
    for node in ast.walk(module.tree):
        if isinstance(node, _COMPREHENSIONS):
            yield module.start(node), None


def loops(module: Module) -> Iterator[tuple[Range, str | None]]:
    """Every loop of one statement that follows an empty collection."""
    for owner in ast.walk(module.tree):
        body = getattr(owner, "body", [])
        for before, node in pairwise(body if isinstance(body, list) else []):
            value = getattr(before, "value", None)
            empty = isinstance(value, ast.expr) and ast.unparse(value) in (
                "[]",
                "{}",
                "set()",
                "list()",
                "dict()",
            )
            if empty and isinstance(node, ast.For) and len(node.body) == 1:
                yield module.start(node), None


def _ends_block(module: Module, node: ast.stmt) -> bool:
    above = module.above[id(node)]
    body = getattr(above, "body", [])
    return isinstance(above, (*_FUNCTIONS, ast.For, ast.While)) and body[-1:] == [node]


SORTS: dict[str, tuple[RefactorKind, Places]] = {
    "extract variable": ("extract_variable", expressions),
    "extract function: statements": ("extract_function", statements),
    "extract function: expression": ("extract_function", expressions),
    "inline: variable": ("inline", variables),
    "inline: function": ("inline", formulas),
    "rename: variable": ("rename", local_names),
    "rename: parameter": ("rename", parameters),
    "rename: function": ("rename", _defined(ast.Module, _FUNCTIONS)),
    "rename: class": ("rename", _defined(ast.Module, (ast.ClassDef,))),
    "rename: method": ("rename", _defined(ast.ClassDef, _FUNCTIONS)),
    "rename: attribute": ("rename", attributes),
    "rename: member": ("rename", members),
    "organize imports": ("organize_imports", imports),
    "invert if": ("invert_if", branches),
    "guard clause": ("guard_clause", last_branches),
    "merge ifs": ("merge_ifs", nested_branches),
    "comprehension to loop": ("comprehension_to_loop", comprehensions),
    "loop to comprehension": ("loop_to_comprehension", loops),
}
"""What can be asked for, by the name it is counted under."""


def choose(chance: random.Random, sort: str, modules: list[Module]) -> Choice | None:
    """A place for one sort of refactoring in a file picked at random; None where no file has one."""
    kind, places = SORTS[sort]
    for module in chance.sample(modules, len(modules)):
        found = sorted(set(places(module)), key=str)
        if found:
            where, name = chance.choice(found)
            new = f"{name}_renamed" if name and name.lower() == name else f"{name}Renamed"
            renaming = kind == "rename" and name is not None
            return Choice(sort, kind, module.path, where, name, new if renaming else None)
    return None
