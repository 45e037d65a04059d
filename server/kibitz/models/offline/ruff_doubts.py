"""What ruff's rules get wrong in good code: each doubtful report is looked at again, and kept, softened or dropped."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from attrs import evolve

from kibitz.models.offline.rules import Finding
from kibitz.syntax.python_check import python_tree
from kibitz.text import Document

DYNAMIC = re.compile(
    r"\bglobals\(\)|\bexec\(|\b_convert_\(|\bvars\(\)\[|\bsetattr\(\s*builtins\b|\bbuiltins\.\w+ ="
)
"""Signs that names come into being at run time."""

SHAPES = re.compile(r"\b(jaxtyping|torchtyping|nptyping)\b")
"""Libraries that put their own little language into annotation strings."""

CACHE = re.compile(r"cache|memo|seen|^_", re.IGNORECASE)

MUTATORS = frozenset(
    [
        "append",
        "extend",
        "insert",
        "pop",
        "popitem",
        "remove",
        "clear",
        "sort",
        "reverse",
        "update",
        "setdefault",
        "add",
        "discard",
        "appendleft",
    ]
)
DEFERRED = frozenset(
    [
        "append",
        "add",
        "insert",
        "appendleft",
        "setdefault",
        "connect",
        "bind",
        "submit",
        "after",
        "call_later",
        "call_soon",
        "add_done_callback",
        "register",
    ]
)
"""Methods that keep a function for later."""

VERBS = frozenset(
    [
        "close",
        "flush",
        "commit",
        "rollback",
        "start",
        "stop",
        "run",
        "join",
        "sort",
        "reverse",
        "clear",
        "save",
        "acquire",
        "release",
        "cancel",
        "shutdown",
        "connect",
        "disconnect",
        "terminate",
        "kill",
        "wait",
        "quit",
        "exit",
        "strip",
        "lower",
        "upper",
    ]
)
"""Attributes that do nothing unless they are called."""


class Module:
    """The tree of a document with the parents of its nodes; empty where the text does not parse."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.parents: dict[ast.AST, ast.AST] = {}
        tree = python_tree(document.text)
        if isinstance(tree, ast.Module):
            self.parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}

    def at(self, finding: Finding) -> Iterator[ast.AST]:
        """The nodes that start where the finding does."""
        line, character = finding.range.start
        column = len(self._document.line(line)[:character].encode("utf-8", "replace"))
        for node in self.parents:
            if getattr(node, "lineno", 0) == line + 1 and getattr(node, "col_offset", -1) == column:
                yield node

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What encloses a node, innermost first."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent


Judge = Callable[[Document, Module, Finding], Finding | None]


def settle(document: Document, findings: list[Finding]) -> list[Finding]:
    """The findings that stand, some with another severity. Parses the document once where a judge needs its tree."""
    if not any(finding.rule.removeprefix("ruff/") in JUDGES for finding in findings):
        return findings
    module = Module(document)
    kept = []
    for finding in findings:
        judge = JUDGES.get(finding.rule.removeprefix("ruff/"))
        judged = judge(document, module, finding) if judge else finding
        if judged is not None:
            kept.append(judged)
    return kept


def _undefined_name(document: Document, module: Module, finding: Finding) -> Finding | None:
    if DYNAMIC.search(document.text) or SHAPES.search(document.text):
        return None
    name = re.search(r"`(\w+)`", finding.message)
    deleted = name and re.search(rf"^del .*\b{name[1]}\b", document.text, re.MULTILINE)
    return None if deleted else finding


def _undefined_export(document: Document, module: Module, finding: Finding) -> Finding | None:
    """A package exports its modules, which need no name in it."""
    return None if DYNAMIC.search(document.text) or _is_package(document) else finding


def _is_package(document: Document) -> bool:
    name = document.path.name if document.path is not None else document.uri.rpartition("/")[2]
    return name in ("__init__.py", "__init__.pyi")


def _annotation_language(document: Document, module: Module, finding: Finding) -> Finding | None:
    return None if SHAPES.search(document.text) else finding


def _unused_import(document: Document, module: Module, finding: Finding) -> Finding | None:
    """A package imports to export, and an import in `try` asks what is installed."""
    return None if _is_package(document) or "find_spec" in finding.message else finding


def _redefinition(document: Document, module: Module, finding: Finding) -> Finding | None:
    """A function or class that replaces another loses code; a second import, or what a decorator has kept, does not."""
    earlier = re.search(r"from line (\d+)", finding.message)
    defines = re.compile(r"\s*(async\s+def|def|class|@)\b")
    both = earlier and all(
        defines.match(document.line(line)) for line in (finding.range.start.line, int(earlier[1]) - 1)
    )
    decorated = document.line(finding.range.start.line - 1).lstrip().startswith("@")
    return finding if both and not decorated else evolve(finding, severity="hint")


