"""From what a person selected to what can be extracted: whole statements, or one expression."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from attrs import frozen

from kibitz.errors import KibitzError
from kibitz.models.offline.python_source import Source

_HINT = "Select whole statements or one whole expression."


@frozen
class Selection:
    """A piece of the text: consecutive statements of one block, or an expression."""

    start: int
    end: int
    statements: tuple[ast.stmt, ...] = ()
    expression: ast.expr | None = None

    @property
    def nodes(self) -> tuple[ast.AST, ...]:
        """What is selected."""
        return self.statements or ((self.expression,) if self.expression is not None else ())


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the blanks at its ends; an empty one stays where it is."""
    if start > end:
        start, end = end, start
    inner = text[start:end]
    if not inner.strip():
        return start, start
    return start + len(inner) - len(inner.lstrip()), end - (len(inner) - len(inner.rstrip()))


def expression(source: Source, start: int, end: int) -> Selection:
    """The expression in a span: the one selected, the value of the statement selected, or the one at a cursor.

    Raises `invalid`.
    """
    start, end = trimmed(source.text, start, end)
    found = (
        _at(source, start)
        if start == end
        else _exact(source, start, end) or _value(source, start, end) or _around(source, start, end)
    )
    if found is None:
        raise KibitzError("invalid", "The selection is not a whole expression.", _HINT)
    if source.region(found) != (start, end) and not (start < end and source.text[start] == "("):
        start, end = source.region(found)
    return Selection(start, end, (), found)


def piece(source: Source, start: int, end: int) -> Selection:
    """The expression, or else the whole statements, that a span means. Raises `invalid`."""
    start, end = trimmed(source.text, start, end)
    if start < end and (found := _exact(source, start, end)) is not None:
        return Selection(start, end, (), found)
    statements = _touched(source, source.tree.body, start, end)
    if not statements:
        raise KibitzError("invalid", "The selection contains no code.", _HINT)
    if len(statements) == 1 and start < end and source.text.count("\n", start, end) == 0:
        first, last = source.region(statements[0])
        if (start > first or end < last) and not _covers_line(source, start, end):
            try:
                return expression(source, start, end)
            except KibitzError:
                if not (_cuts_word(source.text, start) or _cuts_word(source.text, end)):
                    raise
    return _whole(source, statements, start)


def _cuts_word(text: str, at: int) -> bool:
    return re.match(r"\w\w", text[max(at - 1, 0) : at + 1]) is not None


def siblings(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every block of a tree."""
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def blocks(node: ast.AST) -> list[list[ast.stmt]]:
    """The blocks that belong to one statement."""
    own = [getattr(node, field, None) for field in ("body", "orelse", "finalbody")]
    parts = [*getattr(node, "handlers", []), *getattr(node, "cases", [])]
    own += [part.body for part in parts]
    return [block for block in own if isinstance(block, list) and block]


def first_line(statement: ast.stmt) -> int:
    """The 1-based line on which a statement starts, with its decorators."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(d.lineno for d in decorators)])


def _whole(source: Source, statements: list[ast.stmt], selected: int) -> Selection:
    """The statements with their lines, and with the comments selected above them; a docstring is no statement."""
    if _is_docstring(source, statements[0]):
        statements = statements[1:]
        if not statements:
            raise KibitzError("invalid", "The selection is only a docstring.", _HINT)
        selected = source.region(statements[0])[0]
    first, last = statements[0], statements[-1]
    start = source.starts[first_line(first) - 1]
    end = source.region(last)[1]
    line_end = source.text.find("\n", end)
    line_end = len(source.text) if line_end < 0 else line_end
    tail = source.text[end:line_end].strip()
    head = source.text[start : source.starts[first_line(first) - 1] + _indent(source, first)]
    if head.strip() or (tail and not tail.startswith("#")) or _shares_line(source, first):
        raise KibitzError(
            "invalid", "The selection shares a line with other code.", "Put it on lines of its own first."
        )
    above = source.text.rfind("\n", 0, selected) + 1
    between = source.text[above:start].split("\n")
    if above < start and all(not line.strip() or line.strip().startswith("#") for line in between):
        start = above
    return Selection(start, line_end, tuple(statements), None)


def _is_docstring(source: Source, statement: ast.stmt) -> bool:
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
        return False
    owners = (
        n for n in ast.walk(source.tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module))
    )
    return isinstance(statement.value.value, str) and any(owner.body[:1] == [statement] for owner in owners)


def _indent(source: Source, statement: ast.stmt) -> int:
    line = source.lines[first_line(statement) - 1]
    return len(line) - len(line.lstrip())


def _shares_line(source: Source, statement: ast.stmt) -> bool:
    if first_line(statement) != statement.lineno:
        return False
    start = source.region(statement)[0]
    return bool(source.text[source.starts[statement.lineno - 1] : start].strip())


def _covers_line(source: Source, start: int, end: int) -> bool:
    """Whether a span holds all the code of its first line."""
    head = source.text.rfind("\n", 0, start) + 1
    tail = source.text.find("\n", end)
    rest = source.text[end : len(source.text) if tail < 0 else tail].strip()
    return not source.text[head:start].strip() and (not rest or rest.startswith("#"))


