"""Reading the nodes of languages with braces: names, patterns, leaves, and a block's statements in the order they matter."""

from __future__ import annotations

from collections.abc import Iterable

from kibitz.syntax.view import View

NAMES = frozenset({"identifier", "shorthand_property_identifier", "simple_identifier", "variable_name"})
PATTERN_NAMES = NAMES | {"shorthand_property_identifier_pattern", "shorthand_field_identifier"}
SCRIPTS = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})
_HOISTED = frozenset({"function_declaration", "generator_function_declaration"})


def parameter_names(parameters: View | None) -> list[View]:
    """The patterns of a function's parameters."""
    if parameters is None:
        return []
    if parameters.kind in PATTERN_NAMES:
        return [parameters]
    found: list[View] = []
    for item in parameters.items:
        names = item.all("name") or tuple(filter(None, (item.child("pattern"), item.child("declarator"))))
        found += names or [item]
    return found


def pattern_names(pattern: View) -> Iterable[View]:
    """The names that a pattern binds, in order."""
    if pattern.kind in PATTERN_NAMES:
        if pattern.text[:1].islower() or pattern.text[:1] in "_$":
            yield pattern
        return
    for child in pattern.children:
        if child.kind not in (
            "type_annotation",
            "type_identifier",
            "scoped_identifier",
            "scoped_type_identifier",
            "field_identifier",
        ):
            yield from pattern_names(child)


def blanked(view: View, names: Iterable[str]) -> str:
    """A node's leaves with the names of its own left out."""
    places = {name: f"\\{at}" for at, name in enumerate(names)}
    return " ".join(places.get(leaf.text, leaf.text) for leaf in leaves(view))


def leaves(view: View) -> Iterable[View]:
    """The nodes without children, comments left out."""
    if "comment" in view.kind:
        return
    children = view.children
    if not children:
        yield view
    for child in children:
        yield from leaves(child)


def statements_of(block: View) -> list[View]:
    """What a block does, one after the other."""
    found: list[View] = []
    for item in block.items:
        if item.kind == "statement_list":
            found += statements_of(item)
        elif item.kind not in ("label", "line_comment", "block_comment", "attribute_item"):
            found.append(item)
    return _hoisted(found)


def _hoisted(items: list[View]) -> list[View]:
    """Functions are there before the block begins, those behind its `return` too: each is read as soon as what it names
    of the block is declared, wherever it stands."""
    functions = [item for item in items if item.kind in _HOISTED]
    if not functions:
        return items
    rest = [item for item in items if item.kind not in _HOISTED]
    declared = [{n.text for n in _declared(item)} for item in rest]
    after: dict[int, list[View]] = {}
    for function in functions:
        words = {leaf.text for leaf in leaves(function)}
        at = next((n for n in range(len(rest) - 1, -1, -1) if declared[n] & words), -1)
        after.setdefault(at, []).append(function)
    found = after.get(-1, [])
    for at, item in enumerate(rest):
        found += [item, *after.get(at, [])]
    return found


def _declared(statement: View) -> Iterable[View]:
    if statement.kind in ("lexical_declaration", "variable_declaration"):
        for declarator in statement.items:
            name = declarator.child("name")
            if name is not None:
                yield from pattern_names(name)
