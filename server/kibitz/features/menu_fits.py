"""What the code at a place looks like, as far as its tree says: what the menu of refactorings is chosen by."""

from __future__ import annotations

import re
from functools import cached_property

from attrs import frozen

from kibitz.features.menu_definitions import header_end
from kibitz.syntax.facts import facts
from kibitz.syntax.model import CALLABLE, TYPES, Definition
from kibitz.syntax.tree import Tree, parse_fresh
from kibitz.syntax.view import View, view
from kibitz.text import Document, Position, Range


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MANY_OPERATORS = 2
"""So many logical operators make a condition worth simplifying."""

_TERNARIES = frozenset({"conditional_expression", "ternary_expression"})
_JOINING = frozenset({"and", "or", "&&", "||"})
_NEGATING = frozenset({"not", "!"})
_UNITS = frozenset({"module", "program", "source_file", "block", "statement_block", "expression_statement"})
_LOOPS = frozenset(
    {"for_statement", "while_statement", "for_in_statement", "loop_expression", "for_expression"}
)
_JUMPS = frozenset({"break_statement", "continue_statement", "break_expression", "continue_expression"})
_FIXED = re.compile(
    r"^(?:decorated|class|function|interface|enum|import)_|^(?:method|type_alias)_|import|_item$|^future_"
)
IFS = frozenset({"if_statement", "if_expression"})
ELSES = frozenset({"else_clause", "elif_clause"})
_VAGUE = _words("""tmp temp data data2 data3 foo bar baz qux obj val vals value2 res ret retval rv thing things stuff var var1 var2 arr lst dct
    myvar mylist mydict do_it doit helper func fn2 flag flag2 aux buf2 s1 s2 str1 str2 x1 x2 d2 l1 l2""")
_SHORT_BY_CUSTOM = _words("i j k n m x y z e f k v _ t a b c p q r s w h ok id fn db io os re to up np pd ax")
_MANY_LINES = 8


_FUNCTIONS = _words(
    "function_definition function_declaration method_definition method_declaration function_item arrow_function"
)
_ABOVE = re.compile(r"\s*(?://|/\*|\*|#|@)")
"""Comments and attributes, which belong to what is below them."""


@frozen
class Piece:
    """The statements of the file itself around a place, as a document; `line` is where they start in the whole one."""

    document: Document
    tree: Tree
    line: int

    def inside(self, where: Range) -> Range:
        """A range of the whole document in this one."""
        return Range(
            where.start._replace(line=where.start.line - self.line),
            where.end._replace(line=where.end.line - self.line),
        )

    def outside(self, where: Range) -> Range:
        """A range of this document in the whole one."""
        return Range(
            where.start._replace(line=where.start.line + self.line),
            where.end._replace(line=where.end.line + self.line),
        )


def piece(tree: Tree, where: Range, large: int) -> Piece:
    """What has to be looked at to know a place: all of a document of fewer characters than `large`, else a part of it.

    What a tree says of a whole text takes ten times as long as what it says of one function."""
    document = tree.document
    if len(document.text) < large:
        return Piece(document, tree, 0)
    around = tree.top_level(where)
    first, last = around.start.line, around.end.line
    while first > 0 and _ABOVE.match(document.line(first - 1)):
        first -= 1
    text = "".join(document.lines[first : last + (around.end.character > 0)])
    part = Document(document.uri, text, document.language, document.version, document.path)
    parsed = parse_fresh(part)
    return Piece(part, parsed, first) if parsed is not None else Piece(document, tree, 0)


