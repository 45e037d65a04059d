"""What a document consists of, as plain data. Grammars load when the first document of their language is parsed."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING

from kibitz.syntax.model import (
    BRANCHES,
    CALLABLE,
    TYPES,
    Definition,
    DefinitionKind,
    Import,
    Name,
    NodeInfo,
    Parameter,
    Reference,
    ScopeName,
    SyntaxIssue,
)
from kibitz.text import Document, Position, Range

if TYPE_CHECKING:
    from kibitz.syntax.references import Flow, Use
    from kibitz.syntax.scopes import Scopes
    from kibitz.syntax.source import Source

__all__ = [
    "BRANCHES",
    "CALLABLE",
    "TYPES",
    "Definition",
    "DefinitionKind",
    "Import",
    "Name",
    "NodeInfo",
    "Parameter",
    "Reference",
    "ScopeName",
    "SyntaxIssue",
    "Tree",
    "parse",
]

CACHED_TREES = 24
CACHED_CHARACTERS = 3_000_000
VERSIONS = 4
"""Of one document's texts so many trees are kept, the newest: who types asks for the last one, and for the one before an edit."""
INCREMENTAL_FROM = 30_000
"""Characters from which on the tree of the text before is used: below, a fresh parse costs no more than a frame."""
FRESH_WITH_ERRORS = 100_000
"""Up to so many characters, a text that does not parse is parsed from nothing but itself: where a parser sees the errors
depends on what it comes from, and one text should always have the same tree. Beyond, that takes longer than typing allows."""


class Tree:
    """One parsed document. Everything is computed when first asked for, and kept; all of it may be used in any thread."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @property
    def document(self) -> Document:
        """The document that was parsed."""
        return self._source.document

    @property
    def incremental(self) -> bool:
        """Whether the tree was made from that of an earlier text: then errors may lie elsewhere than in a fresh one."""
        return self._source.incremental

    @cached_property
    def errors(self) -> tuple[SyntaxIssue, ...]:
        """Where the text does not parse, in order; () for a text that does."""
        from kibitz.syntax.issues import issues

        return issues(self._source)

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """What the text defines, in the order it starts, outer definitions before those inside of them."""
        from kibitz.syntax.definitions import definitions

        return definitions(self._source)

    @cached_property
    def _names(self) -> tuple[tuple[int, Name], ...]:
        from kibitz.syntax.references import names

        return names(self._source)

    @cached_property
    def identifiers(self) -> tuple[Name, ...]:
        """Every identifier of the code and its range, in order, however often it occurs."""
        return tuple(name for _, name in self._names)

    @cached_property
    def _uses(self) -> tuple[Use, ...]:
        from kibitz.syntax.references import uses

        return uses(self._source, self._names, {definition.name_range for definition in self.definitions})

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """The identifiers that do not define something, and whether each is called, named as a type, or just named."""
        return tuple(use.reference for use in self._uses)

    def references_in(self, where: Range) -> tuple[Reference, ...]:
        """The references that start in a range."""
        start, end = self._bytes(where)
        uses = self._uses
        return tuple(use.reference for use in uses[bisect_left(uses, (start,)) : bisect_left(uses, (end,))])

    def calls_in(self, where: Range) -> tuple[Reference, ...]:
        """The calls in a range."""
        return tuple(reference for reference in self.references_in(where) if reference.kind == "call")

    @cached_property
    def _flow(self) -> Flow:
        from kibitz.syntax.references import Flow

        return Flow(self._source)

    def raises_in(self, where: Range) -> tuple[Reference, ...]:
        """What a range may raise, throw, panic with or return as an error, by name, in order."""
        return self._flow.raised(*self._bytes(where))

    def branches_in(self, where: Range) -> dict[str, int]:
        """How many of each of BRANCHES ("if", "loop", "match", "try", "return", ...) start in a range."""
        return self._flow.branches(*self._bytes(where))

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """What the text imports, in order."""
        from kibitz.syntax.references import imports

        return imports(self._source)

    def enclosing(self, position: Position, kinds: Collection[str] | None = None) -> Definition | None:
        """The innermost definition around a position, of one of the kinds where those are given.

        Where blocks end by indentation, an indented place below a definition belongs to it.
        """
        from kibitz.syntax.nodes import Reach

        reach = Reach.at(self._source, position)
        found = None
        for definition in self.definitions:
            if definition.range.start > position:
                break
            held = definition.range.contains(position) or (
                reach is not None and reach.holds(definition.range)
            )
            if held and (kinds is None or definition.kind in kinds):
                found = definition
        return found

    def definition_named(self, name: str) -> Definition | None:
        """The first definition of a name, plain ("add") or with its container ("Cart.add")."""
        for definition in self.definitions:
            if definition.qualified_name == name:
                return definition
        return next((d for d in self.definitions if d.name == name), None)

    def node_at(self, position: Position) -> NodeInfo:
        """The smallest syntax node at a position."""
        from kibitz.syntax.nodes import node_at

        return node_at(self._source, position)

    def in_comment(self, position: Position) -> bool:
        """Whether what is typed at a position becomes part of a comment."""
        from kibitz.syntax.nodes import in_comment

        return in_comment(self._source, position)

    def in_string(self, position: Position) -> bool:
        """Whether what is typed at a position becomes part of a string, and not of code inside of one."""
        from kibitz.syntax.nodes import in_string

        return in_string(self._source, position)

    def smallest_expression(self, where: Range) -> Range | None:
        """The smallest expression that spans a selection; None where it spans statements."""
        from kibitz.syntax.nodes import smallest_expression

        return smallest_expression(self._source, where)

    def statement_ranges(self, where: Range) -> tuple[Range, ...]:
        """The whole statements a selection touches, all in the innermost block that holds the selection."""
        from kibitz.syntax.nodes import statement_ranges

        return statement_ranges(self._source, where)

    def block_of(self, position: Position) -> Range | None:
        """The innermost block around a position, None at the level of the file."""
        from kibitz.syntax.nodes import block_of

        return block_of(self._source, position)

    def broken_parts(self, spared: Range) -> tuple[Range, ...] | None:
        """The largest parts that hold all errors and do not touch a range; None where an error itself touches it."""
        from kibitz.syntax.nodes import broken_parts

        return broken_parts(self._source, spared)

    def top_level(self, where: Range) -> Range:
        """The whole lines of the file's own statements around a range, with their neighbours where it lies between two."""
        from kibitz.syntax.nodes import top_level

        return top_level(self._source, where)

    @cached_property
    def _scopes(self) -> Scopes:
        from kibitz.syntax.scopes import Scopes

        return Scopes(self._source)

    def scope(self, position: Position) -> tuple[ScopeName, ...]:
        """The names visible at a position, the nearest first, each once: parameters, locals assigned before, definitions, imports."""
        return self._scopes.visible(position, self.definitions, self.imports)

    def local_scope(self, position: Position) -> tuple[ScopeName, ...]:
        """Of `scope` the parameters and locals: all that can be had without looking at every definition of the file."""
        return self._scopes.visible(position, (), ())

    def scope_names(self, position: Position) -> tuple[str, ...]:
        """The names of `scope`, as text."""
        return tuple(name.name for name in self.scope(position))

    def outline(self, budget: int | None = None) -> str:
        """The headers of all definitions, one per line, indented; within `budget` characters where one is given."""
        from kibitz.syntax.outline import outline

        return outline(self.definitions, budget)

    def _bytes(self, where: Range) -> tuple[int, int]:
        return self._source.offsets.byte_at(where.start), self._source.offsets.byte_at(where.end)


