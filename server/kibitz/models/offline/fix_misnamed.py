"""Names in statements and calls that mean something elsewhere: global, nonlocal, future features, arguments by name."""

from __future__ import annotations
import __future__

import re
import sys
from collections.abc import Iterable

from kibitz.models.offline.fix_case import Case, Change, Splice
from kibitz.models.offline.fix_lines import from_list, without
from kibitz.models.offline.fix_names import slip
from kibitz.syntax.view import View
from kibitz.text import Position

_SHORTEST = 4
_OUTER = re.compile(r"\b(?:global|nonlocal)\b")
_OUTSIDE = ("global_statement", "nonlocal_statement")


def near(name: str, among: Iterable[str]) -> str:
    """The only name one slip of the fingers away; empty where there is none, or several, or the name is too short to tell."""
    if len(name) < _SHORTEST:
        return ""
    found = {other for other in among if slip(name, other)}
    return found.pop() if len(found) == 1 else ""


def future_feature(case: Case) -> Change | None:
    """A feature that no Python has: the one that is near, else it goes."""
    node = case.place()
    statement = node.up("future_import_statement") if node is not None else None
    if node is None or statement is None:
        return None
    if meant := near(node.text, __future__.all_feature_names):
        return case.change(f"Change `{node.text}` to `{meant}`", Splice(node.start, node.end, meant))
    title, names = f"Remove `{node.text}`", statement.items
    if len(names) == 1:
        return case.change(title, without(case, statement))
    element = next((item for item in names if item.start <= node.start and node.end <= item.end), None)
    return case.change(title, from_list(case, element), reach=statement) if element is not None else None


def unused_global(case: Case) -> Change | None:
    """`global` of a name that is never assigned there: the assigned name that is near, else it goes, which changes nothing."""
    found = _declared_outside(case, case.name)
    if found is None:
        return None
    statement, word = found
    function = case.function(statement)
    if function is None:
        return None
    meant = near(word.text, _bound_in(function))
    if meant and all(item.text != meant for item in statement.items):
        title = f"Change `{word.text}` to `{meant}`"
        return case.change(title, Splice(word.start, word.end, meant), certain=False, reach=function)
    title = f"Remove `{statement.text.split()[0]} {word.text}`"
    if len(statement.items) == 1:
        return case.change(title, without(case, statement), reach=statement.parent)
    return case.change(title, from_list(case, word), reach=statement)


def unbound_outside(case: Case) -> Change | None:
    """`nonlocal` of a name that no function around has: the one that is near."""
    found = _declared_outside(case, case.name)
    if found is None:
        return None
    statement, word = found
    function = case.function(statement)
    around = case.function(function) if function is not None else None
    if function is None or around is None:
        return None
    parameters = around.child("parameters")
    names = _bound_in(around)
    names |= (
        {n.text for n in parameters.walk() if n.kind == "identifier"} if parameters is not None else set()
    )
    meant = near(word.text, names)
    if not meant:
        return None
    title = f"Change `{word.text}` to `{meant}`"
    return case.change(title, Splice(word.start, word.end, meant), certain=False, reach=function)


def unbound(case: Case) -> Change | None:
    """A name that a function binds and reads too early, or never: a `global` with a name that is near was meant to be of it."""
    node = case.place()
    function = case.function(node) if node is not None else None
    if node is None or function is None or len(node.text) < _SHORTEST or not _OUTER.search(function.text):
        return None
    words = [w for s in function.walk() if s.kind in _OUTSIDE for w in s.items if slip(node.text, w.text)]
    if len(words) != 1 or case.others(words[0], function):
        return None
    (word,) = words
    title = f"Change `{word.text}` to `{node.text}`"
    return case.change(title, Splice(word.start, word.end, node.text), certain=False, reach=function)


