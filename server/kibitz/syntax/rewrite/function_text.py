"""How a new function is written: its name, its lines, and where they go."""

from __future__ import annotations

import re

from tree_sitter import Node

from kibitz.syntax.rewrite.base import bare_style, indent_of, protected_lines, refused
from kibitz.syntax.rewrite.function_place import Piece
from kibitz.syntax.rewrite.names import word
from kibitz.syntax.rewrite.rename import check_name
from kibitz.syntax.source import Source


def new_name(source: Source, wanted: str, name: str | None) -> str:
    """The name that was asked for, else the wanted one with a number if need be. Raises `invalid` for one that is taken."""
    text = source.document.text
    if name is not None:
        check_name(source, name)
        if word(name).search(text):
            raise refused(f"`{name}` is already used in this file.", "Choose another name.")
        return name
    found, number = wanted, 0
    while word(found).search(text):
        number += 1
        found = f"{wanted}_{number}"
    return found


def body_lines(source: Source, part: Piece, indent: str, *, bare: bool | None = None) -> list[str]:
    """The selected lines at another depth; those inside of strings stay. `bare`: no semicolon ends them (None: as elsewhere)."""
    start, end = part.start, part.end
    if part.expression is not None and part.expression.type == "parenthesized_expression":
        inner = part.expression.named_children
        start, end = (inner[0].start_byte, inner[0].end_byte) if len(inner) == 1 else (start, end)
    text = source.offsets.text(start, end)
    kept = {row for node in part.nodes for row in protected_lines(source, node)}
    if kept and "\r" in text:
        raise refused("Its strings go over lines that end with a carriage return.")
    base = indent_of(source, part.start)
    row = source.offsets.position(start).line
    lines = []
    for at, line in enumerate(re.split(r"\r?\n", text)):
        if at and row + at in kept:
            lines.append(line)
        elif not line.strip():
            lines.append("")
        else:
            moved = line.removeprefix(base) if at and line.startswith(base) else line.lstrip() if at else line
            lines.append(indent + moved)
    bare = bare_style(source) if bare is None else bare
    if part.expression is None and not bare and not lines[-1].rstrip().endswith((";", "}")):
        lines[-1] += ";"
    return lines


def behind(source: Source, node: Node) -> tuple[int, bool]:
    """The byte behind a node to insert at, and whether it ends a line; else a line of its own begins there."""
    data = source.offsets.data
    at = node.end_byte
    stop = data.find(b"\n", at)
    stop = len(data) if stop < 0 else stop
    rest = data[at:stop].strip()
    if rest in (b"", b";") or rest.startswith(b"//") or (rest.startswith(b"/*") and rest.endswith(b"*/")):
        return stop - (data[stop - 1 : stop] == b"\r" and stop > at), True
    while data[at : at + 1] in (b" ", b";"):
        at += 1
    return at, False
