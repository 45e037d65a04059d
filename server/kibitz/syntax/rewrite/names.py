"""Every place of a name in a text: whether a variable stands there, which one, and what happens to it.

A place that no rule knows is "unknown", and what depends on it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from importlib import import_module
from itertools import islice
from typing import Literal

from attrs import evolve, frozen
from tree_sitter import Node

from kibitz.syntax.rewrite.base import refused
from kibitz.syntax.source import Source

Role = Literal["bind", "read", "write", "member", "unknown"]
"""`member` is a name that is no variable: a field, a label, a key, a word in a comment."""
Form = Literal[
    "",
    "shorthand",
    "shorthand_pattern",
    "export",
    "import",
    "format",
    "type",
    "typeof",
    "own_field",
    "reassign",
    "address",
]

_FAMILIES = {
    **dict.fromkeys(("javascript", "javascriptreact", "typescript", "typescriptreact"), "ecma"),
    "go": "go",
    "rust": "rust",
    "java": "java",
}
MOST_PLACES = 2000
CROWDED = 80


@frozen
class Use:
    """One place of a name, in bytes. `chain` are the nodes around it, outermost first, itself last.

    Of a binding: `scope` is where it is visible, `sort` how it came to be ("variable", "parameter", "function", "type",
    "import", "field", "pattern").
    """

    start: int
    end: int
    chain: tuple[Node, ...]
    role: Role
    form: Form = ""
    sort: str = ""
    scope: tuple[int, int] = (0, 0)

    @property
    def node(self) -> Node:
        """The identifier."""
        return self.chain[-1]


Verdict = tuple[Role, Form, str, tuple[int, int]]


def member() -> Verdict:
    """No variable."""
    return "member", "", "", (0, 0)


def read(form: Form = "") -> Verdict:
    """A variable that is read."""
    return "read", form, "", (0, 0)


def write(form: Form = "") -> Verdict:
    """A variable that may get another value, or whose address is taken."""
    return "write", form, "", (0, 0)


def unknown() -> Verdict:
    """What no rule knows."""
    return "unknown", "", "", (0, 0)


def bind(sort: str, scope: tuple[int, int] | Node, form: Form = "") -> Verdict:
    """A variable that gets its name here."""
    return "bind", form, sort, scope if isinstance(scope, tuple) else (scope.start_byte, scope.end_byte)


def family(language: str) -> str | None:
    """The languages that are told apart: "ecma", "go", "rust", "java"; None for one whose names are not understood."""
    return _FAMILIES.get(language)


def word(name: str) -> re.Pattern[str]:
    """Matches a name as a whole word."""
    return re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")


def places(text: str, name: str, low: int, high: int) -> Iterator[int]:
    """The offsets between two others at which a name stands as a whole word: what `word` finds, many times as fast."""
    at = text.find(name, low, high) if name else -1
    while at >= 0:
        end = at + len(name)
        if not _part(text[at - 1 : at]) and not _part(text[end : end + 1]):
            yield at
        at = text.find(name, end, high)


def _part(char: str) -> bool:
    return char.isalnum() or char in ("_", "$")


class Names:
    """The places of one name in a text, each told what it is."""

    def __init__(self, source: Source, name: str, area: tuple[int, int] | None = None) -> None:
        self.source = source
        self.name = name
        self._area = area

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """All places of the name, in order. Raises `invalid` where there are too many to look at."""
        rules = family(self.source.language)
        if rules is None:
            raise refused("The names of this language are not understood well enough.")
        module = import_module(f"kibitz.syntax.rewrite.names_{rules}")
        classify: Callable[[Source, tuple[Node, ...], int, int], Verdict] = module.classify
        settle: Callable[[list[Use]], Iterable[Use]] = getattr(module, "settle", lambda found: found)
        found = []
        byte = self.source.offsets.byte
        point = self.source.offsets.point
        low, high = (0, len(self.source.document.text)) if self._area is None else map(point, self._area)
        for count, offset in enumerate(places(self.source.document.text, self.name, low, high)):
            if count > MOST_PLACES:
                raise refused("The name stands in too many places.")
            start, end = byte(offset), byte(offset + len(self.name))
            chain = tuple(self.source.chain(start, end))
            role, form, sort, scope = classify(self.source, chain, start, end)
            found.append(Use(start, end, chain, role, form, sort, scope))
        return tuple(settle(found))

    @cached_property
    def binds(self) -> tuple[Use, ...]:
        """The places where a variable gets the name."""
        return tuple(use for use in self.uses if use.role == "bind")

    def at(self, byte: int) -> Use | None:
        """The place of the name that a byte touches."""
        return next((use for use in self.uses if use.start <= byte <= use.end), None)

    def scope_of(self, use: Use) -> tuple[int, int] | None:
        """The scope of the variable a place speaks of; None where the text does not bind it."""
        if use.role == "bind":
            return use.scope
        around = [
            b.scope for b in self.binds if b.scope[0] <= use.start < b.scope[1] and self._can_mean(use, b)
        ]
        return min(around, key=_size, default=None)

    def _can_mean(self, use: Use, bound: Use) -> bool:
        """Whether a place could name what a binding makes: fields behind `this`, types and modules where types stand."""
        if use.form == "own_field":
            return bound.sort == "field"
        typed = use.form == "type" and self.source.language != "go"
        return not typed or bound.sort in ("type", "import")

    def of(self, scope: tuple[int, int]) -> tuple[Use, ...]:
        """The places of the variable of a scope, its bindings among them. Raises `invalid` where one is in doubt."""
        found = []
        for use in self.uses:
            if use.role == "member":
                continue
            if use.role == "unknown":
                if scope[0] <= use.start < scope[1] or (scope[0] == 0):
                    raise refused("It is used in a place that cannot be understood from the text alone.")
                continue
            if self.scope_of(use) == scope:
                found.append(use)
        return tuple(found)

    def seen_from(self, byte: int) -> tuple[int, int] | None:
        """The scope of the variable that the name would mean at a byte."""
        around = [b.scope for b in self.binds if b.scope[0] <= byte < b.scope[1]]
        return min(around, key=_size, default=None)

    def stands_in(self, start: int, end: int) -> bool:
        """Whether the name stands in a region as anything but a member, or where it cannot be told."""
        return any(start <= use.start < end and use.role != "member" for use in self.uses)


def _size(scope: tuple[int, int]) -> tuple[int, int]:
    """The smaller scope is the inner one; of two that end together, the one that starts later."""
    return scope[1] - scope[0], -scope[0]


def rebound(use: Use) -> Use:
    """A binding that turned out to give a known variable another value."""
    return evolve(use, role="write", form="reassign", sort="", scope=(0, 0))


def crowded(source: Source, names: Iterable[str], area: tuple[int, int]) -> bool:
    """Whether looking all the names up would take longer than a cursor may wait: they stand in many places, and are not
    bound in a part of the text that is looked at first."""
    found, text = 0, source.document.text
    for name in names:
        low, high = map(source.offsets.point, area)
        here = sum(1 for _ in islice(places(text, name, low, high), CROWDED))
        binds = here < CROWDED and _known(source, name, area).binds
        found += here if binds else sum(1 for _ in islice(places(text, name, 0, len(text)), CROWDED))
        if found >= CROWDED:
            return True
    return False


def names_of(source: Source, name: str) -> Names:
    """The places of a name in a text, looked up once."""
    return _known(source, name, None)


def names_within(source: Source, name: str, area: tuple[int, int]) -> Names:
    """The places of a name in a part of a text, whatever is bound outside of it."""
    return _known(source, name, area)


def names_near(source: Source, name: str, area: tuple[int, int], byte: int) -> Names:
    """The places of a name in a function where that is where the variable lives which the name means at a byte; else in
    all of the text."""
    near = _known(source, name, area)
    scope = near.seen_from(byte)
    inside = scope is not None and scope[0] >= area[0] and scope[1] <= area[1]
    return near if inside else _known(source, name, None)


_Kept = dict[tuple[str, tuple[int, int] | None], Names]
_latest: list[tuple[Source, _Kept]] = []
"""What was looked up in the text that was asked about last."""


def _known(source: Source, name: str, area: tuple[int, int] | None) -> Names:
    last = _latest[-1] if _latest else None
    if last is None or last[0] is not source:
        last = (source, {})
        _latest[:] = [last]
    found = last[1].get((name, area))
    if found is None:
        found = last[1][name, area] = Names(source, name, area)
    return found
