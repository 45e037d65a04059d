"""What a tree says, as plain data. Ranges are half-open and count code points, as everywhere."""

from __future__ import annotations

from typing import Literal, NamedTuple

from attrs import frozen

from kibitz.text import Range

DefinitionKind = Literal[
    "function",
    "method",
    "class",
    "interface",
    "struct",
    "enum",
    "module",
    "variable",
    "constant",
    "type",
    "macro",
]
ReferenceKind = Literal["call", "type", "name", "raise"]
ScopeKind = Literal["parameter", "local", "definition", "import"]

CALLABLE = frozenset({"function", "method", "macro"})
TYPES = frozenset({"class", "interface", "struct", "enum"})
BRANCHES = ("if", "loop", "match", "try", "return", "yield", "await", "raise")


class SyntaxIssue(NamedTuple):
    """Where a text does not parse: something unexpected ("error", `near` is how it starts) or "missing" (`near` is what)."""

    range: Range
    kind: Literal["error", "missing"]
    near: str


class Parameter(NamedTuple):
    """A parameter as written: `name` with its stars, dots or ampersand, `annotation` and `default` without punctuation."""

    name: str
    annotation: str
    default: str


class Reference(NamedTuple):
    """The use of a name. Of `a.b.c()` the call is to `c`."""

    name: str
    range: Range
    kind: ReferenceKind


class Import(NamedTuple):
    """One module imported, with the unaliased `names` taken from it, or one name (or the module) under an `alias`.

    `names` is ("*",) for a wildcard and () where the module itself is imported.
    """

    module: str
    names: tuple[str, ...]
    alias: str | None
    range: Range

    @property
    def bound(self) -> tuple[str, ...]:
        """The local names this import makes, as far as the text says."""
        if self.alias:
            return (self.alias,)
        return tuple(name for name in self.names if name not in ("*", "self"))


class Name(NamedTuple):
    """An identifier and where it stands."""

    name: str
    range: Range


class ScopeName(NamedTuple):
    """A name that is visible somewhere, and where it comes from."""

    name: str
    kind: ScopeKind
    range: Range


class NodeInfo(NamedTuple):
    """The smallest syntax node at a place: its kind in the grammar, and those around it, innermost first."""

    kind: str
    range: Range
    parents: tuple[str, ...]


@frozen
class Definition:
    """Something with a name that the code defines.

    `range` spans all of it with decorators, attributes and `export`, not the comment above; `body` is the range of what
    the signature is the header of, or None. `signature` is the header as written without the opening of the body.
    `documentation` is the docstring or the comment directly above, without its markers. `container` is the dotted
    name of the definitions around it ("Cart", "Cart.add"), for a method also where it is defined apart from its type.
    """

    name: str
    kind: DefinitionKind
    range: Range
    name_range: Range
    signature: str
    documentation: str = ""
    container: str | None = None
    parameters: tuple[Parameter, ...] = ()
    returns: str = ""
    decorators: tuple[str, ...] = ()
    body: Range | None = None

    @property
    def qualified_name(self) -> str:
        """The name with its container: "Cart.add"."""
        return f"{self.container}.{self.name}" if self.container else self.name
