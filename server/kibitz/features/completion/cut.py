"""Where a suggestion ends: its line, its block, the lines allowed, the project's line length."""

from __future__ import annotations

import re

from kibitz.features.completion.extent import Extent
from kibitz.features.completion.repeats import without_repeats
from kibitz.features.completion.scan import Scanner
from kibitz.features.completion.spot import Spot
from kibitz.syntax.facts import facts

_ENDS = re.compile(r"(?:end|fi|done|esac|until)\b")
_TRY = re.compile(r"\s*try\b")
_CATCHES = re.compile(r"(?:except|finally|catch|else)\b")


def cuts(text: str, spot: Spot, extent: Extent, max_lines: int, line_length: int | None) -> list[str]:
    """What was asked for of a text, the likeliest cut first."""
    space = " " if text.endswith(" ") and spot.rest[:1].isalnum() else ""
    text = without_repeats(text).rstrip()
    if spot.inside:
        return [text.lstrip("\n").split("\n", 1)[0].rstrip()]
    if extent.kind == "line" and not (text.lstrip(" ").startswith("\n") and not spot.blank):
        found = _lines(text, spot)
    else:
        found = [_scope(text, spot, extent), *_header_alone(text, spot)]
    parts = [_short(part, spot, max_lines, line_length) for part in found]
    return [part + space if part == text else part for part in parts]


def _header_alone(text: str, spot: Spot) -> list[str]:
    """The first line, where it opens a block that has its body below the cursor and not in the text."""
    lines = text.split("\n")
    following = next((line for line in lines[1:] if line.strip()), None)
    if following is None or not spot.blank or not spot.opens(lines[0]):
        return []
    return [lines[0]] if spot.column(following) <= spot.column(lines[0]) < spot.column(spot.next) else []


def _lines(text: str, spot: Spot) -> list[str]:
    """The first line with all that its brackets hold; beside it the same with the body it opens."""
    lines = text.split("\n")
    scanner = Scanner(spot.language, spot.opened, "")
    size = len(lines)
    for at, line in enumerate(lines):
        scanner.feed(line + "\n")
        if line.strip() and scanner.own <= 0 and not scanner.inside:
            size = at + 1
            break
    alone = "\n".join(lines[:size]).rstrip()
    header = (spot.current if spot.blank is False and size == 1 else "") + lines[size - 1]
    if size == len(lines) or not spot.opens(header) or facts(spot.language).blocks == "braces":
        return [alone]
    base = spot.column(spot.current if not spot.blank or spot.current else lines[0])
    body = size
    while body < len(lines) and (not lines[body].strip() or spot.column(lines[body]) > base):
        body += 1
    if facts(spot.language).blocks == "end" and body < len(lines) and _ENDS.match(lines[body].lstrip()):
        body += 1
    with_body = "\n".join(lines[:body]).rstrip()
    deeper = bool(spot.next.strip()) and spot.column(spot.next) > base
    return [alone, with_body] if deeper else [with_body, alone]


def _scope(text: str, spot: Spot, extent: Extent) -> str:
    """Up to the first line that is indented less than the block the cursor is in."""
    lines = text.split("\n")
    floor = extent.floor
    if not spot.blank and not lines[0].strip():
        first = next((spot.column(line) for line in lines if line.strip()), floor)
        floor = first if spot.wants_body is False else floor
    if spot.blank and lines and lines[0].strip():
        floor = min(floor, spot.column(spot.current + lines[0])) if spot.current else spot.column(lines[0])
    scanner = Scanner(spot.language, spot.opened, "")
    ends = facts(spot.language).blocks == "end"
    for at, line in enumerate(lines):
        free = at > 0 and scanner.own <= 0 and not scanner.inside
        if free and line.strip() and spot.column(line) < floor:
            word = line.lstrip()
            if ends and _ENDS.match(word) and spot.next.strip() != word.strip():
                return "\n".join(lines[: at + 1])
            caught = _TRY.match(spot.current if not spot.blank else "") and _CATCHES.match(word)
            if word[0] not in ")]}" and not (caught and spot.column(line) == floor - 1):
                return "\n".join(lines[:at]).rstrip()
        scanner.feed(line + "\n")
    return text


def _short(text: str, spot: Spot, max_lines: int, line_length: int | None) -> str:
    """At most so many lines, none after the first longer than the project's lines are."""
    lines = text.split("\n")
    lead = next((at for at, line in enumerate(lines) if line.strip()), 0)
    lines = lines[: lead + max_lines]
    if line_length is not None:
        for at in range(lead + 1, len(lines)):
            if len(lines[at].expandtabs(spot.step)) > line_length:
                lines = lines[:at]
                break
    return "\n".join(lines).rstrip()
