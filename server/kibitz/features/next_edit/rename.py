"""Rename continued: a variable got another name where it is defined, or twice where it is used; the rest follows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kibitz.features.next_edit.candidate import NextEdit, nearest_after, replace
from kibitz.features.next_edit.history import Hunk
from kibitz.features.next_edit.part import part_at
from kibitz.features.next_edit.tokens import renamed
from kibitz.syntax.bindings import Bindings
from kibitz.syntax.facts import facts
from kibitz.syntax.model import TYPES, Definition, Name
from kibitz.syntax.tree import Tree, parse_fresh
from kibitz.text import Document, Position, Range

_NEW_HUNKS = 8
"""How many of the last changes are looked at for a rename under way."""
_OWNERS = ("self.", "this.", "this->", "@")


class _Rename(NamedTuple):
    old: str
    new: str


def renames(
    document: Document, tree: Tree, hunks: tuple[Hunk, ...], position: Position
) -> Iterator[NextEdit]:
    """The remaining occurrences of the variables that were renamed lately, the nearest below the cursor first."""
    changed: dict[_Rename, set[Position]] = {}
    for hunk in hunks[:_NEW_HUNKS]:
        if len(hunk.old) != len(hunk.new):
            continue
        for at, (old, new) in enumerate(zip(hunk.old, hunk.new, strict=True)):
            for word in renamed(old, new):
                place = Position(hunk.first + at, word.column)
                changed.setdefault(_Rename(word.old, word.new), set()).add(place)
    words = facts(document.language).words
    for rename, places in changed.items():
        if rename.old.startswith(rename.new) and any(
            position == Position(place.line, place.character + len(rename.new)) for place in places
        ):
            continue  # on the way back through the old name
        left = _variables_near(document, tree, rename, places, known=rename.new in words)
        if left is None:
            left = _members(document, tree, rename, places)
        yield from _by_line(document, left or [], rename, position)


def _variables_near(
    document: Document, tree: Tree, rename: _Rename, places: set[Position], *, known: bool
) -> list[Range] | None:
    """`_variables`, of a long document by the part around the first place where that has all of the variable."""
    part = part_at(document, tree, min(places))
    if part is not None and all(part.holds(place.line, place.line) for place in places):
        alone = parse_fresh(part.document)
        inside = {part.inside(place) for place in places}
        if alone is not None:
            bindings = Bindings(alone, rename)
            scopes = {bindings.scope(place) for place in inside}
            if all(scope is not None and bindings.is_local(scope) for scope in scopes):
                found = _variables(alone, rename, inside, known=known)
                return [part.outside(where) for where in found] if found is not None else None
    return _variables(tree, rename, places, known=known)


def _variables(tree: Tree, rename: _Rename, places: set[Position], *, known: bool) -> list[Range] | None:
    """Where the variable still has its old name; None where it is no variable that was renamed.

    A `known` name is one of the language's own: to use that instead is no rename, to define it is.
    """
    bindings = Bindings(tree, rename)
    all_ = bindings.occurrences()
    done = {name.range.start for name in all_ if name.name == rename.new and name.range.start in places}
    if not done:
        return None
    scopes = {bindings.scope(place) for place in done}
    scope = scopes.pop()
    if scope is None:
        return None if not scopes else []
    if scopes:
        return []
    here = [name for name in all_ if bindings.scope(name.range.start) == scope]
    if any(name.name == rename.new and name.range.start not in done for name in here):
        return []  # there was a variable of that name before: it was put in the other's place
    bound = bindings.bound(scope)
    if not (bound and bound[0].position in done) and (known or len(done) < 2 or not bound):
        return []
    return [name.range for name in here if name.name == rename.old]


def _members(document: Document, tree: Tree, rename: _Rename, places: set[Position]) -> list[Range]:
    """The uses of a method or field by its own class: what `self.` and the like say of it."""
    owners = [d for d in tree.definitions if d.kind in TYPES]
    done: set[int] = set()
    evidence = 0
    for place in places:
        around = [at for at, d in enumerate(owners) if d.range.contains(place)]
        if not around:
            return []
        done.add(around[-1])
        defined = _defines(tree, owners[around[-1]], rename.new, place)
        if not defined and not _owned(document, place):
            return []
        evidence += 2 if defined else 1
    if evidence < 2 or len(done) != 1:
        return []
    owner = owners[done.pop()]
    own = [name for name in tree.identifiers if owner.range.contains(name.range.start)]
    if any(
        name.name == rename.new and name.range.start not in places and _is_member(document, tree, owner, name)
        for name in own
    ):
        return []  # the class had a member of that name before
    if any(
        d.name == rename.old and d.container == owner.qualified_name for d in tree.definitions
    ) and not any(_defines(tree, owner, rename.new, place) for place in places):
        return []  # its definition keeps the old name
    inner = [d for d in owners if d is not owner and owner.range.contains(d.range.start)]
    return [
        name.range
        for name in own
        if name.name == rename.old
        and _owned(document, name.range.start)
        and not any(d.range.contains(name.range.start) for d in inner)
    ]


def _defines(tree: Tree, owner: Definition, name: str, place: Position) -> bool:
    return any(
        d.name == name and d.name_range.start == place and d.container == owner.qualified_name
        for d in tree.definitions
    )


def _owned(document: Document, place: Position) -> bool:
    return document.line(place.line)[: place.character].endswith(_OWNERS)


def _is_member(document: Document, tree: Tree, owner: Definition, name: Name) -> bool:
    return _owned(document, name.range.start) or _defines(tree, owner, name.name, name.range.start)


def _by_line(
    document: Document, left: list[Range], rename: _Rename, position: Position
) -> Iterator[NextEdit]:
    """One edit for each line, over all of the occurrences in it."""
    lines: dict[int, list[Range]] = {}
    for where in sorted(left):
        lines.setdefault(where.start.line, []).append(where)
    numbers = sorted(lines)
    for line in nearest_after(numbers, numbers, position.line):
        start, end = lines[line][0].start.character, lines[line][-1].end.character
        text, at = "", start
        for where in lines[line]:
            text += document.line(line)[at : where.start.character] + rename.new
            at = where.end.character
        yield NextEdit(document, replace(line, start, end, text), "rename")
