"""The Python refactorings: select, name, let rope perform, prove, and give the text back in its own form."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable
from typing import Any

from kibitz.errors import KibitzError
from kibitz.models.offline import (
    python_branches,
    python_comprehensions,
    python_dynamic,
    python_examples,
    python_extract,
    python_inline,
    python_layout,
    python_loops,
    python_names,
    python_place,
    python_rename,
    python_renaming,
    python_rope,
    python_select,
    python_variable,
)
from kibitz.models.offline.python_files import LONGEST_S, Place
from kibitz.models.offline.python_part import Part
from kibitz.models.offline.python_scopes import Scope
from kibitz.models.offline.python_source import Source
from kibitz.models.offline.python_tree import broken, own_nodes, restored

_GLANCE_S = 1.0
"""How long the project is searched for what hardly any project has."""

_REWRITES: dict[str, Callable[[Source, int, int], str]] = {
    "invert_if": python_branches.invert,
    "guard_clause": python_branches.guard,
    "merge_ifs": python_branches.merge,
    "comprehension_to_loop": python_loops.loop,
    "loop_to_comprehension": python_comprehensions.comprehension,
}


def refactor(params: dict[str, Any]) -> dict[str, Any]:
    """The `refactor` method of the worker.

    Takes kind, path, text, root (or None), start and end ({line, column}, 0-based, code points), new_name (or None) and
    exclude (gitignore patterns). Returns {"changes": {path: new text}, "name": the name that was used}. Raises `invalid`
    where the selection or the name will not do, `unsupported`, `timeout`, and `bad_response` where the result did not
    stand the checks. Nothing is written.
    """
    place = Place.of(params["path"], params.get("root"))
    source = Source(params["text"], place.path.name)
    start, end = (source.offset(params[at]["line"], params[at]["column"]) for at in ("start", "end"))
    name: str | None = params.get("new_name") or None
    if name is not None:
        python_names.usable(name)
    match params["kind"]:
        case "extract_function":
            return _extract_function(place, source, start, end, name, params.get("exclude") or [])
        case "extract_variable":
            return _extract_variable(place, source, start, end, name)
        case "inline":
            return _inline(place, source, start, end, params.get("exclude") or [])
        case "rename":
            if name is None:
                raise KibitzError("invalid", "Renaming needs the new name.", "Say `rename to NAME`.")
            changes = python_renaming.rename(place, source, start, end, name, params.get("exclude") or [])
            return {"changes": changes, "name": name}
        case kind if kind in _REWRITES:
            return _answer(place, source, _REWRITES[kind](source, start, end), "")
        case other:
            raise KibitzError("invalid", f"There is no refactoring called {other}.", "Choose another one.")


def _extract_function(
    place: Place, source: Source, start: int, end: int, name: str | None, exclude: list[str]
) -> dict[str, Any]:
    selection = python_select.piece(source, start, end)
    python_extract.check_selection(source, selection)
    host = python_extract.host_of(source, selection)
    method = host.parent is not None and host.parent.is_class
    taken = {i.name for i in source.names.identifiers if method or i.role != "member"}
    if name is None:
        results = python_extract.results_of(source, selection)
        wanted = python_names.for_function(source, selection.nodes, results)
        private = method or "__all__" in taken
        name = python_names.free(f"_{wanted.lstrip('_')}" if private else wanted, taken)
    elif name in taken:
        raise KibitzError("invalid", f"`{name}` is already used in this file.", "Choose another name.")
    with_await = any(
        isinstance(n, (ast.Await, ast.AsyncFor, ast.AsyncWith)) for n in own_nodes(selection.nodes)
    )
    text = _performed(source, host, selection, name, variable=False)
    if with_await:
        text = _awaited(text, name)
    text = python_layout.laid_out(source, selection, text, name)
    until, private = time.monotonic() + _GLANCE_S, name.startswith("_")
    listing = None if method else python_dynamic.enumerated(place, exclude, until, packages=not private)
    if listing is not None:
        raise KibitzError(
            "invalid", f"{listing} goes through all names of this module.", "Extract it by hand."
        )
    python_extract.check_function(source, selection, text, name, lambda said: _exported(place, source, said))
    return _answer(place, source, text, name)


def _extract_variable(place: Place, source: Source, start: int, end: int, name: str | None) -> dict[str, Any]:
    selection = python_select.expression(source, start, end)
    python_variable.check_expression(source, selection)
    host = python_extract.host_of(source, selection)
    inside = source.names.of([host.node]) if host.parent is not None else source.names.identifiers
    if name is None:
        wanted = python_names.for_value(source, selection.expression or ast.Constant(None))
        name = python_names.free(wanted, {i.name for i in source.names.identifiers if i.role != "member"})
    elif name in {i.name for i in inside if i.role != "member"}:
        raise KibitzError("invalid", f"`{name}` is already used here.", "Choose another name.")
    try:
        text = _performed(source, host, selection, name, variable=True)
    except KibitzError:
        text = python_variable.written(source, selection, name)
    try:
        plain = _without_parentheses(text, name)
        python_variable.check_variable(source, selection, plain, name)
    except KibitzError:
        plain = text
        python_variable.check_variable(source, selection, plain, name)
    return _answer(place, source, plain, name)


def _performed(
    source: Source, host: Scope, selection: python_select.Selection, name: str, *, variable: bool
) -> str:
    part = Part(source, host)
    kept = set() if variable else python_extract.given_to_module(source, selection)
    reading = f"\n{', '.join(sorted(kept))}\n" if kept else ""  # rope hands back what is read later
    project = python_rope.OneFile(part.text + reading, source.unit)
    start, end = part.offset(selection.start), part.offset(selection.end)
    text = python_rope.extract(project, start, end, name, variable=variable)
    if not text.endswith(reading):
        raise broken()
    return part.whole(text[: len(text) - len(reading)])


def _inline(place: Place, source: Source, start: int, end: int, exclude: list[str]) -> dict[str, Any]:
    offset, word = python_place.word_at(source, start, end)
    identifier = python_place.identifier_at(source, offset, word)
    inlining = python_inline.plan(source, identifier)
    if identifier.home is source.names.module:
        deadline = time.monotonic() + LONGEST_S
        others = place.others(word, exclude, deadline)
        for path, some in {place.real: source, **others}.items():
            if python_examples.mentioned(some, word):
                raise KibitzError(
                    "invalid",
                    f"`{word}` is also used in an example in a docstring of {path.name}.",
                    "Change the example first.",
                )
        for path, other in others.items():
            if python_rename.refers(other, word, place.real.stem):
                raise KibitzError(
                    "invalid",
                    f"`{word}` is also used in {path.name}.",
                    "Only what one file uses can be inlined.",
                )
    last: KibitzError | None = None
    for values in _in_parentheses(inlining):
        part = Part(source, identifier.home)
        text, at = part.text, part.offset(offset)
        regions = [source.region(value) for value in values]
        marks = [(part.offset(low), "(") for low, _ in regions] + [
            (part.offset(high), ")") for _, high in regions
        ]
        for where, mark in sorted(marks, reverse=True):
            text = text[:where] + mark + text[where:]
        at += sum(where <= at for where, _ in marks)
        try:
            result = part.whole(python_rope.inline(python_rope.OneFile(text, source.unit), at))
            python_inline.check(source, inlining, result)
            return _answer(place, source, result, word)
        except KibitzError as error:
            last = last or error
    for parentheses in (False, True) if not isinstance(inlining.definition, ast.FunctionDef) else ():
        try:
            result = python_inline.written(source, inlining, parentheses=parentheses)
            python_inline.check(source, inlining, result)
            return _answer(place, source, result, word)
        except KibitzError as error:
            last = last or error
    raise last or broken()


def _in_parentheses(inlining: python_inline.Inlining) -> list[list[ast.expr]]:
    """What to put in parentheses, in the order to try it: rope copies everything as it stands."""
    function = isinstance(inlining.definition, ast.FunctionDef)
    inside = [node for node in ast.walk(inlining.value) if function and isinstance(node, ast.Name)]
    return [[], [inlining.value], [inlining.value, *inside]]


def _exported(place: Place, source: Source, name: str) -> bool:
    """Whether the module's `__all__` or another file's import names it."""
    listed = any(isinstance(node, ast.Constant) and node.value == name for node in ast.walk(source.tree))
    if listed:
        return True
    try:
        others = place.others(name, [], time.monotonic() + LONGEST_S).values()
    except KibitzError:
        return True
    return any(python_rename.refers(other, name, place.real.stem) for other in others)


def _awaited(text: str, name: str) -> str:
    """rope forgets to make the function of an await asynchronous."""
    text = re.sub(rf"^([ \t]*)def {name}\(", rf"\1async def {name}(", text, count=1, flags=re.MULTILINE)
    return re.sub(rf"(?<!def )\b((?:\w+\.)?{name}\()", r"await \1", text, count=1)


def _without_parentheses(text: str, name: str) -> str:
    """Parentheses that were needed around an expression are not around its name."""
    text = re.sub(rf"(?<![\w\])])\({name}\)", name, text, count=1)
    return re.sub(rf"^([ \t]*{name} = )\((.*)\)$", r"\1\2", text, count=1, flags=re.MULTILINE)


def _answer(place: Place, source: Source, text: str, name: str) -> dict[str, Any]:
    return {"changes": {str(place.path): restored(source, text)}, "name": name}
