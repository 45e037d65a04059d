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
from kibitz.verify.behaviour.braces import LAMBDAS, UnreadError, graph_of_view
from kibitz.verify.behaviour.braces_views import SCRIPTS, leaves, parameter_names, pattern_names
from kibitz.verify.behaviour.core import TooLargeError
from kibitz.verify.behaviour.difference import Difference
from kibitz.verify.behaviour.module import FUEL
from kibitz.verify.behaviour.program import Program
from kibitz.verify.behaviour.state import Run
from kibitz.verify.behaviour.terms import Term

KNOWN = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact", "go", "rust", "java"})
_WORD = re.compile(r"\w+|\"[^\"]*\"|'[^']*'")
_LITERAL = re.compile(r"number|literal|string|true|false")
_FIXED = (
    re.compile(r"(?:\w+\s+)*?(?:const|final)\b"),
    re.compile(r"(?:pub(?:\([^)]*\))?\s+)?(?:const|static(?!\s+mut))\b"),
)
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
        _constants(old, new, before.language)
        | {f.definition.name: f.node for n, f in first.items() if n not in second},
        _constants(new, old, before.language)
        | {f.definition.name: f.node for n, f in second.items() if n not in first},
    )
    found: list[Difference] = []
    fuel = FUEL
    for name, function in first.items():
        twin = second.get(name)
        if twin is None:
            if api or not _is_named(new, old, function.definition.name):
                found.append(Difference(name.partition("@")[0], "it is no longer there", 1))
            continue
        run = Run(fuel=fuel, containers=False, one_nothing=before.language not in SCRIPTS)
        problem = _compare(run, function, twin, before.language, helpers)
        fuel = max(2_000, run.fuel)
        if problem is not None:
            found.append(problem)
    problem = _rest(old, new, first, second)
    return [*found, problem] if problem is not None else found


def _constants(tree: Tree, other: Tree, language: str) -> dict[str, View]:
    """The values of constants that only one version has, outside of its functions, where they are written out."""
    root, known = view(tree), {d.name for d in other.definitions}
    names = Counter(d.name for d in tree.definitions)
    found: dict[str, View] = {}
    for definition in tree.definitions:
        if definition.kind not in ("constant", "variable") or definition.name in known:
            continue
        where = definition.name_range
        around = list(root.at(where.start, where.end).around())
        value = next((v for node in around[:3] if (v := node.child("value")) is not None), None)
        if value is not None and value.kind == "expression_list" and len(value.items) == 1:
            value = value.items[0]
        plain = value is not None and not value.items and _LITERAL.search(value.kind) is not None
        fixed = any(
            _FIXED[language == "rust"].match(node.text) for node in around[:3] if node.parent is not None
        )
        inside = any(node.kind in LAMBDAS for node in around)
        if value is not None and plain and fixed and not inside and names[definition.name] == 1:
            found[definition.name] = value
    return found


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
        _run(run, old.node, new.node, language, helpers)
    except DifferentError as error:
        return Difference(name, error.what, error.line)
    except _NOT_COMPARED:
        inner = _inner(old.node, new.node)
        try:
            if inner is not None:
                _run(Run(fuel=FUEL // 4, containers=False), *inner, language, helpers)
                return None
        except DifferentError as error:
            return Difference(name, error.what, error.line)
        except _NOT_COMPARED:
            pass
        if _matter(words[0]) != _matter(words[1]):
            return Difference(name, "it has other names, numbers or texts", line)
        return Difference(name, "it could not be compared", line, "unknown")
    return None


_NOT_COMPARED = (UnreadError, TooLongError, TooLargeError, RecursionError)


def _run(
    run: Run, old: View, new: View, language: str, helpers: tuple[dict[str, View], dict[str, View]]
) -> None:
    """Raises DifferentError where two functions do not do the same, and _NOT_COMPARED."""
    truths = _truths(old)
    graphs = (
        graph_of_view(old, language, helpers[0], truths=truths),
        graph_of_view(new, language, helpers[1], truths=truths),
    )
    given: dict[str, Term] = {"this": run.table.make("param", "this")}
    for at, register in enumerate(graphs[0].parameters):
        given[register] = run.table.make("param", at)
    compare(run, graphs, (_EMPTY, Program(_EMPTY.tree)), (given, dict(given)))


def _inner(old: View, new: View) -> tuple[View, View] | None:
    """The innermost functions inside of two that have all that differs between them, with heads that say the same."""
    found = None
    while True:
        one, two = _unshared(old, new)
        if len(one) != 1 or len(two) != 1 or one[0].kind != two[0].kind:
            return found
        old, new = one[0], two[0]
        bodies = old.child("body"), new.child("body")
        if old.kind in LAMBDAS and None not in bodies and _head(old) == _head(new):
            found = old, new


def _unshared(old: View, new: View) -> tuple[list[View], list[View]]:
    """The children of two nodes without those that both begin or end with."""
    one, two = list(old.children), list(new.children)
    for at in (0, -1):
        while one and two and one[at].kind == two[at].kind and one[at].text == two[at].text:
            del one[at], two[at]
    return one, two


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
    before, after = _Outside(first), _Outside(second)
    _apart(view(old), view(new), before, after)
    lost = before.found - after.found
    if not lost:
        return None
    word = next((w for w in lost if _WORD.fullmatch(w) and not w.startswith(("'", '"'))), "")
    return Difference("", f"{word or 'something'} is no longer there outside of functions", 1)


class _Outside:
    """How often each word stands outside of some functions, in the nodes that were added."""

    def __init__(self, functions: dict[str, _Function]) -> None:
        self.functions = {f.node for f in functions.values()}
        self.found: Counter[str] = Counter()

    def leaves_out(self, node: View) -> bool:
        kind = node.kind
        out = "import" in kind or "comment" in kind or kind in ("use_declaration", "type_annotation")
        return out or node in self.functions

    def add(self, node: View) -> None:
        if self.leaves_out(node):
            return
        children = node.children
        if not children and (text := node.text) not in (",", ";", "(", ")"):
            self.found[text] += 1
        for child in children:
            self.add(child)


def _apart(old: View, new: View, before: _Outside, after: _Outside) -> None:
    """Add what two nodes do not share: the children that both begin or end with say the same."""
    if not old.children or not new.children or before.leaves_out(old) or after.leaves_out(new):
        before.add(old)
        after.add(new)
        return
    one, two = _unshared(old, new)
    if len(one) == len(two) == 1 and one[0].kind == two[0].kind:
        _apart(one[0], two[0], before, after)
        return
    for side, nodes in ((before, one), (after, two)):
        for node in nodes:
            side.add(node)
