"""Branches turned round: invert an `if`, leave early instead of nesting, merge nested conditions.

The text moves by whole lines with their comments; the result has to have exactly the tree that the change means.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from kibitz.errors import KibitzError
from kibitz.models.offline.python_lines import (
    Block,
    Header,
    about_header,
    above_else,
    alone,
    block,
    comments_in,
    condition,
    exchanged,
    header,
    indent_of,
    otherwise,
    replaced,
    widest,
    with_comment,
)
from kibitz.models.offline.python_negation import negated
from kibitz.models.offline.python_source import Source
from kibitz.models.offline.python_tree import block_of, own_nodes, refuse

_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def branch_at(source: Source, start: int, end: int) -> ast.If:
    """The `if` whose header or `else` a cursor is on, or which a selection holds. Raises `invalid`."""
    low, high = source.text.count("\n", 0, start), source.text.count("\n", 0, end)
    found = []
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.If):
            continue
        first, last = source.region(node)
        on_header = node.lineno - 1 <= low <= (node.test.end_lineno or 0) - 1 and low == high
        on_else = node.orelse and not _chained(source, node) and low == high == _else_line(source, node)
        held = start < end and start <= first and last <= end
        if on_header or on_else or held:
            found.append(node)
    if not found:
        raise KibitzError("invalid", "There is no `if` at this place.", "Put the cursor on an `if`.")
    found.sort(key=lambda n: source.region(n)[0])
    return found[0] if start < end else found[-1]


def meant(source: Source, start: int, end: int, perform: Callable[[Source, ast.If], str]) -> str:
    """What is performed on the `if` a place is on, or on the first that it holds; else on the only other one there, or of
    the function around, that it can be done to. Raises `invalid`, with the lines to choose from where there are several."""
    found, preferred = _candidates(source, start, end)
    ways: list[tuple[int, str]] = []
    reasons: list[KibitzError] = []
    for at, node in enumerate(found):
        try:
            ways.append((node.lineno, perform(source, node)))
        except KibitzError as error:
            reasons.append(error)
        if ways and at < preferred:
            return ways[0][1]
    if len(ways) == 1:
        return ways[0][1]
    if ways:
        lines = ", ".join(str(line) for line, _ in ways[:5])
        raise refuse(f"Several conditions can be changed here: in the lines {lines}.")
    raise reasons[0]


def _candidates(source: Source, start: int, end: int) -> tuple[list[ast.If], int]:
    """The `if`s a place may speak of, and how many of them are preferred to those behind them."""
    low, high = source.text.count("\n", 0, start), source.text.count("\n", 0, end)
    ifs = [node for node in ast.walk(source.tree) if isinstance(node, ast.If)]
    try:
        first = branch_at(source, start, end)
    except KibitzError:
        hosts = [n for n in ast.walk(source.tree) if isinstance(n, _FUNCTIONS) and _spans(n, low, high)]
        host = max(hosts, key=lambda n: n.lineno, default=None)
        mine = [node for node in ifs if host is not None and _spans(host, node.lineno - 1, node.lineno - 1)]
        around = sorted((n for n in mine if _spans(n, low, high)), key=lambda n: -n.lineno)
        if not mine:
            raise
        return around or sorted(mine, key=lambda n: n.lineno), len(around)
    held = [node for node in ifs if node is not first and _held(source, node, start, end)]
    return [first, *sorted(held, key=lambda n: n.lineno)], 1


def _spans(node: ast.stmt, low: int, high: int) -> bool:
    return node.lineno - 1 <= low and high < (node.end_lineno or 0)


def _held(source: Source, node: ast.If, start: int, end: int) -> bool:
    first, last = source.region(node)
    return start < end and start <= first and last <= end


def invert(source: Source, start: int, end: int) -> str:
    """The text with the two branches of an `if` exchanged and its condition turned round. Raises `invalid`."""
    return meant(source, start, end, _inverted)


def _inverted(source: Source, node: ast.If) -> str:
    _check_alone(source, node)
    if not node.orelse:
        raise refuse("The `if` has no `else` to change places with.")
    if _chained(source, node):
        raise refuse("The `if` goes on with an `elif`.")
    head, other = _header(source, node), otherwise(source, node.body[-1])
    then, rest = block(source, head, node.body), block(source, other, node.orelse)
    test = negated(source, node.test, *head.test)
    kept, moved = (head.comment, "") if about_header(head.comment) else ("", head.comment)
    said = [" " * rest.indent + line for line in above_else(source, node.body, other)]
    indent = " " * indent_of(source, _line(source, head.keyword))
    first = with_comment(f"{indent}{_keyword(source, head)} {test}:", kept or other.comment)
    lines = [
        first,
        *([" " * rest.indent + other.comment] if kept and other.comment else []),
        *said,
        *rest.lines,
    ]
    empty = isinstance(node.body[0], ast.Pass) and len(node.body) == len(then.lines) == 1 and not moved
    if not empty or "#" in then.lines[0]:
        lines += [with_comment(f"{indent}else:", moved), *then.lines]
        new = ast.If(condition(test), node.orelse, node.body)
    else:
        new = ast.If(condition(test), node.orelse, [])
    return _with(source, node, rest, lines, [new])


def guard(source: Source, start: int, end: int) -> str:
    """The text with an `if` that leaves at once, and the code that was nested one step further out. Raises `invalid`."""
    return meant(source, start, end, _guarded)


def _guarded(source: Source, node: ast.If) -> str:
    _check_alone(source, node)
    head = _header(source, node)
    siblings = block_of(source.tree, node)
    if _keyword(source, head) == "elif":
        raise refuse("The condition is an `elif`: it is reached only where others were false.")
    if node.orelse:
        return _without_else(source, node, head)
    if len(node.body) == 1 and isinstance(node.body[0], _LEAVES):
        raise refuse("The `if` leaves at once already.")
    after = siblings[siblings.index(node) + 1 :]
    leaves, shown = _leaving(source, node, after)
    then = block(source, head, node.body)
    indent = indent_of(source, _line(source, head.keyword))
    test = negated(source, node.test, *head.test)
    opening = with_comment(f"{' ' * indent}if {test}:", head.comment)
    new = [ast.If(condition(test), [leaves], []), *node.body]
    step = " " * (indent + source.unit)
    if after and isinstance(node.body[-1], _LEAVES):
        last = (after[0].end_lineno or 0) - 1
        notes = [line.strip() for line in source.lines[then.last + 1 : after[0].lineno - 1] if line.strip()]
        moved = shown + source.text[source.region(after[0])[1] : source.starts[last + 1] - 1]
        lines = [
            opening,
            *(step + note for note in notes),
            step + moved,
            *then.at(indent),
        ]
        return exchanged(source, node, replaced(source, node.lineno - 1, last, lines), new, 2)
    return _with(source, node, then, [opening, step + shown, *then.at(indent)], new)


def _without_else(source: Source, node: ast.If, head: Header) -> str:
    """One branch leaves: it becomes the guard, and what the other holds needs no `else`."""
    indent = indent_of(source, _line(source, head.keyword))
    then = block(source, head, node.body)
    first_leaves = isinstance(node.body[-1], _LEAVES)
    opening = source.text[head.keyword : head.colon + 1].split("\n")
    if _chained(source, node):
        if not first_leaves:
            raise refuse("The `if` goes on with an `elif`.")
        at = _line(source, source.region(node.orelse[0])[0])
        lines = source.lines[node.lineno - 1 : node.end_lineno]
        lines[at - node.lineno + 1] = lines[at - node.lineno + 1].replace("elif", "if", 1)
        return _with(source, node, node, lines, [ast.If(node.test, node.body, []), *node.orelse])
    other = otherwise(source, node.body[-1])
    rest = block(source, other, node.orelse)
    said = [" " * indent + line for line in above_else(source, node.body, other)]
    second_leaves = isinstance(node.orelse[-1], _LEAVES)
    if not first_leaves and not second_leaves:
        raise refuse("Neither of the branches leaves the function or the loop.")
    if first_leaves and not (second_leaves and len(rest.lines) < len(then.lines)):
        opening[0] = " " * indent + opening[0]
        opening[-1] = with_comment(opening[-1], head.comment)
        note = [" " * indent + other.comment] if other.comment else []
        lines = [*opening, *then.lines, *note, *said, *rest.at(indent)]
        return _with(source, node, rest, lines, [ast.If(node.test, node.body, []), *node.orelse])
    test = negated(source, node.test, *head.test)
    kept, moved = (head.comment, "") if about_header(head.comment) else ("", head.comment)
    note = [" " * indent + moved] if moved else []
    inner = [" " * rest.indent + line.strip() for line in said]
    inner = [
        *([" " * rest.indent + other.comment] if kept and other.comment else []),
        *inner,
    ]
    lines = [
        with_comment(f"{' ' * indent}if {test}:", kept or other.comment),
        *inner,
        *rest.lines,
        *note,
        *then.at(indent),
    ]
    return _with(
        source,
        node,
        rest,
        lines,
        [ast.If(condition(test), node.orelse, []), *node.body],
    )


def _leaving(source: Source, node: ast.If, after: list[ast.stmt]) -> tuple[ast.stmt, str]:
    """What a guard does where nothing but this `if` is left to do, and how it is written."""
    above = source.above[id(node)]
    if not after and isinstance(above, _LOOPS) and any(node is part for part in above.body):
        return ast.Continue(), "continue"
    if not after and isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)):
        values = [n for n in own_nodes(above.body) if isinstance(n, ast.Return) and n.value is not None]
        if not values:
            return ast.Return(None), "return"
        return ast.Return(ast.Constant(None)), "return None"
    last = after[0] if len(after) == 1 else None
    short = isinstance(last, ast.Return) and isinstance(last.value, (ast.Constant, ast.Name, type(None)))
    if last is not None and isinstance(last, _LEAVES) and (short or isinstance(node.body[-1], _LEAVES)):
        text = source.text[slice(*source.region(last))]
        if "\n" not in text:
            return last, text
    raise refuse("More code runs after the `if`.")


def merge(source: Source, start: int, end: int) -> str:
    """The text with an `if` and the only `if` in it made one. Raises `invalid`."""
    node = branch_at(source, start, end)
    above = source.above[id(node)]
    if not _mergeable(node) and isinstance(above, ast.If) and _mergeable(above) and above.body[0] is node:
        node = above
    inner = node.body[0]
    if not isinstance(inner, ast.If) or len(node.body) != 1:
        raise refuse("The `if` does not consist of another `if`.")
    if node.orelse or inner.orelse:
        raise refuse("One of the conditions has an `else`.")
    _check_alone(source, node)
    head, deep = _header(source, node), _header(source, inner)
    if head.code:
        raise refuse("The `if` shares a line with other code.")
    indent = indent_of(source, _line(source, head.keyword))
    between = [line.strip() for line in source.lines[_line(source, head.colon) + 1 : inner.lineno - 1]]
    notes = [line for line in between if line]
    trailing = deep.comment
    if head.comment and trailing:
        notes.insert(0, head.comment)
    trailing = trailing or head.comment
    if any(comments_in(source, *some.test) for some in (head, deep)):
        raise refuse("There are comments in the conditions.")
    parts = [*_conjuncts(node.test), *_conjuncts(inner.test)]
    shown = [_operand(source, part) for part in parts]
    start_of = f"{' ' * indent}{_keyword(source, head)} "
    opening = [with_comment(f"{start_of}{' and '.join(shown)}:", trailing)]
    if "\n" in opening[0] or len(opening[0]) > widest(source):
        step = " " * (indent + source.unit)
        opening = [
            f"{start_of}(",
            f"{step}{shown[0]}",
            *(f"{step}and {part}" for part in shown[1:]),
        ]
        opening.append(with_comment(f"{' ' * indent}):", trailing))
    body = block(source, deep, inner.body)
    lines = [
        *(" " * indent + note for note in notes),
        *opening,
        *body.at(indent + source.unit),
    ]
    return _with(
        source,
        node,
        body,
        lines,
        [ast.If(ast.BoolOp(ast.And(), parts), inner.body, [])],
    )


def _with(
    source: Source,
    node: ast.If,
    last: Block | ast.stmt,
    lines: list[str],
    new: list[ast.stmt],
) -> str:
    end = last.last if isinstance(last, Block) else (last.end_lineno or 0) - 1
    return exchanged(source, node, replaced(source, node.lineno - 1, end, lines), new)


def _mergeable(node: ast.If) -> bool:
    return len(node.body) == 1 and isinstance(node.body[0], ast.If)


def _conjuncts(node: ast.expr) -> list[ast.expr]:
    return node.values if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And) else [node]


def _operand(source: Source, node: ast.expr) -> str:
    """An expression as a part of an `and`."""
    text = source.text[slice(*source.region(node))]
    return f"({text})" if isinstance(node, (ast.BoolOp, ast.IfExp, ast.Lambda, ast.NamedExpr)) else text


def _header(source: Source, node: ast.If) -> Header:
    word = "elif" if source.text.startswith("elif", source.region(node)[0]) else "if"
    return header(source, node, node.test, word)


def _keyword(source: Source, head: Header) -> str:
    return "elif" if source.text.startswith("elif", head.keyword) else "if"


def _chained(source: Source, node: ast.If) -> bool:
    """Whether an `elif` follows."""
    return bool(node.orelse) and source.text.startswith("elif", source.region(node.orelse[0])[0])


def _else_line(source: Source, node: ast.If) -> int:
    return _line(source, otherwise(source, node.body[-1]).keyword)


def _line(source: Source, offset: int) -> int:
    return source.text.count("\n", 0, offset)


def _check_alone(source: Source, node: ast.If) -> None:
    if not alone(source, node):
        raise refuse("The `if` shares a line with other code.")