def _mutable_default(document: Document, module: Module, finding: Finding) -> Finding | None:
    """A default that is only read does no harm, and a cache is meant to last."""
    for node in module.at(finding):
        function = module.parents.get(module.parents[node])
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        spec = function.args
        named = [*spec.posonlyargs, *spec.args]
        pairs = [*zip(named[len(named) - len(spec.defaults) :], spec.defaults, strict=True)]
        pairs += [(arg, value) for arg, value in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if value]
        changed = [arg.arg for arg, value in pairs if value is node and _changes(function, arg.arg)]
        if changed and not CACHE.search(changed[0]):
            return finding
    return evolve(finding, severity="hint")


def _changes(function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    """Whether the function changes the object its parameter holds, or lets it out."""
    found = False
    for node in ast.walk(function):
        match node:
            case ast.Name(id=bound, ctx=ast.Store()) if bound == name:
                return False
            case ast.Call(func=ast.Attribute(value=ast.Name(id=used), attr=method)):
                found |= used == name and method in MUTATORS
            case ast.Subscript(value=ast.Name(id=used), ctx=ast.Store() | ast.Del()):
                found |= used == name
            case ast.AugAssign(target=ast.Name(id=used)) | ast.Return(value=ast.Name(id=used)):
                found |= used == name
            case ast.Assign(targets=[ast.Attribute()], value=ast.Name(id=used)):
                found |= used == name
    return found


def _loop_variable(document: Document, module: Module, finding: Finding) -> Finding | None:
    """A function that is used at once sees the right value; one that is kept for later does not."""
    for node in module.at(finding):
        for around in module.around(node):
            if isinstance(around, ast.Lambda):
                return evolve(finding, severity="warning") if _kept(module, around) else None
            if isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef):
                return evolve(finding, severity="hint")
    return None


def _kept(module: Module, function: ast.Lambda) -> bool:
    match module.parents.get(function):
        case ast.Call(func=ast.Attribute(attr=method)) if method in DEFERRED:
            return True
        case ast.Assign(targets=[ast.Subscript()]) | ast.List() | ast.ListComp() | ast.DictComp():
            return True
        case ast.keyword(arg="target" | "command" | "callback"):
            return True
    return False


def _useless_expression(document: Document, module: Module, finding: Finding) -> Finding | None:
    """A call without its parentheses; other expressions may be there to fail or to be imported for."""
    for node in module.at(finding):
        if any(isinstance(around, ast.Try | ast.With | ast.AsyncWith) for around in module.around(node)):
            return None
        match node:
            case ast.Attribute(attr=verb) if verb in VERBS and isinstance(module.parents[node], ast.Expr):
                return evolve(finding, message=f"`{verb}` is not called: `()` is missing.")
    return None


def _mutated_while_iterated(document: Document, module: Module, finding: Finding) -> Finding | None:
    """Appending to the list one walks is the customary work list."""
    statement = document.line(finding.range.start.line)[finding.range.start.character :]
    return None if re.match(r"[\w.]+\.((append|extend)\(|clear\([^)])", statement) else finding


def _exported_names(document: Document, module: Module, finding: Finding) -> Finding | None:
    """`thing.__name__` is a string."""
    return None if "__name__" in document.line(finding.range.start.line) else finding


def _self_comparison(document: Document, module: Module, finding: Finding) -> Finding | None:
    """`x != x` finds NaN, `x == x` anything else, and tests compare things with themselves."""
    return None if re.search(r"[!=]= ", finding.message) else finding


def _self_assignment(document: Document, module: Module, finding: Finding) -> Finding | None:
    """At module or class level it makes a name of the outer scope a member."""
    line = document.line(finding.range.start.line)
    inside = any(
        isinstance(around, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in module.at(finding)
        for around in module.around(node)
    )
    return finding if inside and re.fullmatch(r"\s*(\w+)\s*=\s*\1\s*(#.*)?", line) else None


def _shell(document: Document, module: Module, finding: Finding) -> Finding | None:
    """A constant command holds nothing of others."""
    return None if "seems safe" in finding.message else finding


JUDGES: dict[str, Judge] = {
    "B006": _mutable_default,
    "B018": _useless_expression,
    "B023": _loop_variable,
    "B909": _mutated_while_iterated,
    "F401": _unused_import,
    "F722": _annotation_language,
    "F811": _redefinition,
    "F821": _undefined_name,
    "F822": _undefined_export,
    "PLE0604": _exported_names,
    "PLR0124": _self_comparison,
    "PLW0127": _self_assignment,
    "S602": _shell,
}
