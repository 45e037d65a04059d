"""One problem a checker reports, beside the code it is about, and what a change of that code is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import NamedTuple

from attrs import frozen

from kibitz.models.tasks import Problem
from kibitz.syntax.tree import Tree, parse
from kibitz.syntax.view import View, view
from kibitz.text import Document, Position, Range, TextEdit

IDENTIFIERS = frozenset(
    {
        *("identifier", "name", "simple_identifier", "variable_name", "constant", "type_identifier"),
        *("property_identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"),
        *("field_identifier", "package_identifier", "namespace_identifier", "private_property_identifier"),
        *("shorthand_field_identifier", "word", "statement_identifier", "instance_variable", "dotted_name"),
    }
)
"""What names are called in the grammars."""

FUNCTIONS = (
    *("function_definition", "lambda", "function_declaration", "function_expression", "arrow_function"),
    *("method_definition", "generator_function_declaration", "generator_function", "method_declaration"),
    *("func_literal", "function_item", "closure_expression", "constructor_declaration", "lambda_expression"),
    *("local_function_statement", "method", "anonymous_function"),
)


class Splice(NamedTuple):
    """Replace what stands between two offsets."""

    start: int
    end: int
    text: str


@frozen
class Change:
    """What mends a problem. `title` says what will happen; `certain` that no reader would want something else.

    `reach` is the part of the text that must not change beside it: for a statement that goes, the block it goes from.
    """

    title: str
    splices: tuple[Splice, ...]
    certain: bool = True
    reach: tuple[int, int] = (0, 0)

    @property
    def span(self) -> tuple[int, int]:
        """From the first to the last offset that matters to it."""
        starts, ends = [s.start for s in self.splices], [s.end for s in self.splices]
        if self.reach != (0, 0):
            starts, ends = [*starts, self.reach[0]], [*ends, self.reach[1]]
        return min(starts), max(ends)

    def edits(self, document: Document) -> tuple[TextEdit, ...]:
        """The change as edits of the document."""
        return tuple(
            TextEdit(Range(document.position(s.start), document.position(s.end)), s.text)
            for s in self.splices
        )


class Case:
    """A problem in a document whose text says `found` of it. Raises nothing; a place that is not there is None."""

    def __init__(self, document: Document, problem: Problem, found: re.Match[str] | None = None) -> None:
        self.document = document
        self.problem = problem
        self.found = found
        self.text = document.text
        self.language = document.language

    @cached_property
    def tree(self) -> Tree | None:
        """The document's tree, None where its language has no grammar here."""
        return parse(self.document)

    @cached_property
    def root(self) -> View | None:
        """The node that spans the text."""
        return view(self.tree) if self.tree is not None else None

    @cached_property
    def start(self) -> int:
        """Where the problem starts, as an offset."""
        return self.document.offset(self.problem.range.start)

    @cached_property
    def end(self) -> int:
        """Where the problem ends, as an offset."""
        return max(self.start, self.document.offset(self.problem.range.end))

    @property
    def said(self) -> str:
        """The text at the problem's place."""
        return self.text[self.start : self.end]

    def group(self, name: str) -> str:
        """What a rule's expression found under a name; empty where nothing."""
        groups = self.found.groupdict() if self.found is not None else {}
        return (groups.get(name) or "").strip()

    @property
    def name(self) -> str:
        """The name the problem is about, as its text says, else as it stands at its place."""
        return self.group("name") or (self.said if self.said.isidentifier() else "")

    def node(self) -> View | None:
        """The smallest node at the problem's place."""
        if self.root is None:
            return None
        where = self.problem.range
        return self.root.at(where.start, max(where.start, where.end))

    def view(self, start: int, end: int) -> View | None:
        """The smallest node that spans two offsets."""
        if self.root is None:
            return None
        return self.root.at(self.document.position(start), self.document.position(end))

    def nearby(self) -> Iterator[View]:
        """The smallest node that spans the problem's line, all in it, and those around it."""
        if self.root is None:
            return
        line = self.problem.range.start.line
        text = self.document.line(line)
        first = len(text) - len(text.lstrip())
        node = self.root.at(Position(line, first), Position(line, max(first, len(text.rstrip()))))
        yield from node.walk()
        yield from node.around()

    def place(self, word: str | None = None) -> View | None:
        """Where the name stands as code: in the problem's range, else behind its start on that line, else alone on it."""
        word = self.name if word is None else word
        if not word or self.root is None:
            return None
        inside = self._words(word, self.start, max(self.end, self.start + len(word)))
        if first := next(inside, None):
            return first
        line, character = self.problem.range.start
        begin = self.document.offset(Position(line, 0))
        end = begin + len(self.document.line(line))
        if first := next(self._words(word, begin + character, end), None):
            return first
        alone = list(self._words(word, begin, end))
        return alone[0] if len(alone) == 1 else None

    def _words(self, word: str, start: int, end: int) -> Iterator[View]:
        for match in re.finditer(rf"(?<![\w$]){re.escape(word)}(?![\w$])", self.text[start:end]):
            node = self.view(start + match.start(), start + match.end())
            if node is not None and node.kind in IDENTIFIERS and node.text.endswith(word):
                yield node

    def others(self, node: View, within: View) -> list[View]:
        """Where else in a node the same name stands as a variable, whatever it is there."""
        fields = ("property_identifier", "field_identifier")
        return [
            one
            for match in re.finditer(
                rf"(?<![\w$]){re.escape(node.text)}(?![\w$])", self.text[within.start : within.end]
            )
            if (one := self.view(within.start + match.start(), within.start + match.end())) is not None
            and one.kind in IDENTIFIERS
            and one.kind not in fields
            and one.start != node.start
            and not _is_member(one)
        ]

    def function(self, node: View) -> View | None:
        """The function around a node."""
        return next((n for n in node.around() if n.kind in FUNCTIONS), None)

    def change(self, title: str, *splices: Splice, certain: bool = True, reach: View | None = None) -> Change:
        """A change of this text."""
        span = (reach.start, reach.end) if reach is not None else (0, 0)
        return Change(title, splices, certain, span)

    def trial(self, *splices: Splice) -> Document:
        """The document after some splices."""
        return self.document.replaced(Change("", splices).edits(self.document))


_MEMBER_FIELDS = {
    "attribute": "attribute",
    "keyword_argument": "name",
    "field_access": "field",
    "method_invocation": "name",
    "member_access_expression": "name",
}
"""Where grammars call a name that is no variable an identifier all the same: the node -> its field."""


def _is_member(node: View) -> bool:
    parent = node.parent
    field = _MEMBER_FIELDS.get(parent.kind) if parent is not None else None
    return parent is not None and field is not None and parent.child(field) == node


Action = Callable[[Case], Change | None]
"""What mends a kind of problem: None where this code does not allow it, or the problem is not there any more."""
