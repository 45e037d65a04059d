"""Real functions to refactor, and a text that is edited by the places of its tree, so that all else stays as it was."""

from __future__ import annotations

import ast
import random
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
from corpora import Source, fetch

PYTHON = (
    Source("python", "click", "click==8.1.8", "click"),
    Source("python", "requests", "requests==2.32.3", "requests"),
    Source("python", "werkzeug", "werkzeug==3.1.3", "werkzeug"),
    Source("python", "more-itertools", "more-itertools==10.5.0", "more_itertools"),
    Source("python", "networkx", "networkx==3.4.2", "networkx/algorithms"),
    Source("python", "aiohttp-retry", "aiohttp-retry==2.9.1", "aiohttp_retry"),
    Source("python", "anyio", "anyio==4.8.0", "anyio"),
    Source("python", "httpx", "httpx==0.28.1", "httpx", held_out=True),
    Source("python", "jinja2", "jinja2==3.1.5", "jinja2", held_out=True),
    Source("python", "docutils", "docutils==0.21.2", "docutils", held_out=True),
    Source("python", "sqlparse", "sqlparse==0.5.3", "sqlparse", held_out=True),
    Source("python", "toolz", "toolz==1.0.0", "toolz", held_out=True),
    Source("python", "starlette", "starlette==0.45.3", "starlette", held_out=True),
    Source("python", "pyparsing", "pyparsing==3.2.1", "pyparsing", held_out=True),
    Source("python", "boltons", "boltons==24.1.0", "boltons", held_out=True),
)
"""Held-out packages were not looked at while generators or checks were written."""

_GO, _RUST = "usr/share/gocode/src", "usr/share/cargo/registry"
FRESH = (
    Source("python", "marshmallow", "marshmallow==3.26.1", "marshmallow"),
    Source("python", "tomlkit", "tomlkit==0.13.2", "tomlkit"),
    Source("python", "jsonschema", "jsonschema==4.23.0", "jsonschema"),
    Source("python", "pluggy", "pluggy==1.5.0", "pluggy"),
    Source("python", "tornado", "tornado==6.4.2", "tornado"),
    Source("python", "trio", "trio==0.28.0", "trio"),
    Source("python", "cattrs", "cattrs==24.1.2", "cattrs"),
    Source("python", "paramiko", "paramiko==3.5.0", "paramiko"),
    Source("python", "mako", "mako==1.3.8", "mako"),
    Source("typescript", "ajv", "ajv@8", "package/lib"),
    Source("typescript", "immer", "immer@10", "package/src"),
    Source("typescript", "trpc", "@trpc/server@10", "package/src"),
    Source("typescript", "table-core", "@tanstack/table-core@8", "package/src"),
    Source("go", "viper", "golang-github-spf13-viper-dev", f"{_GO}/github.com/spf13/viper"),
    Source("go", "mux", "golang-github-gorilla-mux-dev", f"{_GO}/github.com/gorilla/mux"),
    Source("go", "go-toml", "golang-github-pelletier-go-toml-dev", f"{_GO}/github.com/pelletier/go-toml"),
    Source("rust", "serde_json", "librust-serde-json-dev", f"{_RUST}/serde_json-1.0.87"),
    Source("rust", "url", "librust-url-dev", f"{_RUST}/url-2.3.1"),
    Source("rust", "petgraph", "librust-petgraph-dev", f"{_RUST}/petgraph-0.6.2"),
    Source("rust", "indexmap", "librust-indexmap-dev", f"{_RUST}/indexmap-1.9.2"),
    Source("java", "jdk.httpserver", "openjdk-17-source", "src/jdk.httpserver"),
    Source("java", "java.logging", "openjdk-17-source", "src/java.logging"),
    Source("java", "jdk.jdi", "openjdk-17-source", "src/jdk.jdi"),
)
"""Chosen when both sets above had been looked at; by now what was missed or blocked here has been looked at too."""

