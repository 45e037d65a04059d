"""The text around a place, within a budget of tokens."""

from __future__ import annotations

from kibitz.context.tokens import estimate
from kibitz.text import Document, Position, Range

PREFIX_SHARE = 0.75
"""How much of a completion's window goes before the cursor: what comes before says more about what comes next."""


def around(document: Document, where: Range | None, tokens: int) -> tuple[int, list[str], bool]:
    """The first line's number, the lines (without ends) around a range, and whether any were left out.

    The range itself comes first; then lines above and below in turn until the budget is full. Never over budget,
    except that one line is always given.
    """
    lines = [line.rstrip("\r\n") for line in document.lines]
    costs = [estimate(line) + 1 for line in lines]
    if sum(costs) <= tokens:
        return 0, lines, False
    first = where.start.line if where else 0
    last = first
    spent = costs[first]
    wanted = where.end.line if where else first
    while last < wanted and spent + costs[last + 1] <= tokens:
        last += 1
        spent += costs[last]
    grew = True
    while grew:
        grew = False
        if first > 0 and spent + costs[first - 1] <= tokens:
            first -= 1
            spent += costs[first]
            grew = True
        if last + 1 < len(lines) and spent + costs[last + 1] <= tokens:
            last += 1
            spent += costs[last]
            grew = True
    return first, lines[first : last + 1], True


def prefix_and_suffix(document: Document, position: Position, tokens: int) -> tuple[str, str]:
    """The text before and after a position within the budget, cut at line starts and ends where it can be.

    What one side does not need goes to the other.
    """
    at = document.offset(position)
    before, after = document.text[:at], document.text[at:]
    suffix_tokens = min(estimate(after), max(int(tokens * (1 - PREFIX_SHARE)), tokens - estimate(before)))
    prefix = _tail(before, tokens - suffix_tokens)
    return prefix, _head(after, suffix_tokens)


def _tail(text: str, tokens: int) -> str:
    if estimate(text) <= tokens:
        return text
    kept = text[len(text) - _fitting(text[::-1], tokens) :]
    cut = kept.find("\n")
    return kept[cut + 1 :] if 0 <= cut < len(kept) - 1 else kept


def _head(text: str, tokens: int) -> str:
    if estimate(text) <= tokens:
        return text
    kept = text[: _fitting(text, tokens)]
    cut = kept.rfind("\n")
    return kept[: cut + 1] if cut > 0 else kept


def _fitting(text: str, tokens: int) -> int:
    """How many leading characters fit."""
    low, high = 0, min(len(text), tokens * 4)
    while low < high:
        middle = (low + high + 1) // 2
        if estimate(text[:middle]) <= tokens:
            low = middle
        else:
            high = middle - 1
    return low
