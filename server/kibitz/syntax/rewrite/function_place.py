"""From a selection to what a new function would hold, and to the places where it could stand in JavaScript and TypeScript."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from attrs import frozen
from tree_sitter import Node

from kibitz.syntax.rewrite.base import COMMENTS, refused, same, token, words
from kibitz.syntax.rewrite.names import Use
from kibitz.syntax.rewrite.place import selected
from kibitz.syntax.source import Source

Home = Literal["module", "method", "inner"]

FUNCTIONS = words(
    """function_declaration function_expression arrow_function method_definition generator_function
    generator_function_declaration"""
)
_CONTAINERS = frozenset({"program", "statement_block"})
_OWN = FUNCTIONS | {"statement_block", "for_statement", "for_in_statement", "class_body"}
_FIELDS = frozenset({"field_definition", "public_field_definition"})
_NEVER = words(
    """import_statement export_specifier decorator enum_body enum_assignment type_annotation ERROR
    object_pattern array_pattern formal_parameters ambient_declaration internal_module module
    class_heritage extends_clause class_static_block computed_property_name with_statement"""
)
_WHOLE = "Select whole statements, or one whole expression."


@frozen
class Piece:
    """What is selected: the chain of nodes down to the block that holds the statements, or down to the expression."""

    chain: tuple[Node, ...]
    nodes: tuple[Node, ...]
    start: int
    end: int
    expression: Node | None = None

    @property
    def host(self) -> Node | None:
        """The function around; None in the file's own code and in a class's fields."""
        return next((n for n in reversed(self._around()) if n.type in FUNCTIONS | _FIELDS), None)

    def holds(self, byte: int) -> bool:
        """Whether a byte is selected."""
        return self.start <= byte < self.end

    def _around(self) -> tuple[Node, ...]:
        return self.chain[:-1] if self.expression is not None else self.chain


@frozen
class Stand:
    """Where a new function can stand: behind `after`, in `block`, as deep as `indent`."""

    home: Home
    block: Node
    after: Node
    static: bool = False

    def sees(self, scope: tuple[int, int] | None, binds: Iterable[Use]) -> bool:
        """Whether what is bound in a scope (None: nowhere in the text) is known there."""
        if scope is None:
            return True
        if not (scope[0] <= self.block.start_byte and self.block.end_byte <= scope[1]):
            return False
        if self.block.type != "program":
            return True
        # the only statement of a file reaches as far as the file: where it ends, its own names do
        return all(node.type not in _OWN for bind in binds for node in bind.chain[1 : len(bind.chain) - 2])


def piece(source: Source, start: int, end: int, containers: frozenset[str] = _CONTAINERS) -> Piece:
    """The statements or the expression that a selection is. Raises `invalid`."""
    data = source.offsets.data
    while start < end and data[start : start + 1].isspace():
        start += 1
    while end > start and data[end - 1 : end].isspace():
        end -= 1
    if start == end:
        raise refused("Nothing is selected.", _WHOLE)
    chain = source.chain(start, end)
    at = max((i for i, node in enumerate(chain) if node.type in containers), default=0)
    found = [n for n in chain[at].named_children if n.end_byte > start and n.start_byte < end]
    whole = (
        bool(found) and found[0].start_byte == start and data[found[-1].end_byte : end].strip() in (b"", b";")
    )
    whole = whole and not all(node.type in COMMENTS for node in found)
    if whole and end >= found[-1].end_byte:
        made = Piece(tuple(chain[: at + 1]), tuple(found), start, end)
    else:
        if data[end - 1 : end] == b";":
            end -= 1
        path = selected(source, start, end)
        made = Piece(path, (path[-1],), start, end, path[-1])
    for above, node in zip(made.chain, made.chain[1:], strict=False):
        if node.type in _NEVER and not same(above.child_by_field_name("body"), node):
            raise refused("No function can be called here.", "Select something else.")
    return made


def stands(source: Source, part: Piece, *, uses_this: bool) -> list[Stand]:
    """Where the new function could stand, the best place first. Raises `invalid` where `this` leaves none."""
    if uses_this:
        return [_method(source, part)]
    top = part.nodes[-1] if len(part.chain) == 1 else part.chain[1]
    found = [Stand("module", part.chain[0], top)]
    around = part.chain
    blocks = [node for node in around if node.type == "statement_block"]
    host = part.host
    body = host.child_by_field_name("body") if host is not None else None
    for block in (body, blocks[-1] if blocks else None):
        if block is not None and block.type == "statement_block" and any(same(block, n) for n in blocks):
            last = [child for child in block.named_children if child.type not in COMMENTS][-1]
            found.append(Stand("inner", block, last))
    return found


def _method(source: Source, part: Piece) -> Stand:
    """Behind the method, or the field with an arrow function, whose `this` is meant."""
    chain = part._around()  # noqa: SLF001 - one room
    for at in range(len(chain) - 1, 0, -1):
        node, above = chain[at], chain[at - 1]
        if node.type in ("method_definition", *_FIELDS) and above.type == "class_body":
            name = node.child_by_field_name("name") or node.child_by_field_name("property")
            if name is not None and source.text(name) == "constructor":
                raise refused("It uses the object that its constructor is still making.")
            return Stand("method", above, node, token(node, "static"))
        if node.type in FUNCTIONS and node.type != "arrow_function":
            break
    raise refused("It uses `this` outside of a class's own method.")
