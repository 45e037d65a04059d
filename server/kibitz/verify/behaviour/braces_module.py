"""Two versions of a file in a language with braces: what is matched with what, and what is compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from attrs import define

from kibitz.syntax.model import CALLABLE, Definition
from kibitz.syntax.tree import Tree, parse
from kibitz.syntax.view import View, view
from kibitz.text import Document
from kibitz.verify.behaviour.bisimulation import DifferentError, TooLongError, compare
from kibitz.verify.behaviour.braces import UnreadError, graph_of_view
from kibitz.verify.behaviour.braces_views import leaves, parameter_names, pattern_names
from kibitz.verify.behaviour.core import TooLargeError
from kibitz.verify.behaviour.difference import Difference
from kibitz.verify.behaviour.module import FUEL
from kibitz.verify.behaviour.program import Program
from kibitz.verify.behaviour.state import Run
from kibitz.verify.behaviour.terms import Term

KNOWN = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact", "go", "rust", "java"})
_WORD = re.compile(r"\w+|\"[^\"]*\"|'[^']*'")
_FORM = frozenset(["if", "else", "return", "let", "const", "var", "final", "true", "false", "then"])


@define
class _Function:
    """A function of the file's own: its definition and the node that has its body."""

    definition: Definition
    node: View


def brace_differences(before: Document, after: Document, *, api: bool = True) -> list[Difference]:
    """What the new version does otherwise than the old one; raises ValueError for a text that is not parsed.

    With `api` all functions have to be there still; without, they may be gone where they are named no more.
    """
    old, new = parse(before), parse(after)
    if old is None or new is None or old.errors or new.errors:
        raise ValueError
    first, second = _functions(old), _functions(new)
    helpers = (
        {f.definition.name: f.node for name, f in first.items() if name not in second},
        {f.definition.name: f.node for name, f in second.items() if name not in first},
    )
    found: list[Difference] = []
    fuel = FUEL
    for name, function in first.items():
        twin = second.get(name)
        if twin is None:
            if api or not _is_named(new, old, function.definition.name):
                found.append(Difference(name.partition("@")[0], "it is no longer there", 1))
            continue
        run = Run(fuel=fuel, containers=False)
        problem = _compare(run, function, twin, before.language, helpers)
        fuel = max(2_000, run.fuel)
        if problem is not None:
            found.append(problem)
    problem = _rest(old, new, first, second)
    return [*found, problem] if problem is not None else found


def _is_named(new: Tree, old: Tree, name: str) -> bool:
    """Whether the old version named a function anywhere, and the new one does not."""
    return name not in {n.name for n in new.identifiers} and sum(n.name == name for n in old.identifiers) > 1


def _functions(tree: Tree) -> dict[str, _Function]:
    """The functions that are in no other one, by name; a further one of the same name gets a number."""
    root = view(tree)
    found: dict[str, _Function] = {}
    last = None
    for definition in tree.definitions:
        if definition.kind not in CALLABLE or (last is not None and definition.range.end <= last):
            continue
        node: View | None = root.at(definition.name_range.start, definition.name_range.end)
        where = definition.range
        while node is not None and node.child("body") is None:
            value = node.child("value")
            if value is not None and value.child("body") is not None:
                node = value
                break
            node = node.parent
        if node is None or node.range.start < where.start or node.range.end > where.end:
            continue
        last = definition.range.end
        name, at = definition.qualified_name, 1
        while name in found:
            at += 1
            name = f"{definition.qualified_name}@{at}"
        found[name] = _Function(definition, node)
    return found


def _words(node: View) -> list[str]:
    return [leaf.text for leaf in leaves(node)]


def _compare(
    run: Run, old: _Function, new: _Function, language: str, helpers: tuple[dict[str, View], dict[str, View]]
) -> Difference | None:
    name, line = old.definition.qualified_name, new.node.range.start.line + 1
    if old.node.text == new.node.text:
        return None
    words = _words(old.node), _words(new.node)
    if words[0] == words[1] and not (helpers[0].keys() & set(words[0]) or helpers[1].keys() & set(words[1])):
        return None
    if _head(old.node) != _head(new.node):
        return Difference(name, "its head is another", line)
    try:
        truths = _truths(old.node)
        graphs = (
            graph_of_view(old.node, language, helpers[0], truths=truths),
            graph_of_view(new.node, language, helpers[1], truths=truths),
        )
        given: dict[str, Term] = {"this": run.table.make("param", "this")}
        for at, register in enumerate(graphs[0].parameters):
            given[register] = run.table.make("param", at)
        program = Program(_EMPTY.tree)
        compare(run, graphs, (_EMPTY, program), (given, dict(given)))
    except DifferentError as error:
        return Difference(name, error.what, error.line)
    except (UnreadError, TooLongError, TooLargeError, RecursionError):
        if _matter(words[0]) != _matter(words[1]):
            return Difference(name, "it has other names, numbers or texts", line)
        return Difference(name, "it could not be compared", line, "unknown")
    return None


def _truths(function: View) -> bool:
    """Whether a function says that it returns true or false."""
    types = (function.child(field) for field in ("return_type", "result", "type"))
    return any(found.text.lstrip(": ") in ("bool", "boolean") for found in types if found is not None)


def _empty() -> Program:
    import ast

    return Program(ast.Module([], []))


_EMPTY = _empty()


def _matter(words: list[str]) -> Counter[str]:
    """What a function is about, whatever its form: names that are used again count as one another."""
    kept = [w for w in words if _WORD.fullmatch(w) and w not in _FORM]
    counts = Counter(kept)
    return Counter(sorted(counts.values()))  # type: ignore[arg-type]


def _head(node: View) -> list[str]:
    """What stands before a function's body, without types that may be left out and the names of parameters."""
    body = node.child("body")
    parameters = [p for f in ("receiver", "parameters", "parameter") if (p := node.child(f)) is not None]
    names = {n.text for p in parameters for q in parameter_names(p) for n in pattern_names(q)}
    found: list[str] = []
    for child in node.children:
        if body is not None and child == body:
            break
        found += ["." if w in names else w for w in _untyped(child)]
    return [w for w in found if w not in ("(", ")", ",")]


def _untyped(node: View) -> Iterator[str]:
    if node.kind in ("type_annotation", "marker_annotation", "annotation") or "comment" in node.kind:
        return
    if not node.children:
        yield node.text
    for child in node.children:
        yield from _untyped(child)


def _rest(
    old: Tree, new: Tree, first: dict[str, _Function], second: dict[str, _Function]
) -> Difference | None:
    """What stands outside of functions: nothing of it may be lost; imports may."""
    before, after = _outside(old, first), _outside(new, second)
    lost = before - after
    if not lost:
        return None
    word = next((w for w in lost if _WORD.fullmatch(w) and not w.startswith(("'", '"'))), "")
    return Difference("", f"{word or 'something'} is no longer there outside of functions", 1)


def _outside(tree: Tree, functions: dict[str, _Function]) -> Counter[str]:
    root = view(tree)
    skipped = [f.node for f in functions.values()]
    found: Counter[str] = Counter()

    def visit(node: View) -> None:
        if (
            "import" in node.kind
            or "comment" in node.kind
            or node.kind in ("use_declaration", "type_annotation")
        ):
            return
        if any(node == s for s in skipped):
            return
        if not node.children:
            found[node.text] += 1
        for child in node.children:
            visit(child)

    visit(root)
    return Counter({w: n for w, n in found.items() if w not in (",", ";", "(", ")")})