_Key = tuple[str, str, str]
_cache: OrderedDict[_Key, Tree | None] = OrderedDict()
_cache_lock = threading.Lock()


def parse(document: Document) -> Tree | None:
    """The tree of a document; None for a language without a grammar and a text no parser should be given.

    Recent trees are kept, so that asking again for the same text is free, and a long text that changed a little is parsed
    from its last tree. The tree is that of a fresh parse, but for texts of more than FRESH_WITH_ERRORS characters that have
    errors: those may then lie elsewhere. Raises ImportError where a grammar is missing from the installation.
    """
    from kibitz.syntax.grammars import GRAMMARS

    if document.language not in GRAMMARS:
        return None
    key = (document.uri, document.language, document.text)
    with _cache_lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
        before = _latest(document) if len(document.text) >= INCREMENTAL_FROM else None
    tree = _kept(document, before)
    with _cache_lock:
        _cache[key] = tree
        same = [one for one in _cache if one[:2] == key[:2]]
        for one in same[:-VERSIONS]:
            del _cache[one]
        while len(_cache) > CACHED_TREES or (
            len(_cache) > 1 and sum(len(k[2]) for k in _cache) > CACHED_CHARACTERS
        ):
            _cache.popitem(last=False)
    return tree


def parse_fresh(document: Document) -> Tree | None:
    """The tree of a document made from nothing but its text, and not kept."""
    from kibitz.syntax.grammars import GRAMMARS

    return _parsed(document) if document.language in GRAMMARS else None


def _latest(document: Document) -> Source | None:
    for key in reversed(_cache):
        tree = _cache[key]
        if key[:2] == (document.uri, document.language) and tree is not None:
            return tree._source  # noqa: SLF001 - the cache is part of the class
    return None


def _kept(document: Document, before: Source | None) -> Tree | None:
    """A tree that later ones may be made from."""
    from kibitz.syntax.source import parse_source, settled

    size = len(document.text)
    source = parse_source(document, before)
    if source is not None and source.incremental and size <= FRESH_WITH_ERRORS and source.root.has_error:
        source = parse_source(document)
    if source is not None and not source.incremental and size >= INCREMENTAL_FROM:
        source = settled(source)
    return Tree(source) if source is not None else None


def _parsed(document: Document) -> Tree | None:
    from kibitz.syntax.source import parse_source

    source = parse_source(document)
    return Tree(source) if source is not None else None