UNSEEN = (
    Source("python", "structlog", "structlog==24.4.0", "structlog"),
    Source("python", "tenacity", "tenacity==9.0.0", "tenacity"),
    Source("python", "h11", "h11==0.14.0", "h11"),
    Source("python", "invoke", "invoke==2.2.0", "invoke"),
    Source("python", "markdown", "markdown==3.7", "markdown"),
    Source("python", "prompt-toolkit", "prompt-toolkit==3.0.48", "prompt_toolkit"),
    Source("python", "dateutil", "python-dateutil==2.9.0.post0", "dateutil"),
    Source("python", "fsspec", "fsspec==2024.10.0", "fsspec"),
    Source("python", "sympy", "sympy==1.13.3", "sympy/utilities"),
    Source("typescript", "msw", "msw@2", "package/src"),
    Source("typescript", "pdf-lib", "pdf-lib@1", "package/src"),
    Source("typescript", "router-core", "@tanstack/router-core@1", "package/src"),
    Source("typescript", "virtual-core", "@tanstack/virtual-core@3", "package/src"),
    Source("go", "toml", "golang-github-burntsushi-toml-dev", f"{_GO}/github.com/BurntSushi/toml"),
    Source("go", "chi", "golang-github-go-chi-chi-dev", f"{_GO}/github.com/go-chi/chi"),
    Source("go", "websocket", "golang-github-gorilla-websocket-dev", f"{_GO}/github.com/gorilla/websocket"),
    Source("rust", "semver", "librust-semver-dev", f"{_RUST}/semver-1.0.14"),
    Source("rust", "http", "librust-http-dev", f"{_RUST}/http-0.2.7"),
    Source("rust", "toml_edit", "librust-toml-edit-dev", f"{_RUST}/toml_edit-0.14.4"),
    Source("rust", "globset", "librust-globset-dev", f"{_RUST}/globset-0.4.9"),
    Source("java", "java.naming", "openjdk-17-source", "src/java.naming"),
    Source("java", "jdk.jartool", "openjdk-17-source", "src/jdk.jartool"),
    Source("java", "java.prefs", "openjdk-17-source", "src/java.prefs"),
)
"""Chosen when all sets above had been looked at; by now it has been looked at too."""

NEWEST = (
    Source("python", "packaging", "packaging==24.2", "packaging"),
    Source("python", "lark", "lark==1.2.2", "lark"),
    Source("python", "babel", "babel==2.16.0", "babel"),
    Source("python", "ruamel.yaml", "ruamel.yaml==0.18.6", "ruamel/yaml"),
    Source("python", "humanize", "humanize==4.11.0", "humanize"),
    Source("python", "w3lib", "w3lib==2.2.1", "w3lib"),
    Source("python", "aiosmtpd", "aiosmtpd==1.4.6", "aiosmtpd"),
    Source("python", "parso", "parso==0.8.4", "parso"),
    Source("python", "arrow", "arrow==1.3.0", "arrow"),
    Source("typescript", "effect", "effect@3", "package/src"),
    Source("typescript", "pacer", "@tanstack/pacer", "package/src"),
    Source("typescript", "trpc-client", "@trpc/client@10", "package/src"),
    Source("go", "afero", "golang-github-spf13-afero-dev", f"{_GO}/github.com/spf13/afero"),
    Source("go", "logrus", "golang-github-sirupsen-logrus-dev", f"{_GO}/github.com/sirupsen/logrus"),
    Source("go", "cli", "golang-github-urfave-cli-dev", f"{_GO}/github.com/urfave/cli"),
    Source("rust", "bytes", "librust-bytes-dev", f"{_RUST}/bytes-1.2.1"),
    Source("rust", "itertools", "librust-itertools-dev", f"{_RUST}/itertools-0.10.3"),
    Source("rust", "tracing-core", "librust-tracing-core-dev", f"{_RUST}/tracing-core-0.1.30"),
    Source("rust", "nom", "librust-nom-dev", f"{_RUST}/nom-7.1.1"),
    Source("java", "java.sql.rowset", "openjdk-17-source", "src/java.sql.rowset"),
    Source("java", "jdk.dynalink", "openjdk-17-source", "src/jdk.dynalink"),
    Source("java", "java.management", "openjdk-17-source", "src/java.management"),
)
"""Chosen when all sets above had been looked at; looked at once, after its first figures: choose others for new ones."""

