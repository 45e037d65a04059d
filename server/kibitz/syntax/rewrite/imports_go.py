"""Go's imports as gofmt orders them, block by block; unused ones go where the package's name is sure."""

from __future__ import annotations

import re

from tree_sitter import Node

from kibitz.errors import KibitzError
from kibitz.syntax.facts import facts
from kibitz.syntax.rewrite.base import Edit, line_end, within
from kibitz.syntax.rewrite.imports import Item, extent, rearranged, runs, whole
from kibitz.syntax.rewrite.names import Names
from kibitz.syntax.source import Source

_VERSION = re.compile(r"v\d+$")


def organized(source: Source) -> list[Edit]:
    """The edits that sort the imports of each block and drop unused ones."""
    declarations = [child for child in source.root.named_children if child.type == "import_declaration"]
    specs = [spec for declaration in declarations for spec in _specs(declaration)]
    sure = _nothing_unexplained(source, specs)
    unused = {spec.id for spec in specs if _unused(source, spec, sure)}
    edits: list[Edit] = []
    for declaration in declarations:
        own = _specs(declaration)
        listed = next((child for child in declaration.children if child.type == "import_spec_list"), None)
        if own and all(spec.id in unused for spec in own):
            edits.append(Edit(declaration.start_byte, line_end(source, declaration.end_byte), ""))
        elif listed is not None:
            for run in runs(
                source, [c for c in listed.children if c.is_named], lambda node: node.type != "import_spec"
            ):
                edits += rearranged(source, [_item(source, spec, unused) for spec in run])
    return edits


def _item(source: Source, spec: Node, unused: set[int]) -> Item:
    start, end = extent(source, spec, first=False)
    gone = spec.id in unused and start == spec.start_byte
    text = None if gone else whole(source, spec, source.text(spec), start, end)
    return Item(start, end, spec, (_path(source, spec), source.text(spec)), text)


def _specs(declaration: Node) -> list[Node]:
    holders = [child for child in declaration.children if child.type == "import_spec_list"] or [declaration]
    return [spec for holder in holders for spec in holder.named_children if spec.type == "import_spec"]


def _path(source: Source, spec: Node) -> str:
    path = spec.child_by_field_name("path")
    return source.text(path)[1:-1] if path is not None else ""


def _bound(source: Source, spec: Node) -> str:
    """The name an import binds: its own, else the last part of the path that is no version."""
    name = spec.child_by_field_name("name")
    if name is not None:
        return source.text(name)
    parts = _path(source, spec).split("/")
    last = parts[-2] if len(parts) > 1 and _VERSION.match(parts[-1]) else parts[-1]
    return re.sub(r"\.v\d+$", "", last)


def _unused(source: Source, spec: Node, sure: bool) -> bool:
    """Whether nothing uses an import: surely so for the standard library and under a name of its own, for others only
    where the text qualifies nothing by a name that it does not explain."""
    name = _bound(source, spec)
    path = _path(source, spec)
    if name in ("_", ".") or path == "C":
        return False
    known = spec.child_by_field_name("name") is not None or "." not in path.split("/")[0]
    if not (known or sure):
        return False
    try:
        uses = Names(source, name).uses
    except KibitzError:
        return False
    return not any(
        use.role != "member" and not any(node.type == "import_declaration" for node in use.chain)
        for use in uses
    )


def _nothing_unexplained(source: Source, specs: list[Node]) -> bool:
    """Whether each name that something is selected from is bound in the text or by an import whose name is known."""
    bound = {_bound(source, spec) for spec in specs}
    if "." in bound:
        return False
    seen: set[str] = set()
    for node in within(source.root):
        if node.type == "selector_expression":
            operand = node.child_by_field_name("operand")
            if operand is not None and operand.type == "identifier":
                seen.add(source.text(operand))
        elif node.type == "qualified_type":
            seen.add(source.text(node.named_children[0]))
    return all(name in bound or name in facts("go").words or Names(source, name).binds for name in seen)
