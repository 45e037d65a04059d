"""Which `if` is meant by a place that is on none: the only one there, or in the function around, that it can be done to."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from tree_sitter import Node

from kibitz.errors import KibitzError
from kibitz.syntax.rewrite.base import COMMENTS, Edit, refused
from kibitz.syntax.rewrite.branch import Branch, branch_at, branches_in
from kibitz.syntax.rewrite.guard import FUNCTIONS, is_jump
from kibitz.syntax.source import Source

_MOST = 200
"""How many are tried."""


def at_the_if(
    source: Source, start: int, end: int, perform: Callable[[Source, int], list[Edit]]
) -> list[Edit]:
    """The edits at the `if` a place is on; else at the only one that can be changed of those selected, or, where none is,
    of the function around. Raises `invalid` with the lines to choose from where there are several."""
    try:
        branch_at(source, start)
    except KibitzError as missing:
        ways = _possible(source, start, end, perform, missing)
    else:
        return perform(source, start)
    if len(ways) == 1:
        return ways[0][1]
    lines = [str(source.offsets.position(at).line + 1) for at, _ in ways]
    raise refused(
        f"Several conditions can be changed here: in the lines {', '.join(lines[:5])}.",
        "Put the cursor on one `if`.",
    )


def _possible(
    source: Source, start: int, end: int, perform: Callable[[Source, int], list[Edit]], missing: KibitzError
) -> list[tuple[int, list[Edit]]]:
    """Where it can be done, with the edits. Raises `invalid`, saying why, where it cannot be anywhere."""
    ways: list[tuple[int, list[Edit]]] = []
    reasons: list[KibitzError] = []
    candidates, alone = _nearby(source, start, end)
    for found in islice(candidates, _MOST):
        at = found.node.start_byte
        try:
            if _leaves_at_once(found):
                raise refused("It leaves at once already.")
            ways.append((at, perform(source, at)))
        except KibitzError as error:
            line = source.offsets.position(at).line + 1
            reasons.append(refused(f"The `if` in line {line}: {error.message}", error.hint))
        if alone and ways:
            return ways
    if ways:
        return ways
    if len(reasons) == 1 or (alone and reasons):
        raise reasons[0]
    raise refused("No `if` here can be changed so.", "Put the cursor on an `if`.") if reasons else missing


def _nearby(source: Source, start: int, end: int) -> tuple[list[Branch], bool]:
    """The conditions that are selected as a whole; else those around the place in its function, the innermost first, and
    that the first of them will do; else all of the innermost function around."""
    chain = source.chain(start, end)
    if start < end:
        inside = [
            b for b in branches_in(source, chain) if start <= b.node.start_byte and b.node.end_byte <= end
        ]
        if inside:
            return inside, False
    at = next((i for i in range(len(chain) - 1, -1, -1) if chain[i].type in FUNCTIONS), None)
    if at is None:
        return [], False
    around = {node.id for node in chain[at + 1 :]}
    found = branches_in(source, chain[: at + 1])
    outer = [b for b in reversed(found) if b.node.id in around]
    return outer or found, bool(outer)


def _leaves_at_once(found: Branch) -> bool:
    """Whether it is a guard already: nobody who says nothing more wants that turned round."""
    inner: list[Node] = [found.then]
    while len(inner) == 1 and not is_jump(inner[0]):
        inner = [child for child in inner[0].named_children if child.type not in COMMENTS]
    return found.otherwise is None and len(inner) == 1
