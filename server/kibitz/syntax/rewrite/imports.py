"""Organize imports: those that are surely unused go, the others are sorted where they stand, their comments with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

from attrs import frozen
from tree_sitter import Node

from kibitz.errors import KibitzError
from kibitz.syntax.rewrite.base import COMMENTS, Edit, line_end, starts_line
from kibitz.syntax.rewrite.names import family
from kibitz.syntax.source import Source


@frozen
class Item:
    """One import in a list: its bytes with the comments that belong to it, and its own text when it is kept (None: it goes)."""

    start: int
    end: int
    node: Node
    key: tuple[object, ...]
    text: str | None


def organize(source: Source) -> list[Edit]:
    """The edits that sort the imports and drop unused ones. Raises `unsupported` for languages without rules for it."""
    rules = family(source.language)
    if rules is None:
        raise KibitzError(
            "unsupported", "The built-in engine does not organize this language's imports.", "Set `model`."
        )
    if source.root.has_error:
        raise KibitzError("invalid", "The file has a syntax error.", "Correct it first, then ask again.")
    organized: Callable[[Source], list[Edit]] = import_module(
        f"kibitz.syntax.rewrite.imports_{rules}"
    ).organized
    return organized(source)


def runs(source: Source, nodes: Sequence[Node], breaks: Callable[[Node], bool]) -> list[list[Node]]:
    """The imports of a list of siblings in runs without a blank line or anything else between them, each alone on its lines."""
    found: list[list[Node]] = [[]]
    last = -2
    data = source.offsets.data
    for node in nodes:
        if node.type in COMMENTS or node.type == "attribute_item":
            if node.start_point.row > last + 1:
                found.append([])
            last = max(last, node.end_point.row)
            continue
        tail = data[node.end_byte : line_end(source, node.end_byte)].strip()
        alone = starts_line(source, node.start_byte) and (not tail or tail.startswith((b"//", b"/*")))
        if breaks(node) or not alone:
            found.append([])
            last = node.end_point.row
            continue
        if node.start_point.row > last + 1 and not _led(node, last):
            found.append([])
        found[-1].append(node)
        last = node.end_point.row
    return [run for run in found if run]


def _led(node: Node, last: int) -> bool:
    before = node.prev_sibling
    return before is not None and before.type in COMMENTS and before.start_point.row <= last + 1


def extent(source: Source, node: Node, *, first: bool) -> tuple[int, int]:
    """An import's bytes with the comments and attributes right above it and the comment behind it; above the first import
    of a file stands what belongs to the file."""
    start, end = node.start_byte, node.end_byte
    above = node.prev_sibling
    row = node.start_point.row
    while (
        not source.offsets.data.startswith((b"//!", b"/*!"), above.start_byte if above is not None else 0)
        and above is not None
        and (above.type == "attribute_item" or (above.type in COMMENTS and not first))
        and above.end_point.row >= row - 1
        and starts_line(source, above.start_byte)
        and (above.end_point.row == row - 1 or above.end_point.column == 0)
    ):
        start, row = above.start_byte, above.start_point.row
        above = above.prev_sibling
    data = source.offsets.data
    last = line_end(source, end)
    tail = data[end:last]
    if tail.strip():
        end += len(tail.rstrip())
    return start, end


def rearranged(source: Source, items: Sequence[Item]) -> list[Edit]:
    """The edits that put the kept items, sorted, into the places of all."""
    kept = sorted((item for item in items if item.text is not None), key=lambda item: item.key)
    edits = [
        Edit(place.start, place.end, item.text or "")
        for place, item in zip(items, kept, strict=False)
        if source.offsets.text(place.start, place.end) != item.text
    ]
    if not kept:
        start = source.offsets.data.rfind(b"\n", 0, items[0].start) + 1
        return [Edit(start, line_end(source, items[-1].end), "")]
    if len(kept) < len(items):
        edits.append(Edit(items[len(kept) - 1].end, items[-1].end, ""))
    return edits


def slots(
    source: Source,
    nodes: Sequence[Node],
    keep: Sequence[bool],
    key: Callable[[Node], tuple[object, ...]],
    low: int,
    high: int,
) -> str:
    """The text between two bytes with the kept nodes, sorted, in the places of all, commas and spaces as they were."""
    kept = sorted((node for node, stays in zip(nodes, keep, strict=True) if stays), key=key)
    parts: list[str] = []
    at = low
    for place, node in zip(nodes, kept, strict=False):
        parts += (source.offsets.text(at, place.start_byte), source.text(node))
        at = place.end_byte
    tail = source.offsets.text(nodes[-1].end_byte, high)
    return "".join([*parts, tail])


def whole(source: Source, node: Node, text: str, start: int, end: int) -> str:
    """An import's own new text with the comments around it."""
    return source.offsets.text(start, node.start_byte) + text + source.offsets.text(node.end_byte, end)
