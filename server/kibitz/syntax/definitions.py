"""Everything a text defines, from the `definitions` query of its language."""

from __future__ import annotations

import re
from typing import cast

from attrs import define
from tree_sitter import Node

from kibitz.syntax.comments import Marks, clean_docstring
from kibitz.syntax.model import CALLABLE, TYPES, Definition, DefinitionKind, Parameter
from kibitz.syntax.parameters import parameters
from kibitz.syntax.source import Source

_RETURN_FIELDS = ("return_type", "result", "returns")
_TYPE_RETURNS = frozenset({"java", "c", "cpp", "csharp"})
_DOCSTRINGS = frozenset({"python"})
_FULL_HEADER_LINES = 6
_OPENING = re.compile(r"\s*(?:\{|:|;|\s=)$")
_TAG = re.compile(r"</?\w[^>]*>")
_PLAIN = frozenset({"variable", "constant", "module"})
_BODY_KEYWORD = re.compile(rb"(interface|struct)\s*\{")


@define
class _Found:
    """A definition on its way: its nodes, and what the nesting says of it."""

    kind: str
    node: Node
    name: Node | None
    captures: dict[str, list[Node]]
    start: int
    end: int
    scope: str = ""

    def first(self, capture: str) -> Node | None:
        return next(iter(self.captures.get(capture, ())), None)


def definitions(source: Source) -> tuple[Definition, ...]:
    """The definitions of a text in the order they start, outer ones before inner ones."""
    found: dict[tuple[int, int], _Found] = {}
    scopes: list[_Found] = []
    wrappers: dict[int, Node] = {}
    comments: list[Node] = []
    attributes: list[Node] = []
    for _, captures in source.matches("definitions"):
        if "comment" in captures:
            comments += captures["comment"]
        elif "attribute" in captures:
            attributes += captures["attribute"]
        elif "wrapper" in captures:
            wrappers.update((node.id, captures["wrapper"][0]) for node in captures["wrapped"])
        elif "scope" in captures:
            node = captures["scope"][0]
            name = source.text(captures["scope.name"][0])
            scopes.append(_Found("scope", node, None, captures, node.start_byte, node.end_byte, name))
        else:
            _note(found, captures)
    for item in found.values():
        outer = item.node
        while (wrapper := wrappers.get(outer.id)) is not None and wrapper.id != outer.id:
            outer = wrapper
        item.start, item.end = outer.start_byte, outer.end_byte
    marks = Marks(source, comments, attributes)
    return tuple(_nested(source, [*found.values(), *scopes], marks))


def _note(found: dict[tuple[int, int], _Found], captures: dict[str, list[Node]]) -> None:
    capture = next(key for key in captures if key.startswith("definition."))
    node = captures[capture][0]
    kind = capture.removeprefix("definition.")
    for name in captures.get("name") or captures["qualified"]:
        if name.start_byte == name.end_byte:
            continue  # the parser made it up to recover
        key = (node.id, name.start_byte)
        known = found.get(key)
        if known is None or (known.kind in _PLAIN and (kind not in _PLAIN or kind == "constant")):
            found[key] = _Found(kind, node, name, captures, node.start_byte, node.end_byte)
        elif len(captures) > len(known.captures):
            known.captures = captures


def _nested(source: Source, items: list[_Found], marks: Marks) -> list[Definition]:
    items.sort(key=lambda item: (item.start, -item.end, item.name.start_byte if item.name else 0))
    result: list[Definition] = []
    around: list[tuple[int, str, str]] = []  # ends, dotted names and kinds of the definitions that are open
    for item in items:
        while around and around[-1][0] < item.end:
            around.pop()
        _, parent, inside = around[-1] if around else (0, "", "")
        if item.name is None:
            around.append((item.end, f"{parent}.{item.scope}" if parent else item.scope, "class"))
            continue
        definition = _definition(source, item, parent, inside, marks)
        result.append(definition)
        if definition.kind not in ("variable", "constant"):
            around.append((item.end, definition.qualified_name, definition.kind))
    return result


