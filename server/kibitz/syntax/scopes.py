"""Which names are visible where, as well as a text can tell without types."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from tree_sitter import Node

from kibitz.syntax.facts import facts
from kibitz.syntax.model import CALLABLE, TYPES, Definition, Import, ScopeKind, ScopeName
from kibitz.syntax.nodes import Reach
from kibitz.syntax.source import Source
from kibitz.text import Position


class _Scope(NamedTuple):
    start: int
    end: int
    kind: str


class _Local(NamedTuple):
    start: int
    name: ScopeName
    scope: int


class Scopes:
    """The scopes of a text and the locals each of them has."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._facts = facts(source.language)
        captures = source.captures("locals")
        self._scopes = sorted(
            (
                _Scope(node.start_byte, self._end(node, capture), capture.removeprefix("scope."))
                for capture, nodes in captures.items()
                if capture.startswith("scope.") and (self._facts.scoped_blocks or capture != "scope.block")
                for node in nodes
            ),
            key=lambda scope: (scope.start, -scope.end),
        )
        self._parents = self._nest()
        self._starts = [scope.start for scope in self._scopes]
        self._locals: dict[int, list[_Local]] = {}
        for capture in ("parameter", "local", "symbol"):
            kind: ScopeKind = "parameter" if capture == "parameter" else "local"
            for node in captures.get(capture, ()):
                if node.start_byte == node.end_byte:
                    continue
                scope = self._innermost(node.start_byte)
                name = ScopeName(source.text(node).lstrip(":"), kind, source.range(node))
                self._locals.setdefault(scope, []).append(_Local(node.start_byte, name, scope))

    def _end(self, node: Node, capture: str) -> int:
        """A block without braces ends for the grammar with its last statement: what follows is still inside of it."""
        end = node.end_byte
        if capture == "scope.block" and self._facts.blocks == "end":
            data = self._source.offsets.data
            while end < len(data) and data[end : end + 1].isspace():
                end += 1
        return end

    def _nest(self) -> list[int]:
        parents: list[int] = []
        open_: list[int] = []
        for at, scope in enumerate(self._scopes):
            while open_ and self._scopes[open_[-1]].end < scope.end:
                open_.pop()
            while open_ and self._scopes[open_[-1]].end <= scope.start:
                open_.pop()
            parents.append(open_[-1] if open_ else -1)
            open_.append(at)
        return parents

    def _innermost(self, byte: int) -> int:
        at = bisect_right(self._starts, byte) - 1
        while at >= 0 and not (self._scopes[at].start <= byte < self._scopes[at].end):
            at = self._parents[at]
        return at

    def _chain(self, byte: int, reach: Reach | None) -> list[int]:
        """The scopes around a byte, innermost first, -1 (the file) last; the end of a scope still belongs to it."""
        offsets = self._source.offsets
        from_byte = min(byte, offsets.byte_at(reach.last)) if reach else byte
        at = bisect_right(self._starts, byte) - 1
        chain: list[int] = []
        while at >= 0:
            scope = self._scopes[at]
            if scope.start <= byte <= scope.end:
                chain.append(at)
            elif reach is not None and scope.start <= from_byte <= scope.end and scope.kind != "inner":
                start = offsets.position(scope.start)
                if start.character < reach.column + (scope.kind == "members"):
                    chain.append(at)
            at = self._parents[at]
        return [*chain, -1]

    def visible(
        self, position: Position, definitions: tuple[Definition, ...], imports: tuple[Import, ...]
    ) -> tuple[ScopeName, ...]:
        """What can be named at a position, the nearest scopes first, each name once."""
        byte = self._source.offsets.byte_at(position)
        reach = Reach.at(self._source, position)
        found: dict[str, ScopeName] = {}
        deferred = False
        """Behind a function's edge order does not matter: the function may run after the assignment."""
        entered = False
        for at in self._chain(byte, reach):
            scope = self._scopes[at] if at >= 0 else None
            if scope is not None and scope.kind == "members" and entered and not self._facts.implicit_self:
                continue
            nearest = sorted(self._locals.get(at, ()), reverse=True)
            for local in nearest:
                if (
                    deferred
                    or local.start < byte
                    or local.name.kind == "parameter"
                    or (scope and scope.kind == "members")
                ):
                    found.setdefault(local.name.name, local.name)
            if scope is not None and scope.kind == "function":
                deferred = entered = True
        for name in self._defined(position, reach, definitions):
            found.setdefault(name.name, name)
        for item in imports:
            whole = self._facts.modules_bind and not item.names and not item.alias
            for bound in (_first_part(item.module),) if whole else item.bound:
                found.setdefault(bound, ScopeName(bound, "import", item.range))
        return tuple(found.values())

    def _defined(
        self, position: Position, reach: Reach | None, definitions: tuple[Definition, ...]
    ) -> list[ScopeName]:
        """Definitions of the file, of the functions around, and of the classes around where those need no prefix."""
        around = {
            d.qualified_name: d.kind
            for d in definitions
            if d.range.contains(position) or (reach is not None and reach.holds(d.range))
        }
        kinds = {d.qualified_name: d.kind for d in definitions}
        result = []
        for definition in definitions:
            holder = definition.container
            if holder is None or kinds.get(holder) == "module":
                seen = True
            elif holder in around:
                seen = around[holder] in CALLABLE or (around[holder] in TYPES and self._facts.implicit_self)
            else:
                seen = holder not in kinds and definition.kind == "function"
            if seen:
                result.append(ScopeName(definition.name, "definition", definition.name_range))
        return result


def _first_part(module: str) -> str:
    """The name that importing a whole module binds, in languages where it does: `os` of "os.path", `rand` of "math/rand"."""
    if "/" in module:
        return module.rstrip("/").rpartition("/")[2]
    return module.split(".", 1)[0].split("::", 1)[0]
