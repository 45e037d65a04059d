"""A parsed text with what every reader of it needs: offsets, queries, walks without recursion, and the parser's limits."""

from __future__ import annotations

import re
import threading
import warnings
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node, Parser, QueryCursor
from tree_sitter import Tree as RawTree

from kibitz.syntax.grammars import CHUNK, load, query
from kibitz.syntax.offsets import Offsets
from kibitz.text import Document, Range

TIME_LIMIT_US = 3_000_000
"""Some texts (a million quotes) take a parser minutes: it is stopped, and the text counts as one without a grammar."""
AT_ONCE = 100_000
"""Up to so many bytes a parse is over before another thread misses its turn. A longer text is read in pieces, between which
others run; py-tree-sitter 0.25 never frees a piece, so that it gets views, whose memory is let go when they are released."""
MAX_DEPTH = 20_000
"""Some parsers overflow their stack near a hundred thousand open brackets; no code has a hundredth of that."""

_BLOCK = 8_192
_WORD = re.compile(rb"\w{1,64}|.", re.DOTALL)
_words: dict[bytes, bytes] = {}
"""What a query's predicates get of a text that was read in pieces. They take bytes alone (a view ends the process), and what
they were given is never freed either: so the same word is always the same object."""
_pool_lock = threading.Lock()
_pool: dict[str, list[Parser]] = defaultdict(list)


class Source:
    """A document, its bytes, and the tree a grammar made of them."""

    def __init__(
        self, document: Document, offsets: Offsets, raw: RawTree, depth: int, *, incremental: bool
    ) -> None:
        self.document = document
        self.language = document.language
        self.offsets = offsets
        self.raw = raw
        self.depth = depth
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
    change = Change.between(before.offsets.data, offsets.data) if before is not None else None
    if before is not None and change is not None:
        depth = before.depth + change.deeper(before.offsets.data, offsets.data)
        old = change.applied(before, offsets.data)
    else:
        depth, old = MAX_DEPTH + 1, None
    if depth > MAX_DEPTH and (depth := _depth(offsets.data)) > MAX_DEPTH:
        return None
    raw = _parse(document.language, offsets.data, old)
    return Source(document, offsets, raw, depth, incremental=old is not None) if raw is not None else None


def settled(source: Source) -> Source:
    """The same tree made anew from itself, where a text parses: the next one is made from it in half the time or less.

    A fresh parse marks nodes it was in doubt about, which are then not used again; made beside their neighbours they are
    not in doubt. It takes two turns until most are.
    """
    raw, data = source.raw, source.offsets.data
    rows = data.count(b"\n")
    last = len(data), (rows, len(data) - data.rfind(b"\n") - 1)
    for at, point in ((0, (0, 0)), last):
        if raw.root_node.has_error:
            return source
        tree = raw.copy()
        tree.edit(at, at, at, point, point, point)
        again = _parse(source.language, data, tree)
        if again is None or again.root_node.has_error:
            return source
        raw = again
    return Source(source.document, source.offsets, raw, source.depth, incremental=False)


def _parse(language: str, data: bytes, old: RawTree | None) -> RawTree | None:
    parser = _parser(language)
    views: list[memoryview] = []
    parsing = True

    def read(at: int, _point: object) -> memoryview | bytes:
        if not parsing:
            word = _WORD.match(data, at)
            return _words.setdefault(word[0], word[0]) if word is not None else b""
        views.append(memoryview(data)[at : at + CHUNK])
        return views[-1]

    source = data if len(data) <= AT_ONCE else read
    try:
        return parser.parse(source) if old is None else parser.parse(source, old)
    except ValueError:
        parser.reset()
        return None
    finally:
        parsing = False
        for view in views:
            view.release()
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


def _depth(data: bytes) -> int:
    """How deep brackets are nested, to within a block of bytes."""
    if len(data) < MAX_DEPTH:
        return len(data)
    depth = deepest = 0
    for at in range(0, len(data), 4096):
        block = data[at : at + 4096]
        opened = _count(block, b"([{")
        depth = max(0, depth + opened - _count(block, b")]}"))
        deepest = max(deepest, depth)
    return deepest


def _count(data: bytes, brackets: bytes) -> int:
    return sum(data.count(bracket) for bracket in brackets)


class Change(NamedTuple):
    """The bytes that differ between two texts: from where, and to where in the old and in the new one."""

    start: int
    old_end: int
    new_end: int

    @classmethod
    def between(cls, old: bytes, new: bytes) -> Change:
        """The smallest one."""
        start = common_prefix(old, new)
        tail = _common_suffix(old, new, min(len(old), len(new)) - start)
        return cls(start, len(old) - tail, len(new) - tail)

    def deeper(self, old: bytes, new: bytes) -> int:
        """By how much brackets can be nested deeper in the new text, at most."""
        opened = _count(new[self.start : self.new_end], b"([{")
        return opened + _count(old[self.start : self.old_end], b")]}")

    def applied(self, before: Source, new: bytes) -> RawTree:
        """The earlier tree, told which bytes changed."""
        old = before.offsets.data
        row, line = old.count(b"\n", 0, self.start), old.rfind(b"\n", 0, self.start) + 1

        def point(data: bytes, at: int) -> tuple[int, int]:
            return row + data.count(b"\n", self.start, at), at - (data.rfind(b"\n", line, at) + 1 or line)

        tree = before.raw.copy()
        tree.edit(
            self.start, self.old_end, self.new_end,
            (row, self.start - line), point(old, self.old_end), point(new, self.new_end),
        )  # fmt: skip
        return tree


def common_prefix(one: bytes | str, other: bytes | str) -> int:
    """How many leading units two texts share."""
    at, most = 0, min(len(one), len(other))
    while at < most and one[at : at + _BLOCK] == other[at : at + _BLOCK]:  # a copy of it all would cost more
        at += _BLOCK
    low, high = at, min(at + _BLOCK, most)
    if one[low:high] == other[low:high]:
        return most
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return low


def _common_suffix(one: bytes, other: bytes, most: int) -> int:
    """How many trailing bytes two texts share, at most `most`."""
    first, second = len(one), len(other)
    at = 0
    while at < most:
        step = min(_BLOCK, most - at)
        if one[first - at - step : first - at] != other[second - at - step : second - at]:
            break
        at += step
    low, high = at, min(at + _BLOCK, most)
    if low == high:
        return most
    while high - low > 1:
        middle = (low + high) // 2
        if one[first - middle : first - low] == other[second - middle : second - low]:
            low = middle
        else:
            high = middle
    return low