def _definition(source: Source, item: _Found, parent: str, inside: str, marks: Marks) -> Definition:
    name_node, name, kind = _named(source, item)
    owner = item.first("container")
    container = parent
    if owner is not None:
        text = source.text(owner)
        container = _owner(text)
        kind = "method" if text.endswith(".prototype") else kind
    elif item.captures.get("qualified"):
        path = [part.strip() for part in source.text(item.captures["qualified"][0]).split("::")[:-1]]
        container = ".".join(part for part in (parent, *path) if part)
        kind = "method"
    elif kind == "function" and inside in TYPES:
        kind = "method"
    if kind == "variable" and len(name) > 1 and name.isupper():
        kind = "constant"

    header = item.first("function") or item.node
    body = item.first("body") or header.child_by_field_name("body") or item.node.child_by_field_name("body")
    start, documentation = marks.above(item.start)
    if source.language == "csharp":
        documentation = " ".join(_TAG.sub(" ", documentation).split())
    decorators, lead = marks.attributes(start, name_node.start_byte)
    if body is not None and source.language in _DOCSTRINGS:
        documentation = _docstring(source, body) or documentation
    return Definition(
        name=name,
        kind=kind,
        range=source.offsets.range(start, item.end),
        name_range=source.range(name_node),
        signature=_signature(source, item, kind, lead, body, marks),
        documentation=documentation,
        container=container or None,
        parameters=_parameters(source, item, header) if kind not in _PLAIN else (),
        returns=_returns(source, item, header) if kind in CALLABLE else "",
        decorators=tuple(decorators),
        body=source.range(body) if body is not None else None,
    )


def _named(source: Source, item: _Found) -> tuple[Node, str, DefinitionKind]:
    assert item.name is not None
    node = item.name
    while node.type == "qualified_identifier" and (inner := node.child_by_field_name("name")) is not None:
        node = inner
    text = source.text(node)
    if text[:1] in "\"'" and len(text) > 1:
        text = text[1:-1]
    return node, text, cast("DefinitionKind", item.kind)


def _owner(text: str) -> str:
    """What `Foo.prototype` or `module.exports` is the name of."""
    text = text.removesuffix(".prototype")
    return "" if text in ("module.exports", "exports", "this", "window", "globalThis") else text


def _signature(source: Source, item: _Found, kind: str, start: int, body: Node | None, marks: Marks) -> str:
    data = source.offsets.data
    start += len(data[start : item.end]) - len(data[start : item.end].lstrip())
    if body is not None and body.start_byte > start:
        end = marks.without_trailing(start, body.start_byte)
        if keyword := _BODY_KEYWORD.match(data, body.start_byte):
            end = keyword.end(1)
        text = source.offsets.text(start, end).rstrip()
        return _OPENING.sub("", text)
    text = source.offsets.text(start, item.end).rstrip().removesuffix(";")
    lines = text.replace("\r", "\n").split("\n")
    if kind in _PLAIN or len(lines) > _FULL_HEADER_LINES or body is not None:
        return lines[0].rstrip().removesuffix("{").rstrip()
    return _before_end(text) if source.language in ("ruby", "lua") else text


def _before_end(text: str) -> str:
    """A Ruby or Lua header whose body is empty: up to the first line's or statement's end."""
    return text.split("\n", 1)[0].split(";", 1)[0].removesuffix(" end").rstrip()


def _parameters(source: Source, item: _Found, header: Node) -> tuple[Parameter, ...]:
    node = item.first("parameters") or header.child_by_field_name("parameters")
    if node is None:
        single = header.child_by_field_name("parameter")
        return (Parameter(source.text(single), "", ""),) if single is not None else ()
    return parameters(source, node)


def _returns(source: Source, item: _Found, header: Node) -> str:
    found = item.first("returns")
    for node, field in [(header, field) for field in _RETURN_FIELDS]:
        found = found or node.child_by_field_name(field)
    if found is None and source.language in _TYPE_RETURNS:
        found = item.node.child_by_field_name("type")
    if (
        found is None
        and (after := header.child_by_field_name("parameters") or item.first("parameters")) is not None
    ):
        following = after.next_named_sibling
        if following is not None and following.type.endswith(
            ("user_type", "nullable_type", "trailing_return_type")
        ):
            found = following
    text = source.text(found) if found is not None else ""
    return " ".join(text.removeprefix(":").removeprefix("->").split())


def _docstring(source: Source, body: Node) -> str:
    first = next((child for child in body.named_children[:4] if child.type != "comment"), None)
    if first is None or first.type != "expression_statement":
        return ""
    string = first.named_child(0)
    return clean_docstring(source.text(string)) if string is not None and string.type == "string" else ""
