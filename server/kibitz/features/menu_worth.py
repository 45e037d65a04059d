"""What the engine could do at a place and nobody would ask for: a name for a name, a guard before a guard."""

from __future__ import annotations

import re

from kibitz.features.menu_fits import IFS, Spot
from kibitz.features.menu_python import COMPREHENSIONS
from kibitz.models.tasks import RefactorKind
from kibitz.syntax.tree import Tree
from kibitz.syntax.view import View, view
from kibitz.text import Range

_NAMES = re.compile(
    r"(?i)identifier$|^(?:self|this|super|true|false|none|null|nil|undefined|boolean_literal)$"
)
_LITERALS = re.compile(r"(?:^|_)(?:integer|float|number|string|char|literal|string_literal)$")
_WRAPPERS = frozenset({"expression_list", "parenthesized_expression"})
_VALUES = ("value", "right")
_TARGETS = ("name", "pattern", "left")
_STATEMENTS = frozenset({"expression_statement"})
_HEADERS = frozenset(
    {"parameters", "lambda_parameters", "decorator", "type", "type_parameter", "interpolation"}
)
"""Where no statement can be put before, and what is there is not a value of the body."""
_IMPORTS = re.compile(r"^(?:future_)?import_|^use_declaration$|^extern_crate")
_TARGETED = frozenset({"assignment", "augmented_assignment", "for_statement", "for_in_clause"})
_WORD = re.compile(r"[^\W\d]\w*")
_LEAVING = re.compile(r"(?:return|throw|raise|break|continue)_(?:statement|expression)$")


def wanted(kind: RefactorKind, spot: Spot, *, automatic: bool = False) -> bool:
    """Whether a refactoring that the engine has for a place makes the code better to read there; `automatic` is for an
    editor that nobody asked, to which a name for what has one already is no news."""
    match kind:
        case "extract_function":
            return not spot.selected or not _plain(spot.node, _NAMES, _LITERALS)
        case "extract_variable":
            return not spot.selected or not (
                _plain(spot.node, _NAMES) or (automatic and _has_a_name(spot.node))
            )
        case "guard_clause":
            return not _guards(spot)
    return True


def at_imports(tree: Tree, where: Range) -> bool:
    """Whether a place touches what stands before the end of the file's own imports."""
    last = max((item.end for item in view(tree).items if _IMPORTS.search(item.kind)), default=None)
    return last is not None and where.start.line <= tree.document.position(last).line


def computed_before(spot: Spot) -> bool:
    """Whether the value of a selected expression of Python is there before its statement: no header and no target, nothing
    that a lambda or a comprehension gives a value first."""
    node = spot.node
    if node.kind in ("interpolation", "yield"):
        return False
    names = set(_WORD.findall(node.text))
    inner = node
    for outer in node.around():
        if outer.kind in ("block", "module"):
            return True
        if outer.kind in _HEADERS or (outer.kind == "keyword_argument" and outer.child("name") == inner):
            return False
        if outer.kind in _TARGETED and outer.child("left") == inner and _is_target(inner, node):
            return False
        if outer.kind == "delete_statement" and inner == node:
            return False
        if outer.kind == "lambda" or outer.kind in COMPREHENSIONS:
            given = [outer.child("parameters"), *(i.child("left") for i in outer.items)]
            if names & {word for view_ in given if view_ is not None for word in _WORD.findall(view_.text)}:
                return False
        inner = outer
    return True


def computed_always(spot: Spot) -> bool:
    """Whether a selected expression of Python is computed whenever its statement is reached, as a variable before it would be."""
    inner = spot.node
    for outer in spot.node.around():
        if outer.kind in ("block", "module"):
            break
        if outer.kind == "boolean_operator" and outer.child("right") == inner:
            return False
        if outer.kind == "conditional_expression" and outer.items[1:2] != (inner,):
            return False
        if outer.kind in ("lambda", "while_statement", "elif_clause"):
            return False
        if outer.kind in COMPREHENSIONS and not _first_source(outer, inner):
            return False
        inner = outer
    return True


def _first_source(outer: View, inner: View) -> bool:
    """Whether a clause of a comprehension is the first: what it goes through is computed once and at once."""
    first = next((item for item in outer.items if item.kind == "for_in_clause"), None)
    return first == inner


def _is_target(target: View, node: View) -> bool:
    return target == node or target.kind in ("pattern_list", "tuple_pattern", "list_pattern")


def _plain(node: View, *kinds: re.Pattern[str]) -> bool:
    while node.kind in _WRAPPERS and len(node.items) == 1:
        node = node.items[0]
    return any(kind.search(node.kind) for kind in kinds)


def _has_a_name(node: View) -> bool:
    """Whether an expression is all of what a variable is given, or all of a statement."""
    above = node.parent
    while above is not None and above.kind in _WRAPPERS and len(above.items) == 1:
        node, above = above, above.parent
    if above is None:
        return False
    if above.kind in _STATEMENTS:
        return True
    if not any(above.child(field) == node for field in _VALUES):
        return False
    target = next((t for field in _TARGETS if (t := above.child(field)) is not None), None)
    return target is not None and _plain(target, re.compile("identifier$"))


def _guards(spot: Spot) -> bool:
    """Whether the `if` at the place leaves by itself: it is a guard, and the opposite one would be no better."""
    node = spot.branching or next(
        (n for n in spot.around if n.kind in IFS), None
    )  # its `else` may be the place
    then = node.child("consequence") if node is not None and node.kind in IFS else None
    if then is None:
        return False
    items = then.items if then.items and then.kind != "return_statement" else (then,)
    last = items[-1]
    while last.kind in ("statement_list", "expression_statement") and last.items:
        last = last.items[-1]
    return _LEAVING.search(last.kind) is not None and (len(items) == 1 or _alternative(node) is not None)


def _alternative(node: View | None) -> View | None:
    return node.child("alternative") if node is not None else None