SETS = ("dev", "held-out", "fresh", "unseen", "newest")

MOST_LINES, LEAST_LINES, MOST_FILE = 60, 4, 6000

Edit = tuple[int, int, str]
"""An offset, the offset after the last character that goes, and what comes instead."""


class Case(NamedTuple):
    """A refactoring as a model answers it: `near` is the selection (0-based first and last line)."""

    language: str
    good: bool
    operator: str
    path: Path
    before: str
    after: str
    near: tuple[int, int]
    instruction: str
    name: str


class Function(NamedTuple):
    """A function of a file, by its dotted name."""

    path: Path
    text: str
    name: str


def chosen(sources: Sequence[Source], which: str, languages: tuple[str, ...]) -> list[Source]:
    """The projects of one of the SETS: of `sources` those of dev or those held out, or a set of its own."""
    other = {"fresh": FRESH, "unseen": UNSEEN, "newest": NEWEST}
    found = other.get(which) or [s for s in sources if s.held_out == (which == "held-out")]
    return [source for source in found if source.language in languages]


def python_functions(cache: Path, which: str) -> list[list[Function]]:
    """The functions of each package of a set that can be refactored."""
    projects = [fetch(source, cache) for source in chosen(PYTHON, which, ("python",))]
    return [functions_of(project.root) for project in projects if project is not None]


def functions_of(root: Path) -> list[Function]:
    """The functions below a folder that can be refactored, tests left out."""
    files = sorted(p for p in root.rglob("*.py") if "test" not in p.relative_to(root).as_posix())
    return [function for path in files for function in _functions(path)]


