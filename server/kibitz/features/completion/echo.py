"""What an answer repeats of the text around the cursor: lines before it, the line it is on, lines behind it."""

from __future__ import annotations

import re

from kibitz.features.completion.scan import OPENERS, Scanner
from kibitz.features.completion.spot import Spot
from kibitz.syntax.facts import facts

_WORD = re.compile(r"\w")
_FIRST_WORD = re.compile(r"\w+")
_LAST_WORD = re.compile(r"\w+\Z")
_MOST_LINES = 3_000
_SIGNIFICANT = re.compile(r"(?:\W*\w){3}")
_WEAK = re.compile(
    r"(?:else:?|end|fi|done|pass|return;?|break;?|continue;?|try:?|finally:?|do|then|begin|default:)\s*\{?\Z"
)
_NEARLY_ALL = 3


def significant(line: str) -> bool:
    """Whether a line says enough that it hardly stands twice in a row by intention."""
    text = line.strip()
    return _WEAK.match(text) is None and _SIGNIFICANT.match(text) is not None


def without_prefix(text: str, spot: Spot) -> list[tuple[str, bool]]:
    """What continues at the cursor, the likeliest reading first, each with whether it begins with whole lines."""
    lines = text.split("\n")
    filled = [at for at, line in enumerate(lines) if line.strip()]
    if not filled:
        return []
    rest = _after_lines(lines, filled, spot)
    if rest is not None and not spot.inside:
        return [rest]
    if spot.inside:
        text = rest[0] if rest is not None else text
        bare = text.lstrip("\n")
        starts = [c for c in (spot.current, spot.current.lstrip()) if bare.startswith(c)]
        again = next((c for c in starts if len(c) > 3 or spot.blank), "")
        return [(bare[len(again) :], False)]
    if spot.blank:
        return [(text, True)]
    return _begun(_after_line(text, spot.current), spot)


def _begun(readings: list[str], spot: Spot) -> list[tuple[str, bool]]:
    """The readings, and each with the space or the line break that may have been lost before it."""
    found: list[str] = []
    block = spot.wants_body and spot.current.rstrip()[-1] in ":{"
    for text in readings:
        variants = [text]
        word = _LAST_WORD.search(spot.current)
        if word is not None and _WORD.match(text):
            first = _FIRST_WORD.match(text)
            joined = word.group() + (first.group() if first else "")
            lost = word.group() in facts(spot.language).words and joined not in spot.document.text
            variants.insert(0 if lost else 1, f" {text}")
        if not text.startswith("\n") and not spot.rest.strip():
            variants.insert(0 if block else len(variants), f"\n{text}")
        found += [variant for variant in variants if variant not in found]
    found.sort(key=lambda text: not block and text.startswith("\n"))
    return [(text, False) for text in found]


def _after_lines(lines: list[str], filled: list[int], spot: Spot) -> tuple[str, bool] | None:
    """The text behind the lines before the cursor, where the answer begins with some of them."""
    if lines[filled[0]].strip() not in spot.document.text:
        return None
    above = spot.document.lines[max(0, spot.position.line - _MOST_LINES) : spot.position.line]
    before = [line.strip() for line in above if line.strip()]
    said = [lines[at].strip() for at in filled]
    if not before or said[0] not in before:
        return None
    count = _exact(before, said)
    if not count:
        count = _anchored(before, said)
    if not count:
        return None
    if count == 1 and not (len(said[0]) >= 8 and significant(said[0]) and _alike(lines[filled[0]], spot)):
        return None
    rest = lines[filled[count - 1] + 1 :]
    if spot.blank:
        return "\n".join(rest), True
    current = spot.current.strip()
    if count < len(said):
        following = lines[filled[count]].lstrip()
        if following.startswith(current):
            return "\n".join([following[len(current) :], *lines[filled[count] + 1 :]]), False
    return None


def _alike(line: str, spot: Spot) -> bool:
    """Whether a line is the one above the cursor again, and not the same words in another block."""
    column = spot.column(line)
    return not column or not spot.blank or column == spot.column(spot.previous)


def _exact(before: list[str], said: list[str]) -> int:
    """How many lines the answer begins with that are the last ones before the cursor."""
    for size in range(min(len(before), len(said)), 0, -1):
        if before[-size] == said[0] and before[-size:] == said[:size]:
            return size
    return 0


def _anchored(before: list[str], said: list[str]) -> int:
    """The same where the repetition is not faithful: behind the place where the last lines stand in it."""
    for size in (3, 2):
        last = before[-size:]
        if len(last) < size or not any(significant(line) for line in last):
            continue
        found = [at for at in range(len(said) - size + 1) if said[at : at + size] == last]
        if len(found) == 1:
            return found[0] + size
    return 0


