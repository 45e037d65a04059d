"""Calls that must match a changed signature: a parameter was removed, added, renamed or moved."""

from __future__ import annotations

import re
from collections.abc import Iterator

from attrs import evolve, frozen

from kibitz.features.next_edit.arguments import Call, call_at
from kibitz.features.next_edit.candidate import NextEdit, nearest_after
from kibitz.features.next_edit.history import Hunk
from kibitz.features.next_edit.part import part_at
from kibitz.syntax.bindings import FILE, Bindings
from kibitz.syntax.facts import facts
from kibitz.syntax.model import CALLABLE, Definition, Parameter
from kibitz.syntax.region import region
from kibitz.syntax.tree import Tree, parse, parse_fresh
from kibitz.text import Document, Position, TextEdit

_NEW_HUNKS = 4
_CONSTRUCTORS = frozenset({"__init__", "constructor"})
_SELVES = frozenset({"self", "cls", "this"})
_STATIC = "staticmethod"
_MOST_OTHERS = 8


@frozen
class _Changed:
    """A definition whose parameters were other ones before; `old` and `new` without the object itself."""

    definition: Definition
    old: tuple[Parameter, ...]
    new: tuple[Parameter, ...]

    @property
    def called(self) -> str:
        """The name it is called by."""
        if self.definition.name in _CONSTRUCTORS and self.definition.container:
            return self.definition.container.rpartition(".")[2]
        return self.definition.name

    @property
    def moved(self) -> bool:
        """Whether the parameters are the same ones in another order."""
        return self.one is not None and self.one[0] == "moved"

    @property
    def one(self) -> tuple[str, int] | None:
        """The one thing that became of the parameters ("removed", "added", "renamed" or "moved") and the index."""
        old, new = [_name(p) for p in self.old], [_name(p) for p in self.new]
        if len(set(old)) < len(old) or len(set(new)) < len(new):
            return None
        for at, name in enumerate(old):
            if old[:at] + old[at + 1 :] == new:
                return ("removed", at) if name not in new else None
        for at, name in enumerate(new):
            if new[:at] + new[at + 1 :] == old:
                return ("added", at) if name not in old else None
        if len(old) == len(new):
            other = [at for at in range(len(old)) if old[at] != new[at]]
            if len(other) == 1:
                return "renamed", other[0]
            if other and sorted(old) == sorted(new):
                return "moved", other[0]
        return None


def signatures(
    document: Document,
    tree: Tree,
    hunks: tuple[Hunk, ...],
    position: Position,
    others: tuple[Document, ...] = (),
) -> Iterator[NextEdit]:
    """The calls of functions whose parameters were changed lately: those of this file, then those of other open ones."""
    for hunk in hunks[:_NEW_HUNKS]:
        if not _may_matter(document, tree, hunk, alone=not others):
            continue
        for changed in _changed(document, tree, hunk):
            done = (
                {n for h in hunks if h is not hunk for n in range(h.first, h.end)} if changed.moved else set()
            )
            for edit in _calls(document, tree, changed, position, own=True):
                if edit.edit.range.start.line not in done:  # arguments in another order look no different
                    yield edit
            for other in others[:_MOST_OTHERS]:
                if other.uri == document.uri or other.language != document.language:
                    continue
                if changed.called in other.text and (there := parse(other)) is not None:
                    yield from _calls(other, there, changed, Position(0, 0), own=False)


def _may_matter(document: Document, tree: Tree, hunk: Hunk, *, alone: bool) -> bool:
    """Whether a hunk changed parameters of something that is called, by the part of the document around it: cheap.

    `alone` says that calls in other documents do not count.
    """
    part = part_at(document, tree, Position(min(hunk.first, len(document.lines) - 1), 0))
    if part is None or not part.holds(hunk.first, max(hunk.first, hunk.end - 1)):
        return True
    there = parse_fresh(part.document)
    if there is None:
        return False
    moved = evolve(hunk, first=hunk.first + part.shift)
    return any(
        changed.one is not None
        and (
            not alone
            or changed.definition.name in _CONSTRUCTORS
            or document.text.count(f"{changed.called}(") > 1
        )
        for changed in _changed(part.document, there, moved)
    )


def _changed(document: Document, tree: Tree, hunk: Hunk) -> Iterator[_Changed]:
    for definition in tree.definitions:
        first = definition.name_range.start.line
        last = first + definition.signature.count("\n")
        if (
            definition.kind not in CALLABLE
            or not hunk.first <= last
            or not first < max(hunk.end, hunk.first + 1)
        ):
            continue
        if any(first <= e.range.start.line <= last for e in tree.errors):
            continue  # half typed
        before = _before(document, tree, hunk, definition)
        if before is None:
            continue
        old, new = _parameters(before), _parameters(definition)
        if old != new:
            yield _Changed(definition, old, new)


