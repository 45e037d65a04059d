"""Questions about one place of a text: what stands there, what is around it, what may be cut out of it."""

from __future__ import annotations

import re
from typing import NamedTuple

from tree_sitter import Node

from kibitz.syntax.facts import facts
from kibitz.syntax.model import NodeInfo
from kibitz.syntax.source import Source
from kibitz.text import Position, Range

_COMMENT = re.compile(r"comment$|^(hash_bang_line|shebang)$")
_STRING = re.compile(
    r"^(string|string_literal|raw_string|raw_string_literal|interpreted_string_literal|template_string|encapsed_string|heredoc"
    r"|heredoc_body|nowdoc|char_literal|character_literal|rune_literal|string_content|string_fragment|string_array|ansi_c_string"
    r"|interpolated_string_expression|verbatim_string_literal|multiline_string_literal|character|text_block|regex|symbol_array"
    r"|string_literal_content|system_lib_string|concatenated_string_part|line_string_literal|multi_line_string_literal)$"
)
_CODE_IN_STRING = frozenset(
    {
        "interpolation",
        "template_substitution",
        "command_substitution",
        "expansion",
        "simple_expansion",
        "interpolated_expression",
        "variable_name",
        "member_access_expression",
        "subscript_expression",
        "format_expression",
    }
)
_BLOCKS = frozenset(
    {
        *("module", "program", "source_file", "compilation_unit", "translation_unit", "chunk"),
        *(
            "block",
            "statement_block",
            "compound_statement",
            "constructor_body",
            "class_body",
            "interface_body",
            "enum_body",
        ),
        *(
            "declaration_list",
            "field_declaration_list",
            "body_statement",
            "block_body",
            "do_group",
            "statement_list",
        ),
        *(
            "switch_body",
            "switch_block",
            "then",
            "else",
            "do",
            "begin",
            "enum_class_body",
            "annotation_type_body",
        ),
        *(
            "statements",
            "function_body",
            "switch_block_statement_group",
            "case_statement",
            "expression_case",
            "object_type",
        ),
    }
)
_NOT_EXPRESSION = re.compile(
    r"(statement|declaration|definition|_item|_clause|_list|body|_block|parameters?|arguments|_declarator|_pattern|_spec|_specifier"
    r"|_directive|import|comment|property_identifier|field_identifier|type_identifier|type_annotation|_type|modifiers?)$"
    r"|^(block|module|program|source_file|compilation_unit|translation_unit|chunk|pair|ERROR|type|method|class|do|then|else"
    r"|assignment|augmented_assignment|decorator|string_start|string_content|string_fragment|string_end|escape_sequence|keyword_argument|statement_block)$"
)
_SPACE = b" \t\r\n\f"


def node_at(source: Source, position: Position) -> NodeInfo:
    """The smallest node at a position: the one to the right of the cursor, or to its left where only that is a word."""
    byte = source.offsets.byte_at(position)
    data = source.offsets.data
    if (
        byte
        and (byte >= len(data) or data[byte : byte + 1].isspace())
        and not data[byte - 1 : byte].isspace()
    ):
        byte -= 1
    chain = source.chain(byte, min(byte + 1, len(data)))
    node = chain[-1]
    return NodeInfo(node.type, source.range(node), tuple(n.type for n in reversed(chain[:-1])))


def _around(source: Source, position: Position) -> tuple[int, list[Node]]:
    """The nodes a cursor is in the middle of, or behind the end of, innermost first."""
    byte = source.offsets.byte_at(position)
    return byte, list(reversed(source.chain(max(0, byte - 1), byte)))


def in_comment(source: Source, position: Position) -> bool:
    """Whether what is typed at a position becomes part of a comment."""
    byte, around = _around(source, position)
    for node in around:
        if _COMMENT.search(node.type) and node.start_byte < byte:
            text = source.text(node)
            block = next((end for start, end in _block_marks(source) if text.startswith(start)), "")
            if block:
                return byte < node.end_byte or not text.endswith(block)
            return byte <= node.start_byte + len(
                source.offsets.data[node.start_byte : node.end_byte].rstrip(b"\r\n")
            )
    return _open_on_line(source, position) == "comment"


def _block_marks(source: Source) -> list[tuple[str, str]]:
    block = facts(source.language).block_comment
    return [(block[0], block[1])] if block else []


def in_string(source: Source, position: Position) -> bool:
    """Whether what is typed at a position becomes part of a string, and not of code inside of one."""
    byte, around = _around(source, position)
    for node in around:
        if node.type in _CODE_IN_STRING and node.is_named:
            if node.start_byte < byte < node.end_byte:
                return False
        elif _STRING.match(node.type) and node.is_named and node.start_byte < byte:
            if node.type.endswith(("content", "fragment", "body")) or byte < node.end_byte:
                return True
        elif _COMMENT.search(node.type):
            return False
    return _open_on_line(source, position) == "string"


