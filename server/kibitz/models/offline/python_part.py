"""The part of a module that a refactoring inside one function concerns.

rope reads all of the text it is given and gives up on all of it at one token it does not know: it gets the outermost
function, below the headers of the classes around it, and its answer is put back in the function's place.
"""

from __future__ import annotations

import ast
from functools import cached_property

from kibitz.models.offline.python_scopes import Scope
from kibitz.models.offline.python_select import first_line
from kibitz.models.offline.python_source import Source
from kibitz.models.offline.python_tree import broken


class Part:
    """A function of a module with what stands around it, as a text of its own; all of the module without `scope`."""

    def __init__(self, source: Source, scope: Scope | None) -> None:
        self._source = source
        self._first, self._last = 0, len(source.lines)
        self._head: list[str] = []
        if scope is not None and scope.parent is not None:
            self._cut(scope)

    @cached_property
    def text(self) -> str:
        """What rope is to see."""
        body = self._source.lines[self._first : self._last]
        return "\n".join([*self._head, *body, *([""] if self._reduced else [])])

    @property
    def _reduced(self) -> bool:
        return self._last - self._first < len(self._source.lines)

    def offset(self, offset: int) -> int:
        """Where an offset of the module lies in `text`."""
        return offset - self._source.starts[self._first] + sum(len(line) + 1 for line in self._head)

    def whole(self, text: str) -> str:
        """The module with the changed `text` in place. Raises `bad_response` where the headers changed."""
        if not self._reduced:
            return text
        lines = text.split("\n")
        if lines[: len(self._head)] != self._head:
            raise broken()
        body = lines[len(self._head) :]
        while body and not body[-1].strip():
            body.pop()
        return "\n".join([*self._source.lines[: self._first], *body, *self._source.lines[self._last :]])

    def _cut(self, scope: Scope) -> None:
        above = self._source.above
        chain: list[ast.AST] = [scope.node]
        while not isinstance(chain[0], ast.Module):
            chain.insert(0, above[id(chain[0])])
        statements = [node for node in chain if isinstance(node, ast.stmt)]
        outer = next((n for n in statements if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))), None)
        if outer is None or len(statements) != len(chain) - 1:
            return
        head: list[str] = []
        for node in statements[: statements.index(outer)]:
            inner = statements[statements.index(node) + 1]
            body = getattr(node, "body", [])
            if not any(inner is part for part in body) or first_line(body[0]) <= node.lineno:
                return
            head += self._source.lines[first_line(node) - 1 : self._body_line(node)]
        first, last = first_line(outer) - 1, outer.end_lineno or outer.lineno
        alone = (
            first_line(outer) <= outer.lineno and self._source.lines[first][: outer.col_offset].strip() == ""
        )
        if alone and self._ends_alone(outer):
            self._head, self._first, self._last = head, first, last

    def _body_line(self, node: ast.stmt) -> int:
        """The number of lines up to the end of a statement's header."""
        body: list[ast.stmt] = getattr(node, "body", [])
        line = first_line(body[0]) - 1
        while line > node.lineno and self._source.lines[line - 1].strip()[:1] in ("", "#"):
            line -= 1
        return line

    def _ends_alone(self, node: ast.stmt) -> bool:
        rest = self._source.text[
            self._source.region(node)[1] : self._source.starts[node.end_lineno or node.lineno] - 1
        ]
        return not rest.strip() or rest.lstrip().startswith("#")