def _after_line(text: str, current: str) -> list[str]:
    """The text behind what stands before the cursor on its line, where the answer repeats that or the end of it."""
    first = text.lstrip("\n")
    for whole in (current, current.lstrip(), current.rstrip(), current.strip()):
        if first.startswith(whole) and (len(whole.strip()) > 3 or whole[:2].isspace()):
            return [_spaced(first[len(whole) :], current, whole)]
    bare, stripped = first.lstrip(), current.strip()
    if bare.startswith(stripped):
        cut = _spaced(bare[len(stripped) :], current, stripped)
        return [cut, text] if len(stripped) > 3 or stripped.isidentifier() else [text, cut]
    for size in range(min(len(current.lstrip()), len(first)), 1, -1):
        piece = current[-size:]
        said = size >= 6 or piece.isidentifier() or (size >= 4 and piece[-1] in "([.")
        if said and first.startswith(piece) and _begins_word(current, size):
            return [first[size:], text]
    if current[-1].isspace() and text[:1] == " ":
        return [text.lstrip(" ")]
    return [text]


def _spaced(rest: str, current: str, whole: str) -> str:
    """Without the space that stands before the cursor already."""
    return rest.lstrip(" ") if current[-1].isspace() and not whole[-1].isspace() else rest


def _begins_word(current: str, size: int) -> bool:
    before = current[-size - 1 : -size]
    return _WORD.match(current[-size]) is not None and not (before and (_WORD.match(before) or before == "."))


def without_suffix(text: str, spot: Spot, *, trusted: bool) -> list[str]:
    """The text without what stands after the cursor already, the likeliest reading first; `trusted` says that its
    indentation is the model's own."""
    readings = [text]
    if spot.rest.strip() and not spot.above:
        readings = _before_rest(text, spot.rest)
        partial = not text.partition("\n")[0].rstrip().endswith(spot.rest.strip())
        if readings[0] != text and partial and _closes_own(text, len(readings[0]), spot):
            readings.reverse()
        text = readings[0]
    found = _before_lines(text, spot)
    if found is None:
        return readings
    cut, sure, same_column = found
    if sure or same_column or not trusted:
        return [cut, text] if cut.strip() else [cut]
    return [text, cut]


def _closes_own(text: str, size: int, spot: Spot) -> bool:
    """Whether what stands behind `size` characters begins with a bracket that closes one of the text's own."""
    at = next((at for at in range(size, len(text)) if not text[at].isspace()), size)
    if text[at : at + 1] not in OPENERS:
        return False
    scanner = Scanner(spot.language, spot.opened, spot.inside)
    scanner.feed(text)
    return at not in scanner.outer and at not in scanner.surplus and not spot.inside


def _before_rest(text: str, rest: str) -> list[str]:
    """Without the rest of the line, at the end of the text or of its first line; or without the beginning of that rest."""
    tail = rest.rstrip()
    whole = text.rstrip()
    for wanted in (tail, tail.strip()):
        if whole.endswith(wanted):
            return [whole[: len(whole) - len(wanted)], text]
    first, _, more = text.partition("\n")
    if more and first.rstrip().endswith(tail.strip()):
        return [first.rstrip()[: -len(tail.strip())], text]
    for size in range(min(len(tail), len(whole)) - 1, 0, -1):
        piece = tail[:size]
        if whole.endswith(piece) and piece.strip():
            word = _WORD.search(piece)
            if word is None or (size >= 4 and not _WORD.match(tail[size])):
                return [whole[:-size], text]
    return [text]


def _before_lines(text: str, spot: Spot) -> tuple[str, bool, bool] | None:
    """The text before the lines that stand below the cursor; whether that is sure, and whether they are indented alike."""
    lines = text.split("\n")
    below = [spot.current + spot.rest, *spot.below_lines] if spot.above else list(spot.below_lines)
    under = [line for line in below if line.strip()]
    wanted = [line.strip() for line in under]
    if not wanted:
        return None
    places = [at for at, line in enumerate(lines) if line.strip()]
    said = [lines[at].strip() for at in places]
    whole_line = spot.blank
    for start in range(0 if whole_line else 1, len(said)):
        size = _matching(said[start:], wanted)
        if not size or (size == 1 and not significant(said[start])):
            continue
        at = places[start]
        column = spot.column(spot.current + lines[at]) if at == 0 else spot.column(lines[at])
        return "\n".join(lines[:at]).rstrip(), size > 1, column == spot.column(under[0])
    return None


def _matching(said: list[str], wanted: list[str]) -> int:
    """How many lines are the same, if all of the rest are, or so many that the rest is what the model made of them."""
    size = 0
    while size < len(said) and size < len(wanted) and said[size] == wanted[size]:
        size += 1
    if size == len(said) or (size and size == len(wanted)) or size >= _NEARLY_ALL:
        return size
    begun = size == len(said) - 1 and size < len(wanted) and len(said[size]) >= 4
    if begun and wanted[size].startswith(said[size]):
        return size + 1
    return 0
