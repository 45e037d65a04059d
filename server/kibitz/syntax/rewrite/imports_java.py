"""Java's imports in ASCII order within each block, static ones together where they stood; unused ones go, wildcards stay."""

from __future__ import annotations

from tree_sitter import Node

from kibitz.syntax.rewrite.base import COMMENTS, Edit, token, within
from kibitz.syntax.rewrite.imports import Item, extent, rearranged, runs, whole
from kibitz.syntax.rewrite.names import word
from kibitz.syntax.source import Source


def organized(source: Source) -> list[Edit]:
    """The edits that sort the imports of each block and drop unused ones."""
    used, notes = _words(source)
    edits: list[Edit] = []
    children = [child for child in source.root.children if child.is_named]
    for run in runs(source, children, lambda node: node.type != "import_declaration"):
        static = [token(node, "static") for node in run]
        first = not static[0] if any(static) else False
        items = []
        for node, is_static in zip(run, static, strict=True):
            path = _path(source, node)
            start, end = extent(source, node, first=False)
            last = path.rpartition(".")[2]
            gone = (
                last != "*" and last not in used and not word(last).search(notes) and start == node.start_byte
            )
            text = None if gone else whole(source, node, source.text(node), start, end)
            items.append(Item(start, end, node, (is_static == first, path), text))
        edits += rearranged(source, items)
    return edits


def _path(source: Source, node: Node) -> str:
    path = next(
        (child for child in node.named_children if child.type in ("scoped_identifier", "identifier")), node
    )
    return "".join(source.text(path).split()) + (
        ".*" if any(c.type == "asterisk" for c in node.children) else ""
    )


def _words(source: Source) -> tuple[set[str], str]:
    """Every name of the code outside of the imports, and the text of the documentation, where a link is a use too."""
    used: set[str] = set()
    notes: list[str] = []
    for child in source.root.children:
        if child.type in ("import_declaration", "package_declaration"):
            continue
        for node in within(child):
            if node.type in ("identifier", "type_identifier"):
                used.add(source.text(node))
            elif node.type in COMMENTS:
                notes.append(source.text(node))
    return used, "\n".join(note for note in notes if note.startswith(("/**", "///")))