def near_module(case: Case) -> Change | None:
    """A module that is not there: the one of Python's library that is near, where nothing uses the name it was imported by."""
    node = case.place()
    statement = node.up("import_statement", "import_from_statement") if node is not None else None
    if node is None or statement is None or not case.name.isidentifier():
        return None
    meant = near(case.name, (n for n in sys.stdlib_module_names if not n.startswith("_")))
    used = len(re.findall(rf"(?<![\w.]){re.escape(case.name)}\b", case.text)) > 1
    named = next((n for n in statement.walk() if n.kind == "dotted_name" and n.text == case.name), None)
    if not meant or named is None or (used and statement.kind == "import_statement"):
        return None
    title = f"Change `{case.name}` to `{meant}`"
    return case.change(title, Splice(named.start, named.end, meant), certain=False, reach=statement)


def near_path(case: Case) -> Change | None:
    """A path that leads nowhere becomes the one that is there; not certain, as nobody said so."""
    said, meant = case.group("name"), case.group("meant")
    line = case.problem.range.start.line
    text = case.document.line(line)
    found = [m.start() + 1 for m in re.finditer(rf"[\"'<]{re.escape(said)}(?=[\"'>])", text)]
    if len(found) != 1 or not meant:
        return None
    at = case.document.offset(Position(line, found[0]))
    return case.change(f"Change to `{meant}`", Splice(at, at + len(said), meant), certain=False)


def near_parameter(case: Case) -> Change | None:
    """An argument by a name the called function has no parameter of: the parameter that is near, where the file has the function."""
    node = case.place()
    argument = node.up("keyword_argument") if node is not None else None
    if node is None or argument is None or argument.child("name") != node or case.tree is None:
        return None
    call = argument.up("call")
    called = call.child("function") if call is not None else None
    if call is None or called is None:
        return None
    name = called.text.rpartition(".")[2]
    siblings = argument.parent.items if argument.parent is not None else ()
    taken = {one.text for item in siblings if (one := item.child("name")) is not None}
    of_class = ("__init__", "__new__")
    parameters = {
        parameter.name.lstrip("*")
        for d in case.tree.definitions
        if d.name == name or (d.name in of_class and (d.container or "").rpartition(".")[2] == name)
        for parameter in d.parameters
    }
    meant = near(node.text, parameters - taken)
    if not meant:
        return None
    title = f"Change `{node.text}` to `{meant}`"
    return case.change(title, Splice(node.start, node.end, meant), certain=False, reach=case.function(node))


def _declared_outside(case: Case, name: str) -> tuple[View, View] | None:
    """The `global` or `nonlocal` of a name on the problem's line, and the name in it."""
    line = case.problem.range.start.line
    for node in case.nearby():
        if node.kind in _OUTSIDE and node.range.start.line == line:
            word = next((item for item in node.items if item.text == name), None)
            if word is not None:
                return node, word
    return None


def _bound_in(function: View) -> set[str]:
    """The names that get a value in a function's own body, without the functions and classes in it."""
    body = function.child("body")
    names: set[str] = set()
    waiting = list(body.children) if body is not None else []
    while waiting:
        node = waiting.pop()
        if node.kind in ("function_definition", "class_definition"):
            name = node.child("name")
            names |= {name.text} if name is not None else set()
        elif node.kind != "lambda":
            names |= {node.text} if _binds(node) else set()
            waiting += node.children
    return names


_BINDING_FIELDS = (
    ("assignment", "left"),
    ("augmented_assignment", "left"),
    ("for_statement", "left"),
    ("named_expression", "name"),
    ("aliased_import", "alias"),
)


def _binds(node: View) -> bool:
    """Whether a Python identifier gets a value here."""
    if node.kind != "identifier":
        return False
    inner, parent = node, node.parent
    while parent is not None and parent.kind in (
        "pattern_list",
        "tuple_pattern",
        "list_pattern",
        "as_pattern_target",
    ):
        inner, parent = parent, parent.parent
    if parent is None:
        return False
    if inner.kind == "as_pattern_target":
        return True
    if parent.kind == "dotted_name":  # import a, from b import a
        statement = parent.parent
        return (
            statement is not None and statement.kind.startswith("import") and parent in statement.all("name")
        )
    return any(parent.kind == kind and parent.child(field) == inner for kind, field in _BINDING_FIELDS)