def _before(document: Document, tree: Tree, hunk: Hunk, definition: Definition) -> Definition | None:
    """The definition as it was before a hunk."""
    part = region(document, definition.name_range.start, tree)
    if not part.first <= hunk.first or not hunk.end <= part.last:
        return None
    lines = [*document.lines[part.first : hunk.first], *hunk.old, *document.lines[hunk.end : part.last]]
    text = part.lead + "".join(lines)
    old = parse_fresh(Document(f"{document.uri}#before", text, document.language))
    if old is None:
        return None
    same = [d for d in old.definitions if d.name == definition.name and d.kind in CALLABLE]
    shift = definition.name_range.start.line - part.first + part.lead.count("\n")
    near = [d for d in same if abs(d.name_range.start.line - shift) <= len(hunk.old) + len(hunk.new)]
    return near[0] if len(near) == 1 else None


def _parameters(definition: Definition) -> tuple[Parameter, ...]:
    first = definition.parameters[:1]
    bound = definition.container is not None or definition.kind == "method"
    own = (
        first
        and bound
        and _name(first[0]) in _SELVES
        and not any(_STATIC in d for d in definition.decorators)
    )
    return definition.parameters[1:] if own else definition.parameters


def _name(parameter: Parameter) -> str:
    return parameter.name.lstrip("*&.$").rstrip("?")


def _rest(parameters: tuple[Parameter, ...]) -> bool:
    """Whether a function takes any number of arguments, or some by their names alone."""
    return any(p.name.startswith(("*", "...", "/")) or p.annotation.startswith("...") for p in parameters)


def _calls(
    document: Document, tree: Tree, changed: _Changed, position: Position, *, own: bool
) -> Iterator[NextEdit]:
    one = changed.one
    if one is None or (one[0] == "added" and changed.new[one[1]].default):
        return
    found = _called(document, tree, changed.called)
    if not found or (not own and not _imports(tree, changed)):
        return
    bindings = Bindings(tree, (changed.called,))
    for place in nearest_after(found, [place.line for place in found], position.line):
        if not _meant(document, tree, bindings, changed, place, own=own):
            continue
        call = call_at(document, Position(place.line, place.character + len(changed.called)))
        if call is None:
            continue
        edit = _matched(call, tree, changed, *one, place)
        if edit is not None:
            yield NextEdit(document, edit, "signature")


def _called(document: Document, tree: Tree, name: str) -> list[Position]:
    """Where a name stands before a bracket, but for comments, strings and definitions."""
    defined = {d.name_range.start for d in tree.definitions}
    found = [
        document.position(match.start())
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?=\()", document.text)
    ]
    return [
        at for at in found if at not in defined and tree.node_at(at).kind.endswith(("identifier", "name"))
    ]


def _imports(tree: Tree, changed: _Changed) -> bool:
    return any(changed.called in item.names for item in tree.imports) and all(
        d.name != changed.called for d in tree.definitions
    )


def _meant(
    document: Document, tree: Tree, bindings: Bindings, changed: _Changed, place: Position, *, own: bool
) -> bool:
    """Whether a call is one of the changed function, as far as names tell."""
    definition = changed.definition
    before = document.line(place.line)[: place.character]
    owned = before.endswith(("self.", "this.", "this->", "cls.", "$this->"))
    after_sign = before.rstrip().endswith((".", "->", "::"))
    if definition.container is None or definition.name in _CONSTRUCTORS:
        if after_sign:
            return False
        return bindings.scope(place) == FILE
    holder = tree.definition_named(definition.container) if own else None
    if holder is None or sum(d.name == definition.name for d in tree.definitions) != 1:
        return False
    inside = holder.range.contains(place)
    if owned:
        return inside
    if not after_sign:
        around = facts(document.language).implicit_self and inside
        nested = holder.kind in CALLABLE and inside
        return around or nested
    return definition.kind == "method" and changed.one is not None and changed.one[0] in ("removed", "added")


def _matched(
    call: Call, tree: Tree, changed: _Changed, what: str, at: int, place: Position
) -> TextEdit | None:
    """The edit that makes a call fit, None where it fits or it cannot be told how."""
    old, new = changed.old, changed.new
    positional = len(call.positional)
    if what == "renamed":
        argument = call.named(_name(old[at]))
        return call.with_keyword(argument, _name(new[at])) if argument is not None else None
    if what == "removed" and (argument := call.named(_name(old[at]))) is not None:
        return call.without(argument)
    if not call.plain or _rest(old) or _rest(new):
        return None
    if what == "removed":
        return call.without(call.positional[at]) if positional == len(old) else None
    required = sum(not p.default and not p.name.endswith("?") for p in old)
    if what == "added":
        name = _name(new[at])
        if call.named(name) is not None or len(call.arguments) != len(old) or required != len(old):
            return None
        if name not in tree.scope_names(place):
            return None
        return call.added(at, name) if at <= positional else call.added(len(old), f"{name}={name}")
    if positional != len(old) or len(call.arguments) != len(old):
        return None
    names = [_name(p) for p in old]
    order = [names.index(_name(p)) for p in new]
    written = [a.text for a in call.arguments]
    if written == [written[index] for index in order] or _stands_right(written, [_name(p) for p in new]):
        return None
    return call.reordered(order)


def _stands_right(written: list[str], names: list[str]) -> bool:
    """Whether the arguments already go by the names of the new order."""
    return written == names