def _open_on_line(source: Source, position: Position) -> str:
    """In text that does not parse: whether a comment or a string was opened on the line and not closed."""
    if not source.root.has_error:
        return ""
    known = facts(source.language)
    line = source.document.line(position.line)[: position.character]
    closing = ""
    at = 0
    while at < len(line):
        if closing:
            if line[at] == "\\":
                at += 1
            elif line.startswith(closing, at):
                at += len(closing) - 1
                closing = ""
        elif known.line_comment and line.startswith(known.line_comment, at):
            return "comment"
        else:
            closing = next((quote for quote in known.quotes if line.startswith(quote, at)), "")
            at += max(0, len(closing) - 1)
        at += 1
    if closing == "'" and source.language in ("rust", "c", "cpp", "go", "java", "csharp", "kotlin"):
        return ""
    return "string" if closing else ""


def _trimmed(source: Source, where: Range) -> tuple[int, int]:
    """The bytes of a range without the white space at its ends."""
    start, end = source.offsets.byte_at(where.start), source.offsets.byte_at(where.end)
    data = source.offsets.data
    while start < end and data[start] in _SPACE:
        start += 1
    while end > start and data[end - 1] in _SPACE:
        end -= 1
    return start, end


def smallest_expression(source: Source, where: Range) -> Range | None:
    """The range of the smallest expression that spans a selection, or None where it spans statements or none."""
    start, end = _trimmed(source, where)
    for node in reversed(source.chain(start, end)):
        if not node.is_named or (node.start_byte > start or node.end_byte < end):
            continue
        if _NOT_EXPRESSION.search(node.type):
            if node.type in _BLOCKS or node.type.endswith(("statement", "declaration", "definition")):
                return None
            continue
        return source.range(node)
    return None


def statement_ranges(source: Source, where: Range) -> tuple[Range, ...]:
    """The whole statements a selection touches, all in the innermost block that holds it; () in an empty place."""
    start, end = _trimmed(source, where)
    chain = source.chain(start, end)
    for node in reversed(chain):
        if node.type in _BLOCKS:
            return tuple(
                source.range(child)
                for child in node.children
                if child.is_named
                and not _COMMENT.search(child.type)
                and child.start_byte < max(end, start + 1)
                and child.end_byte > start
                and child.type not in ("statement_list",)
            )
    return ()


def block_of(source: Source, position: Position) -> Range | None:
    """The innermost block around a position; None at the level of the file.

    Where blocks end by indentation, the blank space below a block belongs to it as far as the cursor is indented.
    """
    if facts(source.language).blocks == "indent":
        return _indented_block(source, position)
    byte = source.offsets.byte_at(position)
    for node in reversed(source.chain(max(0, byte - 1), min(byte + 1, len(source.offsets.data)))):
        if (
            node.parent is not None
            and node.type in _BLOCKS
            and node.start_byte < byte
            and byte <= node.end_byte
        ):
            return source.range(node)
    return None


def _indented_block(source: Source, position: Position) -> Range | None:
    byte = source.offsets.byte_at(position)
    reach = Reach.at(source, position)
    column = reach.column if reach else position.character
    last = source.offsets.byte_at(reach.last) if reach else byte
    for node in reversed(source.chain(max(0, last - 1), last)):
        if node.type != "block":
            continue
        first = source.offsets.position(node.start_byte)
        if node.start_byte <= byte and (column >= first.character or first.line == position.line):
            return Range(first, max(source.offsets.position(node.end_byte), position))
    return None


class Reach(NamedTuple):
    """Below an indented block, where its tree has ended: the last position with code, and how far the cursor is indented."""

    last: Position
    column: int

    @classmethod
    def at(cls, source: Source, position: Position) -> Reach | None:
        """The reach of a position; None where blocks do not end by indentation."""
        if facts(source.language).blocks != "indent":
            return None
        line = source.document.line(position.line)
        column = len(line) - len(line.lstrip()) if line.strip() else position.character
        byte = source.offsets.byte_at(position)
        code = source.offsets.data[:byte].rstrip()
        return cls(source.offsets.position(len(code)), column)

    def holds(self, where: Range) -> bool:
        """Whether a definition that ended above still holds what is typed here."""
        return where.contains(self.last) and where.start.character < self.column


def broken_parts(source: Source, spared: Range) -> tuple[Range, ...] | None:
    """The largest parts that hold all errors and do not touch a range; None where an error itself touches it."""
    start, end = source.offsets.byte_at(spared.start), source.offsets.byte_at(spared.end)
    parts: list[Range] = []
    pending = [source.root]
    while pending:
        node = pending.pop()
        if not (node.has_error or node.is_error or node.is_missing):
            continue
        if node.end_byte < start or node.start_byte > end:
            parts.append(source.range(node))
        elif node.is_error or node.is_missing:
            return None
        else:
            pending += node.children
    return tuple(sorted(parts))


def top_level(source: Source, where: Range) -> Range:
    """The whole lines of the statements of the file around a range, with the nearest ones where it lies between them."""
    start, end = source.offsets.byte_at(where.start), source.offsets.byte_at(where.end)
    data = source.offsets.data
    first, last = 0, len(data)
    for child in source.root.children:
        if child.type in ("comment", "line_comment", "block_comment"):
            continue
        if child.start_byte <= start:
            first = child.start_byte
        if child.end_byte > end and child.start_byte > start:
            last = child.end_byte
            break
    first = data.rfind(b"\n", 0, first) + 1
    newline = data.find(b"\n", last)
    return source.offsets.range(first, newline + 1 if newline >= 0 else len(data))