def _touched(source: Source, block: list[ast.stmt], start: int, end: int) -> list[ast.stmt]:
    """The statements of the innermost block that holds all of a span, as far as they overlap it."""
    found = []
    for statement in block:
        top = _top(source, statement)
        bottom = source.region(statement)[1]
        if (top < end and start < bottom) or (start == end and top <= start <= bottom):
            found.append(statement)
    if len(found) == 1:
        for inner in blocks(found[0]):
            top = _comments_above(source, inner[0])
            if top <= start and end <= _comments_below(source, inner[-1]):
                return _touched(source, inner, start, end) or found
    return found


def _top(source: Source, statement: ast.stmt) -> int:
    """Where a statement starts: with its line, where that has no other code before it."""
    if _shares_line(source, statement):
        return source.region(statement)[0]
    return source.starts[first_line(statement) - 1]


def _comments_above(source: Source, statement: ast.stmt) -> int:
    """Where the comments and empty lines directly above a statement start."""
    if _shares_line(source, statement):
        return _top(source, statement)
    line = first_line(statement) - 1
    while line > 0 and _says_nothing(source.lines[line - 1]):
        line -= 1
    return source.starts[line]


def _comments_below(source: Source, statement: ast.stmt) -> int:
    """Where the comments directly below a statement, indented like it, end."""
    line = statement.end_lineno or statement.lineno
    end = source.region(statement)[1]
    rest = source.text[end : source.starts[line] - 1].strip()
    if rest and not rest.startswith("#"):
        return end
    while line < len(source.lines) and source.lines[line].startswith(" " * statement.col_offset + "#"):
        line += 1
    return source.starts[line] - 1


def _says_nothing(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _loads(tree: ast.AST) -> Iterator[ast.expr]:
    """Every value: no target, no slice, no star, no part of an f-string."""
    for field, child in _children(tree):
        if isinstance(child, ast.expr):
            context = getattr(child, "ctx", None)
            value = context is None or isinstance(context, ast.Load)
            if value and field != "annotation" and not isinstance(child, (ast.Starred, ast.Slice)):
                yield child
            if isinstance(child, ast.JoinedStr) or type(child).__name__ == "TemplateStr":
                continue
        yield from _loads(child)


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield field, child


def _exact(source: Source, start: int, end: int) -> ast.expr | None:
    """The expression that fills a span, with or without parentheses around it."""
    spans = [(start, end)]
    while re.match(r"\(.*\)\Z", source.text[spans[-1][0] : spans[-1][1]], re.DOTALL):
        spans.append(trimmed(source.text, spans[-1][0] + 1, spans[-1][1] - 1))
    lone = {id(node.value) for node in ast.walk(source.tree) if isinstance(node, ast.Expr)}
    best: dict[int, ast.expr] = {}
    for node in _near(source, start, end):
        region = source.region(node)
        if region in spans and id(node) not in lone:
            best.setdefault(spans.index(region), node)
    for depth in sorted(best):
        left, right = (
            source.text[start : source.region(best[depth])[0]],
            source.text[source.region(best[depth])[1] : end],
        )
        if left.count("(") == depth == right.count(")"):
            return best[depth]
    return None


def _near(source: Source, start: int, end: int) -> Iterator[ast.expr]:
    """The values of the statements that overlap a span."""
    for statement in _touched(source, source.tree.body, start, end):
        yield from _loads(statement)


def _value(source: Source, start: int, end: int) -> ast.expr | None:
    """What a single selected statement computes."""
    statements = _touched(source, source.tree.body, start, end)
    if len(statements) != 1 or not _covers_line(source, start, end):
        return None
    statement = statements[0]
    for field in ("value", "test", "iter", "subject", "exc"):
        value = getattr(statement, field, None)
        if isinstance(value, ast.expr) and not isinstance(statement, ast.AnnAssign):
            return value
    return statement.value if isinstance(statement, ast.AnnAssign) else None


def _around(source: Source, start: int, end: int) -> ast.expr | None:
    """The smallest expression around a selection that cuts through words or operands; none for a sensible piece of one."""
    text = source.text
    operator = re.match(r"[-+*/%@&|^<>=.]", text[start : start + 1]) and re.search(
        r"[\w)\]}'\"]\s*\Z", text[:start]
    )
    if not operator and not _cuts_word(text, start) and not _cuts_word(text, end):
        try:
            ast.parse(text[start:end].strip(), mode="eval")
        except SyntaxError:
            pass
        else:
            return None
    found = [
        n for n in _near(source, start, end) if source.region(n)[0] <= start and end <= source.region(n)[1]
    ]
    return min(found, key=lambda n: source.region(n)[1] - source.region(n)[0], default=None)


def _at(source: Source, offset: int) -> ast.expr | None:
    """The smallest expression at a cursor that is worth a name: more than a name or a callee."""
    around = []
    for node in _near(source, offset, offset):
        first, last = source.region(node)
        if first <= offset <= last:
            around.append(node)
    around.sort(key=lambda node: source.region(node)[1] - source.region(node)[0])
    callees = {id(node.func) for node in around if isinstance(node, ast.Call)}
    for node in around:
        if not isinstance(node, ast.Name) and id(node) not in callees:
            return node
    return None
