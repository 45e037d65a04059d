"""Which scope a variable belongs to, and where else in it the same variable stands."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from kibitz.syntax.model import CALLABLE, TYPES, Name
from kibitz.syntax.tree import Tree
from kibitz.text import Position, span

_VARIABLES = frozenset({"identifier", "simple_identifier", "variable_name", "name", "constant"})
_NOT_THE_VARIABLE = frozenset(
    {
        *("keyword_argument", "named_argument", "shorthand_field_initializer", "field_initializer"),
        *("labeled_statement", "label", "literal_element", "pair", "value_argument"),
    }
)
"""Parents of identifiers that name a field, a parameter or a label where they stand first."""

FILE = -1


class Binding(NamedTuple):
    """A place where a variable gets its name, and in which scope (a number that is stable within one tree)."""

    position: Position
    scope: int


class Bindings:
    """The variables of one tree that have one of a few names, taken for one variable where they share a scope."""

    def __init__(self, tree: Tree, names: Collection[str]) -> None:
        self._tree = tree
        self._scopes = tree._scopes  # noqa: SLF001 - one room
        self._source = tree._source  # noqa: SLF001 - one room
        self._names = frozenset(names)
        self._words = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(self._names)))})\b")
        self._bound: dict[int, list[Binding]] = {}
        for scope, variables in self._scopes._locals.items():  # noqa: SLF001
            for local in variables:
                if local.name.name in self._names:
                    self._bound.setdefault(scope, []).append(Binding(local.name.range.start, scope))
        kinds = {d.qualified_name: d.kind for d in tree.definitions}
        for definition in tree.definitions:
            if definition.name not in self._names or kinds.get(definition.container or "") in TYPES:
                continue
            if definition.container is None:
                scope = FILE
            elif kinds.get(definition.container) in CALLABLE:
                scope = self._innermost(self._source.offsets.byte_at(definition.range.start))
            else:
                continue
            known = self._bound.setdefault(scope, [])
            if all(binding.position != definition.name_range.start for binding in known):
                known.append(Binding(definition.name_range.start, scope))
        for item in tree.imports:
            if self._names.intersection(item.bound):
                self._bound.setdefault(FILE, []).append(Binding(item.range.start, FILE))

    def occurrences(self) -> list[Name]:
        """The identifiers with one of the names that can be variables: no fields, labels, or names of parameters in calls."""
        document = self._tree.document
        found: list[Name] = []
        for match in self._words.finditer(document.text):
            line, column = document.position(match.start())
            name = Name(match.group(), span(line, column, line, column + len(match.group())))
            if self._is_variable(name):
                found.append(name)
        return found

    def is_local(self, scope: int) -> bool:
        """Whether a scope is that of a function or a block: what lies around it knows nothing of its variables."""
        return scope >= 0 and self._scopes._scopes[scope].kind != "members"  # noqa: SLF001

    def bound(self, scope: int) -> list[Binding]:
        """Where a scope gives a variable one of the names, in order."""
        return sorted(self._bound.get(scope, ()))

    def scope(self, position: Position) -> int | None:
        """The scope whose variable is meant at a position; None where no scope of the text has one."""
        byte = self._source.offsets.byte_at(position)
        entered = False
        for at in self._scopes._chain(byte, None):  # noqa: SLF001
            scope = self._scopes._scopes[at] if at >= 0 else None  # noqa: SLF001
            if scope is not None and byte == scope.end:
                continue
            hidden = scope is not None and scope.kind == "members" and entered
            if at in self._bound and not hidden:
                return at
            entered = entered or (scope is not None and scope.kind == "function")
        return None

    def _innermost(self, byte: int) -> int:
        """The scope that a definition starting at a byte belongs to, which is not the one it opens."""
        scopes = self._scopes._scopes  # noqa: SLF001
        inner = self._scopes._innermost(byte)  # noqa: SLF001
        while inner >= 0 and scopes[inner].start == byte:
            inner = self._scopes._parents[inner]  # noqa: SLF001
        return inner

    def _is_variable(self, name: Name) -> bool:
        line, column = name.range.start
        text = self._tree.document.line(line)
        before, after = text[:column].rstrip(), text[name.range.end.character :].lstrip()
        if (before.endswith(".") and not before.endswith("..")) or before.endswith(("->", "::")):
            return False
        info = self._tree.node_at(name.range.start)
        if info.kind not in _VARIABLES or info.range != name.range:
            return False
        parent = info.parents[0] if info.parents else ""
        if parent in _NOT_THE_VARIABLE:
            # the same node holds the value after its sign, which is a variable
            return parent != "shorthand_field_initializer" and not after.startswith((":", "="))
        return True
