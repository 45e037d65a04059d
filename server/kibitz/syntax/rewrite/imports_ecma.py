"""JavaScript's and TypeScript's imports: packages before files, by name without regard to case; what only has an effect
keeps its place, and nothing is moved across it."""

from __future__ import annotations

import re

from tree_sitter import Node

from kibitz.errors import KibitzError
from kibitz.syntax.rewrite.base import COMMENTS, Edit, within
from kibitz.syntax.rewrite.imports import Item, extent, rearranged, runs, slots, whole
from kibitz.syntax.rewrite.names import Names, word
from kibitz.syntax.source import Source

_JSX = frozenset({"jsx_element", "jsx_self_closing_element", "jsx_fragment"})
_PRAGMA = re.compile(r"@jsx(?:Frag)?\s+([\w$]+)")


def organized(source: Source) -> list[Edit]:
    """The edits that sort the imports of each block and drop unused names."""
    used = _Used(source)
    edits: list[Edit] = []
    children = [child for child in source.root.children if child.is_named]
    for run in runs(source, children, _barrier):
        items = []
        for node in run:
            start, end = extent(source, node, first=node.id == _first(children))
            text = _shown(source, node, used)
            items.append(
                Item(
                    start,
                    end,
                    node,
                    _key(source, node),
                    None if text is None else whole(source, node, text, start, end),
                )
            )
        if any(item.text is None and item.start != item.node.start_byte for item in items):
            items = [_kept(source, item) for item in items]
        edits += rearranged(source, items)
    return edits


def _first(children: list[Node]) -> int:
    return next((child.id for child in children if child.type not in COMMENTS), 0)


def _kept(source: Source, item: Item) -> Item:
    """An import with a comment above is left to a person."""
    if item.text is None and item.start != item.node.start_byte:
        return Item(item.start, item.end, item.node, item.key, source.offsets.text(item.start, item.end))
    return item


def _barrier(node: Node) -> bool:
    if node.type != "import_statement":
        return True
    return not any(child.type == "import_clause" for child in node.children)


def _key(source: Source, node: Node) -> tuple[object, ...]:
    module = node.child_by_field_name("source")
    name = source.text(module)[1:-1] if module is not None else ""
    return name.startswith("."), name.lower(), name


def _specifier(source: Source, node: Node) -> tuple[object, ...]:
    name = source.text(node.child_by_field_name("name") or node)
    return name.lower(), name


class _Used:
    """Which names a text uses outside of its imports."""

    def __init__(self, source: Source) -> None:
        self._source = source
        nodes = list(within(source.root))
        jsx = any(node.type in _JSX for node in nodes)
        self._implied = {"React", "h", "jsx", "Fragment"} if jsx else set()
        notes = [source.text(node) for node in nodes if node.type in COMMENTS]
        self._notes = "\n".join(note for note in notes if note.startswith("/**") or "@jsx" in note)
        self._implied.update(match.group(1) for note in notes for match in _PRAGMA.finditer(note))

    def __contains__(self, name: str) -> bool:
        if name in self._implied or word(name).search(self._notes):
            return True
        try:
            uses = Names(self._source, name).uses
        except KibitzError:
            return True
        return any(
            use.role != "member" and not any(node.type == "import_statement" for node in use.chain)
            for use in uses
        )


def _shown(source: Source, node: Node, used: _Used) -> str | None:
    """An import without its unused names, the others sorted; None where nothing of it is used."""
    clause = next(child for child in node.children if child.type == "import_clause")
    text = source.text(node)
    if any(part.type in COMMENTS for part in within(node)):
        return text
    named = next((child for child in clause.named_children if child.type == "named_imports"), None)
    others = [child for child in clause.named_children if child.type != "named_imports"]
    kept = [other for other in others if _local(source, other) in used]
    listed = ""
    if named is not None:
        specifiers = [child for child in named.named_children if child.type == "import_specifier"]
        stays = [_local(source, child) in used for child in specifiers]
        if any(stays):
            listed = slots(
                source,
                specifiers,
                stays,
                lambda spec: _specifier(source, spec),
                named.start_byte,
                named.end_byte,
            )
        elif not specifiers:
            return text
    parts = [*(source.text(other) for other in kept), *([listed] if listed else [])]
    if not parts:
        return None
    head = source.offsets.text(node.start_byte, clause.start_byte)
    return head + ", ".join(parts) + source.offsets.text(clause.end_byte, node.end_byte)


def _local(source: Source, node: Node) -> str:
    """The name that a part of an import binds."""
    if node.type == "import_specifier":
        return source.text(node.child_by_field_name("alias") or node.child_by_field_name("name") or node)
    if node.type == "namespace_import":
        return source.text(node.named_children[-1])
    return source.text(node)
