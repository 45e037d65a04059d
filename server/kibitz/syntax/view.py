"""The nodes of a tree as plain data, for edits that need to know how code hangs together at one place."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from kibitz.syntax.source import Source, walk
from kibitz.syntax.tree import Tree
from kibitz.text import Position, Range


class View:
    """One node: its kind in the grammar, where it stands in code points, and its neighbours. Two views of a node are equal."""

    __slots__ = ("_node", "_source")

    def __init__(self, source: Source, node: Node) -> None:
        self._source = source
        self._node = node

    def __eq__(self, other: object) -> bool:
        return isinstance(other, View) and other._node == self._node

    def __hash__(self) -> int:
        return hash(self._node.id)

    @property
    def kind(self) -> str:
        """The grammar's name for it."""
        return self._node.type

    @property
    def named(self) -> bool:
        """Whether it is more than a bare word or mark of the grammar."""
        return self._node.is_named

    @property
    def broken(self) -> bool:
        """Whether it is, or holds, something that does not parse."""
        return self._node.has_error or self._node.is_missing

    @property
    def start(self) -> int:
        """Where it starts, in code points from the start of the text."""
        return self._source.offsets.point(self._node.start_byte)

    @property
    def end(self) -> int:
        """Where it ends, in code points from the start of the text."""
        return self._source.offsets.point(self._node.end_byte)

    @property
    def range(self) -> Range:
        """Where it stands, as a range."""
        return self._source.range(self._node)

    @property
    def text(self) -> str:
        """Its text."""
        return self._source.text(self._node)

    @property
    def parent(self) -> View | None:
        """The node around it."""
        return self._view(self._node.parent)

    @property
    def children(self) -> tuple[View, ...]:
        """The nodes directly inside of it, marks and words included."""
        return tuple(View(self._source, child) for child in self._node.children)

    @property
    def items(self) -> tuple[View, ...]:
        """The named nodes directly inside of it, without comments."""
        return tuple(View(self._source, c) for c in self._node.named_children if "comment" not in c.type)

    @property
    def previous(self) -> View | None:
        """The sibling before it, a mark or a word too."""
        return self._view(self._node.prev_sibling)

    @property
    def next(self) -> View | None:
        """The sibling after it, a mark or a word too."""
        return self._view(self._node.next_sibling)

    def child(self, field: str) -> View | None:
        """The child in a field of the grammar."""
        return self._view(self._node.child_by_field_name(field))

    def all(self, field: str) -> tuple[View, ...]:
        """All children in a field of the grammar."""
        return tuple(View(self._source, c) for c in self._node.children_by_field_name(field))

    def up(self, *kinds: str) -> View | None:
        """The nearest node of one of the kinds that is this one or around it."""
        node: View | None = self
        while node is not None and node.kind not in kinds:
            node = node.parent
        return node

    def around(self) -> Iterator[View]:
        """The nodes around it, the nearest first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def walk(self) -> Iterator[View]:
        """It and every node inside of it, parents first."""
        for node in walk(self._node):
            yield View(self._source, node)

    def at(self, start: Position, end: Position) -> View:
        """The smallest node that spans the positions."""
        offsets = self._source.offsets
        return View(self._source, self._source.node_at(offsets.byte_at(start), offsets.byte_at(end)))

    def _view(self, node: Node | None) -> View | None:
        return View(self._source, node) if node is not None else None


def view(tree: Tree) -> View:
    """The node that spans the text."""
    source = tree._source  # noqa: SLF001 - one room
    return View(source, source.root)
