"""A parsed text with what every reader of it needs: offsets, queries, walks without recursion, and the parser's limits."""

from __future__ import annotations

import threading
import warnings
from collections import defaultdict
from collections.abc import Iterator

from tree_sitter import Node, Parser, QueryCursor
from tree_sitter import Tree as RawTree

from kibitz.syntax.grammars import CHUNK, load, query
from kibitz.syntax.offsets import Offsets
from kibitz.text import Document, Range

TIME_LIMIT_US = 3_000_000
"""Some texts (a million quotes) take a parser minutes: it is stopped, and the text counts as one without a grammar."""
MAX_DEPTH = 20_000
"""Some parsers overflow their stack near a hundred thousand open brackets; no code has a hundredth of that."""

_pool_lock = threading.Lock()
_pool: dict[str, list[Parser]] = defaultdict(list)


class Source:
    """A document, its bytes, and the tree a grammar made of them."""

    def __init__(self, document: Document, offsets: Offsets, raw: RawTree, *, incremental: bool) -> None:
        self.document = document
        self.language = document.language
        self.offsets = offsets
        self.raw = raw
        self.incremental = incremental

    @property
    def root(self) -> Node:
        """The node that spans the text."""
        return self.raw.root_node

    def text(self, node: Node) -> str:
        """The document's text of a node."""
        return self.offsets.text(node.start_byte, node.end_byte)

    def range(self, node: Node) -> Range:
        """The range of a node."""
        return self.offsets.range(node.start_byte, node.end_byte)

    def captures(self, kind: str, within: Node | None = None) -> dict[str, list[Node]]:
        """The nodes a query of the language captures, by name, in no promised order; {} where there is no such query."""
        found = query(self.language, kind)
        return QueryCursor(found).captures(within or self.root) if found is not None else {}

    def matches(self, kind: str) -> list[tuple[int, dict[str, list[Node]]]]:
        """The matches of a query of the language; [] where there is no such query."""
        found = query(self.language, kind)
        return QueryCursor(found).matches(self.root) if found is not None else []

    def node_at(self, start: int, end: int) -> Node:
        """The smallest node that spans the bytes."""
        return self.root.descendant_for_byte_range(start, end) or self.root

    def chain(self, start: int, end: int) -> list[Node]:
        """The nodes that span the bytes, outermost first: one walk from the root, because asking for a parent is one each."""
        cursor = self.root.walk()
        chain = [self.root]
        while (at := cursor.goto_first_child_for_byte(start)) is not None:
            node = cursor.node
            while node is not None and node.end_byte < end and cursor.goto_next_sibling():
                node = cursor.node
            if node is None or at < 0 or node.start_byte > start or node.end_byte < end:
                break
            chain.append(node)
        return chain


def walk(root: Node) -> Iterator[Node]:
    """Every node below and including the root, parents first, without recursion."""
    cursor = root.walk()
    while True:
        node = cursor.node
        if node is not None:
            yield node
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


def parse_source(document: Document, before: Source | None = None) -> Source | None:
    """Parse a document of a supported language, from the tree of an earlier text of it where one is given.

    None where the parser would not come to an end in time or is not safe with this text. Raises ImportError where the
    grammar does not load.
    """
    offsets = Offsets(document)
    if _too_deep(offsets.data):
        return None
    raw = _parse(
        document.language, offsets.data, _edited(before, offsets.data) if before is not None else None
    )
    return Source(document, offsets, raw, incremental=before is not None) if raw is not None else None


def _parse(language: str, data: bytes, old: RawTree | None) -> RawTree | None:
    parser = _parser(language)
    try:
        if old is None:
            return parser.parse(lambda at, _point: data[at : at + CHUNK])
        return parser.parse(lambda at, _point: data[at : at + CHUNK], old)
    except ValueError:
        parser.reset()
        return None
    finally:
        with _pool_lock:
            _pool[language].append(parser)


def _parser(language: str) -> Parser:
    grammar = load(language)
    with _pool_lock:
        if _pool[language]:
            return _pool[language].pop()
        with warnings.catch_warnings():
            # Deprecated for the progress callback, which crashes the interpreter in every 0.25 release.
            warnings.simplefilter("ignore", DeprecationWarning)
            return Parser(grammar, timeout_micros=TIME_LIMIT_US)


def _too_deep(data: bytes) -> bool:
    """Whether brackets are nested deeper than any parser should be asked to follow, to within a block of bytes."""
    if len(data) < MAX_DEPTH:
        return False
    depth = deepest = 0
    for at in range(0, len(data), 4096):
        block = data[at : at + 4096]
        opened = block.count(b"(") + block.count(b"[") + block.count(b"{")
        depth = max(0, depth + opened - block.count(b")") - block.count(b"]") - block.count(b"}"))
        deepest = max(deepest, depth)
    return deepest > MAX_DEPTH


def _edited(before: Source, data: bytes) -> RawTree:
    """The earlier tree, told which bytes changed."""
    old = before.offsets.data
    start = common_prefix(old, data)
    tail = common_prefix(old[start:][::-1], data[start:][::-1])
    old_end, new_end = len(old) - tail, len(data) - tail
    tree = before.raw.copy()
    tree.edit(start, old_end, new_end, _point(old, start), _point(old, old_end), _point(data, new_end))
    return tree


def common_prefix(one: bytes | str, other: bytes | str) -> int:
    """How many leading units two texts share."""
    low, high = 0, min(len(one), len(other))
    if one[:high] == other[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low


def _point(data: bytes, at: int) -> tuple[int, int]:
    return data.count(b"\n", 0, at), at - (data.rfind(b"\n", 0, at) + 1)
