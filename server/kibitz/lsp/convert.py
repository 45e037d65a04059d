"""LSP types to ours and back: columns in the negotiated encoding become code points, and the other way round."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types as lsp

from kibitz.text import Document, Encoding, Position, Range, column, width


def choose_encoding(capabilities: lsp.ClientCapabilities) -> Encoding:
    """The client's first encoding that we speak (LSP 3.17: in order of preference); UTF-16 where it names none."""
    general = capabilities.general
    for name in (general.position_encodings if general else None) or ():
        match str(getattr(name, "value", name)):
            case "utf-8":
                return "utf-8"
            case "utf-16":
                return "utf-16"
            case "utf-32":
                return "utf-32"
            case _:
                continue
    return "utf-16"


def to_position(lines: Sequence[str], position: lsp.Position, encoding: Encoding) -> Position:
    """Ours, clamped into the lines."""
    if position.line >= len(lines):
        return Position(len(lines) - 1, len(lines[-1].rstrip("\r\n")))
    return Position(position.line, column(lines[position.line], position.character, encoding))


def to_range(lines: Sequence[str], where: lsp.Range, encoding: Encoding) -> Range:
    """Ours, clamped, and the right way round."""
    start, end = to_position(lines, where.start, encoding), to_position(lines, where.end, encoding)
    return Range(min(start, end), max(start, end))


def from_position(document: Document, position: Position, encoding: Encoding) -> lsp.Position:
    """The client's."""
    line, character = document.clamp(position)
    return lsp.Position(line, width(document.lines[line][:character], encoding))


def from_range(document: Document, where: Range, encoding: Encoding) -> lsp.Range:
    """The client's."""
    return lsp.Range(
        from_position(document, where.start, encoding), from_position(document, where.end, encoding)
    )
