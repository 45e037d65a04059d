"""Brackets and quotes that come out even with what stands around, and shorter versions of what does not parse."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kibitz.features.completion.scan import LINE_COMMENT, PAIRS, Scanner, lacking
from kibitz.features.completion.spot import Spot
from kibitz.syntax.facts import facts

_TOKEN = re.compile(r"\w+|[^\w\s]")
_NO_END = frozenset("+-*/%=&|^<>,.:;([{!~?@\\")
_MOST_LINES_TRIED = 6
_MOST_TOKENS_TRIED = 8
_MOST_MISSING = 3
_LEAST_OF_LINE = 0.4
"""Less of a line is no longer what was meant."""


def balanced(text: str, spot: Spot) -> str:
    """The text cut before what closes more than it may, and closed where it left something open that nothing behind closes."""
    scanner = Scanner(spot.language, spot.opened, spot.inside)
    scanner.feed(text)
    if spot.inside:
        if scanner.left is None:
            return text
        return _left_string(text, spot, scanner)
    wrong = scanner.surplus[:1]
    if not wrong and len(scanner.outer) > spot.missing:
        after = lacking(scanner.stack, spot.closers)
        before = lacking(spot.opened, spot.closers)
        if (after[1] and len(after[0]) <= spot.missing) or len(after[1]) > len(before[1]):
            wrong = [scanner.outer[spot.missing]]
    if wrong:
        return balanced(text[: wrong[0]].rstrip(), spot)
    return _closed(text, spot, scanner)


def completed(text: str, spot: Spot) -> str:
    """The text with the brackets closed that were open before it and that nothing behind it closes."""
    if spot.inside or spot.rest.strip() or not spot.missing:
        return text
    scanner = Scanner(spot.language, spot.opened, "")
    scanner.feed(text)
    missing = lacking(scanner.stack, spot.closers)[0]
    return text + _closing(text, missing, spot, outer=True) if len(missing) <= _MOST_MISSING else text


def _left_string(text: str, spot: Spot, scanner: Scanner) -> str:
    """A text that ends the string it is in: cut there where the rest of the line ends it too."""
    left = scanner.left or 0
    after = Scanner(spot.language, (), spot.inside)
    after.feed(spot.rest)
    if spot.inside != LINE_COMMENT and after.left is not None:
        return text[: left - len(spot.inside)]
    return _closed(text, spot, scanner)


def _closed(text: str, spot: Spot, scanner: Scanner) -> str:
    """With the quote and the brackets that the text opened and nothing behind it closes."""
    quote = scanner.inside
    if quote and quote != LINE_COMMENT and quote in facts(spot.language).quotes:
        if not spot.rest.lstrip().startswith(quote):
            text += quote
    elif quote and quote != LINE_COMMENT:
        text += " " + quote
    own = scanner.stack[scanner.base :]
    extra_before = len(lacking(spot.opened, spot.closers)[1])
    for count in range(len(own) + 1):
        missing, extra = lacking(scanner.stack[: len(scanner.stack) - count], spot.closers)
        if len(missing) <= spot.missing and len(extra) <= extra_before:
            return text + _closing(text, own[len(own) - count :], spot)
    return text + _closing(text, own, spot)


def _closing(text: str, opened: list[str], spot: Spot, *, outer: bool = False) -> str:
    """The closing brackets, innermost first; a brace that ended its line is closed on a line of its own."""
    if not opened:
        return ""
    closers = [PAIRS[bracket] for bracket in reversed(opened)]
    lines = text.split("\n")
    if (
        "}" in closers
        and (len(lines) > 1 or text.rstrip().endswith("{"))
        and facts(spot.language).blocks == "braces"
    ):
        level = spot.column(spot.current) if not spot.blank else spot.column(spot.current + lines[0])
        if outer and spot.blank:
            level = max(0, level - spot.step)
        out = ""
        for depth, closer in enumerate(closers):
            column = level + spot.step * (len(closers) - 1 - depth)
            out += f"\n{spot.white(column)}{closer}" if closer == "}" else closer
        return out
    return "".join(closers)


def shorter(text: str, spot: Spot) -> Iterator[str]:
    """What is left of a text with fewer lines, then with less of its first one; the longest first, each balanced."""
    lines = text.split("\n")
    sizes = list(range(len(lines) - 1, 0, -1))
    if len(sizes) > _MOST_LINES_TRIED:
        sizes = [*sizes[: _MOST_LINES_TRIED - 2], len(lines) // 3, 1]
    for size in dict.fromkeys(sizes):
        short = "\n".join(lines[:size]).rstrip()
        if short.strip():
            yield balanced(short, spot)
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    line = "\n".join(lines[: first + 1])
    ends = [match.end() for match in _TOKEN.finditer(line)][1:]
    least = len(line) - len(line.lstrip()) + len(line.strip()) * _LEAST_OF_LINE
    ends = [end for end in ends if line[end - 1] not in _NO_END and least <= end < len(line.rstrip())]
    for end in list(reversed(ends))[:_MOST_TOKENS_TRIED]:
        yield balanced(line[:end], spot)