@lru_cache(256)
def parsed(text: str) -> ast.Module:
    """The tree of a text, without the compiler's warnings about it; it is shared, so nobody may change it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _functions(path: Path) -> Iterator[Function]:
    try:
        text = path.read_text(encoding="utf-8")
        tree = parsed(text)
    except (UnicodeDecodeError, SyntaxError):
        return
    if text.count("\n") > MOST_FILE or "\t" in text or "\r" in text:
        return
    names = [name for name, _ in definitions(tree)]
    for name, node in definitions(tree):
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        if not body or names.count(name) > 1:  # an overload or another platform's
            continue
        if LEAST_LINES <= (node.end_lineno or 0) - body[0].lineno + 1 <= MOST_LINES:
            yield Function(path, text, name)


FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def definitions(tree: ast.Module) -> Iterator[tuple[str, FunctionNode]]:
    """The functions of a module and the methods of its classes."""
    for node in tree.body:
        if isinstance(node, FunctionNode):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, FunctionNode):
                    yield f"{node.name}.{inner.name}", inner


@lru_cache(64)
def _layout(text: str) -> tuple[list[str], list[int]]:
    lines = text.splitlines(keepends=True)
    return lines, [0, *accumulate(map(len, lines))]


class Unit:
    """One function in its file, with what editing it by its tree needs."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        self.tree = parsed(text)
        self.node = next(node for found, node in definitions(self.tree) if found == name)
        self.owner = next(
            n for n in self.tree.body if n.lineno <= self.node.lineno <= (n.end_lineno or n.lineno)
        )
        self.lines, self._starts = _layout(text)

    @property
    def method(self) -> bool:
        """Whether the function stands in a class."""
        return "." in self.name

    @property
    def body(self) -> list[ast.stmt]:
        """The statements after the docstring."""
        return self.node.body[1:] if ast.get_docstring(self.node) is not None else self.node.body

    def at(self, line: int, column: int) -> int:
        """The offset of a place as the tree has it: 1-based line, column in bytes."""
        start: int = self._starts[line - 1]
        return start + len(self.lines[line - 1].encode()[:column].decode())

    def start(self, node: ast.stmt | ast.expr) -> int:
        """Where a node starts."""
        return self.at(node.lineno, node.col_offset)

    def end(self, node: ast.stmt | ast.expr) -> int:
        """Where a node ends."""
        return self.at(node.end_lineno or 0, node.end_col_offset or 0)

    def src(self, node: ast.stmt | ast.expr) -> str:
        """A node as it is written."""
        return self.text[self.start(node) : self.end(node)]

    def over(self, node: ast.stmt | ast.expr, text: str) -> Edit:
        """A node written another way."""
        return self.start(node), self.end(node), text

    def first_line(self, node: ast.stmt) -> int:
        """The line a statement starts at, its decorators included."""
        marks: list[ast.expr] = getattr(node, "decorator_list", [])
        return min([node.lineno, *(mark.lineno for mark in marks)])

    def rows(self, nodes: Sequence[ast.stmt]) -> tuple[int, int]:
        """The whole lines of neighbouring statements."""
        return self._starts[self.first_line(nodes[0]) - 1], self._starts[nodes[-1].end_lineno or 0]

    def rows_text(self, nodes: Sequence[ast.stmt]) -> str:
        """The whole lines of neighbouring statements, as text."""
        start, end = self.rows(nodes)
        return self.text[start:end]

    def alone(self, node: ast.stmt) -> bool:
        """Whether a statement shares its lines with nothing, and moving it sideways changes no string."""
        start, end = self.rows([node])
        if self.text[start : self.start(node)].strip(" @") and not getattr(node, "decorator_list", []):
            return False
        rest = self.text[self.end(node) : end].strip()
        if rest and not rest.startswith("#"):
            return False
        return not any(
            isinstance(inner, ast.Constant | ast.JoinedStr) and inner.lineno != inner.end_lineno
            for inner in ast.walk(node)
        )

    def indent(self, node: ast.stmt) -> str:
        """The blanks a statement stands behind."""
        return " " * node.col_offset

    def is_elif(self, node: ast.stmt) -> bool:
        """Whether an `if` is written as `elif`."""
        return isinstance(node, ast.If) and self.text.startswith("elif", self.start(node))

    def blocks(self) -> Iterator[list[ast.stmt]]:
        """Every list of statements of the function, nested functions left out."""
        waiting: list[ast.AST] = [self.node]
        while waiting:
            node = waiting.pop(0)
            for field in ("body", "orelse", "finalbody"):
                block = getattr(node, field, None)
                if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                    yield self.body if node is self.node and field == "body" else block
            other = FunctionNode | ast.ClassDef | ast.Lambda | ast.expr
            waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, other)]

    def statements(self) -> Iterator[ast.stmt]:
        """Every statement of the function, nested functions left out."""
        for block in self.blocks():
            yield from block

    def expressions(self) -> Iterator[ast.expr]:
        """Every expression of the function's statements, docstring and annotations left out."""
        for statement in self.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.expr):
                    yield node

    def names(self) -> set[str]:
        """Every word in the file: what a new name must differ from."""
        return set(re.findall(r"\w+", self.text))

    def fresh(self, rng: random.Random, *wanted: str) -> str:
        """A name of those wanted that the file does not have."""
        taken = self.names()
        free = [name for name in wanted if name not in taken] or [f"{wanted[0]}_{n}" for n in range(2, 9)]
        return rng.choice([name for name in free if name not in taken] or [wanted[0] + "_value"])

    def edited(self, edits: Sequence[Edit]) -> str:
        """The file's text after edits that do not overlap."""
        text = self.text
        for start, end, new in sorted(edits, reverse=True):
            text = text[:start] + new + text[end:]
        return text


class Operator(NamedTuple):
    """A way to change a function: every change it could make, in a random order, and how a user would ask for it."""

    name: str
    find: Callable[[Unit, random.Random], Iterator[list[Edit]]]
    ask: str
    proven: bool = False
    """Whether its changes are right (or wrong) by construction where a probe cannot tell."""


def shifted(text: str, by: int) -> str:
    """Whole lines moved right, or left where `by` is negative."""
    if by >= 0:
        return "".join(" " * by + line if line.strip() else line for line in text.splitlines(keepends=True))
    return "".join(
        line[min(-by, len(line) - len(line.lstrip(" "))) :] for line in text.splitlines(keepends=True)
    )


def shuffled(rng: random.Random, items: Iterator[ast.AST]) -> list[ast.AST]:
    """Nodes in a random order."""
    found = list(items)
    rng.shuffle(found)
    return found