class Spot:
    """A place in a document: a selection, or a cursor."""

    def __init__(self, part: Piece, where: Range) -> None:
        self.document = part.document
        self.tree = part.tree
        self.where = part.inside(where)
        self.language = part.document.language

    @property
    def selected(self) -> bool:
        """Whether there is a selection."""
        return self.where.start != self.where.end

    @cached_property
    def node(self) -> View:
        """The smallest node that spans the place, without the white space at the ends of a selection."""
        start, end = self.document.offset(self.where.start), self.document.offset(self.where.end)
        text = self.document.text
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start == end and start < len(text) and not text[start].isspace():
            end += 1  # the node to the right of a cursor
        elif start == end and start and not text[start - 1].isspace():
            start -= 1
        return view(self.tree).at(self.document.position(start), self.document.position(end))

    @cached_property
    def around(self) -> tuple[View, ...]:
        """The node and those around it, the nearest first."""
        return (self.node, *self.node.around())

    @cached_property
    def in_text(self) -> bool:
        """Whether the place is inside of a comment or a string, and holds no code."""
        start = self.where.start
        if self.selected:
            start = self.document.position(self.document.offset(self.where.end) - 1)
            return not self.node.items and (self.tree.in_comment(start) or self.tree.in_string(start))
        return self.tree.in_comment(start) or self.tree.in_string(start)

    @cached_property
    def definition(self) -> Definition | None:
        """The function, method or type whose header the place is on, or which a selection covers."""
        found = self.tree.enclosing(self._first, CALLABLE | TYPES)
        if found is None:
            return None
        if self.selected and found.range.start.line <= self.where.start.line <= found.name_range.end.line:
            return found
        last = header_end(found)
        return found if found.range.start.line <= self._first.line <= last else None

    @cached_property
    def function(self) -> Definition | None:
        """The function around the place."""
        return self.tree.enclosing(self._first, CALLABLE)

    @property
    def _first(self) -> Position:
        """The first place with code on the first line, for a cursor in the indentation."""
        line = self.document.line(self.where.start.line)
        indent = len(line) - len(line.lstrip())
        return Position(self.where.start.line, max(self.where.start.character, indent))

    def extractable(self) -> bool:
        """Whether a selection is an expression, or statements that a function can hold: no definitions, no imports, and
        nothing that leaves the function from their middle."""
        text = self.document.slice(self.where)
        start = self.document.offset(self.where.start) + len(text) - len(text.lstrip())
        end = start + len(text.strip())
        if (self.node.start, self.node.end) == (start, end) and self.node.kind not in _UNITS:
            return self.tree.smallest_expression(self.where) == self.node.range
        statements = self.tree.statement_ranges(self.where)
        if not statements:
            return False
        first, last = self.document.offset(statements[0].start), self.document.offset(statements[-1].end)
        whole = start <= first < last <= end
        lines = (
            statements[0].start.line >= self.where.start.line
            and statements[-1].end.line <= self.where.end.line
        )
        if not whole and ("\n" not in text.strip() or not lines):
            return False
        parts = [view(self.tree).at(s.start, s.end) for s in statements]
        if any(_FIXED.search(part.kind) for part in parts):
            return False
        branches = self.tree.branches_in(Range(statements[0].start, statements[-1].end))
        returns = branches.get("return", 0) - parts[-1].kind.startswith("return")
        jumps = not any(p.kind in _LOOPS for p in parts) and any(
            p.kind in _JUMPS for part in parts for p in part.walk()
        )
        return not branches.get("yield") and not returns and not jumps

    def only_imports(self) -> bool:
        """Whether a selection holds imports alone."""
        found = [view(self.tree).at(s.start, s.end).kind for s in self.tree.statement_ranges(self.where)]
        return bool(found) and all("import" in kind or kind == "use_declaration" for kind in found)

    @cached_property
    def branching(self) -> View | None:
        """The nearest `if`, loop or choice whose header the place is on."""
        for node in self.around:
            condition = node.child("condition")
            if node.kind in _TERNARIES:
                return node
            if condition is not None and self.on(node.start, condition.end):
                return node
            if node.kind in _FUNCTIONS:
                return None
        return None

    def on(self, start: int, end: int) -> bool:
        """Whether the place begins on the lines from one offset to another."""
        first, last = self.document.position(start).line, self.document.position(end).line
        return first <= self.where.start.line <= last

    def tangled(self) -> View | None:
        """The condition at the place, where it has enough operators to be worth simplifying."""
        node = self.branching
        condition = node.child("condition") if node is not None else None
        if node is not None and condition is None and node.kind in _TERNARIES:
            condition = node
        if condition is None:
            return None
        joined = sum(part.kind in _JOINING for part in condition.walk())
        negated = sum(
            part.kind in _NEGATING and part.next is not None and part.next.kind == "parenthesized_expression"
            for part in condition.walk()
        )
        return condition if joined + negated >= MANY_OPERATORS else None

    def code(self) -> Range:
        """What a change of the place's own code is about: the selection, else the statement, if it is a small one, else the line."""
        if self.selected:
            return self.where
        found = self.tree.statement_ranges(self.where)
        if len(found) == 1 and found[0].end.line - found[0].start.line < _MANY_LINES:
            return found[0]
        line = self.where.start.line
        return Range(Position(line, 0), Position(line, len(self.document.line(line))))

    def unclear_name(self) -> str:
        """The name at the cursor, where it tells nothing and can be renamed; empty otherwise."""
        word = self.node.text if not self.node.items else ""
        if self.selected and self.where != self.node.range:
            return ""
        if self.node.kind not in ("identifier", "type_identifier") or self.in_text or not word.isidentifier():
            return ""
        short = len(word) <= 2 and word not in _SHORT_BY_CUSTOM
        return word if (short or word.lower() in _VAGUE) and word not in facts(self.language).words else ""
